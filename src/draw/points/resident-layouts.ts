import type { Layout } from '../../shared/core/types.ts'
import { type Placed, slotsFor } from './point-buffers.ts'
import { between, blendOf, leastSeen, mixed, only, type Weights } from './weights.ts'

/** Between the active layout, share 0, and another one, share 1. */
interface Blend {
  readonly to: string
  readonly share: number
}

/** The slot of a layout that the points are moving away from, while it is among the layouts no more. */
const LEAVING = '\0leaving'

/**
 * The layouts of a map, and which of them lie in the slots that the GPU has room for. What is seen is their sum by
 * `weights`. Knows nothing of a GPU.
 */
export class ResidentLayouts {
  /** Of each slot in what is shown now. */
  weights: Weights = only(0)
  private layouts: readonly Layout[] = []
  private name: string | null = null
  private leaving: Layout | null = null
  /** Name of the layout whose positions each slot holds. */
  private slots: (string | null)[] = []
  /** How far the points are on their way from the active layout to another. */
  private blend: Blend | null = null
  /** Where they are then, once something asks for all of them. */
  private blended: Float32Array | null = null

  get active(): Layout | null {
    return this.find(this.name)
  }

  /** The layout that the points are on their way to by a blend. */
  get blendedWith(): Layout | null {
    return this.blend && this.find(this.blend.to)
  }

  /** Of the way to it, 0–1. */
  get share(): number {
    return this.blend?.share ?? 0
  }

  get isEmpty(): boolean {
    return this.layouts.length === 0
  }

  /** Whether the GPU has room for one layout only. */
  get isSingle(): boolean {
    return this.slots.length === 1
  }

  get nPoints(): number {
    return (this.active?.positions.length ?? 0) / 2
  }

  has(name: string | null): boolean {
    return this.layouts.some((layout) => layout.name === name)
  }

  isActive(name: string): boolean {
    return name === this.name
  }

  /** The middle layout gives the colors, so that a point keeps its color in all of them. */
  get colorReference(): Float32Array {
    return this.layouts[Math.floor((this.layouts.length - 1) / 2)].positions
  }

  // Changes. None of them moves the weights: see `target`.

  /** Lets go of all that is known of the rows so far. */
  forget(): void {
    this.leaving = null
    this.blend = null
    this.slots = []
  }

  /** Replaces the layouts. */
  set(layouts: readonly Layout[], active: string | null): void {
    this.layouts = layouts
    this.name = active
    this.fitSlots()
    this.blended = null
  }

  turnTo(name: string): void {
    this.name = name
    if (this.blend?.to === name) this.blend = null
    this.blended = null
  }

  /** @param to null for the active layout itself @returns false where the points are there already */
  blendTo(to: string | null, share: number): boolean {
    const isOff = to === null || to === this.name || !this.has(to)
    const blend = isOff ? null : { to, share }
    if (blend?.to === this.blend?.to && blend?.share === this.blend?.share) return false
    this.blend = blend
    this.blended = null
    return true
  }

  /** All slots are for other places from now on; what is shown are those of a layout that is there no more. */
  leave(before: Layout): void {
    this.leaving = before
    this.slots = this.slots.map((_, slot) => (slot === 0 ? LEAVING : null))
    this.weights = only(0)
  }

  /** Nothing of what the slots hold is of use any more. */
  emptySlots(): void {
    this.slots = this.slots.map(() => null)
  }

  /** The points have left the layout that is there no more. @returns whether there was one */
  arrive(): boolean {
    if (!this.leaving) return false
    this.leaving = null
    this.slots = this.slots.map((name) => (name === LEAVING ? null : name))
    return true
  }

  /** The weights that the map comes to rest at; makes room for what they need. */
  target(): Weights {
    const from = this.slotFor(this.name)
    if (!this.blend) return only(from)
    const { to, share } = this.blend
    return mixed(only(from), only(this.slotFor(to, from)), share)
  }

  /** Takes free slots for the other layouts ahead of time, so that switching has nothing to upload. */
  fillSlots(): void {
    for (const { name } of this.layouts)
      if (!this.slots.includes(name) && this.slots.includes(null)) this.slotFor(name)
  }

  /** What each slot holds, of those that have as many points as the active one. */
  placed(): Placed[] {
    const n = this.nPoints
    return this.slots.map((name) => {
      const layout = name === LEAVING ? this.leaving : this.find(name)
      return layout?.positions.length === 2 * n ? layout : null
    })
  }

  // Places.

  /** [n, 2], on their way as well; null without a layout. The same array for the same places. */
  places(): Float32Array | null {
    const from = this.active?.positions ?? null
    const to = this.blendedWith?.positions
    if (!from || !to) return from
    this.blended ??= blendOf(from, to, this.share)
    return this.blended
  }

  /** Null for a row without a place. */
  position(row: number): readonly [number, number] | null {
    const from = this.active?.positions
    if (!from || row < 0 || 2 * row + 1 >= from.length) return null
    const to = this.blendedWith?.positions ?? from
    const x = between(from[2 * row], to[2 * row], this.share)
    const y = between(from[2 * row + 1], to[2 * row + 1], this.share)
    return Number.isFinite(x + y) ? [x, y] : null
  }

  private find(name: string | null): Layout | null {
    return this.layouts.find((layout) => layout.name === name) ?? null
  }

  /** As many slots as fit into the GPU for the points that are there. */
  private fitSlots(): void {
    const n = this.nPoints
    if (n === 0 || this.slots.length === slotsFor(n)) return
    this.slots = Array.from({ length: slotsFor(n) }, () => null)
    this.leaving = null
  }

  /**
   * The slot of a layout, taken over from the least visible one where it has none yet.
   * @param kept a slot that stays as it is
   */
  private slotFor(name: string | null, kept = -1): number {
    const held = this.slots.indexOf(name)
    if (held >= 0) return held
    const isFree = (other: string | null): boolean => {
      if (other === LEAVING) return this.leaving === null
      return other === null || !this.has(other)
    }
    const free = this.slots.findIndex(isFree)
    const slot = free >= 0 ? free : leastSeen(this.slots.length, this.weights, kept)
    this.slots[slot] = name
    return slot
  }
}
