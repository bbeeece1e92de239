import { useState } from 'react'
import { useEngine, useView } from './engine-context.ts'

/** Saves the open file's rows with the layouts as columns. */
export function ExportButton() {
  const engine = useEngine()
  const ready = useView((view) => view.shown !== null && view.phase !== 'working')
  const [busy, setBusy] = useState(false)
  const save = async (): Promise<void> => {
    setBusy(true)
    try {
      const { name, file } = await engine.exportFile()
      const url = URL.createObjectURL(file)
      const link = Object.assign(document.createElement('a'), { href: url, download: name })
      link.click()
      URL.revokeObjectURL(url)
    } catch (error) {
      engine.report(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <button
      type="button"
      disabled={!ready || busy}
      title="Parquet: your columns with x_ and y_ for each layout"
      onClick={() => void save()}
    >
      Export
    </button>
  )
}
