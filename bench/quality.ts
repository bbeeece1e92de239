import { requestGpu } from '../src/gpu/adapter.ts'
import { toHalf } from '../src/shared/math/half.ts'
import { fitUmap } from '../src/umap/fit.ts'
import { parseNpy } from '../test/reference/npy.ts'

interface Request {
  /** A `.npy` file of vectors [nPoints, nDims], base64 */
  readonly vectors: string
  readonly nNeighbors: readonly number[]
  readonly nEpochs: number
}

/** Little-endian float32 [nPoints, 2], base64: one for each of nNeighbors, and where they started. */
interface Made {
  readonly adapter: string
  readonly layouts: readonly string[]
  readonly start: string
}

/** Lays the vectors out by this engine, at negative sample rate 20, with seed 1. */
async function measure({ vectors, nNeighbors, nEpochs }: Request): Promise<Made> {
  const { shape, data } = parseNpy(Uint8Array.from(atob(vectors), (character) => character.charCodeAt(0)))
  const [nPoints, nDims] = shape
  const halves = data instanceof Uint16Array ? data : Uint16Array.from(data, toHalf)
  const gpu = await requestGpu({ allowFallback: true })
  if (!gpu) throw new Error('bench: this browser has no WebGPU')
  const settings = { nNeighbors, nEpochs, negativeSampleRate: 20, seed: 1 }
  const fit = await fitUmap(gpu.device, { data: halves, nPoints, nDims }, settings)
  const layouts = fit.layouts.map(({ positions }) => encode(positions))
  return { adapter: gpu.adapter, layouts, start: encode(fit.start) }
}

function encode(values: Float32Array): string {
  const bytes = new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
  return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''))
}

Object.assign(globalThis, { measure })
