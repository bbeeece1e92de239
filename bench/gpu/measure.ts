import { readSplit } from '../../src/gpu/split.ts'
import type { NeighborBuffers } from '../../src/umap/common/buffers.ts'
import type { GpuSession } from '../../src/gpu/session.ts'
import type { Layout, Vectors } from '../../src/shared/core/types.ts'
import { fingerprint } from '../../src/shared/math/fnv.ts'
import { fromHalf } from '../../src/shared/math/half.ts'
import { maxOverP99, rowsAt, sampleRows, spreadOf, trustworthiness } from '../../test/reference/quality.ts'
import type { UmapRun } from '../../src/umap/fit.ts'
import type { StepContext } from './record.ts'

/** Rows among which quality is measured. */
const QUALITY_ROWS = 2000

/** Trustworthiness (k 15, within a sample), spread and stragglers of a layout. */
function qualityOf(vectors: Vectors, { name, positions }: Layout) {
  const rows = sampleRows(vectors.nPoints, QUALITY_ROWS, 1)
  const inData = Float64Array.from({ length: rows.length * vectors.nDims }, (_, i) =>
    fromHalf(vectors.data[rows[Math.floor(i / vectors.nDims)] * vectors.nDims + (i % vectors.nDims)]),
  )
  const inLayout = rowsAt(positions, 2, rows)
  return {
    name,
    trustworthiness: trustworthiness(inData, vectors.nDims, inLayout),
    sd: spreadOf(positions),
    // Sorting all points of a large layout would cost seconds of the day.
    maxOverP99: maxOverP99(positions.length > 4e6 ? inLayout : positions),
    isFinite: positions.every((value) => Number.isFinite(value)),
  }
}

/** Fits, and records stages, quality, memory and the bytes' fingerprint. */
export async function recordFit(
  run: UmapRun,
  vectors: Vectors,
  what: Readonly<Record<string, unknown>>,
  { signal, record }: Pick<StepContext, 'signal' | 'record'>,
): Promise<void> {
  const began = performance.now()
  const { layouts, timings } = await run.fit({ signal })
  const seconds = (performance.now() - began) / 1000
  record({
    what: 'fit',
    nPoints: vectors.nPoints,
    ...what,
    seconds,
    stages: Object.fromEntries(timings.map(({ stage, ms }) => [stage, ms / 1000])),
    recall: timings.find(({ recall }) => recall !== undefined)?.recall ?? null,
    bytesPerPoint: run.peakBytes / vectors.nPoints,
    fingerprint: fingerprint(...layouts.map(({ positions }) => new Uint32Array(positions.buffer))),
    layouts: layouts.map((layout) => qualityOf(vectors, layout)),
  })
}

/** Distances of the nearest neighbors of some rows. */
export async function distancesAt(
  session: GpuSession,
  { distances }: NeighborBuffers,
  rows: Uint32Array,
): Promise<Map<number, Float32Array>> {
  const found = new Map<number, Float32Array>()
  for (const row of rows) {
    found.set(row, new Float32Array(await readSplit(session, distances, { begin: row, end: row + 1 })))
  }
  return found
}
