import { type FormEvent, type ReactNode, useEffect, useRef, useState } from 'react'
import { BOUNDS, DEFAULTS, readNeighborList, readPrefix, type Settings } from '../../engine/link/params.ts'
import { PRESET_NAMES, type PresetName, PRESETS, presetOf } from '../../engine/link/presets.ts'
import { useChoices, useEngine } from '../parts/engine-context.ts'
import { Field } from '../parts/field.tsx'
import { ForecastLine } from './forecast-line.tsx'
import { ImageList } from './image-list.tsx'
import { ModelField, RecipeFields } from './model-field.tsx'
import { StorageList } from './storage-list.tsx'
import { useCanLayOut } from './vectors-choice.tsx'
import './settings-dialog.css'

/** Parameters of the next run; the address keeps them. */
export function SettingsDialog({ onClose }: { readonly onClose: () => void }) {
  const engine = useEngine()
  const settings = useChoices((view) => view.settings)
  const canRun = useCanLayOut()
  const [edited, setEdited] = useState<Partial<Settings> | null>(settings)
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const submitter = (event.nativeEvent as SubmitEvent).submitter as HTMLButtonElement | null
    if (submitter?.value === 'defaults') engine.choices.set(settingsOf(DEFAULTS))
    else {
      const form = event.currentTarget
      const list = form.elements.namedItem('nNeighbors') as HTMLInputElement
      const nNeighbors = readNeighborList(list.value)
      if (!nNeighbors) {
        list.setCustomValidity('Give one to six whole numbers from 2 to 200, such as 10, 30, 60.')
        list.reportValidity()
        return
      }
      engine.choices.set(readForm(new FormData(form), nNeighbors))
      if (submitter?.value === 'run') engine.open.rerun()
    }
    dialog.current?.close()
  }
  return (
    <dialog ref={dialog} className="card settings" aria-label="Settings" onClose={onClose}>
      <form
        onSubmit={submit}
        onInput={(event) => setEdited(editedIn(event.currentTarget))}
        key={JSON.stringify(settings)}
      >
        <h2>Settings</h2>
        <p className="quiet">For the next run. The values at first are those of the original 12M pipeline.</p>
        <fieldset>
          <legend>Rows and layout</legend>
          <Field label="Preset" help="Of neighbors, epochs and negative samples.">
            <select
              value={(edited && presetOf({ ...settings, ...edited })) ?? 'own'}
              // The form would be drawn again with the old choice before the change is told.
              onInput={(event) => event.stopPropagation()}
              onChange={(event) => {
                const { form, value } = event.currentTarget
                if (form && value !== 'own') setEdited(withPreset(form, value as PresetName))
              }}
            >
              {PRESET_NAMES.map((name) => (
                <option key={name} value={name}>
                  {PRESET_LABELS[name]}
                </option>
              ))}
              <option value="own">Own values</option>
            </select>
          </Field>
          <Field label="Rows" help="The file’s first rows only; empty for all.">
            {number('limit', BOUNDS.limit, settings.limit)}
          </Field>
          <Field label="Captions in lists" help="Of files that hold several captions in one row.">
            <select name="lists" defaultValue={settings.lists}>
              <option value="rows">A row of the map each</option>
              <option value="joined">Joined</option>
            </select>
          </Field>
          <Field label="Neighbors" help="One layout each, up to six.">
            <input
              name="nNeighbors"
              defaultValue={settings.nNeighbors.join(', ')}
              required
              onInput={(event) => event.currentTarget.setCustomValidity('')}
            />
          </Field>
          <Field label="Epochs">{number('epochs', BOUNDS.epochs, settings.epochs, true)}</Field>
          <Field label="Negative samples" help="Per attraction; more spread the map out evenly.">
            {number('negatives', BOUNDS.negatives, settings.negatives, true)}
          </Field>
          <Field label="Minimum distance" help="How tightly close captions may lie.">
            {number('minDist', BOUNDS.minDist, settings.minDist, true, 'any')}
          </Field>
          <Field label="Spread" help="Scale of the whole map.">
            {number('spread', BOUNDS.spread, settings.spread, true, 'any')}
          </Field>
          <Field label="Metric" help="How vectors are compared.">
            <select name="metric" defaultValue={settings.metric}>
              <option value="euclidean">Euclidean</option>
              <option value="cosine">Cosine</option>
            </select>
          </Field>
          <Field label="Seed" help="The same seed makes the same map on the same GPU.">
            {number('seed', BOUNDS.seed, settings.seed, true)}
          </Field>
          <label className="check">
            <input type="checkbox" name="gpu" defaultChecked={settings.gpu === 'fallback'} />
            Accept a software GPU for the layout (slow)
          </label>
        </fieldset>
        <fieldset>
          <legend>CLIP and vectors</legend>
          <ModelField />
          <RecipeFields />
          <Field label="Precision">
            <select name="dtype" defaultValue={settings.dtype ?? ''}>
              <option value="">Automatic</option>
              <option>fp32</option>
              <option>fp16</option>
              <option>q8</option>
            </select>
          </Field>
          <Field label="Backend">
            <select name="backend" defaultValue={settings.backend ?? ''}>
              <option value="">Automatic</option>
              <option value="webgpu">WebGPU</option>
              <option value="wasm">WebAssembly (CPU)</option>
            </select>
          </Field>
          <Field
            label="Projection"
            help="By the encoder: random for CLIP, as the original’s, principal components for others. These keep more neighbors; none is slow."
          >
            <select name="projection" defaultValue={settings.projection}>
              <option value="auto">By the encoder</option>
              <option value="gaussian">Random, to 64-d</option>
              <option value="pca">Principal components, to 64-d</option>
              <option value="none">None (the encoder’s own)</option>
            </select>
          </Field>
          <label className="check">
            <input type="checkbox" name="firstMap" defaultChecked={settings.firstMap === 'auto'} />
            Show a map by words while CLIP is at work
          </label>
        </fieldset>
        <ImageList />
        <StorageList />
        <div className="run">
          {canRun && <ForecastLine settings={edited} />}
          <div className="row">
            {canRun && (
              <button type="submit" className="primary" value="run">
                Lay out again
              </button>
            )}
            <button type="submit" value="keep">
              Keep
            </button>
            <button type="submit" value="defaults" formNoValidate>
              Defaults
            </button>
            <button type="button" onClick={() => dialog.current?.close()}>
              Close
            </button>
          </div>
        </div>
      </form>
    </dialog>
  )
}

const PRESET_LABELS: Readonly<Record<PresetName, string>> = {
  original: 'Original pipeline',
  standard: 'Libraries’ standard',
}

/** Fills a set's values into the form. */
function withPreset(form: HTMLFormElement, name: PresetName): Partial<Settings> | null {
  for (const [key, value] of Object.entries(PRESETS[name])) {
    const input = form.elements.namedItem(key) as HTMLInputElement
    input.value = Array.isArray(value) ? value.join(', ') : String(value)
  }
  return editedIn(form)
}

function number(
  name: keyof typeof BOUNDS,
  [min, max]: readonly [number, number],
  value: number | null,
  required = false,
  step: number | 'any' = 1,
): ReactNode {
  return <input type="number" {...{ name, min, max, step, required }} defaultValue={value ?? ''} />
}

/** What a form says that may be half filled in; null where it is no good. */
function editedIn(form: HTMLFormElement): Partial<Settings> | null {
  const values = new FormData(form)
  const list = values.get('nNeighbors')
  const nNeighbors = typeof list === 'string' ? readNeighborList(list) : undefined
  return nNeighbors && form.checkValidity() ? readForm(values, nNeighbors) : null
}

/** What the dialog edits: the encoder is chosen in the panel, the rest in links. */
type Edited = Omit<Settings, 'encoder' | 'vectors' | 'arrangement'>

function readForm(form: FormData, nNeighbors: readonly number[]): Edited {
  const text = (name: string): string | null => {
    const value = form.get(name)
    return typeof value === 'string' && value.trim() ? value.trim() : null
  }
  const prefix = (name: string): string | null => {
    const value = form.get(name)
    return typeof value === 'string' && value.trim() ? readPrefix(value) : null
  }
  return {
    limit: text('limit') === null ? null : Number(text('limit')),
    lists: text('lists') as Settings['lists'],
    nNeighbors,
    epochs: Number(text('epochs')),
    negatives: Number(text('negatives')),
    minDist: Number(text('minDist')),
    spread: Number(text('spread')),
    metric: text('metric') as Settings['metric'],
    seed: Number(text('seed')),
    gpu: form.get('gpu') === null ? 'auto' : 'fallback',
    firstMap: form.get('firstMap') === null ? 'none' : 'auto',
    model: text('model'),
    dtype: text('dtype'),
    pooling: text('pooling') as Settings['pooling'],
    prefix: prefix('prefix'),
    queryPrefix: prefix('queryPrefix'),
    backend: text('backend') as Settings['backend'],
    projection: text('projection') as Settings['projection'],
  }
}

/** The part of the parameters that the dialog edits; the encoder is chosen in the panel. */
function settingsOf(all: Settings): Edited {
  const { limit, lists, nNeighbors, epochs, negatives, minDist, spread, metric, seed, gpu, firstMap } = all
  const { model, dtype, backend, projection, pooling, prefix, queryPrefix } = all
  return {
    limit,
    lists,
    nNeighbors,
    epochs,
    negatives,
    minDist,
    spread,
    metric,
    seed,
    gpu,
    firstMap,
    model,
    dtype,
    backend,
    pooling,
    prefix,
    queryPrefix,
    projection,
  }
}
