import { useEffect, useState } from 'react'
import { useStore } from 'zustand'
import { createStore } from 'zustand/vanilla'

/** As in styles.css: narrower windows show panels as sheets at the bottom. */
export const WIDE_PX = 760
/** Below this width the map would be the smaller part beside an open inspector. */
const ROOMY_PX = 1100

export const TABS = ['caption', 'results', 'selection', 'topics'] as const
export type Tab = (typeof TABS)[number]
/** What Escape closes, the latest first. */
type Closable = Tab | 'table' | 'menu'

/** Where panels are, and how large; nothing of the map. */
export interface PanelsView {
  readonly tab: Tab
  /** On a phone the closed inspector shows its tabs alone. */
  readonly isOpen: boolean
  /** On a phone the open sheet covers half of the window, or nearly all. */
  readonly isTall: boolean
  readonly menuOpen: boolean
  /** Of the inspector, CSS pixels. */
  readonly width: number
  /** Of the table, CSS pixels. */
  readonly tableHeight: number
  /** In the order of opening. */
  readonly opened: readonly Closable[]
}

const LEAST = { width: 260, tableHeight: 120 } as const
const KEY = 'captionscape.panels'
const DEFAULTS = { width: 320, tableHeight: 200 }

type Kept = Pick<PanelsView, 'isOpen' | 'width' | 'tableHeight'>

/** The panels of one page; sizes and whether the inspector is open are kept between visits. */
export class Panels {
  readonly view = createStore<PanelsView>(() => ({
    tab: 'topics',
    isTall: false,
    menuOpen: innerWidth >= WIDE_PX && !new URLSearchParams(location.search).has('data'),
    opened: [],
    ...DEFAULTS,
    isOpen: innerWidth >= ROOMY_PX,
    ...(innerWidth >= WIDE_PX ? readKept() : {}),
  }))

  /** Brings a tab to the front. */
  show(tab: Tab): void {
    this.view.setState({ tab, isOpen: true })
    this.opens(tab)
    this.keep()
  }

  /** A tab has nothing to show any more: the one that was opened before it takes its place. */
  leave(tab: Tab): void {
    this.closes(tab)
    const { tab: now, opened } = this.view.getState()
    if (now !== tab) return
    const before = opened.findLast((name): name is Tab => TABS.some((other) => other === name))
    this.view.setState({ tab: before ?? 'topics' })
    if (!before && innerWidth < WIDE_PX) this.view.setState({ isOpen: false, isTall: false })
  }

  setOpen(isOpen: boolean): void {
    this.view.setState({ isOpen, ...(isOpen ? {} : { isTall: false }) })
    this.keep()
  }

  setTall(isTall: boolean): void {
    this.view.setState({ isTall })
  }

  setMenu(menuOpen: boolean): void {
    this.view.setState({ menuOpen })
    if (menuOpen) this.opens('menu')
    else this.closes('menu')
  }

  /** @param size CSS pixels */
  resize(what: 'width' | 'tableHeight', size: number): void {
    const most = what === 'width' ? 0.5 * innerWidth : 0.6 * innerHeight
    this.view.setState({ [what]: Math.round(Math.max(LEAST[what], Math.min(most, size))) })
    this.keep()
  }

  opens(what: Closable): void {
    const { opened } = this.view.getState()
    this.view.setState({ opened: [...opened.filter((other) => other !== what), what] })
  }

  closes(what: Closable): void {
    const { opened } = this.view.getState()
    this.view.setState({ opened: opened.filter((other) => other !== what) })
  }

  private keep(): void {
    if (innerWidth < WIDE_PX) return
    const { isOpen, width, tableHeight } = this.view.getState()
    try {
      localStorage.setItem(KEY, JSON.stringify({ isOpen, width, tableHeight } satisfies Kept))
    } catch {
      // Storage is off or full: the sizes hold until the page is closed.
    }
  }
}

function readKept(): Partial<Kept> {
  try {
    const kept = JSON.parse(localStorage.getItem(KEY) ?? 'null') as Partial<
      Record<keyof Kept, unknown>
    > | null
    const size = (name: 'width' | 'tableHeight'): Partial<Kept> => {
      const value = kept?.[name]
      return typeof value === 'number' && value >= LEAST[name] ? { [name]: value } : {}
    }
    return {
      ...size('width'),
      ...size('tableHeight'),
      ...(typeof kept?.isOpen === 'boolean' ? { isOpen: kept.isOpen } : {}),
    }
  } catch {
    return {}
  }
}

/** One page, one set of panels. */
export const panels = new Panels()

export function usePanels<T>(select: (view: PanelsView) => T): T {
  return useStore(panels.view, select)
}

/** Whether panels dock at the sides; false on a phone, where they are sheets. */
export function useIsWide(): boolean {
  const [isWide, setIsWide] = useState(() => innerWidth >= WIDE_PX)
  useEffect(() => {
    const query = matchMedia(`(min-width: ${WIDE_PX}px)`)
    const change = (): void => setIsWide(query.matches)
    query.addEventListener('change', change)
    change()
    return () => query.removeEventListener('change', change)
  }, [])
  return isWide
}
