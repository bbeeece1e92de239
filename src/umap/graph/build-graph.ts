import type { GraphBuffers, GraphPart, NeighborBuffers } from '../common/buffers.ts'
import { type KernelSource, type Params, WORKGROUP_SIZE } from '../../gpu/kernel.ts'
import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer } from '../../gpu/slices.ts'
import { partsOf, type Split, splitBuffer } from '../../gpu/split.ts'
import { bound, count, cursors, mean, mutual, order, scatter, smooth, weigh } from './kernels.ts'

/** Sets that the kernels' parameters can name; their last k is that of the neighbors. */
const MAX_SETS = 6
/** Above every place in a list, and above what stands for none. */
const NO_SET = 256

export interface BuildGraphOptions {
  /** One to six ascending numbers of neighbors, the point itself included; each set uses a prefix of the neighbors. */
  readonly nNeighbors: readonly number[]
  readonly signal?: AbortSignal
  /** Called as parts are finished, with the fraction done. */
  readonly onFraction?: (fraction: number) => void
}

/**
 * The fuzzy simplicial sets of UMAP (McInnes, Healy and Melville 2018, algorithms 2 and 3) for several numbers of neighbors
 * at once: membership strengths by smoothed distances and the fuzzy union of both directions, as umap-learn's
 * `fuzzy_simplicial_set` with local_connectivity 1 and set_op_mix_ratio 1. No global sort: rows are counted, filled and
 * then put in order one by one, so the result is the same on every run and however the buffers are cut.
 *
 * @throws {CancelledError} within a slice, {DeviceError} when the device fails.
 */
export async function buildGraph(
  session: GpuSession,
  slicer: Slicer,
  neighbors: NeighborBuffers,
  { nNeighbors, signal, onFraction }: BuildGraphOptions,
): Promise<GraphBuffers> {
  const { nPoints, k } = neighbors
  const ks = nNeighbors.map((value) => Math.min(value, k))
  const nSets = ks.length
  const most = ks[nSets - 1]
  const scratch: GPUBuffer[] = []
  const kept: GPUBuffer[] = []
  const temporary = (label: string, bytes: number): GPUBuffer => {
    const buffer = session.buffer(`graph.${label}`, bytes)
    scratch.push(buffer)
    return buffer
  }
  const lasting = (label: string, bytes: number): GPUBuffer => {
    const buffer = session.buffer(`graph.${label}`, bytes)
    kept.push(buffer)
    return buffer
  }
  /** Runs a kernel over rows, in slices. */
  const overRows = async <S extends KernelSource>(
    source: S,
    buffers: readonly GPUBuffer[],
    [from, to]: readonly [number, number],
    params: Omit<Params<S>, 'begin' | 'end'>,
  ): Promise<void> => {
    const kernel = await session.bind(source, buffers)
    await slicer.run(
      {
        label: `${source.label} ${k}`,
        begin: from,
        total: to,
        grain: WORKGROUP_SIZE,
        encode: (commands, begin, end) =>
          commands.rows(kernel, { begin, end, ...params } as unknown as Params<S> & {
            begin: number
            end: number
          }),
      },
      signal,
    )
  }
  try {
    const sets = setParams(ks)
    const parts = partsOf(neighbors.ids).map((part, index) => ({
      ...part,
      ids: part.buffer,
      distances: neighbors.distances.parts[index],
    }))
    const places = placesOf(session, neighbors)
    scratch.push(...places.parts)

    const shapes: GPUBuffer[] = []
    const means = temporary('means', nPoints * 4)
    const meanOfAll = temporary('mean', 4)
    for (const kOfSet of ks) {
      const shape = temporary(`shapes ${kOfSet}`, nPoints * 8)
      for (const { begin, end, distances } of parts) {
        const params = { partBegin: begin, stride: k, k: kOfSet }
        await overRows(smooth, [distances, shape, means], [begin, end], params)
      }
      const boundMean = await session.bind(mean, [means, meanOfAll])
      session.submit((commands) => commands.dispatch(boundMean, { count: nPoints }, 1))
      await overRows(bound, [means, meanOfAll, shape], [0, nPoints], {})
      shapes.push(shape)
    }
    onFraction?.(0.3)

    for (const [index, { begin, end, ids }] of parts.entries()) {
      for (const other of parts) {
        const params = { partBegin: begin, otherBegin: other.begin, otherEnd: other.end, k }
        await overRows(mutual, [ids, other.ids, places.parts[index]], [begin, end], params)
      }
    }
    onFraction?.(0.5)

    const counts = temporary('counts', nPoints * 4)
    const lengths: Uint32Array[] = []
    for (let level = 0; level < nSets; level++) {
      session.submit((commands) => commands.clear(counts))
      for (const [index, { begin, end, ids }] of parts.entries()) {
        const params = { partBegin: begin, k, most, level, ...sets }
        await overRows(count, [ids, places.parts[index], counts], [begin, end], params)
      }
      lengths.push(new Uint32Array(await session.read(counts, nPoints * 4)))
    }
    onFraction?.(0.6)

    const plans = planParts(lengths, session.bytesPerPart)
    const graph: GraphPart[] = []
    let nEdges = 0
    for (const plan of plans) {
      const { begin, end, bounds, nEntries } = plan
      const part: GraphPart = {
        begin,
        end,
        bounds: lasting('bounds', bounds.byteLength),
        columns: lasting('columns', nEntries[nSets - 1] * 4),
        weights: nEntries.map((entries, set) => lasting(`weights ${ks[set]}`, Math.ceil(entries / 2) * 4)),
      }
      session.write(part.bounds, 0, bounds)
      const next = session.buffer('graph.cursors', (end - begin) * 4)
      scratch.push(next)
      const graphRows = { graphBegin: begin, graphEnd: end }
      for (let level = 0; level < nSets; level++) {
        await overRows(cursors, [part.bounds, next], [0, end - begin], { nSets, level })
        for (const [index, from] of parts.entries()) {
          const buffers = [from.ids, places.parts[index], next, part.columns]
          const params = { partBegin: from.begin, k, most, level, ...sets, ...graphRows }
          await overRows(scatter, buffers, [from.begin, from.end], params)
        }
        await overRows(order, [part.bounds, part.columns], [0, end - begin], { nSets, level })
      }
      session.free(next)
      for (const [set, weights] of part.weights.entries()) {
        for (const [index, from] of parts.entries()) {
          const buffers = [
            from.ids,
            from.distances,
            places.parts[index],
            shapes[set],
            part.bounds,
            part.columns,
            weights,
          ]
          const params = {
            partBegin: from.begin,
            k,
            most,
            ...sets,
            ...graphRows,
            nSets,
            setIndex: set,
            kOfSet: ks[set],
          }
          await overRows(weigh, buffers, [from.begin, from.end], params)
        }
      }
      graph.push(part)
      nEdges += nEntries[nSets - 1]
      onFraction?.(0.6 + 0.4 * (end / nPoints))
    }
    return { nPoints, nNeighbors, nEdges, parts: graph }
  } catch (error) {
    session.free(...kept)
    throw error
  } finally {
    session.free(...scratch)
  }
}

/** Gives a graph's memory back. */
export function freeGraph(session: GpuSession, { parts }: GraphBuffers): void {
  for (const { bounds, columns, weights } of parts) session.free(bounds, columns, ...weights)
}

/** Neighbors of all sets but the last, then {@link NO_SET}: the level of an edge is the number of them that it exceeds. */
function setParams(ks: readonly number[]): { k0: number; k1: number; k2: number; k3: number; k4: number } {
  if (ks.length > MAX_SETS) throw new Error(`graph: ${ks.length} sets, at most ${MAX_SETS}`)
  const [k0, k1, k2, k3, k4] = Array.from({ length: MAX_SETS - 1 }, (_, set) =>
    set < ks.length - 1 ? ks[set] : NO_SET,
  )
  return { k0, k1, k2, k3, k4 }
}

/** [nPoints, ceil(k / 4)] places of points in their neighbors' lists, 0 for none yet; cut where the neighbors are. */
function placesOf(session: GpuSession, { nPoints, k, ids }: NeighborBuffers): Split {
  return splitBuffer(session, 'graph.places', nPoints, Math.ceil(k / 4) * 4, ids.rowsPerPart)
}

/** A part of the graph before it is filled. */
interface PartPlan {
  readonly begin: number
  readonly end: number
  /** [rows, nSets, 2] as {@link GraphPart.bounds} */
  readonly bounds: Uint32Array<ArrayBuffer>
  /** Of each set. */
  readonly nEntries: readonly number[]
}

/**
 * Cuts the rows into parts of which no buffer exceeds `limit` bytes.
 *
 * @param lengths of each level: entries that it adds to each row, [nPoints]
 */
function planParts(lengths: readonly Uint32Array[], limit: number): readonly PartPlan[] {
  const nSets = lengths.length
  const nPoints = lengths[0].length
  const plans: PartPlan[] = []
  for (let begin = 0; begin < nPoints; ) {
    let end = begin
    for (let bytes = 0; end < nPoints; end++) {
      for (let level = 0; level < nSets; level++) bytes += 4 * lengths[level][end]
      const rows = end + 1 - begin
      if (rows > 1 && (bytes > limit || rows * nSets * 8 > limit)) break
    }
    const bounds = new Uint32Array((end - begin) * nSets * 2)
    const nEntries = lengths.map(() => 0)
    for (let row = begin, at = 0; row < end; row++) {
      let entries = 0
      for (let set = 0; set < nSets; set++) {
        entries += lengths[set][row]
        bounds[at++] = nEntries[set]
        bounds[at++] = entries
        nEntries[set] += entries
      }
    }
    plans.push({ begin, end, bounds, nEntries })
    begin = end
  }
  return plans
}
