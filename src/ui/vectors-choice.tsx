import type { View } from '../engine/store.ts'
import { useEngine, useView } from './engine-context.ts'
import './vectors-choice.css'

/** Whether the file on the map has captions to embed or vectors of its own. */
export function canLayOut({ shown, settings }: View): boolean {
  if (shown === null) return false
  const hasVectors = shown.vectorColumns.length > 0 || settings.encoder === 'vectors'
  return shown.textColumn !== null || (hasVectors && !shown.streamed)
}

/** Vectors that came with the file, beside the encoders; nothing where there are none. */
export function VectorsChoice() {
  const engine = useEngine()
  const isChosen = useView((view) => view.settings.encoder === 'vectors')
  const wanted = useView((view) => view.settings.vectors)
  const columns = useView((view) => view.shown?.vectorColumns)
  if (!isChosen && !columns?.length) return null
  const of = (name: string, nDims: number | null): string => (nDims === null ? name : `${name} (${nDims}-d)`)
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
          {columns?.length === 1 && <>: {of(columns[0].name, columns[0].nDims)}</>}
        </span>
      </label>
      {columns && columns.length > 1 && (
        <select
          className="vector-column"
          aria-label="Column of vectors"
          value={columns.some(({ name }) => name === wanted) ? (wanted as string) : ''}
          onChange={(event) =>
            engine.setSettings({ encoder: 'vectors', vectors: event.currentTarget.value || null })
          }
        >
          <option value="">Found by itself</option>
          {columns.map(({ name, nDims }) => (
            <option key={name} value={name}>
              {of(name, nDims)}
            </option>
          ))}
        </select>
      )}
    </>
  )
}
