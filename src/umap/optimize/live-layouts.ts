import type { GpuSession } from '../../gpu/session.ts'
import type { Layout } from '../../shared/core/types.ts'
import { Paced } from './paced.ts'

const REPORT_MS = 125
/** What a lost device costs at most, together with the time of a slice. */
const KEEP_MS = 9000
/** Small layouts are kept more often: each MiB costs a fraction of a millisecond. */
const KEEP_MS_PER_MIB = 100

/** Layouts at the end of a pass, which a new device can go on from. */
export interface KeptLayouts {
  /** Passes over all vertices: epoch by epoch, within it layout by layout. */
  readonly nPasses: number
  /** Of each layout, [nPoints, 2] */
  readonly positions: readonly Float32Array<ArrayBuffer>[]
}

export interface LiveEvents {
  /** Every array is fresh. */
  readonly onLayouts?: (layouts: readonly Layout[]) => void
  readonly onKept?: (kept: KeptLayouts) => void
}

/**
 * Reads layouts while the descent goes on: a copy on the GPU, of one moment, which comes back piece by piece between the
 * slices of work, so that these wait for nothing but the copy.
 */
export class LiveLayouts {
  readonly #session: GpuSession
  readonly #layouts: readonly { readonly name: string; readonly positions: GPUBuffer }[]
  readonly #bytes: number
  readonly #reports = new Paced(REPORT_MS)
  readonly #keeping: Paced
  #copies: readonly GPUBuffer[] | null = null
  #reading: Promise<void> | null = null
  #failure: { readonly error: unknown } | null = null

  /** @param bytes of the positions of each layout */
  constructor(
    session: GpuSession,
    layouts: readonly { readonly name: string; readonly positions: GPUBuffer }[],
    bytes: number,
  ) {
    this.#session = session
    this.#layouts = layouts
    this.#bytes = bytes
    const mib = (layouts.length * bytes) / 2 ** 20
    this.#keeping = new Paced(Math.min(KEEP_MS, KEEP_MS_PER_MIB * mib))
  }

  /**
   * Begins to read where that is due.
   *
   * @param nPasses that are done when all work submitted so far is
   * @throws what an earlier reading threw.
   */
  look(nPasses: number, { onLayouts, onKept }: LiveEvents): void {
    if (this.#failure) throw this.#failure.error
    const isShown = onLayouts !== undefined && this.#reports.isDue
    const isKept = onKept !== undefined && this.#keeping.isDue
    if (this.#reading || !(isShown || isKept)) return
    this.#copies ??= this.#layouts.map(({ name, positions }) =>
      this.#session.buffer(`optimize.${name}.copy`, positions.size),
    )
    const copies = this.#copies
    this.#session.copy(this.#layouts.map(({ positions }, index) => ({ from: positions, to: copies[index] })))
    const read = async (): Promise<void> => {
      const before = this.#session.readMs
      const data = await this.#session.readAll(copies.map((buffer) => ({ buffer, bytes: this.#bytes })))
      const begun = performance.now()
      const positions = data.map((bytes) => new Float32Array(bytes))
      if (onKept && this.#keeping.isDue) {
        onKept({ nPasses, positions: onLayouts ? positions.map((own) => own.slice()) : positions })
        this.#keeping.took(0)
      }
      onLayouts?.(this.#layouts.map(({ name }, index) => ({ name, positions: positions[index] })))
      this.#reports.took(this.#session.readMs - before + performance.now() - begun)
    }
    this.#reading = read()
      .catch((error: unknown) => {
        this.#failure = { error }
      })
      .finally(() => {
        this.#reading = null
      })
  }

  /** Waits for what is being read. */
  async settle(): Promise<void> {
    await this.#reading
  }

  /** @throws what a reading threw. */
  check(): void {
    if (this.#failure) throw this.#failure.error
  }

  /** Gives the copies' memory back. */
  close(): void {
    this.#session.free(...(this.#copies ?? []))
    this.#copies = null
  }
}
