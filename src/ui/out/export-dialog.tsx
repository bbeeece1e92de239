import { type FormEvent, useEffect, useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import type { ExportFormat } from '../../engine/out/exporter.ts'
import { useColor, useData, useEngine } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import './export-dialog.css'

const FORMATS: readonly { readonly format: ExportFormat; readonly name: string; readonly help: string }[] = [
  { format: 'parquet', name: 'Parquet', help: 'Your columns with x_ and y_ for each layout' },
  { format: 'csv', name: 'CSV', help: 'The same as text, without nested columns' },
  { format: 'npy16', name: 'Vectors, float16', help: 'NumPy file of [rows, 64], as they are held' },
  { format: 'npy32', name: 'Vectors, float32', help: 'The same, in twice the space' },
  { format: 'png', name: 'Picture', help: 'The view as PNG, at twice its size' },
  { format: 'svg', name: 'Legend', help: 'What the colors mean, as SVG' },
]

/** What to save, of which rows. */
export function ExportDialog({ onClose }: { readonly onClose: () => void }) {
  const engine = useEngine()
  const { exporter, select: selection } = engine
  const nRows = useData((view) => view.shown?.nRows ?? 0)
  const columns = useData((view) => view.shown?.columns)
  const layouts = useData((view) => view.shown?.layouts) ?? []
  const nested = columns?.filter(({ kind }) => kind === 'nested') ?? []
  const count = useStore(selection.view, (view) => view.count)
  const [format, setFormat] = useState<ExportFormat>('parquet')
  const isPart = useData((view) => view.shown?.streamed === true)
  const [onlySelected, setOnlySelected] = useState(isPart)
  const [wholeFile, setWholeFile] = useState(false)
  const nLeftOut = useData((view) => view.shown?.nLeftOut ?? 0)
  const totalRows = useData((view) => view.shown?.totalRows ?? 0)
  const listed = useData((view) => view.shown?.lists === 'rows')
  const [progress, setProgress] = useState<number | null>(null)
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const hasLegend = useColor((view) => view.legend !== null)
  const isPicture = format === 'png' || format === 'svg'
  const isSelection = onlySelected && count > 0 && !isPicture
  // What is held in part is at its address as a whole.
  const hasRows = isPicture || isSelection || !isPart
  const isWhole = wholeFile && nLeftOut > 0 && !isSelection && isTable(format)
  const asItWas = format === 'parquet' && !isSelection && !listed && (isWhole || nLeftOut === 0)
  const losesNested = nested.length > 0 && isTable(format) && !asItWas
  const save = async (title: boolean): Promise<void> => {
    setProgress(0)
    try {
      const rows = isSelection ? selection.rows : null
      if (await exporter.save({ format, rows, isWhole, title }, setProgress)) dialog.current?.close()
    } catch (error) {
      // The alert is in the page, below the dialog.
      dialog.current?.close()
      engine.status.report(error)
    } finally {
      setProgress(null)
    }
  }
  const submit = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault()
    void save(new FormData(event.currentTarget).get('title') !== null)
  }
  return (
    <dialog ref={dialog} className="card settings" aria-labelledby={titleId} onClose={onClose}>
      <form onSubmit={submit}>
        <h2 id={titleId}>Export</h2>
        <fieldset className="formats">
          <legend>What</legend>
          {FORMATS.map(({ format: other, name, help }) => {
            const lack = lackOf(other, exporter.hasVectors(), hasLegend)
            return (
              <label key={other} data-checked={format === other}>
                <input
                  type="radio"
                  name="format"
                  aria-label={name}
                  checked={format === other}
                  disabled={lack !== null}
                  onChange={() => setFormat(other)}
                />
                <span>
                  <b>{name}</b> <small className="quiet">{lack ?? help}</small>
                </span>
              </label>
            )
          })}
        </fieldset>
        {format === 'svg' ? null : isPicture ? (
          <label className="check">
            <input type="checkbox" name="title" />
            Write the file’s name and the number of captions into it
          </label>
        ) : (
          <fieldset className="formats">
            <legend>Rows</legend>
            <label data-checked={!isSelection && !isWhole}>
              <input
                type="radio"
                name="rows"
                checked={!isSelection && !isPart && !isWhole}
                disabled={isPart}
                onChange={() => {
                  setOnlySelected(false)
                  setWholeFile(false)
                }}
              />
              All {formatCount(nRows)}
              {nLeftOut > 0 && ' of the map'}
              {isPart && ': they are at the map’s address'}
            </label>
            {nLeftOut > 0 && !isPart && isTable(format) && (
              <label data-checked={isWhole}>
                <input
                  type="radio"
                  name="rows"
                  checked={isWhole}
                  onChange={() => {
                    setOnlySelected(false)
                    setWholeFile(true)
                  }}
                />
                All {formatCount(totalRows)} of the file, {formatCount(nLeftOut)} with nulls for places
              </label>
            )}
            <label data-checked={isSelection}>
              <input
                type="radio"
                name="rows"
                checked={isSelection}
                disabled={count === 0}
                onChange={() => setOnlySelected(true)}
              />
              {count === 0 ? 'The selection: nothing is selected' : `The ${formatCount(count)} selected`}
            </label>
          </fieldset>
        )}
        {losesNested && (
          <p>
            Without the nested columns {nested.map(({ name }) => name).join(', ')}: they are only kept when
            {listed ? ' captions of lists are joined and' : ''} all rows of the file are saved as Parquet.
          </p>
        )}
        {hasRows && isTable(format) && (
          <p className="quiet">
            Writes {formatCount(isSelection ? count : isWhole ? totalRows : nRows)} rows
            {listed && ', a caption each, with parent_row and place'}
            {exporter.hasVectors() && layouts.length > 0
              ? `, with x_ and y_ of ${layouts.join(', ')}.`
              : ', with the layouts that the file has.'}
          </p>
        )}
        <p className="quiet" aria-live="polite">
          {progress !== null && `Writing… ${progress > 0 ? `${formatCount(progress)} rows` : ''}`}
        </p>
        <div className="row">
          <button type="submit" className="primary" disabled={progress !== null || !hasRows}>
            Save
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
      </form>
    </dialog>
  )
}

const isTable = (format: ExportFormat): boolean => format === 'parquet' || format === 'csv'

/** Why something cannot be saved; null where it can. */
function lackOf(format: ExportFormat, hasVectors: boolean, hasLegend: boolean): string | null {
  if (format.startsWith('npy') && !hasVectors) return 'The layouts came with the file, without vectors'
  if (format === 'svg' && !hasLegend) return 'Color the map by a column first'
  return null
}
