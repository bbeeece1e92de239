import { UMAP } from 'umap-js'
import { embeddingAtlas } from './embedding-atlas.mjs'
import { embedLexically } from '../src/embed/lexical/lexical.ts'
import { requestGpu } from '../src/gpu/adapter.ts'
import { fromHalf } from '../src/shared/math/half.ts'
import { UMAP_DEFAULTS, UMAP_STANDARD } from '../src/umap/common/options.ts'
import { fitUmap } from '../src/umap/fit.ts'
import { createRandom } from '../src/shared/math/random.ts'
import { distinctCaptions } from '../src/read/distinct.ts'
import { createArena } from '../src/shared/core/arena.ts'
import { makeSample } from '../src/sample/captions.ts'
import type { Vectors } from '../src/shared/core/types.ts'
import { trustworthiness } from '../test/reference/quality.ts'

type Named = 'original' | 'standard'

/** The original pipeline's settings, or the libraries' own. */
function settingsOf(named: Named) {
  const { nNeighbors, negativeSampleRate } = named === 'standard' ? UMAP_STANDARD : UMAP_DEFAULTS
  return { nNeighbors, negativeSampleRate, minDist: 0.1, seed: 1 }
}

/** Settings of one layout. */
type PeerOptions = Omit<ReturnType<typeof settingsOf>, 'nNeighbors'> & {
  readonly nNeighbors: number
  readonly nEpochs: number
}

/** What one engine did with one set of vectors. */
interface Outcome {
  readonly engine: string
  readonly seconds: number
  /** Seconds by stage, where the engine tells. */
  readonly stages: Readonly<Record<string, number>>
  /** k = 15, one for each of nNeighbors */
  readonly trustworthiness: readonly number[]
}

/** Lexical vectors of the first `nPoints` distinct captions of the sample's grammar. */
async function vectorsOf(nPoints: number): Promise<Vectors> {
  const encoder = new TextEncoder()
  const rows = makeSample({ nRows: 2 * nPoints, seed: 2 }).map(({ text }) => encoder.encode(text ?? ''))
  const arena = createArena(
    rows.length,
    rows.reduce((sum, bytes) => sum + bytes.length, 0),
  )
  for (const bytes of rows) arena.append(bytes, 0, bytes.length)
  const { captions } = await distinctCaptions(arena.finish())
  const first = { bytes: captions.bytes, offsets: captions.offsets.slice(0, nPoints + 1) }
  return (await embedLexically(first, 1, {})).vectors
}

function quality(points: Float64Array, nDims: number, layouts: readonly Float32Array[]): number[] {
  return layouts.map((positions) => trustworthiness(points, nDims, Float64Array.from(positions)))
}

async function measure(nPoints: number, nEpochs: number, named: Named) {
  const settings = settingsOf(named)
  const vectors = await vectorsOf(nPoints)
  const { nDims } = vectors
  const points = Float64Array.from(vectors.data, fromHalf)
  const gpu = await requestGpu({ allowFallback: true })
  if (!gpu) throw new Error('bench: this browser has no WebGPU')
  // Compiles the kernels, as the first seconds of any visit do.
  await fitUmap(gpu.device, vectors, { ...settings, nEpochs: 2 })
  let started = performance.now()
  const fit = await fitUmap(gpu.device, vectors, { ...settings, nEpochs })
  const ours: Outcome = {
    engine: 'Captionscape',
    seconds: (performance.now() - started) / 1000,
    stages: Object.fromEntries(fit.timings.map(({ stage, ms }) => [stage, ms / 1000])),
    trustworthiness: quality(
      points,
      nDims,
      fit.layouts.map(({ positions }) => positions),
    ),
  }
  const rows = Array.from({ length: nPoints }, (_, i) => [...points.subarray(i * nDims, (i + 1) * nDims)])
  const outcomes = [ours]
  const peer = async (
    engine: string,
    layOut: (options: PeerOptions) => Float32Array | Promise<Float32Array>,
  ): Promise<void> => {
    started = performance.now()
    const layouts: Float32Array[] = []
    for (const nNeighbors of settings.nNeighbors)
      layouts.push(await layOut({ ...settings, nNeighbors, nEpochs }))
    const seconds = (performance.now() - started) / 1000
    outcomes.push({ engine, seconds, stages: {}, trustworthiness: quality(points, nDims, layouts) })
  }
  await peer('umap-js 1.4.0', ({ seed, ...options }) => {
    const umap = new UMAP({ ...options, random: createRandom(seed).uniform })
    return Float32Array.from(umap.fit(rows).flat())
  })
  const atlas = (onGpu: boolean) => (options: PeerOptions) =>
    embeddingAtlas(points, nDims, { ...options, gpu: onGpu })
  await peer('Embedding Atlas 0.26.0 (CPU)', atlas(false))
  if (!gpu.adapter.includes('swiftshader')) await peer('Embedding Atlas 0.26.0 (WebGPU)', atlas(true))
  const { nNeighbors, negativeSampleRate } = settings
  return { adapter: gpu.adapter, outcomes, nNeighbors, negativeSampleRate }
}

Object.assign(globalThis, { measure })
