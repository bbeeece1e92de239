import { useVirtualizer } from '@tanstack/react-virtual'
import { useRef } from 'react'
import { useStore } from 'zustand'
import { useEngine } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import { panels, useIsWide, usePanels } from '../parts/panels.ts'
import { SelectionContrast } from './selection-contrast.tsx'
import './selection-table.css'

const ROW_PX = 34
/** Of a step by arrow keys, CSS pixels. */
const STEP_PX = 24

/** The selected captions with all their columns, sortable; what sets them apart stands in the inspector, on a phone here. */
export function SelectionTable() {
  const engine = useEngine()
  const { table, select: selection } = engine
  const state = useStore(table.view, (view) => view.state)
  const count = useStore(selection.view, (view) => view.count)
  const nRows = useStore(table.view, (view) => view.nRows)
  if (state === 'closed') return null
  return (
    <section className="table-panel" aria-label="Selected captions">
      <HeightGrip />
      <header>
        <h2>
          {formatCount(count)} selected
          {state === 'ready' && nRows < count && (
            <small className="quiet"> · the table holds the first {formatCount(nRows)}</small>
          )}
        </h2>
        <button type="button" className="plain" aria-label="Close table" onClick={() => table.close()}>
          ✕
        </button>
      </header>
      {state === 'reading' ? <p className="quiet">Reading the columns…</p> : <Contents />}
    </section>
  )
}

/** Drags the table's upper edge; the arrow keys move it too. */
function HeightGrip() {
  const height = usePanels((view) => view.tableHeight)
  if (!useIsWide()) return null
  return (
    <hr
      className="table-grip"
      aria-orientation="horizontal"
      aria-label="Height of the table"
      aria-valuenow={height}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId))
          panels.resize('tableHeight', innerHeight - event.clientY)
      }}
      onKeyDown={(event) => {
        const step = { ArrowUp: STEP_PX, ArrowDown: -STEP_PX }[event.key]
        if (step !== undefined) panels.resize('tableHeight', height + step)
      }}
    />
  )
}

function Contents() {
  const { table } = useEngine()
  const leftOut = useStore(table.view, (view) => view.leftOut)
  const isWide = useIsWide()
  return (
    <>
      {leftOut.length > 0 && (
        <p className="quiet">Without {leftOut.join(', ')}: the map’s file gives these only whole.</p>
      )}
      {!isWide && <SelectionContrast />}
      <Rows />
    </>
  )
}

/** Only the lines in view are in the page; two empty ones stand for those above and below. */
function Rows() {
  const engine = useEngine()
  const { table } = engine
  const { nRows, columns, sortedBy, descending } = useStore(table.view)
  const scroller = useRef<HTMLDivElement>(null)
  // oxlint-disable-next-line react/incompatible-library -- it warns of the React compiler, which is not used here
  const list = useVirtualizer({
    count: nRows,
    getScrollElement: () => scroller.current,
    estimateSize: () => ROW_PX,
    overscan: 6,
  })
  const lines = list.getVirtualItems()
  const above = lines[0]?.start ?? 0
  const below = list.getTotalSize() - (lines.at(-1)?.end ?? 0)
  return (
    <div ref={scroller} className="rows" role="region" aria-label="Table of selected captions" tabIndex={0}>
      <table aria-rowcount={nRows + 1}>
        <thead>
          <tr aria-rowindex={1}>
            <th scope="col">Row</th>
            {columns.map(({ name, isNumber }, i) => (
              <th
                key={name}
                scope="col"
                data-number={isNumber}
                aria-sort={sortedBy === i ? (descending ? 'descending' : 'ascending') : undefined}
              >
                <button type="button" onClick={() => table.sortBy(i)}>
                  {name}
                  <span aria-hidden="true">{sortedBy === i ? (descending ? ' ↓' : ' ↑') : ''}</span>
                </button>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {above > 0 && <tr style={{ height: above }} />}
          {lines.map(({ index }) => {
            const row = table.rowAt(index)
            return (
              <tr key={row} aria-rowindex={index + 2} style={{ height: ROW_PX }}>
                <th scope="row">
                  <button
                    type="button"
                    aria-label={`Show row ${formatCount(row)}`}
                    onClick={() => engine.map.visit(row)}
                  >
                    {formatCount(row)}
                  </button>
                </th>
                {columns.map(({ name, isNumber }, i) => (
                  <td key={name} dir="auto" data-number={isNumber} title={table.cell(index, i)}>
                    {table.cell(index, i)}
                  </td>
                ))}
              </tr>
            )
          })}
          {below > 0 && <tr style={{ height: below }} />}
        </tbody>
      </table>
    </div>
  )
}
