import { transfer, wrap } from 'comlink'
import { findGpu } from '../src/embed/models/backend.ts'
import { patchText } from '../src/embed/onnx/onnx.ts'
import { clipRules } from '../src/embed/models/pooling.ts'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import type { Backend } from '../src/shared/core/types.ts'
import type { ClipFormat, ClipOutput } from '../test/fixtures/clip-graph.ts'
import type { ClipApi } from '../workers/clip.ts'
import { makeModel, type Size } from './embed-model.ts'
import type { PeerApi } from './embed-peer.ts'

/** One batch: `ids` [nRows, length], padded. */
export interface Batch {
  readonly ids: readonly number[]
  readonly nRows: number
  readonly length: number
}

interface Case {
  readonly size: Size
  readonly format: ClipFormat
  readonly outputs: readonly ClipOutput[]
  readonly backend: Backend
  readonly batches: readonly Batch[]
  /** How often all batches are run; the first run warms up. */
  readonly repeats: number
}

registerErrorTransfer()

/** Runs the batches of a case in the page's own worker: the rows of the last round, and what each round took. */
async function measure({ size, format, outputs, backend, batches, repeats }: Case) {
  const { onnx, config, eotId, nDims } = makeModel(size, outputs, format)
  const { bytes, inputs, output, needsPooling } = patchText(onnx, 'clip')
  const worker = new Worker(new URL('../workers/clip.ts', import.meta.url), { type: 'module' })
  const failed = new Promise<never>((_, reject) => {
    worker.addEventListener('error', (event) => reject(new Error(event.message)))
  })
  try {
    const clip = wrap<ClipApi>(worker)
    const rules = clipRules(eotId)
    const model = { config, onnx: bytes, inputs, output, nDims, needsPooling, rules, backend, dtype: format }
    await Promise.race([clip.load(transfer(model, [bytes.buffer])), failed])
    const seconds: number[] = []
    const rows: number[][] = []
    for (let round = 0; round < repeats; round++) {
      const started = performance.now()
      rows.length = 0
      for (const { ids, nRows, length } of batches) {
        const packed = Int32Array.from(ids)
        const asked = { pooled: true, vectors: false }
        const run = clip.run(transfer(packed, [packed.buffer]), nRows, length, asked)
        const { pooled } = await Promise.race([run, failed])
        if (!pooled) throw new Error('nothing came back')
        for (let i = 0; i < nRows; i++) rows.push(Array.from(pooled.subarray(i * nDims, (i + 1) * nDims)))
      }
      seconds.push((performance.now() - started) / 1000)
    }
    return { output, rows, seconds }
  } catch (error) {
    return { error: error instanceof Error ? error.message : String(error) }
  } finally {
    worker.terminate()
  }
}

/** The same on onnxruntime-web as it comes. */
async function measurePeer({ size, format, outputs, batches, repeats }: Case): Promise<number[]> {
  const { onnx, nDims } = makeModel(size, outputs, format)
  const { bytes, output } = patchText(onnx, 'clip')
  const worker = new Worker(new URL('./embed-peer.ts', import.meta.url), { type: 'module' })
  try {
    const peer = wrap<PeerApi>(worker)
    return await peer.measure(transfer(bytes, [bytes.buffer]), output, nDims, batches, repeats, threads)
  } finally {
    worker.terminate()
  }
}

const threads = crossOriginIsolated ? Math.min(8, navigator.hardwareConcurrency) : 1
Object.assign(globalThis, { measure, measurePeer, about: async () => ({ threads, gpu: await findGpu() }) })
