import { type ReactNode, useEffect, useState } from 'react'
import { CaptionImage } from './caption-image.tsx'
import { isCoordinate } from '../parts/coordinates.ts'
import { useData, useEngine, useStage } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import './caption-panel.css'

interface Details {
  readonly row: number
  readonly columns: readonly { readonly name: string; readonly value: string }[]
  /** All columns that come are there. */
  readonly isWhole: boolean
  readonly nearInMeaning: readonly number[] | null
}

/** The pinned caption with every column of its row and its neighbors. */
export function CaptionPanel() {
  const engine = useEngine()
  const row = useStage((view) => view.pinned)
  // Neighbors on the map are those of the layout in view.
  useStage((view) => view.active)
  useData((view) => view.captionsCome)
  const layouts = useData((view) => view.shown?.layouts) ?? []
  const textColumn = useData((view) => view.shown?.textColumn)
  const [details, setDetails] = useState<Details | null>(null)
  useEffect(() => {
    if (row === null) return
    let stale = false
    // Each is shown when it is there.
    const add = (more: Partial<Details>): void => {
      if (stale) return
      setDetails((now) => ({
        ...(now?.row === row ? now : { row, columns: [], isWhole: false, nearInMeaning: null }),
        ...more,
      }))
    }
    const load = async (): Promise<void> => {
      const columns = engine.data.fields(row, (come) => add({ columns: come }))
      await Promise.all([
        columns.then((all) => add({ columns: all, isWhole: true })),
        engine.meaning.near(row).then((nearInMeaning) => add({ nearInMeaning })),
      ])
    }
    load().catch((error: unknown) => {
      // What is not shown any more was cancelled.
      if (!stale) engine.status.report(error)
    })
    return () => {
      stale = true
    }
  }, [engine, row])
  if (row === null) return null
  const caption = engine.data.caption(row)
  const known = details?.row === row ? details : null
  const fields = known?.columns.filter(({ name }) => name !== textColumn) ?? []
  const coordinates = fields.filter(({ name }) => isCoordinate(name, layouts))
  return (
    <aside aria-label="Caption" className="caption" data-caption="">
      <header>
        <h2>Row {formatCount(row)}</h2>
        <button
          type="button"
          className="plain"
          aria-label="Close caption"
          onClick={() => engine.map.pin(null)}
        >
          ✕
        </button>
      </header>
      <blockquote dir="auto" data-empty={caption === ''}>
        {caption}
      </blockquote>
      {/* An address may come before what says that its image is not fit to be seen. */}
      {known?.isWhole && <CaptionImage key={row} columns={known.columns} caption={caption} />}
      <Fields fields={fields.filter(({ name }) => !isCoordinate(name, layouts))} />
      {known?.nearInMeaning && (
        <RowList title="Nearest in meaning" rows={known.nearInMeaning}>
          {caption !== '' && (
            <button type="button" className="link" onClick={() => engine.find.findLike(caption)}>
              Show all like this
            </button>
          )}
        </RowList>
      )}
      <RowList title="Nearest on the map" rows={engine.map.nearOnMap(row)} />
      {coordinates.length > 0 && (
        <details>
          <summary>Coordinates</summary>
          <Fields fields={coordinates} />
        </details>
      )}
    </aside>
  )
}

/** Columns of a row; web addresses lead there, and tell the other side nothing of this page. */
function Fields({ fields }: { readonly fields: Details['columns'] }) {
  if (fields.length === 0) return null
  return (
    <dl>
      {fields.map(({ name, value }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd dir="auto">
            {/^https?:\/\//.test(value) ? (
              <a href={value} target="_blank" rel="noopener noreferrer">
                {value}
              </a>
            ) : (
              value
            )}
          </dd>
        </div>
      ))}
    </dl>
  )
}

function RowList({
  title,
  rows,
  children,
}: {
  readonly title: string
  readonly rows: readonly number[]
  readonly children?: ReactNode
}) {
  const engine = useEngine()
  if (!rows.length) return null
  return (
    <section>
      <h3>{title}</h3>
      <ol>
        {rows.map((row) => {
          const caption = engine.data.caption(row)
          return (
            <li key={row}>
              <button
                type="button"
                dir="auto"
                data-empty={caption === ''}
                onClick={() => engine.map.visit(row)}
              >
                <span>{caption}</span>
              </button>
            </li>
          )
        })}
      </ol>
      {children}
    </section>
  )
}
