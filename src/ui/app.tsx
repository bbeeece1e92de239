import { useEffect, useState } from 'react'
import type { Engine } from '../engine/engine.ts'
import { CaptionPanel } from './caption-panel.tsx'
import { ColorPanel } from './color-panel.tsx'
import { ControlPanel } from './control-panel.tsx'
import { EngineContext } from './engine-context.ts'
import { ErrorAlert } from './error-alert.tsx'
import { LayoutSwitch } from './layout-switch.tsx'
import { MapCanvas } from './map-canvas.tsx'
import { Notices } from './notices.tsx'
import { ProgressList } from './progress-list.tsx'
import { SearchBox } from './search-box.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { SelectionTable } from './selection-table.tsx'
import { StatusLine } from './status-line.tsx'
import { TopicList } from './topic-list.tsx'
import { useFileDrop } from './use-file-drop.ts'
import { ZoomButtons } from './zoom-buttons.tsx'

/** The whole page over the map. */
export function App({ engine }: { readonly engine: Engine }) {
  const dropping = useFileDrop((files) => engine.openFiles(files))
  useKeys(engine)
  const [menuOpen, setMenuOpen] = useState(false)
  useEffect(() => {
    // On a phone the menu would hide the run that it started.
    return engine.view.subscribe((view, before) => {
      if (view.phase === 'working' && before.phase !== 'working') setMenuOpen(false)
    })
  }, [engine])
  return (
    <EngineContext value={engine}>
      <MapCanvas />
      <section className="column" aria-label="Data">
        <ControlPanel open={menuOpen} onToggle={() => setMenuOpen(!menuOpen)} />
        <SearchBox />
        <ErrorAlert />
        <ProgressList />
        <Notices />
        <ColorPanel open={menuOpen} />
        <TopicList open={menuOpen} />
      </section>
      <SelectionBar />
      <SelectionTable />
      <CaptionPanel />
      <section className="dock" aria-label="Map controls">
        <StatusLine />
        <LayoutSwitch />
        <ZoomButtons />
      </section>
      {dropping && (
        <div className="drop" aria-hidden="true">
          <p>Drop a Parquet file of captions</p>
          <p className="quiet">It stays on this machine: nothing is uploaded.</p>
        </div>
      )}
    </EngineContext>
  )
}

/** 1, 2, 3 … switch layouts, wherever the focus is but in a field. */
function useKeys(engine: Engine): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (target.closest('input:not([type=radio]), textarea, select, dialog')) return
      const name = engine.view.getState().shown?.layouts[Number(event.key) - 1]
      if (name !== undefined && /^[1-9]$/.test(event.key)) engine.setActive(name)
      if (event.key === 'Escape') {
        if (engine.view.getState().hovered) engine.leave()
        else engine.pin(null)
      }
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [engine])
}
