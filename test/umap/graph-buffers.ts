import type { GraphBuffers } from '../../src/umap/common/buffers.ts'
import type { GpuSession } from '../../src/gpu/session.ts'
import type { ReferenceGraph } from '../reference/graph.ts'

/** The graph with its weights as the GPU holds them, in whole 1/65,535. */
export function quantized(graph: ReferenceGraph): ReferenceGraph {
  return { ...graph, weights: graph.weights.map((weight) => Math.round(weight * 65_535) / 65_535) }
}

/** [nPoints, 2] bounds of a graph of one set, in one part. */
export function boundsOf({ nPoints, rowStarts }: ReferenceGraph): Uint32Array<ArrayBuffer> {
  return Uint32Array.from({ length: 2 * nPoints }, (_, i) =>
    i % 2 ? rowStarts[(i + 1) / 2] - rowStarts[(i - 1) / 2] : rowStarts[i / 2],
  )
}

/** Weights two in each word; four bytes at least. */
export function packWeights({ weights }: ReferenceGraph): Uint32Array<ArrayBuffer> {
  const halves = new Uint16Array(Math.max(2, 2 * Math.ceil(weights.length / 2)))
  for (const [edge, weight] of weights.entries()) halves[edge] = Math.round(weight * 65_535)
  return new Uint32Array(halves.buffer)
}

/** A graph of one set, cut into parts of so many rows. */
export function uploadGraph(
  session: GpuSession,
  graph: ReferenceGraph,
  rowsPerPart = graph.nPoints,
): GraphBuffers {
  const { nPoints, rowStarts, columns, weights } = graph
  const parts = Array.from({ length: Math.ceil(nPoints / rowsPerPart) }, (_, part) => {
    const begin = part * rowsPerPart
    const end = Math.min(nPoints, begin + rowsPerPart)
    const [from, to] = [rowStarts[begin], rowStarts[end]]
    const own: ReferenceGraph = {
      nPoints: end - begin,
      rowStarts: rowStarts.slice(begin, end + 1).map((start) => start - from),
      columns: columns.slice(from, to),
      weights: weights.slice(from, to),
    }
    return {
      begin,
      end,
      bounds: session.upload('bounds', boundsOf(own)),
      columns: session.upload('columns', own.columns),
      weights: [session.upload('weights', packWeights(own))],
    }
  })
  return { nPoints, nNeighbors: [10], nEdges: columns.length, parts }
}

/** One set of a graph, its rows by column. */
export async function readGraph(
  session: GpuSession,
  graph: GraphBuffers,
  set: number,
): Promise<ReferenceGraph> {
  const nSets = graph.nNeighbors.length
  const rows: { column: number; weight: number }[][] = []
  for (const { begin, end, bounds, columns, weights } of graph.parts) {
    const [b, c, w] = await session.readAll(
      [bounds, columns, weights[set]].map((buffer) => ({ buffer, bytes: buffer.size })),
    )
    const [at, tails, values] = [new Uint32Array(b), new Uint32Array(c), new Uint16Array(w)]
    for (let row = 0; row < end - begin; row++) {
      const first = at[2 * (row * nSets + set)]
      const length = at[2 * (row * nSets + set) + 1]
      const firstColumn = at[2 * ((row + 1) * nSets - 1)]
      rows.push(
        Array.from({ length }, (_, i) => ({
          column: tails[firstColumn + i],
          weight: values[first + i] / 65_535,
        })),
      )
    }
  }
  for (const row of rows) row.sort((x, y) => x.column - y.column)
  const rowStarts = new Uint32Array(graph.nPoints + 1)
  for (const [row, entries] of rows.entries()) rowStarts[row + 1] = rowStarts[row] + entries.length
  return {
    nPoints: graph.nPoints,
    rowStarts,
    columns: Uint32Array.from(rows.flat(), ({ column }) => column),
    weights: Float32Array.from(rows.flat(), ({ weight }) => weight),
  }
}
