import { useChoices, useEngine } from '../parts/engine-context.ts'
import { Field } from '../parts/field.tsx'
import './model-field.css'

/** The encoder's model: by its name or address, or a folder from one's own disk in its place. */
export function ModelField() {
  const engine = useEngine()
  const model = useChoices((view) => view.settings.model)
  const folder = useChoices((view) => view.modelFolder)
  if (folder !== null) {
    return (
      <p>
        The model “{folder}” from your disk is used.{' '}
        <button type="button" className="link" onClick={() => engine.choices.takeModelFolder(null)}>
          Use it no more
        </button>
      </p>
    )
  }
  return (
    <>
      <Field label="Model" help="Hub id, or base URL of a folder; empty for CLIP ViT-B/32.">
        <input name="model" defaultValue={model ?? ''} spellCheck={false} autoComplete="off" />
      </Field>
      <Field label="Model folder" help="From your disk; it can be dropped onto the page, too.">
        <input
          type="file"
          // Every browser with WebGPU has it, and React’s types do not.
          {...{ webkitdirectory: '' }}
          onChange={(event) => {
            engine.open.openFiles([...(event.currentTarget.files ?? [])])
            event.currentTarget.closest('dialog')?.close()
          }}
        />
      </Field>
    </>
  )
}

/** How a sentence encoder's texts become vectors, where its own way is not wanted. */
export function RecipeFields() {
  const { pooling, prefix, queryPrefix } = useChoices((view) => view.settings)
  const field = (name: string, value: string | null) => (
    <input
      name={name}
      defaultValue={value === '' ? 'none' : (value ?? '')}
      placeholder="the model’s own"
      spellCheck={false}
      autoComplete="off"
    />
  )
  return (
    <details className="recipe-fields" open={pooling !== null || prefix !== null || queryPrefix !== null}>
      <summary>Sentence encoders</summary>
      <div>
        <Field label="Pooling" help="How the vectors of a caption’s tokens become one.">
          <select name="pooling" defaultValue={pooling ?? ''}>
            <option value="">The model’s own</option>
            <option value="mean">Mean</option>
            <option value="cls">First token (CLS)</option>
            <option value="last">Last token</option>
          </select>
        </Field>
        <Field label="Prefix of captions" help="Read before each, spaces included; “none” for nothing.">
          {field('prefix', prefix)}
        </Field>
        <Field label="Prefix of searches" help="Read before what is searched for by meaning.">
          {field('queryPrefix', queryPrefix)}
        </Field>
      </div>
    </details>
  )
}
