import { preferredColumn } from '../../engine/run/choose-vectors.ts'
import { useChoices, useData, useEngine } from '../parts/engine-context.ts'
import './vectors-choice.css'

/** Whether the file on the map has captions to embed or vectors of its own. */
export function useCanLayOut(): boolean {
  const shown = useData((view) => view.shown)
  const isByVectors = useChoices((view) => view.settings.encoder === 'vectors')
  if (shown === null || shown.streamed) return false
  const hasVectors = shown.vectorColumns.length > 0 || isByVectors
  return shown.textColumn !== null || hasVectors
}

/** Vectors that came with the file, beside the encoders; nothing where there are none. */
export function VectorsChoice() {
  const engine = useEngine()
  const isChosen = useChoices((view) => view.settings.encoder === 'vectors')
  const columns = useData((view) => view.shown?.vectorColumns)
  if (!isChosen && !columns?.length) return null
  return (
    <label data-checked={isChosen}>
      <input
        type="radio"
        name="encoder"
        checked={isChosen}
        onChange={() => engine.choices.set({ encoder: 'vectors' })}
      />
      Vectors
    </label>
  )
}

/** Which of them, where there are several. */
export function VectorColumn() {
  const engine = useEngine()
  const file = useChoices((view) => view.vectorFile)
  const isChosen = useChoices((view) => view.settings.encoder === 'vectors')
  const wanted = useChoices((view) => view.settings.vectors)
  const columns = useData((view) => view.shown?.vectorColumns)
  const found = useData((view) => view.shown && preferredColumn(view.shown))
  if (!isChosen && !columns?.length) return null
  const isAddress = wanted !== null && !columns?.some(({ name }) => name === wanted)
  const choices = [
    ...(isAddress ? [{ value: wanted, text: wanted.split('/').at(-1) ?? wanted }] : []),
    ...(file === null ? [] : [{ value: '', text: file }]),
    ...(columns ?? []).map(({ name, nDims }) => ({
      value: name,
      text: nDims === null ? name : `${name} (${nDims}-d)`,
    })),
  ]
  if (choices.length < 2) return null
  const current = wanted ?? (file === null ? found : null) ?? choices[0]?.value ?? ''
  return (
    <select
      className="vector-column"
      aria-label="Column of vectors"
      value={current}
      onChange={(event) =>
        engine.choices.set({ encoder: 'vectors', vectors: event.currentTarget.value || null })
      }
    >
      {choices.map(({ value, text }) => (
        <option key={value} value={value}>
          {text}
        </option>
      ))}
    </select>
  )
}
