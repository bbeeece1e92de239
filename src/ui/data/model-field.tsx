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
