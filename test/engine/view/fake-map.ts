import type { CaptionMap, CaptionMapEvents } from '../../../src/draw/caption-map.ts'

/** A map that draws nothing and remembers what it was told last. */
export class FakeMap {
  readonly told: Record<string, unknown[]> = {}
  readonly events: CaptionMapEvents
  near = [3, 4]
  constructor(events: CaptionMapEvents) {
    this.events = events
  }
  get map(): CaptionMap {
    const answers: Record<string, unknown> = {
      nearestRows: () => this.near,
      rowsNearMiddle: (k: number) => [2, 1, 0].slice(0, k),
      rowsInside: () => Uint32Array.of(0, 2),
      rowsInView: () => Uint32Array.of(1),
      rowInDirection: () => 2,
      centerRow: () => 1,
      screenPosition: (index: number) => ({ x: 10 * index, y: 0 }),
      getCamera: () => ({ x: 1, y: 2, zoom: 3 }),
    }
    return new Proxy({} as CaptionMap, {
      get:
        (_, name: string) =>
        (...args: unknown[]) => {
          this.told[name] = args
          return (answers[name] as ((...args: unknown[]) => unknown) | undefined)?.(...args)
        },
    })
  }
}
