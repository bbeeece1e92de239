import { proxy, type Remote, transfer, wrap } from 'comlink'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { createClipEncoder } from '../../src/embed/clip.ts'
import { packBatch, planBatches } from '../../src/embed/batches.ts'
import { patchPooler } from '../../src/embed/onnx.ts'
import { createTokenizer } from '../../src/embed/tokenizer.ts'
import { fromHalf } from '../../src/half.ts'
import { gaussianProjection } from '../../src/project/gaussian.ts'
import { createRandom } from '../../src/random.ts'
import { registerErrorTransfer } from '../../src/rpc.ts'
import type { Progress } from '../../src/types.ts'
import type { ClipApi } from '../../workers/clip.ts'
import type { ClipOptions, EmbedApi } from '../../workers/embed.ts'
import { toArena } from '../fixtures/arena.ts'
import type { ClipOutput } from '../fixtures/clip-graph.ts'
import { clipModelFiles, clipTokenizerFile, poolerReference } from '../fixtures/clip-model.ts'

const DIMS = 32
const tokenizer = createTokenizer(clipTokenizerFile())
const words = "photo cat red house in the river of gold 日本 qzx don't 1984 vintage — art".split(' ')

/** Captions of 0 to 40 words, one in twenty too long for CLIP. */
function makeCaptions(n: number): string[] {
  const random = createRandom(5)
  return Array.from({ length: n }, (_, i) => {
    const length = i % 20 === 19 ? 120 : Math.floor(random.uniform() ** 3 * 40)
    return Array.from({ length }, () => words[Math.floor(random.uniform() * words.length)]).join(' ')
  })
}

const workers: Worker[] = []
afterEach(async () => {
  for (const worker of workers.splice(0)) worker.terminate()
  await forgetKept()
})

const KEPT = 'captionscape-embeddings'

/** Clears what earlier runs kept; a worker that ends lets go of its file a little later. */
async function forgetKept(): Promise<void> {
  const root = await navigator.storage.getDirectory()
  const remove = async () =>
    root.removeEntry(KEPT, { recursive: true }).then(
      () => 'gone',
      (error: unknown) => (error as DOMException).name,
    )
  await expect.poll(remove, { timeout: 10_000 }).toMatch(/gone|NotFoundError/)
}

/** Waits until no worker has a kept file open. */
async function released(): Promise<void> {
  const root = await navigator.storage.getDirectory()
  const folder = await root.getDirectoryHandle(KEPT)
  for await (const handle of folder.values()) {
    const open = async () => {
      const stream = await (handle as FileSystemFileHandle).createWritable({ keepExistingData: true })
      await stream.abort()
      return 'free'
    }
    await expect
      .poll(async () => open().catch((error: unknown) => String(error)), { timeout: 10_000 })
      .toBe('free')
  }
}

function captionSteps(progress: readonly Progress[]): Progress[] {
  return progress.filter((step) => step.unit === 'captions')
}

function greatestDone(progress: readonly Progress[]): number {
  return Math.max(0, ...captionSteps(progress).map((step) => step.done))
}

/**
 * Greatest absolute difference of the model in its worker to the float64 reference, in batches as the page
 * makes them.
 */
async function greatestDifference(
  backend: 'wasm' | 'webgpu',
  n: number,
  outputs: readonly ClipOutput[],
): Promise<number> {
  const files = clipModelFiles(outputs)
  const onnx = new Uint8Array(files.get('onnx/text_model.onnx') ?? [])
  const { bytes, output, inputs } = patchPooler(onnx, tokenizer.eotId)
  expect(output).toBe('pooler_output')
  const worker = new Worker(new URL('../../workers/clip.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  const clip = wrap<ClipApi>(worker)
  const config: unknown = JSON.parse(new TextDecoder().decode(files.get('config.json')))
  await clip.load({ config, onnx: bytes, inputs, output, eotId: tokenizer.eotId, backend, dtype: 'fp32' })

  const encoded = makeCaptions(n).map((caption) => tokenizer.encode(caption))
  const offsets = new Uint32Array(n + 1)
  encoded.forEach((ids, i) => {
    offsets[i + 1] = offsets[i] + ids.length
  })
  const tokens = { ids: Int32Array.from(encoded.flat()), offsets }
  const { order, batches } = planBatches(offsets, 512, tokenizer.maxLength)
  let worst = 0
  for (const batch of batches) {
    const ids = packBatch(tokens, order, batch, tokenizer.eotId)
    const nRows = batch.end - batch.start
    const rows = await clip.run(transfer(ids, [ids.buffer]), nRows, batch.length)
    expect(rows.length).toBe(nRows * DIMS)
    for (let i = 0; i < nRows; i++) {
      const expected = poolerReference(encoded[order[batch.start + i]])
      expected.forEach((value, d) => {
        worst = Math.max(worst, Math.abs(value - rows[i * DIMS + d]))
      })
    }
  }
  return worst
}

describe('pooler_output of the small model', () => {
  test('is within 1e-4 of the float64 reference on WebAssembly, for 200 captions, long ones too', async () => {
    expect(await greatestDifference('wasm', 200, ['text_embeds'])).toBeLessThan(1e-4)
  })

  test('is within 1e-4 of the float64 reference on WebGPU, for 48 captions', async () => {
    expect(await greatestDifference('webgpu', 48, ['text_embeds'])).toBeLessThan(1e-4)
  })

  test.each<ClipOutput[][]>([
    [['text_embeds', 'last_hidden_state']],
    [['last_hidden_state', 'pooler_output']],
    [['last_hidden_state']],
  ])('is found in an export with %j', async (outputs) => {
    expect(await greatestDifference('wasm', 24, outputs)).toBeLessThan(1e-4)
  })
})

/** The encoder's worker, as the page uses it. */
function startEncoder() {
  const worker = new Worker(new URL('../../workers/embed.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  const progress: Progress[] = []
  const notices: string[] = []
  const events = () =>
    proxy({
      onProgress: (step: Progress) => {
        progress.push(step)
      },
      onNotice: (notice: string) => {
        notices.push(notice)
      },
    })
  return { remote: wrap<EmbedApi>(worker), progress, notices, events }
}

const HUB_ID = 'captionscape/small-clip'
const onWasm: ClipOptions = { model: HUB_ID, dtype: 'fp32', backend: 'wasm', seed: 1 }

describe('the encoder’s worker', () => {
  beforeAll(async () => {
    registerErrorTransfer()
    // The browser's cache holds the model as if it had been downloaded before, so nothing asks the hub.
    const cache = await caches.open('captionscape-models')
    for (const [path, bytes] of clipModelFiles())
      await cache.put(
        `https://huggingface.co/${HUB_ID}/resolve/main/${path}`,
        new Response(new Uint8Array(bytes)),
      )
  })

  test('gives the projected reference in the captions’ order', async () => {
    const { remote, progress, events } = startEncoder()
    const captions = makeCaptions(60)
    const result = await remote.clip(toArena(captions), onWasm, events())
    expect(result).toMatchObject({ encoder: 'clip', backend: 'wasm', adapter: null })
    expect(result.label).toBe(`CLIP text encoder (${HUB_ID}), fp32 on WebAssembly`)
    expect(result.vectors).toMatchObject({ nPoints: 60, nDims: 64 })
    const { matrix } = gaussianProjection(DIMS, 1)
    captions.forEach((caption, row) => {
      const pooled = poolerReference(tokenizer.encode(caption))
      for (let c = 0; c < 64; c++) {
        const exact = pooled.reduce((sum, value, d) => sum + value * matrix[d * 64 + c], 0)
        const got = fromHalf(result.vectors.data[row * 64 + c])
        if (Math.abs(got - exact) > 2 ** -10 * Math.abs(exact) + 2e-4)
          expect([row, c, got]).toEqual([row, c, exact])
      }
    })
    expect(progress.at(-1)).toMatchObject({ stage: 'Embed', unit: 'captions', done: 60, total: 60 })
  })

  test('goes on after a cancellation, with the bits of an uninterrupted run', async () => {
    const captions = makeCaptions(1500)
    const whole = await startEncoder().remote.clip(toArena(captions), onWasm, startEncoder().events())
    await forgetKept()
    const { remote, progress, events } = startEncoder()
    const cancelled = cancelOnceRunning(remote, captions, progress, events())
    await expect(cancelled).rejects.toMatchObject({ name: 'CancelledError' })
    const before = Math.max(...progress.filter((step) => step.unit === 'captions').map((step) => step.done))
    expect(before).toBeGreaterThan(0)
    expect(before).toBeLessThan(1500)
    progress.length = 0
    const resumed = await remote.clip(toArena(captions), onWasm, events())
    expect(resumed.vectors.data).toEqual(whole.vectors.data)
    expect(progress[0].done).toBeGreaterThanOrEqual(before)
  })

  test('goes on where a page died, in a new one and with the same bits, and then has nothing to do', async () => {
    const captions = makeCaptions(1500)
    const whole = await startEncoder().remote.clip(toArena(captions), onWasm, startEncoder().events())
    await forgetKept()

    const first = startEncoder()
    const died = first.remote.clip(toArena(captions), onWasm, first.events())
    died.catch(() => {}) // It never settles: its worker is gone.
    await expect
      .poll(() => greatestDone(first.progress), { timeout: 60_000, interval: 5 })
      .toBeGreaterThan(300)
    const before = greatestDone(first.progress)
    workers[workers.length - 1].terminate()
    await released()

    const second = startEncoder()
    const resumed = await second.remote.clip(toArena(captions), onWasm, second.events())
    expect(resumed.vectors.data).toEqual(whole.vectors.data)
    // Progress comes by another port than the result.
    await expect.poll(() => captionSteps(second.progress)[0]?.done).toBeGreaterThanOrEqual(before)
    expect(second.notices).toEqual([
      expect.stringMatching(/^Went on from \d+ %, kept from an earlier visit\.$/),
    ])

    const third = startEncoder()
    const again = await third.remote.clip(toArena(captions), onWasm, third.events())
    expect(again.vectors.data).toEqual(whole.vectors.data)
    await expect.poll(() => captionSteps(third.progress)[0]?.done).toBe(1500)
    expect(third.notices).toEqual([expect.stringMatching(/nothing had to be embedded/)])
  })

  test('can be cancelled while the model loads, and starts again', async () => {
    const { remote, events } = startEncoder()
    const cancelled = remote.clip(toArena(['a red cat']), onWasm, events())
    cancelled.catch(() => {}) // Awaited below; it may reject before.
    await remote.cancel()
    await expect(cancelled).rejects.toMatchObject({ name: 'CancelledError' })
    const { vectors } = await remote.clip(toArena(['a red cat']), onWasm, events())
    expect(vectors.data.some((half) => half !== 0)).toBe(true)
  })

  test('says where a model that onnxruntime refuses came from, and goes on with another', async () => {
    const broken = 'captionscape/broken'
    const cache = await caches.open('captionscape-models')
    for (const [path, bytes] of clipModelFiles()) {
      const file = new Uint8Array(bytes)
      // An operator that does not exist: every “Softmax” becomes “Softmix”.
      const name = new TextEncoder().encode('Softmax')
      for (let i = 0; i + name.length < file.length; i++)
        if (path.endsWith('.onnx') && name.every((byte, j) => file[i + j] === byte)) file[i + 5] = 0x69
      await cache.put(`https://huggingface.co/${broken}/resolve/main/${path}`, new Response(file))
    }
    const { remote, events } = startEncoder()
    const refused = remote.clip(toArena(['a cat']), { ...onWasm, model: broken }, events())
    await expect(refused).rejects.toMatchObject({
      name: 'InputError',
      message: expect.stringMatching(
        /captionscape\/broken.*text_model\.onnx is not a CLIP text model.*Softmix/s,
      ),
    })
    const { vectors } = await remote.clip(toArena(['a cat']), onWasm, events())
    expect(vectors.nPoints).toBe(1)
  })

  test('takes the processor, and says so, where the GPU of its choice does not run the model', async () => {
    const id = 'captionscape/all-formats'
    const cache = await caches.open('captionscape-models')
    for (const [path, bytes] of clipModelFiles())
      for (const suffix of ['_fp16', '_quantized']) {
        const name = path.replace('text_model', `text_model${suffix}`)
        const url = `https://huggingface.co/${id}/resolve/main/${name}`
        await cache.put(url, new Response(new Uint8Array(bytes)))
      }
    const notices: string[] = []
    const encoder = createClipEncoder({
      startRuntime: () => {
        const worker = new Worker(new URL('../../workers/clip.ts', import.meta.url), { type: 'module' })
        const clip = wrap<ClipApi>(worker)
        return {
          load: (model) => clip.load(model),
          run: (...batch) => clip.run(...batch),
          stop: () => worker.terminate(),
        }
      },
      // Half floats that the software GPU of the test machine does not have.
      findGpu: async () =>
        Promise.resolve({ isSoftware: false, hasF16: true, description: 'a GPU without shader-f16' }),
      checkpoints: null,
      createProjection: () => (rows) => new Uint16Array(64 * (rows.length / DIMS)),
      pageUrl: location.href,
    })
    const request = { model: id, dtype: null, backend: null, seed: 1 }
    const result = await encoder.embed(toArena(['a cat']), request, {
      onNotice: (notice) => notices.push(notice),
    })
    expect(result).toMatchObject({ backend: 'wasm', adapter: null })
    expect(notices).toEqual([expect.stringMatching(/shader-f16.*processor is used/)])
  })

  test('goes on in memory, and says so, where the storage is full or refused', async () => {
    const full = new DOMException('full', 'QuotaExceededError')
    const embedWith = async (checkpoints: Parameters<typeof createClipEncoder>[0]['checkpoints']) => {
      const notices: string[] = []
      const encoder = createClipEncoder({
        startRuntime: () => ({
          load: async () => Promise.resolve(),
          run: async (_ids, nRows) => Promise.resolve(new Float32Array(nRows * DIMS).fill(1)),
          stop: () => {},
        }),
        findGpu: async () => Promise.resolve(null),
        checkpoints,
        createProjection: () => (rows) => new Uint16Array(64 * (rows.length / DIMS)).fill(7),
        pageUrl: location.href,
      })
      const { vectors } = await encoder.embed(toArena(makeCaptions(200)), onWasm, {
        onNotice: (notice) => notices.push(notice),
      })
      expect(vectors.data.every((half) => half === 7)).toBe(true)
      return notices
    }
    const digest = async () => Promise.resolve('')
    const write = () => {
      throw full
    }
    const kept = { read: () => false, write, close: () => {} }
    expect(await embedWith({ digest, open: async () => Promise.resolve(kept) })).toEqual([
      expect.stringMatching(/takes no more vectors .*goes on in memory/),
    ])
    expect(await embedWith({ digest, open: async () => Promise.reject(full) })).toEqual([
      expect.stringMatching(/keeps no vectors here .*until the page is closed/),
    ])
    expect(await embedWith({ digest, open: async () => Promise.resolve(null) })).toEqual([
      expect.stringMatching(/Another tab embeds the same captions/),
    ])
  })

  test('embeds lexically beside it', async () => {
    const { remote, progress, events } = startEncoder()
    const result = await remote.lexical(toArena(['red cat', 'red dog', 'blue dog']), { seed: 1 }, events())
    expect(result).toMatchObject({ encoder: 'lexical', backend: 'cpu', adapter: null })
    expect(result.vectors).toMatchObject({ nPoints: 3, nDims: 64 })
    expect(progress.at(-1)).toMatchObject({ done: 3, total: 3 })
  })

  test('names the address of a model that is not there, and offers the lexical encoder', async () => {
    const { remote, events } = startEncoder()
    const missing = remote.clip(toArena(['a cat']), { ...onWasm, model: '/models/none' }, events())
    await expect(missing).rejects.toMatchObject({
      name: expect.stringMatching(/InputError|NetworkError/),
      message: expect.stringContaining('/models/none/config.json'),
      advice: expect.stringMatching(/\?model=.*lexical/),
    })
  })
})

async function cancelOnceRunning(
  remote: Remote<EmbedApi>,
  captions: string[],
  progress: readonly Progress[],
  events: Parameters<EmbedApi['clip']>[2],
): Promise<unknown> {
  const run = remote.clip(toArena(captions), onWasm, events)
  run.catch(() => {}) // Awaited by the caller; it may reject while this still polls.
  while (!progress.some((step) => step.unit === 'captions' && step.done > 0))
    await new Promise((done) => setTimeout(done, 5))
  await remote.cancel()
  return run
}
