import { type ReactNode, useEffect, useState } from 'react'
import type { LeftOut, RowNews } from '../../../workers/tiles.ts'
import { CaptionImage } from './caption-image.tsx'
import { isCoordinate } from '../parts/coordinates.ts'
import { useData, useEngine, useStage } from '../parts/engine-context.ts'
import { formatBytes, formatCount } from '../parts/format.ts'
import './caption-panel.css'

interface Details {
  readonly row: number
  readonly columns: readonly { readonly name: string; readonly value: string }[]
  /** Of columns that come one by one; null of those that come all at once. */
  readonly news: RowNews | null
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
  /** Columns that were asked for besides those that cost little. */
  const [also, setAlso] = useState<readonly string[]>([])
  useEffect(() => {
    if (row === null) return
    let stale = false
    // Each is shown when it is there.
    const add = (more: Partial<Details>): void => {
      if (stale) return
      setDetails((now) => ({
        ...(now?.row === row ? now : { row, columns: [], news: null, nearInMeaning: null }),
        ...more,
      }))
    }
    const load = async (): Promise<void> => {
      const columns = engine.data.fields(row, (come, news) => add({ columns: come, news }), also)
      await Promise.all([
        columns.then((all) => add({ columns: all })),
        engine.meaning.near(row).then((nearInMeaning) => add({ nearInMeaning })),
      ])
    }
    load().catch((error: unknown) => {
      // What is not shown any more was cancelled.
      if (!stale) engine.status.report(error)
    })
    return () => {
      stale = true
      engine.data.leaveRow()
    }
  }, [engine, row, also])
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
      {known?.news?.search && (
        <p className="quiet">
          Looking for the caption of row {formatCount(row)}: {known.news.search.done} of about{' '}
          {known.news.search.of} requests.
        </p>
      )}
      {/* Its address comes last of all: not before what may say that it is not fit to be seen. */}
      {known && <CaptionImage key={row} columns={known.columns} caption={caption} />}
      <Fields fields={fields.filter(({ name }) => !isCoordinate(name, layouts))} />
      <NotFetched columns={known?.news?.leftOut ?? []} onFetch={(names) => setAlso([...also, ...names])} />
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

/** Columns that were left out, since each costs a page or many requests. */
function NotFetched({
  columns,
  onFetch,
}: {
  readonly columns: readonly LeftOut[]
  readonly onFetch: (names: readonly string[]) => void
}) {
  if (columns.length === 0) return null
  const bytes = columns.reduce((sum, column) => sum + column.bytes, 0)
  return (
    <section>
      <h3>Not fetched yet</h3>
      <div className="not-fetched">
        {columns.map((column) => (
          <button key={column.name} type="button" onClick={() => onFetch([column.name])}>
            {column.name} · {formatBytes(column.bytes)}
          </button>
        ))}
        {columns.length > 1 && (
          <button type="button" onClick={() => onFetch(columns.map(({ name }) => name))}>
            All · {formatBytes(bytes)}
          </button>
        )}
      </div>
    </section>
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
