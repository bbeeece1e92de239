import { useEffect, useState } from 'react'
import type { Engine } from '../../engine/engine.ts'
import { CaptionPanel } from '../caption/caption-panel.tsx'
import { ColorPanel } from '../color/color-panel.tsx'
import { CompareBar } from '../map/compare-bar.tsx'
import { ControlPanel } from '../data/control-panel.tsx'
import { EngineContext } from '../parts/engine-context.ts'
import { ErrorAlert } from './error-alert.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { LayoutSwitch } from '../map/layout-switch.tsx'
import { MapCanvas, WIDE_PX } from '../map/map-canvas.tsx'
import { Notices } from './notices.tsx'
import { ProgressList } from './progress-list.tsx'
import { SearchBox } from '../find/search-box.tsx'
import { SelectionBar } from '../select/selection-bar.tsx'
import { SelectionTable } from '../select/selection-table.tsx'
import { StatusLine } from './status-line.tsx'
import { TopicList } from '../map/topic-list.tsx'
import { useFileDrop } from './use-file-drop.ts'
import { CaptionsInView } from '../caption/view-list.tsx'
import { ZoomButtons } from '../map/zoom-buttons.tsx'
import './app.css'
import './dock.css'

/** The whole page over the map. */
export function App({ engine }: { readonly engine: Engine }) {
  const dropping = useFileDrop((files) => engine.open.openFiles(files))
  const [helpOpen, setHelpOpen] = useState(false)
  useKeys(engine, () => setHelpOpen(true))
  const [menuOpen, setMenuOpen] = useState(() => innerWidth >= WIDE_PX)
  useEffect(() => {
    // On a phone the menu would hide the run that it started.
    return engine.status.view.subscribe((view, before) => {
      const begins = view.phase === 'working' && before.phase !== 'working'
      if (begins && innerWidth < WIDE_PX) setMenuOpen(false)
    })
  }, [engine])
  return (
    <EngineContext value={engine}>
      <MapCanvas />
      <section className="column" aria-label="Data">
        <ControlPanel
          open={menuOpen}
          onToggle={() => setMenuOpen(!menuOpen)}
          onHelp={() => setHelpOpen(true)}
        >
          <ErrorAlert />
          <ProgressList />
          <Notices />
        </ControlPanel>
        <SearchBox />
        <ColorPanel open={menuOpen} />
        <TopicList open={menuOpen} />
        <CaptionsInView open={menuOpen} />
      </section>
      <SelectionBar />
      <SelectionTable />
      <CaptionPanel />
      <section className="dock" aria-label="Map controls">
        <CompareBar />
        <StatusLine />
        <LayoutSwitch />
        <ZoomButtons />
      </section>
      {helpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
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
function useKeys(engine: Engine, onHelp: () => void): void {
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement
      const isField = target.closest(
        'input:not([type=radio], [type=checkbox], [type=range]), textarea, dialog',
      )
      if (event.key === 'z' && (event.ctrlKey || event.metaKey) && !event.shiftKey && !isField) {
        engine.select.undo()
        event.preventDefault()
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return
      if (target.closest('input:not([type=radio]), textarea, select, dialog')) return
      const name = engine.data.view.getState().shown?.layouts[Number(event.key) - 1]
      if (name !== undefined && /^[1-9]$/.test(event.key)) engine.map.setActive(name)
      if (event.key === '?') onHelp()
      if (event.key === 'Escape') {
        if (engine.map.view.getState().hovered) engine.map.leave()
        else engine.map.pin(null)
      }
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [engine, onHelp])
}
