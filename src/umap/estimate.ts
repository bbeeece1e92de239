import { searchMs } from './neighbors/choose-search.ts'
import { neighborBytesPerPoint } from './neighbors/find-neighbors.ts'
import type { Context, Timing, Vectors } from '../shared/core/types.ts'
import { fitUmap } from './fit.ts'
import { checkOptions, type NeighborMethod, UMAP_DEFAULTS, type UmapOptions } from './common/options.ts'

/** What a fit will cost, told before it begins. */
export interface UmapEstimate {
  /** GPU memory at the peak. */
  readonly bytes: number
  /** Milliseconds of all stages, from a small fit of the same vectors on the same device. */
  readonly ms: number
}

const PROBE_EPOCHS = 5
/** A probe this quick says nothing of a GPU that is hardly busy; a larger one follows. */
const QUICK_MS = 400

/** Entries of a graph for each neighbor: 1 where all are mutual, 2 where none are; 1.45 on captions. */
const ENTRIES_PER_NEIGHBOR = 1.45
/** Eight float32 columns of the spectral start, the widest array that is not split. */
const WIDEST_ROW_BYTES = 32

/**
 * What a fit of these vectors will cost on this device, from a fit of a few thousand of them with five epochs: well below a
 * second on a GPU, about two on a software adapter.
 *
 * @param nWanted points of the fit, where those at hand stand for more or fewer
 * @throws {InputError} as {@link fitUmap}, and where the GPU lacks the memory, naming the points that would fit.
 */
export async function estimateUmap(
  device: GPUDevice,
  vectors: Vectors,
  options: Partial<UmapOptions> = {},
  { signal }: Pick<Context, 'signal'> = {},
  nWanted = vectors.nPoints,
): Promise<UmapEstimate> {
  const all = { ...UMAP_DEFAULTS, ...options }
  checkOptions(all)
  const { nPoints, nDims, data } = vectors
  const bytes = nWanted * bytesPerPoint(nDims, all.nNeighbors)
  const probe = probeOptions(all)
  let ms = Number.POSITIVE_INFINITY
  for (const nProbe of [1000, 8000]) {
    if (nProbe > 1000 && (ms > QUICK_MS || nProbe > nPoints)) break
    // Every so many rows, so that the probe sees the same kind of neighborhoods.
    const step = Math.max(1, Math.floor(nPoints / nProbe))
    const few = Math.min(nProbe, nPoints)
    const rows = new Uint16Array(few * nDims)
    for (let row = 0; row < few; row++) {
      rows.set(data.subarray(row * step * nDims, (row * step + 1) * nDims), row * nDims)
    }
    const { timings } = await fitUmap(device, { data: rows, nPoints: few, nDims }, probe, { signal })
    ms = timings.reduce((sum, timing) => sum + timing.ms, 0)
    if (nProbe > 1000 || ms > QUICK_MS || nPoints < 8000 || nWanted <= 8000) {
      return {
        bytes,
        ms: extrapolate(
          timings,
          { nPoints: few, nEpochs: probe.nEpochs },
          { nPoints: nWanted, nEpochs: all.nEpochs, method: all.method },
        ),
      }
    }
  }
  return { bytes, ms }
}

/**
 * Bytes a point at the peak of a fit, from what each stage holds: the neighbors stay, for other settings; beside them the
 * graph while it is built, or the graph with the start, or the graph with the layouts.
 */
export function bytesPerPoint(nDims: number, nNeighbors: readonly number[]): number {
  const k = Math.max(...nNeighbors)
  const nSets = nNeighbors.length
  const neighbors = 8 * k
  const entries = (value: number): number => ENTRIES_PER_NEIGHBOR * (value - 1)
  const graph = 4 * entries(k) + 8 * nSets + nNeighbors.reduce((sum, value) => sum + 2 * entries(value), 0)
  const building = 4 * Math.ceil(k / 4) + 8 * nSets + 12
  const start = 2 * WIDEST_ROW_BYTES + 12
  const layouts = 36 * nSets
  return Math.max(neighborBytesPerPoint(nDims, k), neighbors + graph + Math.max(building, start, layouts))
}

/** Most points whose arrays fit the device's buffers, whatever its memory. */
export function mostPointsByBuffers({ limits }: GPUDevice): number {
  return Math.floor(Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize) / WIDEST_ROW_BYTES)
}

/**
 * Whether the device has so much memory to give now: it is taken in pieces and given back. A software adapter takes it from
 * the machine itself, which may kill the page's process rather than say no: there half of what the browser tells of the
 * machine's memory (at most 8 GB) is the limit.
 *
 * @returns the bytes that could be had, at most `wanted`
 */
export async function availableBytes(
  device: GPUDevice,
  wanted: number,
  isSoftware: boolean,
): Promise<number> {
  if (isSoftware) {
    const { deviceMemory = 4 } = globalThis.navigator as Navigator & { readonly deviceMemory?: number }
    return Math.min(wanted, deviceMemory * 2 ** 29)
  }
  const piece = Math.min(device.limits.maxBufferSize, 256 * 2 ** 20)
  const taken: GPUBuffer[] = []
  try {
    for (let had = 0; had < wanted; ) {
      const size = Math.max(16, Math.ceil(Math.min(piece, wanted - had) / 4) * 4)
      device.pushErrorScope('out-of-memory')
      const buffer = device.createBuffer({ label: 'umap.probe', size, usage: 0x80 }) // GPUBufferUsage.STORAGE
      if (await device.popErrorScope()) return had
      taken.push(buffer)
      had += size
    }
    return wanted
  } finally {
    for (const buffer of taken) buffer.destroy()
  }
}

/**
 * The time of a fit of `nPoints` from that of a smaller one, whose neighbors were found by comparing all pairs: the neighbors'
 * by the way that will be chosen for so many points, all else's with the points and, for the layouts, the epochs.
 */
export function extrapolate(
  timings: readonly Timing[],
  measured: { readonly nPoints: number; readonly nEpochs: number },
  wanted: { readonly nPoints: number; readonly nEpochs: number; readonly method: NeighborMethod },
): number {
  const points = wanted.nPoints / measured.nPoints
  const times = timings.map(({ stage, ms }) => {
    if (stage === 'Neighbors') return searchMs(ms / measured.nPoints ** 2, wanted.nPoints, wanted.method)
    return ms * points * (stage === 'Lay out' ? wanted.nEpochs / measured.nEpochs : 1)
  })
  return times.reduce((sum, ms) => sum + ms, 0)
}

/** Options of the small fit: the same work a point and epoch, few epochs; all pairs. */
function probeOptions(options: UmapOptions): UmapOptions {
  return { ...options, method: 'exact', nEpochs: Math.min(options.nEpochs, PROBE_EPOCHS) }
}
