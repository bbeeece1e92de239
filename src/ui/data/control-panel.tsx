import { type ReactNode, useId, useState } from 'react'
import { useChoices, useData, useEngine, useStatus } from '../parts/engine-context.ts'
import { ExportButton } from '../out/export-button.tsx'
import { FetchCaptions } from './fetch-captions.tsx'
import { useIsWide, usePanels } from '../parts/panels.ts'
import { OpenData } from './open-data.tsx'
import { PublishButton } from '../out/publish-button.tsx'
import { SettingsDialog } from './settings-dialog.tsx'
import { FidelityLine } from './fidelity-line.tsx'
import { useCanLayOut, VectorColumn, VectorsChoice } from './vectors-choice.tsx'
import './control-panel.css'

const ENCODERS = [
  { value: 'clip', says: 'By meaning', name: 'CLIP' },
  { value: 'lexical', says: 'By shared words', name: 'Lexical' },
] as const

/** How the open map was made, and the ways to open something else; folded where a map is open. */
export function ControlPanel({ id, children }: { readonly id: string; readonly children?: ReactNode }) {
  const open = usePanels((view) => view.menuOpen)
  const isWide = useIsWide()
  const [settingsOpen, setSettingsOpen] = useState(false)
  return (
    <section
      id={id}
      className="card panel"
      aria-label="Captionscape"
      data-panel=""
      data-open={open}
      hidden={!open}
    >
      <Origin />
      <OpenData />
      <EncoderChoice />
      {!isWide && (
        <div className="row actions">
          <button type="button" onClick={() => setSettingsOpen(true)}>
            Settings
          </button>
          <ExportButton />
          <PublishButton />
        </div>
      )}
      {children}
      {settingsOpen && <SettingsDialog onClose={() => setSettingsOpen(false)} />}
    </section>
  )
}

/** “Mean pooling, …”; the space that ends a prefix stays with its quotation mark. */
function sentenceOf(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll(' ”', '\u00a0”')
}

/** How the map on screen was made. */
function Origin() {
  const engine = useEngine()
  const shown = useData((view) => view.shown)
  const column = useId()
  if (!shown) return null
  return (
    <div className="origin">
      <p>
        Map made by <span className="made-by">{shown.encoder}</span>
        {shown.adapter && <> · UMAP on {shown.adapter}</>}
      </p>
      {shown.recipe && <p className="quiet recipe">{sentenceOf(shown.recipe)}</p>}
      {shown.fidelity && <FidelityLine fidelity={shown.fidelity} />}
      <FetchCaptions />
      {shown.textPaths.length > 1 && !shown.isFolder && (
        <p className="inline">
          <label className="label" htmlFor={column}>
            Caption column
          </label>
          <select
            id={column}
            value={shown.textColumn ?? ''}
            onChange={(event) => engine.open.setTextColumn(event.currentTarget.value)}
          >
            {shown.textPaths.map((path) => (
              <option key={path}>{path}</option>
            ))}
          </select>
        </p>
      )}
      <ListsChoice />
    </div>
  )
}

/** What becomes of several captions in one row of the file. */
function ListsChoice() {
  const engine = useEngine()
  const textColumn = useData((view) => view.shown?.textColumn ?? null)
  const lists = useData((view) => view.shown?.lists ?? null)
  const id = useId()
  if (lists === null || textColumn === null) return null
  return (
    <p className="inline">
      <label className="label" htmlFor={id}>
        Captions in lists
      </label>
      <select
        id={id}
        value={lists}
        onChange={(event) => {
          engine.choices.set({ lists: event.currentTarget.value === 'joined' ? 'joined' : 'rows' })
          engine.open.setTextColumn(textColumn)
        }}
      >
        <option value="rows">One row each</option>
        <option value="joined">Joined</option>
      </select>
    </p>
  )
}

/** The encoder of the next run. */
function EncoderChoice() {
  const engine = useEngine()
  const encoder = useChoices((view) => view.settings.encoder)
  const canRun = useCanLayOut()
  const working = useStatus((view) => view.phase === 'working')
  const note = useId()
  return (
    <div className="encoder">
      <div className="encoder-row">
        <div role="radiogroup" aria-label="Encoder" aria-describedby={note} className="choices">
          {ENCODERS.map(({ value, says, name }) => (
            <label key={value} data-checked={encoder === value}>
              <input
                type="radio"
                name="encoder"
                checked={encoder === value}
                onChange={() => engine.choices.set({ encoder: value })}
              />
              {says}
              <small className={value === 'clip' ? undefined : 'visually-hidden'}>{name}</small>
            </label>
          ))}
          <VectorsChoice />
        </div>
        {canRun && !working && (
          <button type="button" onClick={() => engine.open.rerun()}>
            Lay out again
          </button>
        )}
      </div>
      <p className="quiet" id={note}>
        <EncoderNote />
      </p>
      <VectorColumn />
    </div>
  )
}

/** What the chosen encoder goes by, and what it takes. */
function EncoderNote() {
  const encoder = useChoices((view) => view.settings.encoder)
  const model = useChoices((view) => view.modelFolder ?? view.settings.model)
  if (encoder === 'lexical') return 'Near are captions with words in common. No download, ready in seconds.'
  if (encoder === 'vectors') return 'Near are captions whose own vectors are.'
  if (model !== null) return `By the model “${model}”.`
  return 'Near are captions that mean alike. One download of 65–250 MB.'
}
