import { watchLongPress } from './long-press.ts'

/** What a pointer asks of the map, and what it tells. CSS pixels from the map's corner. */
export interface PointerHost {
  rowAt(x: number, y: number): number | null
  /** A row under a pointer that moves can be told in time. */
  isQuick(): boolean
  /** What is hovered was told by an index, which a click need not ask again. */
  isKnown(): boolean
  onHover(row: number | null, x: number, y: number): void
  onClick(row: number | null, adds: boolean): void
  /** Another row is hovered: there is another picture to draw. */
  render(): void
}

/** The mouse or finger over a map: which row it is on, and which it clicks. */
export class MapPointer {
  /** The row that is hovered, by the pointer or the keyboard. */
  hovered: number | null = null
  private readonly element: HTMLElement
  private readonly host: PointerHost
  private readonly endLongPress: () => void
  /** Of the mouse; null while it is elsewhere. */
  private at: { readonly x: number; readonly y: number } | null = null
  private drags = false

  constructor(element: HTMLElement, host: PointerHost) {
    this.element = element
    this.host = host
    element.addEventListener('pointermove', this.onMove)
    element.addEventListener('pointerleave', this.onLeave)
    this.endLongPress = watchLongPress(
      element,
      (x, y) => this.hover(host.rowAt(x, y), x, y),
      () => this.leave(),
    )
  }

  destroy(): void {
    this.element.removeEventListener('pointermove', this.onMove)
    this.element.removeEventListener('pointerleave', this.onLeave)
    this.endLongPress()
  }

  get isDragging(): boolean {
    return this.drags
  }

  setDragging(isDragging: boolean): void {
    this.drags = isDragging
    if (isDragging) this.leave()
  }

  /** Looks again at what is under the pointer, as after the map has moved below it. */
  look(): void {
    // A look at each of millions of points takes longer than a pointer stays; what it is over is told once that is quick.
    if (!this.at || this.drags || !this.host.isQuick()) return
    const { x, y } = this.at
    this.hover(this.host.rowAt(x, y), x, y)
  }

  /** Nothing is hovered. */
  leave(): void {
    this.hover(null, 0, 0)
  }

  /** A click or tap. What is under a mouse is already known, to a fraction of a pixel; a touch is looked up. */
  click(x: number, y: number, adds: boolean): void {
    const isKnown = this.at !== null && this.host.isKnown()
    this.host.onClick(isKnown ? this.hovered : this.host.rowAt(x, y), adds)
  }

  private hover(row: number | null, x: number, y: number): void {
    if (row === this.hovered && row === null) return
    const isOther = row !== this.hovered
    this.hovered = row
    this.host.onHover(row, x, y)
    if (isOther) this.host.render()
  }

  private readonly onMove = (event: PointerEvent): void => {
    if (event.pointerType === 'touch') {
      this.at = null
      return
    }
    const { left, top } = this.element.getBoundingClientRect()
    this.at = { x: event.clientX - left, y: event.clientY - top }
    this.look()
  }

  private readonly onLeave = (event: PointerEvent): void => {
    // What a held finger has asked for stays until the next touch.
    if (event.pointerType === 'touch') return
    this.at = null
    this.leave()
  }
}
