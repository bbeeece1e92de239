import { createContext, useContext } from 'react'
import { useStore } from 'zustand'
import type { Engine } from '../../engine/engine.ts'
import type { View } from '../../engine/store.ts'

export const EngineContext = createContext<Engine | null>(null)

export function useEngine(): Engine {
  const engine = useContext(EngineContext)
  if (!engine) throw new Error('ui: no engine above this component')
  return engine
}

/** A part of the page's state; the component renders again when that part changes. */
export function useView<T>(select: (view: View) => T): T {
  return useStore(useEngine().view, select)
}
