import { requestGpu } from '../../src/gpu/adapter.ts'
import { fromHalf } from '../../src/shared/math/half.ts'
import { UmapRun } from '../../src/umap/fit.ts'
import { rowsAt, sampleRows, spreadOf, trustworthiness } from '../../test/reference/quality.ts'
import { embeddingAtlas } from '../embedding-atlas.mjs'
import { mixture } from './data.ts'

/** One layout, the same for both. */
interface Setting {
  readonly nPoints: number
  readonly nNeighbors: number
  readonly nEpochs: number
  readonly negativeSampleRate: number
}

interface Outcome {
  readonly seconds: number
  readonly stages: Readonly<Record<string, number>> | null
  /** k 15, within 2,000 rows. */
  readonly trustworthiness: number
  readonly sd: number
}

/** WebGPU compute passes that the page has submitted: none means that an engine ran on the CPU. */
let passes = 0
type Begin = (descriptor?: GPUComputePassDescriptor) => GPUComputePassEncoder
const plainPass: Begin = Reflect.get(GPUCommandEncoder.prototype, 'beginComputePass')
GPUCommandEncoder.prototype.beginComputePass = new Proxy(plainPass, {
  apply(target, encoder: GPUCommandEncoder, given: [GPUComputePassDescriptor?]) {
    passes++
    return Reflect.apply(target, encoder, given)
  },
})

/** One engine's layout of the mixture, after a small one that compiles. */
async function measure(engine: 'captionscape' | 'embedding-atlas', setting: Setting) {
  const layOut = engine === 'captionscape' ? ours : atlas
  await layOut({ ...setting, nPoints: Math.min(500, setting.nPoints), nEpochs: 2 })
  passes = 0
  const outcome = await layOut(setting)
  return { engine, ...setting, ...outcome, computePasses: passes }
}

async function ours({ nPoints, nNeighbors, ...options }: Setting): Promise<Outcome> {
  const gpu = await requestGpu({ allowFallback: true })
  if (!gpu) throw new Error('bench: this browser has no WebGPU')
  const vectors = mixture(nPoints)
  const began = performance.now()
  const run = new UmapRun(gpu.device, vectors, { nNeighbors: [nNeighbors], ...options })
  const { layouts, timings } = await run.fit()
  const seconds = (performance.now() - began) / 1000
  run.close()
  gpu.device.destroy()
  const stages = Object.fromEntries(timings.map(({ stage, ms }) => [stage, ms / 1000]))
  return { seconds, stages, ...qualityOf(nPoints, layouts[0].positions) }
}

async function atlas({ nPoints, ...options }: Setting): Promise<Outcome> {
  const { data, nDims } = mixture(nPoints)
  const points = Float32Array.from(data, fromHalf)
  const began = performance.now()
  const positions = await embeddingAtlas(points, nDims, { ...options, minDist: 0.1, seed: 1, gpu: true })
  const seconds = (performance.now() - began) / 1000
  return { seconds, stages: null, ...qualityOf(nPoints, positions) }
}

function qualityOf(nPoints: number, positions: Float32Array) {
  const { data, nDims } = mixture(nPoints)
  const rows = sampleRows(nPoints, 2000, 1)
  const inData = rowsAt(data, nDims, rows).map(fromHalf)
  return {
    trustworthiness: trustworthiness(inData, nDims, rowsAt(positions, 2, rows)),
    sd: spreadOf(positions),
  }
}

/** What the browser computes on. */
async function about() {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' })
  const gl = document.createElement('canvas').getContext('webgl2')
  const named = gl?.getExtension('WEBGL_debug_renderer_info')
  const { vendor, architecture, device, description, isFallbackAdapter } = adapter?.info ?? {}
  return {
    webgpu: adapter ? { vendor, architecture, device, description, isFallbackAdapter } : null,
    features: adapter ? [...adapter.features] : [],
    webgl: gl && named ? String(gl.getParameter(named.UNMASKED_RENDERER_WEBGL)) : null,
    threads: navigator.hardwareConcurrency,
    isIsolated: crossOriginIsolated,
  }
}

Object.assign(globalThis, { measure, about })
