import { preferredColumn } from '../engine/given-vectors.ts'
import type { View } from '../engine/store.ts'
import { useEngine, useView } from './engine-context.ts'
import './vectors-choice.css'

/** Whether the file on the map has captions to embed or vectors of its own. */
export function canLayOut({ shown, settings }: View): boolean {
  if (shown === null || shown.streamed) return false
  const hasVectors = shown.vectorColumns.length > 0 || settings.encoder === 'vectors'
  return shown.textColumn !== null || hasVectors
}

/** Vectors that came with the file, beside the encoders; nothing where there are none. */
export function VectorsChoice() {
  const engine = useEngine()
  const file = useView((view) => view.vectorFile)
  const isChosen = useView((view) => view.settings.encoder === 'vectors')
  const wanted = useView((view) => view.settings.vectors)
  const columns = useView((view) => view.shown?.vectorColumns)
  const found = useView((view) => view.shown && preferredColumn(view.shown))
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
  const current = wanted ?? (file === null ? found : null) ?? choices[0]?.value ?? ''
  return (
    <>
      <label data-checked={isChosen}>
        <input
          type="radio"
          name="encoder"
          aria-label="Vectors"
          checked={isChosen}
          onChange={() => engine.setSettings({ encoder: 'vectors' })}
        />
        <span>
          <b>Vectors</b> that came with the captions
          {choices.length === 1 && <>: {choices[0].text}</>}
        </span>
      </label>
      {choices.length > 1 && (
        <select
          className="vector-column"
          aria-label="Column of vectors"
          value={current}
          onChange={(event) =>
            engine.setSettings({ encoder: 'vectors', vectors: event.currentTarget.value || null })
          }
        >
          {choices.map(({ value, text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
        </select>
      )}
    </>
  )
}
