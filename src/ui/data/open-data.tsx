import type { FormEvent } from 'react'
import { useEngine } from '../parts/engine-context.ts'
import { FilesLink } from '../parts/files-link.tsx'
import { Icon } from '../parts/icon.tsx'
import './open-data.css'

/** The published set with its three layouts, 2.4 GB, of which the page reads the coordinates that it shows. */
const PUBLISHED =
  'https://huggingface.co/datasets/dclure/laion-aesthetics-12m-umap/resolve/main/train.parquet'
const ACCEPTED =
  '.parquet,.parq,.csv,.tsv,.tab,.txt,.json,.jsonl,.ndjson,.gz,.zip,.xlsx,.arrow,.feather,.ipc,.npy,application/vnd.apache.parquet'

/** The doors into the page: the visitor's own file, the published 12 million, the sample; and any address. */
export function OpenData() {
  const engine = useEngine()
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    const url = new FormData(event.currentTarget).get('url')
    if (typeof url === 'string') engine.open.openUrl(url)
  }
  return (
    <div className="doors">
      <div className="door-list">
        <label className="button primary door">
          <Icon d="M12 16V5m0 0L7.5 9.5M12 5l4.5 4.5M5 16v2a2 2 0 0 0 2 2h10a2 2 0 0 0 2-2v-2" />
          <b>Open Parquet</b>
          <small aria-hidden="true">or CSV, JSON …</small>
          <input
            type="file"
            className="visually-hidden"
            aria-label="Open Parquet"
            multiple
            accept={ACCEPTED}
            onChange={(event) => {
              engine.open.openFiles([...(event.currentTarget.files ?? [])])
              event.currentTarget.value = ''
            }}
          />
        </label>
        <button
          type="button"
          className="door"
          title="The published map of 12 million captions, on the Hugging Face hub; some 100 MB are read at first"
          onClick={() => engine.open.openUrl(PUBLISHED)}
        >
          <Icon d="M12 3a9 9 0 1 0 0 18 9 9 0 0 0 0-18ZM3.5 9.5h17M3.5 14.5h17M12 3c3 3 3 15 0 18M12 3c-3 3-3 15 0 18" />
          <b>LAION-Aesthetics 12M</b>
          <small aria-hidden="true">laid out</small>
        </button>
        <button type="button" className="door" onClick={() => engine.open.openSample()}>
          <Icon d="M7 8.5a2.5 2.5 0 1 0 0-.1M16 15a3 3 0 1 0 0-.1M17 6.5h.1M8 17h.1M12 11h.1" />
          <b>Sample</b>
          <small aria-hidden="true">6,000 captions</small>
        </button>
      </div>
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
      <p className="quiet">
        Drop files anywhere. They never leave this machine: the page does all the work itself. <FilesLink />
      </p>
    </div>
  )
}
