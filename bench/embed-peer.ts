import { expose } from 'comlink'
import * as ort from 'onnxruntime-web/wasm'
import plainMjs from 'onnxruntime-web/ort-wasm-simd-threaded.mjs?url'
import plainWasm from 'onnxruntime-web/ort-wasm-simd-threaded.wasm?url'
import { OFFSET, PROJECTION } from '../src/embed/onnx/onnx.ts'
import type { Batch } from './embed.ts'

/** onnxruntime-web as it comes, in a worker, on the same WebAssembly file as the page's. */
export interface PeerApi {
  /** Seconds of each round over all batches. */
  measure(
    onnx: Uint8Array<ArrayBuffer>,
    output: string,
    nDims: number,
    batches: readonly Batch[],
    rounds: number,
    threads: number,
  ): Promise<number[]>
}

const api: PeerApi = {
  async measure(onnx, output, nDims, batches, rounds, threads) {
    const [mjs, wasm] = [plainMjs, plainWasm].map((url) => new URL(url, self.location.href).href)
    ort.env.wasm.wasmPaths = { mjs, wasm }
    ort.env.wasm.numThreads = threads
    const session = await ort.InferenceSession.create(onnx, { executionProviders: ['wasm'] })
    const unused = {
      [PROJECTION]: new ort.Tensor('float32', new Float32Array(nDims), [nDims, 1]),
      [OFFSET]: new ort.Tensor('float32', new Float32Array(1), [1]),
    }
    const seconds: number[] = []
    for (let round = 0; round < rounds; round++) {
      const started = performance.now()
      for (const { ids, nRows, length } of batches) {
        const feed = new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [nRows, length])
        await session.run({ input_ids: feed, ...unused }, [output])
      }
      seconds.push((performance.now() - started) / 1000)
    }
    return seconds
  },
}
expose(api)
