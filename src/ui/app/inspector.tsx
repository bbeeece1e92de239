import { type KeyboardEvent, type PointerEvent, type ReactNode, useRef } from 'react'
import { useStore } from 'zustand'
import { CaptionPanel } from '../caption/caption-panel.tsx'
import { CaptionsInView } from '../caption/view-list.tsx'
import { SearchPanel } from '../find/search-panel.tsx'
import { TopicList } from '../map/topic-list.tsx'
import { useData, useEngine, useStage } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import { panels, TABS, type Tab, useIsWide, usePanels } from '../parts/panels.ts'
import { SelectionPanel } from '../select/selection-panel.tsx'
import './inspector.css'

const NAMES: Readonly<Record<Tab, string>> = {
  caption: 'Caption',
  results: 'Results',
  selection: 'Selection',
  topics: 'Topics',
}
/** Of a step by arrow keys, CSS pixels. */
const STEP_PX = 24
/** A shorter pull is a click. */
const PULL_PX = 20

/** All that is told beside the map, a tab each; on a phone a sheet of three heights. */
export function Inspector() {
  const hasMap = useData((view) => view.shown !== null)
  const { tab, isOpen, isTall } = usePanels((view) => view)
  const isWide = useIsWide()
  if (!hasMap) return null
  return (
    <div className="inspector" data-inspector="" data-open={isOpen} data-tall={isTall}>
      {isWide ? <WidthGrip /> : <SheetGrip />}
      <nav aria-label="Inspector">
        <Tabs />
      </nav>
      <div className="tabpanels" hidden={!isOpen}>
        <Panel tab="caption" now={tab}>
          <CaptionPanel />
          <NoCaption />
        </Panel>
        <Panel tab="results" now={tab}>
          <SearchPanel />
        </Panel>
        <Panel tab="selection" now={tab}>
          <SelectionPanel />
        </Panel>
        <Panel tab="topics" now={tab}>
          <TopicList />
          <CaptionsInView />
        </Panel>
      </div>
    </div>
  )
}

function Tabs() {
  const { tab, isOpen } = usePanels((view) => view)
  const list = useRef<HTMLDivElement>(null)
  const onKeyDown = (event: KeyboardEvent): void => {
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (step === undefined) return
    const next = TABS[(TABS.indexOf(tab) + step + TABS.length) % TABS.length]
    panels.show(next)
    list.current?.querySelector<HTMLElement>(`#tab-${next}`)?.focus()
    event.preventDefault()
  }
  return (
    <div
      ref={list}
      role="tablist"
      aria-label="Inspector"
      className="tabs"
      tabIndex={-1}
      onKeyDown={onKeyDown}
    >
      {TABS.map((name) => (
        <button
          key={name}
          id={`tab-${name}`}
          type="button"
          role="tab"
          aria-selected={isOpen && name === tab}
          aria-controls={`panel-${name}`}
          tabIndex={name === tab ? 0 : -1}
          onClick={() => (isOpen && name === tab ? panels.setOpen(false) : panels.show(name))}
        >
          {NAMES[name]}
          <TabCount tab={name} />
        </button>
      ))}
    </div>
  )
}

/** How much there is behind a tab. */
function TabCount({ tab }: { readonly tab: Tab }) {
  const engine = useEngine()
  const found = useStore(engine.find.view, ({ state, count }) => (state === 'found' ? count : 0))
  const selected = useStore(engine.select.view, ({ count }) => count)
  const count = { results: found, selection: selected, caption: 0, topics: 0 }[tab]
  return count > 0 ? <small>{formatCount(count)}</small> : null
}

function Panel({
  tab,
  now,
  children,
}: {
  readonly tab: Tab
  readonly now: Tab
  readonly children: ReactNode
}) {
  return (
    <div
      id={`panel-${tab}`}
      role="tabpanel"
      aria-labelledby={`tab-${tab}`}
      className="tabpanel"
      hidden={tab !== now}
    >
      {children}
    </div>
  )
}

function NoCaption() {
  const pinned = useStage((view) => view.pinned)
  if (pinned !== null) return null
  return (
    <section className="hint" aria-label="No caption yet">
      <p>Click a point to read its caption here, with all that its file says of it and what is nearest.</p>
    </section>
  )
}

/** Drags the inspector's edge; the arrow keys move it too. */
function WidthGrip() {
  const width = usePanels((view) => view.width)
  return (
    <hr
      className="grip"
      aria-orientation="vertical"
      aria-label="Width of the inspector"
      aria-valuenow={width}
      tabIndex={0}
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        if (event.currentTarget.hasPointerCapture(event.pointerId))
          panels.resize('width', innerWidth - event.clientX)
      }}
      onKeyDown={(event) => {
        const step = { ArrowLeft: STEP_PX, ArrowRight: -STEP_PX }[event.key]
        if (step !== undefined) panels.resize('width', width + step)
      }}
    />
  )
}

/** A pull or a click takes the sheet to its next height. */
function SheetGrip() {
  const { isOpen, isTall } = usePanels((view) => view)
  const from = useRef(0)
  const isPulled = useRef(false)
  const now = isOpen ? (isTall ? 2 : 1) : 0
  const set = (height: number): void => {
    panels.setOpen(height > 0)
    panels.setTall(height > 1)
  }
  const onUp = (event: PointerEvent): void => {
    const moved = from.current - event.clientY
    isPulled.current = Math.abs(moved) > PULL_PX
    if (isPulled.current) set(Math.max(0, Math.min(2, now + Math.sign(moved))))
  }
  return (
    <button
      type="button"
      className="sheet-grip"
      aria-label={now === 2 ? 'Lower the sheet' : 'Raise the sheet'}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId)
        from.current = event.clientY
      }}
      onPointerUp={onUp}
      onClick={() => {
        // A pull ends in a click, too.
        if (!isPulled.current) set(now === 1 ? 2 : 1)
        isPulled.current = false
      }}
    />
  )
}
