import { DeviceError, InputError } from '../../shared/core/errors.ts'
import type { Backend } from '../../shared/core/types.ts'

/** What the choice of a backend needs to know of the GPU. */
export interface Gpu {
  /** A processor that plays a GPU (SwiftShader, llvmpipe, Microsoft's Basic Render Driver). */
  readonly isSoftware: boolean
  readonly hasF16: boolean
  /** For people: “nvidia ada-lovelace”. */
  readonly description: string
}

export interface BackendChoice {
  readonly backend: Backend
  /** Number formats to try, in this order: not every model comes in every one. */
  readonly dtypes: readonly string[]
  /** Null for the CPU. */
  readonly adapter: string | null
  /** A GPU that is played by the processor, and as slow. */
  readonly isSoftware: boolean
}

/** The suffixes that exporters give the files of each number format. */
export const DTYPE_SUFFIXES: Readonly<Record<string, string>> = {
  fp32: '',
  fp16: '_fp16',
  q8: '_quantized',
  int8: '_int8',
  uint8: '_uint8',
  q4: '_q4',
  q4f16: '_q4f16',
  bnb4: '_bnb4',
}

/** The GPU that onnxruntime would take; null without WebGPU. */
export async function findGpu(): Promise<Gpu | null> {
  // Not in every browser, whatever the types say.
  const gpu = (navigator as { gpu?: GPU }).gpu
  const adapter = await gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) return null
  const { vendor, architecture, description } = adapter.info
  const isFallback =
    adapter.info.isFallbackAdapter || (adapter as { isFallbackAdapter?: boolean }).isFallbackAdapter === true
  return {
    isSoftware: isFallback || /swiftshader|llvmpipe|basic render/i.test(`${architecture} ${description}`),
    hasF16: adapter.features.has('shader-f16'),
    description: [vendor, architecture || description].filter(Boolean).join(' ') || 'unnamed adapter',
  }
}

/**
 * WebGPU on a real GPU, in fp16 where shaders have it; else WebAssembly in q8. What the user asked for goes
 * first, a software GPU included. Quantized models are never run on WebGPU: they came out wrong or slow
 * there.
 *
 * @throws {InputError} for a number format that is unknown or does not fit the backend.
 * @throws {DeviceError} where WebGPU was asked for and is missing.
 */
export function chooseBackend(
  asked: { readonly backend: Backend | null; readonly dtype: string | null },
  gpu: Gpu | null,
): BackendChoice {
  const backend = asked.backend ?? (gpu && !gpu.isSoftware ? 'webgpu' : 'wasm')
  const { dtype } = asked
  if (dtype !== null && !Object.hasOwn(DTYPE_SUFFIXES, dtype))
    throw new InputError(
      `Embed: dtype is “${dtype}”; it can be ${Object.keys(DTYPE_SUFFIXES).join(', ')}`,
      'Leave out ?dtype= to let the page choose.',
    )
  if (backend === 'wasm')
    return { backend, dtypes: dtype ? [dtype] : ['q8', 'fp32'], adapter: null, isSoftware: false }
  if (!gpu)
    throw new DeviceError(
      'Embed: backend is webgpu, but this browser offers no WebGPU adapter',
      'Leave out ?backend= to use the processor, or open the page in a browser with WebGPU.',
    )
  if (dtype !== null && dtype !== 'fp32' && dtype !== 'fp16')
    throw new InputError(
      `Embed: dtype ${dtype} gives wrong vectors on WebGPU; there it can be fp32 or fp16`,
      'Leave out ?dtype=, or add ?backend=wasm.',
    )
  if (dtype === 'fp16' && !gpu.hasF16)
    throw new InputError(
      `Embed: dtype is fp16, but ${gpu.description} has no shader-f16`,
      'Leave out ?dtype=, or use ?dtype=fp32.',
    )
  const dtypes = dtype ? [dtype] : gpu.hasF16 ? ['fp16', 'fp32'] : ['fp32']
  return { backend, dtypes, adapter: gpu.description, isSoftware: gpu.isSoftware }
}

/**
 * What to try where a choice fails, in this order: plain float32 on the same backend, then the processor. What the
 * user asked for is not changed.
 * @param isMidway vectors were made already: those that follow should be as exact, rather than as fast
 */
export function fallbacksOf(
  { backend, dtypes, adapter, isSoftware }: BackendChoice,
  asked: { readonly backend: Backend | null; readonly dtype: string | null },
  isMidway: boolean,
): readonly BackendChoice[] {
  const found: BackendChoice[] = []
  if (asked.dtype === null && dtypes[0] !== 'fp32')
    found.push({ backend, dtypes: ['fp32'], adapter, isSoftware })
  if (asked.backend === null && backend === 'webgpu') {
    const cpu = isMidway ? ['fp32', 'q8'] : ['q8', 'fp32']
    found.push({
      backend: 'wasm',
      dtypes: asked.dtype === null ? cpu : [asked.dtype],
      adapter: null,
      isSoftware: false,
    })
  }
  return found
}
