import type { FormEvent } from 'react'
import { useEngine } from './engine-context.ts'
import './open-data.css'

/** The published set with its three layouts, 2.4 GB, of which the page reads the coordinates that it shows. */
const PUBLISHED =
  'https://huggingface.co/datasets/dclure/laion-aesthetics-12m-umap/resolve/main/train.parquet'
const ACCEPTED =
  '.parquet,.parq,.csv,.tsv,.json,.jsonl,.ndjson,.arrow,.feather,.npy,application/vnd.apache.parquet'

/** The doors into the page: the visitor's own file, the published 12 million, the sample; and any address. */
export function OpenData() {
  const engine = useEngine()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const url = new FormData(event.currentTarget).get('url')
    if (typeof url === 'string') engine.openUrl(url)
  }
  return (
    <div className="doors">
      <label className="button primary door">
        <b>Open Parquet</b>
        <small aria-hidden="true">CSV, JSON, Arrow too</small>
        <input
          type="file"
          className="visually-hidden"
          aria-label="Open Parquet"
          multiple
          accept={ACCEPTED}
          onChange={(event) => {
            engine.openFiles([...(event.currentTarget.files ?? [])])
            event.currentTarget.value = ''
          }}
        />
      </label>
      <button
        type="button"
        className="door"
        aria-describedby="door-laion"
        title="The published map of 12 million captions, on the Hugging Face hub; some 100 MB are read at first"
        onClick={() => engine.openUrl(PUBLISHED)}
      >
        <b>LAION-Aesthetics 12M</b>
        <small id="door-laion" aria-hidden="true">
          laid out already
        </small>
      </button>
      <button
        type="button"
        className="door"
        aria-describedby="door-sample"
        onClick={() => engine.openSample()}
      >
        <b>Sample</b>
        <small id="door-sample" aria-hidden="true">
          6,000 captions
        </small>
      </button>
      <form className="row" onSubmit={submit}>
        <input
          type="text"
          inputMode="url"
          name="url"
          aria-label="Parquet URL"
          placeholder="https://… .parquet"
          autoComplete="off"
          spellCheck={false}
        />
        <button type="submit">Open</button>
      </form>
    </div>
  )
}
