import { createStore, type StoreApi } from 'zustand/vanilla'
import type { Theme } from '../../draw/color/color.ts'
import type { DrawChoice, DrawMode } from '../../draw/points/crowding.ts'
import type { Params } from '../link/params.ts'

/** The map as the panels show it. */
export interface StageView {
  /** The layout on screen. */
  readonly active: string | null
  /** The row under the pointer or the keyboard's focus, with the place of its tooltip in CSS px. */
  readonly hovered: {
    readonly row: number
    readonly x: number
    readonly y: number
    readonly byKey: boolean
  } | null
  readonly pinned: number | null
  readonly theme: Theme
  /** How the points are to be drawn, and how they are. */
  readonly draw: DrawChoice
  readonly mode: DrawMode
}

/** @param theme where the link names none */
export function createStageView(params: Pick<Params, 'theme' | 'draw'>, theme: Theme): StoreApi<StageView> {
  return createStore<StageView>()(() => ({
    active: null,
    hovered: null,
    pinned: null,
    theme: params.theme ?? theme,
    draw: params.draw,
    mode: 'points',
  }))
}
