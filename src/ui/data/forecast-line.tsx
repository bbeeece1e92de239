import { useEffect, useState } from 'react'
import type { Forecast } from '../../engine/run/forecast.ts'
import type { Settings } from '../../engine/link/params.ts'
import { useEngine } from '../parts/engine-context.ts'
import { formatBytes, formatCount, formatDuration } from '../parts/format.ts'

/** Changes come in bursts, and each forecast is a small run. */
const REST_MS = 500

/** What a run under settings that are being edited would take on this machine. @param settings null where they are no good */
export function ForecastLine({ settings }: { readonly settings: Partial<Settings> | null }) {
  const engine = useEngine()
  const [text, setText] = useState('Measuring what a run takes…')
  // A change of what they say, not of the object that says it.
  const wanted = JSON.stringify(settings)
  useEffect(() => {
    let isStale = false
    const timer = setTimeout(() => {
      const asked = JSON.parse(wanted) as Partial<Settings> | null
      if (!asked) return
      engine.runs.forecast(asked).then(
        (forecast) => {
          if (!isStale) setText(forecast ? describe(forecast) : '')
        },
        (error: unknown) => {
          if (!isStale) setText(error instanceof Error ? error.message : String(error))
        },
      )
    }, REST_MS)
    return () => {
      isStale = true
      clearTimeout(timer)
    }
  }, [engine, wanted])
  return (
    <p className="forecast" aria-live="polite">
      {text}
    </p>
  )
}

function describe({ nPoints, layOut, embedMs, ownBytes }: Forecast): string {
  const captions = `${formatCount(nPoints)} captions`
  const before =
    embedMs === null ? 'the embedding comes before' : `embedding them about ${formatDuration(embedMs)}`
  const kept = ownBytes > 0 ? ` Search by meaning keeps ${formatBytes(ownBytes)} in the page’s memory.` : ''
  return layOut
    ? `Laying out ${captions} takes about ${formatDuration(layOut.ms)} and ${formatBytes(layOut.bytes)} of GPU memory on this machine; ${before}.${kept}`
    : `Without a GPU, ${captions} are laid out on the processor: up to 5,000, and 200 epochs; ${before}.${kept}`
}
