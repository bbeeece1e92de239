import { fromHalf, toHalf } from '../src/shared/math/half.ts'
import { UMAP_STANDARD } from '../src/umap/common/options.ts'
import { UmapRun } from '../src/umap/fit.ts'
import { createRandom } from '../src/shared/math/random.ts'
import type { Vectors } from '../src/shared/core/types.ts'
import { rowsAt, sampleRows, trustworthiness } from '../test/reference/quality.ts'

const DIMS = 64
const CLUSTERS = 200
const QUALITY_ROWS = 2000

/** What one fit took. */
export interface NodeOutcome {
  readonly nPoints: number
  /** Seconds by stage. */
  readonly stages: Readonly<Record<string, number>>
  readonly recall: number | null
  readonly bytesPerPoint: number
  /** k = 15, within 2,000 rows, one a layout */
  readonly trustworthiness: readonly number[]
  /** FNV-1a over all positions: equal where the bytes are. */
  readonly fingerprint: string
}

/** A mixture whose components' variance falls as 1 / i, as that of embeddings does. */
export function mixture(nPoints: number): Vectors {
  const { normal, uniform } = createRandom(7)
  const scale = Float64Array.from({ length: DIMS }, (_, d) => 1 / (1 + d))
  const centers = Float64Array.from({ length: CLUSTERS * DIMS }, (_, i) => normal() * scale[i % DIMS])
  const data = new Uint16Array(nPoints * DIMS)
  for (let row = 0; row < nPoints; row++) {
    const center = Math.floor(uniform() * CLUSTERS) * DIMS
    for (let d = 0; d < DIMS; d++)
      data[row * DIMS + d] = toHalf(centers[center + d] + 0.4 * normal() * scale[d])
  }
  return { data, nPoints, nDims: DIMS }
}

/** Fits the mixture on a device of any WebGPU, at the original setting or the libraries' own. */
export async function measure(
  device: GPUDevice,
  nPoints: number,
  nEpochs: number,
  settings: 'original' | 'standard',
): Promise<NodeOutcome> {
  const named = settings === 'standard' ? UMAP_STANDARD : {}
  const vectors = mixture(nPoints)
  const warm = new UmapRun(device, mixture(256), { ...named, nEpochs: 2 })
  await warm.fit()
  warm.close()
  const run = new UmapRun(device, vectors, { ...named, nEpochs })
  const { layouts, timings } = await run.fit({})
  const rows = sampleRows(nPoints, QUALITY_ROWS, 1)
  const inData = rowsAt(Float64Array.from(vectors.data, fromHalf), DIMS, rows)
  let hash = 0x811c9dc5
  for (const { positions } of layouts) {
    for (const word of new Uint32Array(positions.buffer)) hash = Math.imul(hash ^ word, 0x01000193)
  }
  const outcome: NodeOutcome = {
    nPoints,
    stages: Object.fromEntries(timings.map(({ stage, ms }) => [stage, ms / 1000])),
    recall: timings.find(({ recall }) => recall !== undefined)?.recall ?? null,
    bytesPerPoint: run.peakBytes / nPoints,
    trustworthiness: layouts.map(({ positions }) =>
      trustworthiness(inData, DIMS, rowsAt(positions, 2, rows)),
    ),
    fingerprint: (hash >>> 0).toString(16),
  }
  run.close()
  return outcome
}
