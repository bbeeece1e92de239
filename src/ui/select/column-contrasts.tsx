import { useStore } from 'zustand'
import type { ColumnContrast, NumberSummary } from '../../engine/select/column-contrast.ts'
import { useEngine } from '../parts/engine-context.ts'
import { formatNumbers } from '../parts/format.ts'
import './column-contrasts.css'

/** Height of a histogram in its own units; its width is that of the bins. */
const HEIGHT = 30

/** How the columns of the selection differ from those of the rest, the most telling first. */
export function ColumnContrasts() {
  const { table } = useEngine()
  const contrasts = useStore(table.view, (view) => view.contrasts)
  return (
    <details className="contrasts" open={innerHeight >= 800 && innerWidth >= 760}>
      <summary>
        Columns, <span className="of-selection">selected</span> against{' '}
        <span className="of-rest">the rest</span>
      </summary>
      {/* Tabbing to it lets the arrow keys scroll it. */}
      <ul aria-label="Columns of the selection against the rest" tabIndex={0}>
        {contrasts.map((contrast) => (
          <li key={contrast.name}>
            <h3>{contrast.name}</h3>
            {contrast.kind === 'category' ? <Categories {...contrast} /> : <Numbers {...contrast} />}
          </li>
        ))}
      </ul>
    </details>
  )
}

function Categories({ top }: Extract<ColumnContrast, { kind: 'category' }>) {
  return (
    <dl>
      {top.map(({ value, share, restShare }) => (
        <div key={value}>
          <dt dir="auto">{value}</dt>
          <dd>
            {percent(share)} <small>{percent(restShare)}</small>
          </dd>
        </div>
      ))}
    </dl>
  )
}

function Numbers({ kind, chosen, rest }: Extract<ColumnContrast, { kind: 'number' | 'date' }>) {
  const width = Math.max(chosen.most, rest?.most ?? 0) - Math.min(chosen.least, rest?.least ?? 0)
  const format = formatNumbers(kind, width)
  const highest = Math.max(...chosen.bins, ...(rest?.bins ?? []))
  const range = ({ least, most }: NumberSummary): string => `${format(least)} – ${format(most)}`
  return (
    <>
      <svg viewBox={`0 0 ${chosen.bins.length} ${HEIGHT}`} preserveAspectRatio="none" aria-hidden="true">
        {rest && <path className="rest-bins" d={outline(rest.bins, highest)} />}
        {chosen.bins.map((share, bin) => {
          const height = (HEIGHT * share) / highest
          return <rect key={bin} x={bin + 0.12} y={HEIGHT - height} width={0.76} height={height} />
        })}
      </svg>
      <dl>
        <div>
          <dt>mean</dt>
          <dd>
            {format(chosen.mean)} {rest && <small>{format(rest.mean)}</small>}
          </dd>
        </div>
        <div>
          <dt>range</dt>
          <dd>
            {range(chosen)} {rest && <small>{range(rest)}</small>}
          </dd>
        </div>
      </dl>
    </>
  )
}

/** Steps over the bins, down to the line at the bottom. */
function outline(bins: readonly number[], highest: number): string {
  const tops = bins.map((share, bin) => `V${HEIGHT - (HEIGHT * share) / highest}H${bin + 1}`)
  return `M0 ${HEIGHT}${tops.join('')}V${HEIGHT}Z`
}

function percent(share: number): string {
  const digits = share > 0 && share < 0.1 ? 1 : 0
  return `${(100 * share).toLocaleString(undefined, { maximumFractionDigits: digits })} %`
}
