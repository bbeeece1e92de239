import type { CaptionQuestion } from '../../../workers/read.ts'
import { useEngine } from '../parts/engine-context.ts'
import './offered-columns.css'

type Offered = CaptionQuestion['offered'][number]

/** What a column holds, in words for people. */
const HOLDS: Readonly<Record<Offered['looks'], string>> = {
  language: 'text',
  words: 'single words',
  labels: 'a few labels',
  addresses: 'addresses',
  'file names': 'file names',
  JSON: 'JSON',
  numbers: 'numbers',
  codes: 'codes',
  bytes: 'bytes',
  'one value': 'one value only',
  nothing: 'nothing',
}

/** The columns that may be the captions, with three values each; a click takes one. */
export function OfferedColumns({ offered }: { readonly offered: readonly Offered[] }) {
  const engine = useEngine()
  if (offered.length === 0) return null
  return (
    <ul className="offered-columns" aria-label="Columns">
      {offered.map(({ path, looks, examples }) => (
        <li key={path}>
          <button type="button" onClick={() => engine.open.answer(path)} aria-label={`Use ${path}`}>
            <span className="offered-name">
              <b>{path}</b> <small className="quiet">{HOLDS[looks]}</small>
            </span>
            {examples.map((example) => (
              <span key={example} className="offered-example" dir="auto">
                {example}
              </span>
            ))}
          </button>
        </li>
      ))}
    </ul>
  )
}
