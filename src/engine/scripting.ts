import { InputError } from '../shared/core/errors.ts'
import { fromHalf, toHalf } from '../shared/math/half.ts'
import type { Timing } from '../shared/core/types.ts'
import type { Engine } from './engine.ts'
import type { Phase } from './status/status.ts'

/** The page's scripting interface, `globalThis.captionscape` (docs/scripting.md). */
export interface Captionscape {
  readonly version: string
  status(): {
    phase: Phase
    message: string
    rows: number
    layouts: string[]
    active: string | null
    encoder: string | null
    backend: string | null
    adapter: string | null
  }
  /** Rejects with the error shown to the user. */
  whenReady(): Promise<void>
  /** [rows, 2], world units, in the file's row order. */
  layout(name: string): Promise<Float32Array>
  /** [rows, 64], in the file's row order; null where the layouts came with the file. */
  vectors(): Promise<Float32Array | null>
  /**
   * Where new vectors [n, 64], in the space of {@link vectors}, lie among the map's points, which stay: [n, 2] by layout.
   * Rejects where the layouts came with the file or were made without a GPU.
   */
  place(vectors: Float32Array): Promise<Record<string, Float32Array>>
  caption(row: number): Promise<string>
  /**
   * Rows whose captions fulfil a query, ascending; or those of the `nearest` captions in meaning, the likest first. The
   * page shows what it showed. By meaning it rejects where the map has no vectors.
   */
  search(text: string, mode?: 'text' | 'meaning', nearest?: number): Promise<Uint32Array>
  /** CSS px from the window's corner, null when off screen. */
  screenPosition(row: number): { readonly x: number; readonly y: number } | null
  timings(): Timing[]
}

export function scriptingOf(engine: Engine): Captionscape {
  return {
    version: CAPTIONSCAPE_VERSION,
    status() {
      const { phase, message } = engine.status.view.getState()
      const { shown } = engine.data.view.getState()
      const { active } = engine.map.view.getState()
      return {
        phase,
        message,
        rows: shown?.nRows ?? 0,
        layouts: [...(shown?.layouts ?? [])],
        active,
        encoder: shown?.encoderName ?? null,
        backend: shown?.backend ?? null,
        adapter: shown?.adapter ?? null,
      }
    },
    whenReady: () => engine.status.whenReady(),
    async layout(name) {
      const { layouts } = engine.data
      const layout = layouts.find((l) => l.name === name)
      if (layout) return layout.positions.slice()
      if (engine.data.rows?.isPart === true) {
        throw new InputError(
          'Scripting: this map is fetched in parts, and the page does not hold whole layouts',
          'Of a large file the layout on screen can be had once it is whole; of a folder read points_<layout>.parquet.',
        )
      }
      const names = layouts.map((l) => l.name)
      throw new InputError(
        `Scripting: the map has no layout “${name}”`,
        `It has: ${names.join(', ') || 'none yet'}.`,
      )
    },
    async vectors() {
      const session = engine.data.shown
      if (!session?.embedding || !session.pointOf) return null
      const { data, nDims } = session.embedding.vectors
      const { pointOf } = session
      const rows = new Float32Array(pointOf.length * nDims)
      for (let i = 0; i < rows.length; i++)
        rows[i] = fromHalf(data[pointOf[Math.floor(i / nDims)] * nDims + (i % nDims)])
      return rows
    },
    async place(vectors) {
      const session = engine.data.shown
      const nDims = session?.embedding?.vectors.nDims ?? 0
      const data = Uint16Array.from(vectors, toHalf)
      const placed = nDims && (await session?.place({ data, nPoints: vectors.length / nDims, nDims }))
      if (placed) return Object.fromEntries(placed.map(({ name, positions }) => [name, positions]))
      throw new InputError(
        'Scripting: this map has no vectors to place others among',
        'Open a file without layouts, and wait until its map is ready.',
      )
    },
    search: async (text, mode = 'text', nearest = 200) =>
      mode === 'meaning' ? (await engine.meaning.find(text, nearest)).rows : engine.find.find(text),
    caption: (row) => engine.data.fetchCaption(row),
    screenPosition: (row) => engine.map.screenPosition(row),
    timings: () => [...(engine.data.shown?.timings ?? [])],
  }
}
