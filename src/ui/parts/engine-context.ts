import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { ColoringView } from '../../engine/color/coloring.ts'
import type { Engine } from '../../engine/engine.ts'
import type { ChoicesView } from '../../engine/run/choices.ts'
import type { DataView } from '../../engine/run/workspace.ts'
import type { StatusView } from '../../engine/status/status.ts'
import type { StageView } from '../../engine/view/stage-view.ts'
import type { TopicsView } from '../../engine/view/topic-guide.ts'

export const EngineContext = createContext<Engine | null>(null)

export function useEngine(): Engine {
  const engine = useContext(EngineContext)
  if (!engine) throw new Error('ui: no engine above this component')
  return engine
}

// A part of what one part of the engine shows; the component renders again when that changes.

export function useStatus<T>(select: (view: StatusView) => T): T {
  return useStore(useEngine().status.view, select)
}

export function useData<T>(select: (view: DataView) => T): T {
  return useStore(useEngine().data.view, select)
}

export function useStage<T>(select: (view: StageView) => T): T {
  return useStore(useEngine().map.view, select)
}

export function useChoices<T>(select: (view: ChoicesView) => T): T {
  return useStore(useEngine().choices.view, select)
}

export function useTopics<T>(select: (view: TopicsView) => T): T {
  return useStore(useEngine().topics.view, select)
}

export function useColor<T>(select: (view: ColoringView) => T): T {
  return useStore(useEngine().color.view, select)
}
