import { useState } from 'react'
import { useData, useEngine, useStatus } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import { ExportDialog } from './export-dialog.tsx'

/** Saves the open file's rows with the layouts as columns; beside it, everything else that can be saved. */
export function ExportButton() {
  const engine = useEngine()
  const isWorking = useStatus((view) => view.phase === 'working')
  const ready = useData((view) => view.shown !== null) && !isWorking
  const nRows = useData((view) => view.shown?.nRows ?? 0)
  const isPart = useData((view) => view.shown?.streamed === true)
  const [busy, setBusy] = useState(false)
  const [dialogOpen, setDialogOpen] = useState(false)
  const save = async (): Promise<void> => {
    setBusy(true)
    try {
      await engine.exporter.save({ format: 'parquet', rows: null, title: false }, () => {})
    } catch (error) {
      engine.status.report(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="split">
      <button
        type="button"
        disabled={!ready || busy}
        title={`Parquet: the ${formatCount(nRows)} rows of the map, your columns with x_ and y_ for each layout`}
        // All of a map held in part is at its address: what can be saved is chosen.
        onClick={() => (isPart ? setDialogOpen(true) : void save())}
      >
        Export
      </button>
      <button
        type="button"
        disabled={!ready}
        aria-label="More formats"
        title="The selection, CSV, vectors, a picture"
        aria-haspopup="dialog"
        onClick={() => setDialogOpen(true)}
      >
        …
      </button>
      {dialogOpen && <ExportDialog onClose={() => setDialogOpen(false)} />}
    </div>
  )
}
