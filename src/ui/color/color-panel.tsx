import { type PointerEvent, useId, useRef, useState } from 'react'
import { useStore } from 'zustand'
import { cssColor, rampColor } from '../../draw/color/palette.ts'
import type { Legend } from '../../engine/color/legend.ts'
import { AGREEMENT, DENSITY, KEPT, SCORE } from '../../engine/color/computed-values.ts'
import { isCoordinate } from '../parts/coordinates.ts'
import { DrawChoice } from '../map/draw-choice.tsx'
import { useColor, useData, useEngine, useStage } from '../parts/engine-context.ts'
import { formatBytes, formatCount, formatNumbers } from '../parts/format.ts'
import './color-panel.css'

/** What the page computes itself, beside the file's columns, and what it means. */
const COMPUTED: readonly { readonly value: string; readonly name: string; readonly says: string }[] = [
  {
    value: AGREEMENT,
    name: 'Agreement of the layouts',
    says: 'The share of a caption’s 15 nearest on this layout that are among its 15 nearest on the others. Where it is low, the layouts disagree: do not read much into what lies side by side.',
  },
  {
    value: KEPT,
    name: 'Kept from the vectors',
    says: 'The share of a caption’s 15 nearest by the vectors that are among its 15 nearest on this layout. Where it is low, this layout has put others beside it: look at the caption’s “Nearest in meaning” there.',
  },
  {
    value: DENSITY,
    name: 'Density of the map',
    says: 'Doublings: one more is twice as many captions on the same area.',
  },
  {
    value: SCORE,
    name: 'Likeness to the search',
    says: 'The cosine between a caption’s vector and that of what is searched for: 1 means the same.',
  },
]
const PLACE = ''
/** A drag over the histogram shorter than this is a click. */
const CLICK_PX = 3
const SCALES = [
  { scale: 'linear', name: 'Linear', title: 'Colors follow the values' },
  { scale: 'quantile', name: 'Quantile', title: 'Colors follow the ranks: as many captions of each' },
] as const

/** How the map is drawn: what the points' color says, and whether they are points. */
export function ColorPanel() {
  const isThere = useData((view) => (view.shown?.layouts.length ?? 0) > 0)
  if (!isThere) return null
  return (
    <section className="card coloring" aria-label="Colors">
      <ColorBy />
      <DrawChoice />
    </section>
  )
}

/** What the points' color says, a legend that filters, and the filters at work. */
function ColorBy() {
  const engine = useEngine()
  const columns = useData((view) => view.shown?.columns)
  const layouts = useData((view) => view.shown?.layouts)
  const { column, isLoading, progress, offer, legend } = useColor((view) => view)
  const select = useId()
  const hasVectors = useData((view) => (view.shown?.backend ?? null) !== null)
  const hasScores = useStore(engine.find.view, ({ by, state }) => by === 'meaning' && state === 'found')
  const streamed = useData((view) => view.shown?.streamed)
  if (!columns || !layouts || (streamed && columns.length === 0)) return null
  const usable = columns.filter(
    ({ kind, name }) => kind !== 'other' && kind !== 'nested' && !isCoordinate(name, layouts),
  )
  const canCompute: Readonly<Record<string, boolean>> = {
    // These compare all rows of all layouts, which a map held in part has not got.
    [AGREEMENT]: layouts.length > 1 && !streamed,
    [DENSITY]: !streamed,
    [KEPT]: hasVectors,
    [SCORE]: hasScores || column === SCORE,
  }
  const computed = COMPUTED.filter(({ value }) => canCompute[value] ?? true)
  const says = COMPUTED.find(({ value }) => value === column)?.says
  return (
    <>
      <header>
        <label htmlFor={select}>Color by</label>
        <select
          id={select}
          value={offer?.column ?? column ?? PLACE}
          onChange={(event) => void engine.color.choose(event.currentTarget.value || null)}
        >
          <option value={PLACE}>Place on the map</option>
          {computed.map(({ value, name }) => (
            <option key={value} value={value}>
              {name}
            </option>
          ))}
          {usable.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
        </select>
      </header>
      {offer && <Offer />}
      {isLoading && <Loading progress={progress} />}
      {!isLoading && legend?.kind === 'category' && <Categories legend={legend} />}
      {!isLoading && legend && legend.kind !== 'category' && <Range key={legend.column} legend={legend} />}
      {says !== undefined && !isLoading && <p className="quiet">{says}</p>}
      <Filters />
    </>
  )
}

/** What a column costs that has to be fetched whole. */
function Offer() {
  const { color: coloring } = useEngine()
  const offer = useColor((view) => view.offer)
  if (!offer) return null
  return (
    <div className="offer">
      <p>This column is not in the page yet.</p>
      <div className="row">
        <button type="button" className="primary" onClick={() => void coloring.accept()}>
          Fetch {formatBytes(offer.bytes)}
        </button>
        <button type="button" onClick={() => coloring.decline()}>
          Leave it
        </button>
      </div>
    </div>
  )
}

function Loading({
  progress,
}: {
  readonly progress: { readonly done: number; readonly total: number } | null
}) {
  const { color: coloring } = useEngine()
  const streamed = useData((view) => view.shown?.streamed)
  if (!streamed || !progress) return <p className="quiet">Reading the column…</p>
  const { done, total } = progress
  return (
    <div className="offer">
      <progress aria-label="Column" value={done} max={total} />
      <div className="row">
        <p className="quiet">
          {formatBytes(done)} of {formatBytes(total)}
        </p>
        <button type="button" onClick={() => coloring.decline()}>
          Cancel
        </button>
      </div>
    </div>
  )
}

function Categories({ legend }: { readonly legend: Extract<Legend, { kind: 'category' }> }) {
  const engine = useEngine()
  return (
    <ul className="categories" aria-label={`Values of ${legend.column}`}>
      {legend.entries.map(({ code, name, count, color, isOn }) => (
        <li key={code}>
          <label>
            <input type="checkbox" checked={isOn} onChange={() => engine.color.toggle(code)} />
            <span className="swatch" style={{ background: color }} />
            <span className="value" dir="auto">
              {name}
            </span>
            <small className="quiet">{formatCount(count)}</small>
          </label>
          <button
            type="button"
            className="plain"
            aria-label={`Only ${name}`}
            onClick={() => engine.color.only(code)}
          >
            only
          </button>
        </li>
      ))}
    </ul>
  )
}

function Range({ legend }: { readonly legend: Exclude<Legend, { kind: 'category' }> }) {
  const engine = useEngine()
  const theme = useStage((view) => view.theme)
  const { histogram, kind, scale, column } = legend
  const title = column.replace('@', '')
  const [range, setRange] = useState<readonly [number, number] | null>(null)
  const [least, most] = range ?? [legend.least, legend.most]
  const format = formatNumbers(kind, histogram.most - histogram.least)
  const width = histogram.most - histogram.least
  const step = width > 0 ? width / 400 : 1
  const highest = Math.max(1, ...histogram.counts)
  const n = histogram.counts.length
  const commit = (): void => {
    if (range) engine.color.setRange(...range)
    setRange(null)
  }
  const anchor = useRef<{ readonly value: number; readonly x: number } | null>(null)
  const valueAt = ({ clientX, currentTarget }: PointerEvent<SVGSVGElement>): number => {
    const { left, width: px } = currentTarget.getBoundingClientRect()
    return histogram.least + Math.min(1, Math.max(0, (clientX - left) / px)) * width
  }
  const brush = (event: PointerEvent<SVGSVGElement>): void => {
    if (!anchor.current || Math.abs(event.clientX - anchor.current.x) < CLICK_PX) return
    const [from, to] = [anchor.current.value, valueAt(event)]
    setRange([Math.min(from, to), Math.max(from, to)])
  }
  const endBrush = (event: PointerEvent<SVGSVGElement>): void => {
    if (!anchor.current) return
    // A click takes the range back.
    if (Math.abs(event.clientX - anchor.current.x) < CLICK_PX)
      engine.color.setRange(histogram.least, histogram.most)
    anchor.current = null
    commit()
  }
  const slider = (label: string, value: number, change: (value: number) => void) => (
    <input
      type="range"
      aria-label={label}
      aria-valuetext={format(value)}
      min={histogram.least}
      max={histogram.most}
      step={step}
      value={value}
      onChange={(event) => change(Number(event.currentTarget.value))}
      onPointerUp={commit}
      onKeyUp={commit}
      onBlur={commit}
    />
  )
  return (
    <div className="range">
      <svg
        viewBox={`0 0 ${n} 24`}
        preserveAspectRatio="none"
        aria-hidden="true"
        onPointerDown={(event) => {
          event.currentTarget.setPointerCapture(event.pointerId)
          anchor.current = { value: valueAt(event), x: event.clientX }
        }}
        onPointerMove={brush}
        onPointerUp={endBrush}
        onPointerCancel={() => {
          anchor.current = null
          setRange(null)
        }}
      >
        {histogram.counts.map((count, bin) => {
          const middle = histogram.least + ((bin + 0.5) / n) * width
          const isIn = middle >= least && middle <= most
          const height = count === 0 ? 0 : Math.max(0.8, 24 * Math.sqrt(count / highest))
          return (
            <rect
              key={bin}
              x={bin + 0.08}
              y={24 - height}
              width={0.84}
              height={height}
              fill={cssColor(rampColor((bin + 0.5) / n, theme))}
              opacity={isIn ? 1 : 0.2}
            />
          )
        })}
      </svg>
      <div className="sliders">
        {slider(`Least ${title}`, least, (value) => setRange([Math.min(value, most), most]))}
        {slider(`Most ${title}`, most, (value) => setRange([least, Math.max(value, least)]))}
      </div>
      <p>
        <span>
          {format(least)} – {format(most)}
        </span>
        {kind === 'number' && <small className="quiet">mean {format(histogram.mean)}</small>}
        {histogram.nNone > 0 && <small className="quiet">{formatCount(histogram.nNone)} without</small>}
      </p>
      <div role="radiogroup" aria-label="Scale of the colors" className="scales">
        {SCALES.map(({ scale: other, name, title: hint }) => (
          <label key={other} title={hint}>
            <input
              type="radio"
              name="color-scale"
              checked={scale === other}
              onChange={() => engine.color.setScale(other)}
            />
            {name}
          </label>
        ))}
      </div>
    </div>
  )
}

/** Filters stay while the map is colored by something else; each can be taken back. */
function Filters() {
  const engine = useEngine()
  const { filtered, passing } = useColor((view) => view)
  const nRows = useData((view) => view.shown?.nRows ?? 0)
  if (!filtered.length) return <p className="visually-hidden" aria-live="polite" />
  return (
    <div className="filters">
      <p aria-live="polite">
        {formatCount(passing)} of {formatCount(nRows)} captions shown
      </p>
      {filtered.map((column) => (
        <button
          key={column}
          type="button"
          aria-label={`Remove the filter on ${column}`}
          onClick={() => engine.color.clear(column)}
        >
          {column.replace('@', '')} ✕
        </button>
      ))}
    </div>
  )
}
