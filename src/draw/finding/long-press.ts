/** A touch held so long is asking what is there. */
const HOLD_MS = 450
/** One that moves further is a drag, CSS pixels. */
const SLACK_PX = 8

/**
 * Tells of a finger that is held in one place, and of the touch that follows it; a mouse has its hover.
 *
 * @param onHold its place, CSS pixels from the element's corner
 * @param onNext what was shown for it can go
 * @returns ends it
 */
export function watchLongPress(
  element: HTMLElement,
  onHold: (x: number, y: number) => void,
  onNext: () => void,
): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  let start = { x: 0, y: 0 }
  let isShown = false
  const stop = (): void => clearTimeout(timer)
  const onDown = (event: PointerEvent): void => {
    stop()
    if (isShown) onNext()
    isShown = false
    // A second finger pinches.
    if (event.pointerType !== 'touch' || !event.isPrimary) return
    start = { x: event.clientX, y: event.clientY }
    timer = setTimeout(() => {
      const { left, top } = element.getBoundingClientRect()
      isShown = true
      onHold(start.x - left, start.y - top)
    }, HOLD_MS)
  }
  const onMove = (event: PointerEvent): void => {
    if (Math.hypot(event.clientX - start.x, event.clientY - start.y) > SLACK_PX) stop()
  }
  const onMenu = (event: Event): void => {
    if ((event as PointerEvent).pointerType === 'touch') event.preventDefault()
  }
  element.addEventListener('pointerdown', onDown)
  element.addEventListener('pointermove', onMove)
  element.addEventListener('pointerup', stop)
  element.addEventListener('pointercancel', stop)
  element.addEventListener('contextmenu', onMenu)
  return () => {
    stop()
    element.removeEventListener('pointerdown', onDown)
    element.removeEventListener('pointermove', onMove)
    element.removeEventListener('pointerup', stop)
    element.removeEventListener('pointercancel', stop)
    element.removeEventListener('contextmenu', onMenu)
  }
}
