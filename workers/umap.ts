import { expose, transfer } from 'comlink'
import { hasPassed, rememberPassed } from '../src/checkpoint/passed-checks.ts'
import { DeviceError, InputError, LostDeviceError } from '../src/shared/core/errors.ts'
import { type Gpu, requestGpu } from '../src/gpu/adapter.ts'
import { OneAtATime } from '../src/shared/core/one-at-a-time.ts'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import { createLikeness, createLikenessOnCpu, type Likeness } from '../src/search/likeness.ts'
import type { Layout, Metric, Progress, Timing, Vectors } from '../src/shared/core/types.ts'
import { sparing } from '../src/shared/core/throttled.ts'
import { expandLayout } from '../src/shared/places/expand-layout.ts'
import {
  type ArrangementStore,
  availableBytes,
  bytesPerPoint,
  estimateUmap,
  MAX_POINTS_ON_CPU,
  mostPointsByBuffers,
  transform,
  type UmapEstimate,
  type UmapOptions,
  UmapJsRun,
  UmapRun,
} from '../src/umap/umap.ts'

/** Every GPU has so much to give. */
const SURE_BYTES = 128 * 2 ** 20
/** Of the memory found free: the page's own drawing, and what a probe leaves in pieces, need some. */
const SHARE_OF_FREE = 0.9

/** Of the time of a fit, for the rows of layouts in the making: 30 ms a layout of 1.2 million rows. */
const SHARE_OF_ROWS = 0.1
/** Rows of the kNN that are read at once. */
const BAND_ROWS = 65_536

export interface UmapSettings {
  /** Ascending; `nn10`, `nn30`, `nn60` by default. */
  readonly nNeighbors: readonly number[]
  readonly nEpochs: number
  readonly negativeSampleRate: number
  readonly minDist: number
  readonly spread: number
  readonly metric: Metric
  readonly seed: number
  /** `fallback` accepts a software adapter; by default that counts as no GPU. */
  readonly gpu: 'auto' | 'fallback'
  /** How the work of an epoch is arranged on the GPU; measured by default. Changes no byte. */
  readonly arrangement?: UmapOptions['arrangement']
}

/** Comlink proxies of the page's callbacks. */
export interface UmapEvents {
  readonly onProgress: (progress: Progress) => void
  readonly onNotice: (message: string) => void
  /** Layouts in the making, 5–10 times a second; every `positions` is a fresh transferred array. */
  readonly onLayouts: (epoch: number, layouts: readonly Layout[]) => void
}

export interface UmapResult {
  readonly layouts: readonly Layout[]
  readonly backend: 'webgpu' | 'umap-js'
  /** For people: “nvidia ada-lovelace” or “CPU (umap-js)”. */
  readonly adapter: string
  readonly timings: readonly Timing[]
}

/** What this machine can lay out, known before anything costly is done. */
export interface UmapProbe {
  readonly backend: UmapResult['backend']
  /** Most points that fit; with a GPU above the number asked for where that fits. */
  readonly maxPoints: number
  /** GPU memory that the number asked for needs. */
  readonly bytes: number
}

export type { UmapEstimate } from '../src/umap/umap.ts'

export interface UmapApi {
  /** Whether so many points can be laid out here. */
  probe(
    allowed: UmapSettings['gpu'],
    size: { readonly nPoints: number; readonly nDims: number; readonly nNeighbors: readonly number[] },
  ): Promise<UmapProbe>
  /**
   * What the fit will cost, from a small one, or one of so many points would; null without a GPU.
   *
   * @throws {CancelledError} a fit or another estimate has taken its place
   */
  estimate(vectors: Vectors, settings: UmapSettings, nPoints?: number): Promise<UmapEstimate | null>
  /** Whether the vectors of this number are here; else makes room for them in place of others. */
  holds(id: number, nPoints: number, nDims: number): boolean
  /** Takes a piece of them. @param start index of its first number in [nPoints · nDims] */
  take(id: number, start: number, piece: Uint16Array): void
  /**
   * Called again with the same vectors it keeps what the settings do not change, and after a cancellation goes on where it
   * stopped.
   *
   * @param vectors null for those that were taken piece by piece
   * @param pointOf [nRows] the point of each row: then layouts are those of the rows, [nRows, 2], copies of a point beside it
   */
  fit(
    vectors: Vectors | null,
    settings: UmapSettings,
    events: UmapEvents,
    pointOf?: Uint32Array,
  ): Promise<UmapResult>
  /** The k nearest points in the space of the vectors, nearest first, without the point itself; from the fit's kNN. */
  neighbors(point: number): Promise<{ readonly points: Uint32Array; readonly distances: Float32Array }>
  /**
   * The k points nearest to each point, without itself, nearest first; from the fit's kNN, so that there may be fewer.
   *
   * @returns [nPoints, k]
   * @throws {InputError} before they are known.
   */
  nearest(k: number): Promise<{ readonly k: number; readonly ids: Uint32Array<ArrayBuffer> }>
  /**
   * New vectors among those of the finished fit, whose points stay: one layout for each of the fit's.
   *
   * @throws {InputError} without a finished fit on a GPU, and for vectors that cannot be used, naming the row.
   */
  place(vectors: Vectors): Promise<readonly Layout[]>
  /**
   * How like the points are to a query [nDims] of half-float bits: cosines [nPoints].
   *
   * @throws {InputError} before there are vectors, and for a query of another width.
   */
  likeness(query: Uint16Array): Promise<Float32Array<ArrayBuffer>>
  /** The running fit or placing rejects with a CancelledError within a second; its stages so far are kept for the next call. */
  cancel(): void
}

/** The last fit, finished or not. */
interface Current {
  readonly allowed: UmapSettings['gpu']
  readonly options: string
  readonly run: UmapRun | UmapJsRun
  /** Null for the CPU. */
  readonly adapter: string | null
  readonly vectors: Vectors
  /** Made with the first query. */
  likeness: Likeness | null
  /** Its layouts are finished. */
  isDone: boolean
}

let current: Current | null = null
const tasks = new OneAtATime('umap')
/** Vectors that come piece by piece, and how many of their numbers have come. */
let taken: { readonly id: number; readonly vectors: Vectors; nTaken: number } | null = null
let gpu: (Gpu & { readonly allowed: UmapSettings['gpu'] }) | null = null

const api: UmapApi = {
  async probe(allowed, { nPoints, nDims, nNeighbors }) {
    const found = await findGpu(allowed)
    if (!found) return { backend: 'umap-js', maxPoints: MAX_POINTS_ON_CPU, bytes: 0 }
    const { device } = found
    const each = bytesPerPoint(nDims, nNeighbors)
    const bytes = nPoints * each
    const byBuffers = mostPointsByBuffers(device)
    if (bytes < SURE_BYTES) return { backend: 'webgpu', maxPoints: byBuffers, bytes }
    const had = await availableBytes(device, bytes, found.isFallback)
    const maxPoints = Math.min(byBuffers, had < bytes ? Math.floor((SHARE_OF_FREE * had) / each) : Infinity)
    return { backend: 'webgpu', maxPoints, bytes }
  },

  estimate: (vectors, settings, nPoints) =>
    tasks.run(
      async (signal) => {
        const found = await findGpu(settings.gpu)
        return found && (await estimateUmap(found.device, vectors, settings, { signal }, nPoints))
      },
      { givesWay: true },
    ),

  holds(id, nPoints, nDims) {
    if (taken?.id === id && taken.nTaken === taken.vectors.data.length) return true
    taken = { id, vectors: { data: new Uint16Array(nPoints * nDims), nPoints, nDims }, nTaken: 0 }
    return false
  },

  take(id, start, piece) {
    if (taken?.id !== id) throw new InputError('umap: other vectors have come between', 'Try again.')
    taken.vectors.data.set(piece, start)
    taken.nTaken += piece.length
  },

  async fit(given, settings, { onProgress, onNotice, onLayouts }, pointOf) {
    const vectors = given ?? takenVectors()
    const rows = pointOf && hasCopies(pointOf, vectors.nPoints) ? pointOf : null
    const ofRows = (layout: Layout, isFinal: boolean): Layout =>
      rows ? expandLayout(layout, rows, isFinal) : layout
    const sometimes = sparing(SHARE_OF_ROWS)
    const attempt = async (signal: AbortSignal): Promise<UmapResult> => {
      const fit = await resume(vectors, settings)
      const { run, adapter } = fit
      fit.isDone = false
      const { layouts: ofPoints, timings } = await run.fit({
        signal,
        onProgress,
        onNotice,
        arrangements: arrangementsOn(adapter ?? ''),
        onLayouts(epoch, layouts) {
          const give = (): void => {
            const moving = layouts.map((layout) => ofRows(layout, false))
            onLayouts(epoch, transfer(moving, buffersOf(moving)))
          }
          if (rows) sometimes(give)
          else give()
        },
      })
      fit.isDone = true
      const layouts = ofPoints.map((layout) => ofRows(layout, true))
      const backend = adapter === null ? 'umap-js' : 'webgpu'
      return transfer({ layouts, backend, adapter: adapter ?? 'CPU (umap-js)', timings }, buffersOf(layouts))
    }
    return tasks.run(async (signal) => {
      try {
        return await attempt(signal)
      } catch (error) {
        if (!(error instanceof LostDeviceError) || signal.aborted) throw error
        const kept = current?.run instanceof UmapRun ? current.run.keptEpoch : 0
        const next =
          kept > 0
            ? `The layouts go on from epoch ${kept.toLocaleString('en')}.`
            : 'The layouts are made once more from the same vectors.'
        onNotice(`The GPU was lost while it laid out. ${next}`)
        gpu = null
        return await attempt(signal)
      }
    })
  },

  async neighbors(point) {
    const nPoints = current?.run.nKnown ?? 0
    if (!current || !Number.isInteger(point) || point < 0 || point >= nPoints) {
      throw new InputError(
        `umap: there are no neighbors of point ${point}; they are known for ${nPoints} points`,
        'Wait until the neighbors are found.',
      )
    }
    const { ids, distances } = await current.run.neighborsOf(point)
    const points = ids.slice(1)
    const away = distances.slice(1)
    return transfer({ points, distances: away }, [points.buffer, away.buffer])
  },

  async nearest(most) {
    const run = current?.run
    const nPoints = run?.nKnown ?? 0
    if (!run || nPoints === 0) {
      throw new InputError('umap: the neighbors are not known yet', 'Wait until the map is ready.')
    }
    const known = (await run.nearestOf(0, 1)).length
    const k = Math.min(most, known - 1)
    const nearest = new Uint32Array(nPoints * k)
    // In bands: the kNN of millions of points is larger than what is wanted of it.
    for (let begin = 0; begin < nPoints; begin += BAND_ROWS) {
      const end = Math.min(nPoints, begin + BAND_ROWS)
      const ids = await run.nearestOf(begin, end)
      for (let point = begin; point < end; point++) {
        const first = (point - begin) * known + 1
        nearest.set(ids.subarray(first, first + k), point * k)
      }
    }
    return transfer({ k, ids: nearest }, [nearest.buffer])
  },

  async place(vectors) {
    if (!gpu || !(current?.run instanceof UmapRun) || !current.isDone) {
      throw new InputError(
        'umap: new points can only be placed among those of a finished fit on a GPU',
        'Lay out the first vectors, wait until that is done, then place others.',
      )
    }
    const { device } = gpu
    const { run } = current
    return tasks.run(async (signal) => {
      const layouts = await transform(device, await run.fit({ signal }), vectors, { signal })
      return transfer([...layouts], buffersOf(layouts))
    })
  },

  async likeness(query) {
    if (!current)
      throw new InputError(
        'umap: there are no vectors to compare with yet',
        'Wait until the map begins to form.',
      )
    const { run, vectors } = current
    const onGpu = run instanceof UmapRun && gpu
    current.likeness ??= onGpu ? createLikeness(onGpu.device, vectors) : createLikenessOnCpu(vectors)
    try {
      const cosines = await current.likeness.of(query)
      return transfer(cosines, [cosines.buffer])
    } catch (error) {
      // A device that was lost, or has no memory left for the vectors beside those of a fit.
      if (!(error instanceof DeviceError)) throw error
      current.likeness.close()
      current.likeness = createLikenessOnCpu(vectors)
      const cosines = await current.likeness.of(query)
      return transfer(cosines, [cosines.buffer])
    }
  },

  cancel() {
    tasks.cancel()
  },
}

/** Whether rows are others than their points: copies of one, or points in another order. */
function hasCopies(pointOf: Uint32Array, nPoints: number): boolean {
  if (pointOf.length !== nPoints) return true
  for (let row = 0; row < nPoints; row++) if (pointOf[row] !== row) return true
  return false
}

function areEqual(a: Vectors, b: Vectors): boolean {
  if (a === b) return true
  if (a.nPoints !== b.nPoints || a.nDims !== b.nDims) return false
  for (let i = 0; i < a.data.length; i++) if (a.data[i] !== b.data[i]) return false
  return true
}

function takenVectors(): Vectors {
  if (taken && taken.nTaken === taken.vectors.data.length) return taken.vectors
  throw new InputError('umap: not all vectors have come', 'Give them all, then fit.')
}

/** The run of the same vectors under these settings, with what it has done, or a new one. */
async function resume(vectors: Vectors, settings: UmapSettings): Promise<Current> {
  const { gpu: allowed, ...options } = settings
  if (current?.allowed === allowed && areEqual(current.vectors, vectors)) {
    const { run } = current
    if (run instanceof UmapRun) {
      const found = run.isLost ? await findGpu(allowed) : null
      if (found) {
        run.moveTo(found.device)
        current.likeness?.close()
        current = { ...current, adapter: found.adapter, likeness: null }
      }
      if (run.isUsable) {
        run.setOptions(options)
        return current
      }
    } else if (current.options === JSON.stringify(options)) return current
  }
  current?.run.close()
  current?.likeness?.close()
  current = null
  const found = await findGpu(settings.gpu)
  const run = found ? new UmapRun(found.device, vectors, options) : new UmapJsRun(vectors, options)
  current = {
    allowed,
    options: JSON.stringify(options),
    run,
    adapter: found?.adapter ?? null,
    vectors,
    likeness: null,
    isDone: false,
  }
  return current
}

/** Where the fastest arrangement on a device is kept: its adapter, the browser (whose version stands for that of the driver's compiler) and this version. */
function arrangementsOn(adapter: string): ArrangementStore {
  const keyOf = (name: string): string =>
    ['arrangement', adapter, navigator.userAgent, CAPTIONSCAPE_VERSION, name].join(' ')
  return {
    async recall(names) {
      for (const name of names) if (await hasPassed(keyOf(name))) return name
      return null
    },
    keep: (name) => rememberPassed(keyOf(name)),
  }
}

/** The device, requested once and again after it was lost; null where there is no GPU. */
async function findGpu(allowed: UmapSettings['gpu']): Promise<Gpu | null> {
  if (gpu?.allowed === allowed) return gpu
  gpu?.device.destroy()
  const found = await requestGpu({ allowFallback: allowed === 'fallback' })
  const held = found && { ...found, allowed }
  gpu = held
  void held?.device.lost.then(() => {
    if (gpu === held) gpu = null
  })
  return held
}

function buffersOf(layouts: readonly Layout[]): ArrayBuffer[] {
  return layouts.map(({ positions }) => positions.buffer)
}

registerErrorTransfer()
expose(api)
