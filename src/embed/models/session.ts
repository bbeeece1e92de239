import { CLIPTextModelWithProjection, env, Tensor } from '@huggingface/transformers'
import asyncifyMjs from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.mjs?url'
import asyncifyWasm from 'onnxruntime-web/ort-wasm-simd-threaded.asyncify.wasm?url'
import jspiMjs from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.mjs?url'
import jspiWasm from 'onnxruntime-web/ort-wasm-simd-threaded.jspi.wasm?url'
import plainMjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url'
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import { fromHalf } from '../../shared/math/half.ts'
import type { Backend, Projection } from '../../shared/core/types.ts'
import { DTYPE_SUFFIXES } from './backend.ts'
import { INT32, OFFSET, POOLING, PROJECTION, VECTORS } from '../onnx/onnx.ts'
import { poolingWeights, type TokenRules, tokenMask } from './pooling.ts'

/** Everything a session is made of; nothing is fetched but onnxruntime itself, from the page's own files. */
export interface SessionModel {
  readonly config: unknown
  /** Patched by `patchText`. */
  readonly onnx: Uint8Array<ArrayBuffer>
  readonly inputs: readonly { readonly name: string; readonly type: number }[]
  readonly output: string
  /** Width of `output`. */
  readonly nDims: number
  readonly needsPooling: boolean
  readonly rules: TokenRules
  readonly backend: Backend
  readonly dtype: string
}

/** What to read back of a run. */
export interface Asked {
  /** The model's own output, [nRows, nDims]. */
  readonly pooled: boolean
  /** It projected, [nRows, nComponents]. */
  readonly vectors: boolean
}

/** float32; null what was not asked for. */
export interface BatchResult {
  readonly pooled: Float32Array<ArrayBuffer> | null
  readonly vectors: Float32Array<ArrayBuffer> | null
}

export interface Session {
  /** For the runs that follow; at first all is projected to nothing. */
  readonly setProjection: (projection: Projection) => void | Promise<void>
  /** `ids` [nRows, length]. One call at a time. */
  readonly run: (
    ids: Int32Array<ArrayBuffer>,
    nRows: number,
    length: number,
    asked: Asked,
  ) => Promise<BatchResult>
}

interface OrtTensor {
  readonly type: string
  readonly data: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer>
}
interface OrtSession {
  run(feeds: Record<string, unknown>, fetches: readonly string[]): Promise<Record<string, OrtTensor>>
}

// More threads than this gain nothing on CLIP's small matrices and take memory.
const MAX_THREADS = 8

/**
 * A session of a text model in transformers.js, under the name of CLIP's class, which takes any graph as it is. One a worker: onnxruntime can be set up only once, and
 * transformers.js queues its sessions behind one another, so that one that fails takes all later ones with
 * it.
 * @throws what onnxruntime says where it does not take the model.
 */
export async function createSession(model: SessionModel): Promise<Session> {
  const { wasm } = env.backends.onnx
  if (!wasm) throw new Error('Embed: transformers.js came without onnxruntime-web')
  const [mjsUrl, wasmUrl] = buildFor(model.backend).map((url) => new URL(url, self.location.href).href)
  wasm.wasmPaths = { mjs: mjsUrl, wasm: wasmUrl }
  wasm.numThreads = self.crossOriginIsolated ? Math.min(MAX_THREADS, navigator.hardwareConcurrency) : 1

  // transformers.js asks for files by address; it is given the ones at hand. Its own caches would keep the
  // patch.
  env.allowLocalModels = false
  env.useBrowserCache = false
  env.useWasmCache = false
  env.fetch = (url) => {
    const { pathname } = new URL(url)
    const body = pathname.endsWith('/config.json')
      ? JSON.stringify(model.config)
      : pathname.endsWith(`/text_model${DTYPE_SUFFIXES[model.dtype]}.onnx`)
        ? model.onnx
        : null
    return Promise.resolve(new Response(body, { status: body === null ? 404 : 200 }))
  }
  const loaded = await CLIPTextModelWithProjection.from_pretrained('captionscape/clip', {
    device: model.backend,
    dtype: model.dtype as 'fp32',
    use_external_data_format: false,
  })
  const session = loaded.sessions.model as OrtSession
  const takes = (name: string): boolean => model.inputs.some((input) => input.name === name)

  const floats = (values: Float32Array, dims: number[]) => new Tensor('float32', values, dims).ort_tensor
  let projection = floats(new Float32Array(model.nDims), [model.nDims, 1])
  let offset = floats(new Float32Array(1), [1])

  return {
    setProjection({ matrix, offset: shift, nDims, nComponents }) {
      projection = floats(matrix, [nDims, nComponents])
      offset = floats(shift, [nComponents])
    },
    async run(ids, nRows, length, asked) {
      const dims = [nRows, length]
      const typed = (name: string, values: Int32Array) => {
        const isInt32 = model.inputs.find((input) => input.name === name)?.type === INT32
        return isInt32
          ? new Tensor('int32', values, dims)
          : new Tensor('int64', BigInt64Array.from(values, BigInt), dims)
      }
      const feeds: Record<string, unknown> = {
        input_ids: typed('input_ids', ids).ort_tensor,
        [PROJECTION]: projection,
        [OFFSET]: offset,
      }
      const mask = tokenMask(ids, length, model.rules)
      if (takes('attention_mask')) feeds.attention_mask = typed('attention_mask', mask).ort_tensor
      if (takes('token_type_ids'))
        feeds.token_type_ids = typed('token_type_ids', new Int32Array(ids.length)).ort_tensor
      if (takes('position_ids'))
        feeds.position_ids = typed(
          'position_ids',
          ids.map((_, i) => i % length),
        ).ort_tensor
      if (model.needsPooling) feeds[POOLING] = floats(poolingWeights(mask, length, model.rules.pooling), dims)
      // Not `loaded(…)`: that reads back every output, of which `last_hidden_state` alone is 77 times what we
      // want.
      const names = [...(asked.pooled ? [model.output] : []), ...(asked.vectors ? [VECTORS] : [])]
      const result = await session.run(feeds, names)
      return {
        pooled: asked.pooled ? toFloats(result[model.output]) : null,
        vectors: asked.vectors ? toFloats(result[VECTORS]) : null,
      }
    },
  }
}

/**
 * The smallest of onnxruntime's builds that will do, as [script, wasm]. WebGPU needs one that can wait for the GPU: by the
 * browser's own suspension of WebAssembly where it has that (4.1 MB compressed), else by Binaryen's (6.6); the processor
 * does with the plain one (3.7).
 */
function buildFor(backend: Backend): readonly [string, string] {
  if (backend === 'wasm') return [plainMjs, plainWasm]
  return canSuspend() ? [jspiMjs, jspiWasm] : [asyncifyMjs, asyncifyWasm]
}

/** A module of one function with a local of the type `exnref`: that build's exceptions are of the newer kind. */
const NEWER_EXCEPTIONS = 'AGFzbQEAAAABBAFgAAADAgEACgYBBAEBaQs='

function canSuspend(): boolean {
  const bytes = Uint8Array.from(atob(NEWER_EXCEPTIONS), (char) => char.charCodeAt(0))
  return 'Suspending' in WebAssembly && WebAssembly.validate(bytes)
}

function toFloats({ data }: OrtTensor): Float32Array<ArrayBuffer> {
  if (data instanceof Float32Array) return data.slice()
  return Float32Array.from(new Uint16Array(data.buffer, data.byteOffset, data.length), fromHalf)
}
