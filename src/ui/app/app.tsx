import { useEffect, useId, useState } from 'react'
import { useStore } from 'zustand'
import type { Engine } from '../../engine/engine.ts'
import { ColorPanel } from '../color/color-panel.tsx'
import { ControlPanel } from '../data/control-panel.tsx'
import { CompareBar } from '../map/compare-bar.tsx'
import { LayoutSwitch } from '../map/layout-switch.tsx'
import { MapCanvas } from '../map/map-canvas.tsx'
import { ZoomButtons } from '../map/zoom-buttons.tsx'
import { EngineContext, useData } from '../parts/engine-context.ts'
import { useIsWide, usePanels } from '../parts/panels.ts'
import { SelectTools } from '../select/select-tools.tsx'
import { SelectionTable } from '../select/selection-table.tsx'
import { closeLast, useFollow } from './follow.ts'
import { ErrorAlert } from './error-alert.tsx'
import { HelpDialog } from './help-dialog.tsx'
import { Inspector } from './inspector.tsx'
import { Notices } from './notices.tsx'
import { ProgressList } from './progress-list.tsx'
import { TopBar } from './top-bar.tsx'
import { useFileDrop } from './use-file-drop.ts'
import './app.css'
import './dock.css'

/** The whole page: a bar above, the map, the inspector beside it and the table below. */
export function App({ engine }: { readonly engine: Engine }) {
  return (
    <EngineContext value={engine}>
      <Page engine={engine} />
    </EngineContext>
  )
}

function Page({ engine }: { readonly engine: Engine }) {
  const dropping = useFileDrop((files) => engine.open.openFiles(files))
  const [helpOpen, setHelpOpen] = useState(false)
  const isWide = useIsWide()
  const menu = useId()
  useKeys(engine, () => setHelpOpen(true))
  useFollow(engine)
  const room = useRoom(engine, isWide)
  return (
    <div className="page" style={room}>
      <main>
        <MapCanvas />
        <TopBar menu={menu} onHelp={() => setHelpOpen(true)} />
        <section className="column" aria-label="Data">
          <ErrorAlert />
          <ProgressList />
          <Notices />
          <ControlPanel id={menu}>{!isWide && <ColorPanel />}</ControlPanel>
        </section>
        {isWide && <ColorPanel />}
        <SelectTools />
        <section className="dock" aria-label="Map controls">
          <CompareBar />
          <LayoutSwitch />
          <ZoomButtons />
        </section>
        <SelectionTable />
        <Inspector />
      </main>
      {helpOpen && <HelpDialog onClose={() => setHelpOpen(false)} />}
      {dropping && (
        <div className="drop" aria-hidden="true">
          <p>Drop a file of captions</p>
          <p>Parquet, CSV, TSV, JSON, JSON Lines, Arrow or Feather; vectors (.npy) beside them</p>
          <p className="quiet">It stays on this machine: nothing is uploaded.</p>
        </div>
      )}
    </div>
  )
}

/** What the inspector and the table take of the window, for the styles. */
function useRoom(engine: Engine, isWide: boolean): Record<`--${string}`, string> {
  const { isOpen, isTall, width, tableHeight } = usePanels((view) => view)
  const hasMap = useData((view) => view.shown !== null)
  const hasTable = useStore(engine.table.view, ({ state }) => state !== 'closed')
  return {
    '--inspector': isWide && isOpen && hasMap ? `min(${width}px, 50vw)` : '0px',
    ...(isOpen && hasMap && !isWide ? { '--sheet': isTall ? '84dvh' : '46dvh' } : {}),
    '--table': isWide && hasTable ? `min(${tableHeight}px, 60dvh)` : '0px',
  }
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
        else closeLast(engine)
      }
    }
    addEventListener('keydown', onKeyDown)
    return () => removeEventListener('keydown', onKeyDown)
  }, [engine, onHelp])
}
