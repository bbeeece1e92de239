import { useState } from 'react'
import { useEngine, useView } from './engine-context.ts'

/** Sends for the captions of a large file, which gives them only all together. */
export function FetchCaptions() {
  const engine = useEngine()
  const bytes = useView((view) => view.shown?.captionBytes ?? 0)
  const [done, setDone] = useState<number | null>(null)
  if (bytes === 0) return null
  const fetchAll = async (): Promise<void> => {
    setDone(0)
    await engine.fetchCaptions((progress) => setDone(progress.done))
    setDone(null)
  }
  return (
    <p>
      <span className="label">Captions</span>
      {done === null ? (
        <button
          type="button"
          title="This file gives its captions only all together. The page keeps them until it is closed."
          onClick={() => void fetchAll()}
        >
          Fetch captions ({megabytes(bytes)})
        </button>
      ) : (
        <span aria-live="polite">
          {megabytes(done)} of {megabytes(bytes)}
        </span>
      )}
    </p>
  )
}

const megabytes = (bytes: number) => `${Math.ceil(bytes / 1e6).toLocaleString()} MB`
