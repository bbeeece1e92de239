import { type GraphBuffers, leastWeight } from '../../src/umap/common/buffers.ts'
import type { Bound, Commands } from '../../src/gpu/commands.ts'
import type { GpuSession } from '../../src/gpu/session.ts'
import { fingerprint } from '../../src/shared/math/fnv.ts'
import { fitCurve } from '../../src/umap/optimize/curve.ts'
import type { EpochKernel } from '../../src/umap/optimize/arrangements.ts'
import { apply, pullRates } from '../../src/umap/optimize/kernels.ts'
import { learningRateOf } from '../../src/umap/optimize/learning-rate.ts'
import type { Variant } from './variants.ts'

/** What some epochs of one set by one arrangement took. */
export interface Descent {
  readonly msPerEpoch: number
  /** Of the positions after them. */
  readonly fingerprint: string
}

export interface DescentOptions {
  /** Index of the set in the graph. */
  readonly set: number
  readonly nEpochs: number
  readonly negativeSampleRate: number
  /** Of the whole run, of which the epochs are some from `first` on: how many edges are due depends on it. */
  readonly total: number
  readonly first: number
}

/** Workgroups along one axis that WebGPU guarantees. */
const MAX_GROUPS = 65_535

/**
 * Runs epochs of one set from a start by one arrangement of the kernel, submitted without waiting in between: the GPU's own
 * pace, without the page's slices. A first epoch that is not timed compiles and warms up.
 *
 * @param start [nPoints, 2]
 * @throws {DeviceError} when the device fails.
 */
export async function descend(
  session: GpuSession,
  graph: GraphBuffers,
  start: Float32Array<ArrayBuffer>,
  { kernel, rows }: Variant,
  { set, nEpochs, negativeSampleRate, total, first }: DescentOptions,
): Promise<Descent> {
  const { nPoints, nNeighbors, parts } = graph
  const perVertex = session.buffer('bench.pullRates', nPoints * 4)
  const maxPulls = session.buffer('bench.maxPulls', 4)
  const positions = session.upload('bench.positions', start)
  const moved = session.buffer('bench.moved', nPoints * 8)
  const pulls = session.buffer('bench.pulls', nPoints * 8)
  try {
    const ofSet = { nSets: nNeighbors.length, setIndex: set, least: leastWeight(total) }
    const epochs: Bound<EpochKernel>[] = []
    for (const { begin, end, bounds, columns, weights } of parts) {
      const boundRates = await session.bind(pullRates, [bounds, weights[set], perVertex, maxPulls])
      session.submit((commands) =>
        commands.rows(boundRates, { begin, end, partBegin: begin, ...ofSet, fullWeight: FULL_WEIGHT }),
      )
      epochs.push(
        await session.bind(kernel, [bounds, columns, weights[set], perVertex, positions, moved, pulls]),
      )
    }
    const [most] = new Uint32Array(await session.read(maxPulls, 4))
    const fixedPoint = 2 ** Math.floor(30 - Math.log2(4 * Math.max(1, most)))
    const boundApply = await session.bind(apply, [moved, pulls, positions])
    const curve = fitCurve(0.1, 1)
    const encode = (commands: Commands, t: number): void => {
      const params = {
        ...ofSet,
        nPoints,
        epoch: t,
        seed: 1,
        nNegatives: negativeSampleRate,
        learningRate: learningRateOf(t, total),
        ...curve,
        fixedPoint,
      }
      for (const [index, part] of parts.entries()) {
        for (let begin = part.begin; begin < part.end; begin += MAX_GROUPS * rows) {
          const end = Math.min(part.end, begin + MAX_GROUPS * rows)
          const own = { ...params, begin, end, partBegin: part.begin }
          commands.dispatch(epochs[index], own, Math.ceil((end - begin) / rows))
        }
      }
      commands.rows(boundApply, { begin: 0, end: nPoints, unit: 1 / fixedPoint })
    }
    session.submit((commands) => encode(commands, first))
    await session.done()
    const began = performance.now()
    for (let i = 1; i <= nEpochs; i++) session.submit((commands) => encode(commands, first + i))
    await session.done()
    const ms = performance.now() - began
    const after = new Uint32Array(await session.read(positions, nPoints * 8))
    return { msPerEpoch: ms / nEpochs, fingerprint: fingerprint(after) }
  } finally {
    session.free(perVertex, maxPulls, positions, moved, pulls)
  }
}

/** Weight from which on a vertex takes only a share of its pulls, as the engine has it (src/umap/optimize/optimizer.ts). */
const FULL_WEIGHT = 16
