import { proxy, type Remote, transfer, wrap } from 'comlink'
import { afterEach, beforeAll, describe, expect, test } from 'vitest'
import { type ClipHost, type ClipRequest, createClipEncoder } from '../../../src/embed/clip/clip.ts'
import type { Runtime } from '../../../src/embed/clip/clip-model.ts'
import { packBatch } from '../../../src/embed/clip/batches.ts'
import { tokenizeChunk } from '../../../src/embed/clip/chunks.ts'
import { patchText } from '../../../src/embed/onnx/onnx.ts'
import { clipRules } from '../../../src/embed/models/pooling.ts'
import { createTokenizer } from '../../../src/embed/tokenizers/tokenizer.ts'
import { fromHalf } from '../../../src/shared/math/half.ts'
import { gaussianProjection, project } from '../../../src/project/gaussian.ts'
import { createRandom } from '../../../src/shared/math/random.ts'
import { registerErrorTransfer } from '../../../src/shared/core/rpc.ts'
import { listKept } from '../../../src/shared/core/storage.ts'
import type { Progress } from '../../../src/shared/core/types.ts'
import type { ClipApi } from '../../../workers/clip.ts'
import type { EmbedApi } from '../../../workers/embed.ts'
import { toArena } from '../../fixtures/arena.ts'
import type { ClipFormat, ClipOutput } from '../../fixtures/clip-graph.ts'
import { clipModelFiles, clipTokenizerFile, poolerReference } from '../../fixtures/clip-model.ts'

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
 * makes them, of `pooler_output` and of its projection; and the least cosine of `pooler_output` to it.
 */
async function compareToReference(
  backend: 'wasm' | 'webgpu',
  n: number,
  outputs: readonly ClipOutput[],
  format: ClipFormat = 'fp32',
): Promise<{ worst: number; cosine: number }> {
  const files = clipModelFiles(outputs, format)
  const onnx = new Uint8Array(files.get('onnx/text_model.onnx') ?? [])
  const { bytes, output, inputs, needsPooling } = patchText(onnx, 'clip')
  expect(output).toBe('pooler_output')
  const projection = gaussianProjection(DIMS, 1)
  const worker = new Worker(new URL('../../../workers/clip.ts', import.meta.url), { type: 'module' })
  workers.push(worker)
  const clip = wrap<ClipApi>(worker)
  const config: unknown = JSON.parse(new TextDecoder().decode(files.get('config.json')))
  await clip.load({
    config,
    onnx: bytes,
    inputs,
    output,
    nDims: DIMS,
    needsPooling,
    rules: clipRules(tokenizer.padId),
    backend,
    dtype: format,
  })
  await clip.setProjection(projection)

  const captions = makeCaptions(n)
  const { tokens, plan } = tokenizeChunk(toArena(captions), tokenizer, 512)
  let worst = 0
  let cosine = 1
  for (const batch of plan.batches) {
    const ids = packBatch(tokens, plan.order, batch, tokenizer.padId)
    const nRows = batch.end - batch.start
    const asked = { pooled: true, vectors: true }
    const { pooled, vectors } = await clip.run(transfer(ids, [ids.buffer]), nRows, batch.length, asked)
    if (!pooled || !vectors) throw new Error('not both came back')
    expect([pooled.length, vectors.length]).toEqual([nRows * DIMS, nRows * 64])
    for (let i = 0; i < nRows; i++) {
      const expected = poolerReference(tokenizer.encode(captions[plan.order[batch.start + i]]))
      const got = pooled.subarray(i * DIMS, (i + 1) * DIMS)
      expected.forEach((value, d) => {
        worst = Math.max(worst, Math.abs(value - got[d]))
      })
      for (let c = 0; c < 64; c++) {
        const exact = expected.reduce((sum, value, d) => sum + value * projection.matrix[d * 64 + c], 0)
        worst = Math.max(worst, Math.abs(exact - vectors[i * 64 + c]))
      }
      const dot = expected.reduce((sum, value, d) => sum + value * got[d], 0)
      cosine = Math.min(cosine, dot / Math.hypot(...expected) / Math.hypot(...got))
    }
  }
  return { worst, cosine }
}

describe('pooler_output of the small model, and its projection inside the graph', () => {
  test('is within 1e-4 of the float64 reference on WebAssembly, for 200 captions, long ones too', async () => {
    const { worst } = await compareToReference('wasm', 200, ['text_embeds'])
    expect(worst).toBeLessThan(1e-4)
  })

  test('is within 1e-4 of the float64 reference on WebGPU, for 48 captions', async () => {
    const { worst } = await compareToReference('webgpu', 48, ['text_embeds'])
    expect(worst).toBeLessThan(1e-4)
  })

  test.each<ClipOutput[][]>([
    [['text_embeds', 'last_hidden_state']],
    [['last_hidden_state', 'pooler_output']],
    [['last_hidden_state']],
  ])('is found in an export with %j', async (outputs) => {
    const { worst } = await compareToReference('wasm', 24, outputs)
    expect(worst).toBeLessThan(1e-4)
  })

  // Against the weights before they were rounded: what is left is the price of the format.
  test.each<[ClipFormat, ClipOutput, number]>([
    ['fp16', 'text_embeds', 0.99999],
    ['fp16', 'last_hidden_state', 0.99999],
    ['q8', 'text_embeds', 0.99],
    ['q8', 'last_hidden_state', 0.99],
    ['q4', 'text_embeds', 0.96],
    ['q4f16', 'text_embeds', 0.96],
  ])('is found in a %s export with %s, at a cosine of %f or more', async (format, output, least) => {
    const { cosine } = await compareToReference('wasm', 24, [output], format)
    expect(cosine).toBeGreaterThanOrEqual(least)
  })
})

/** The encoder's worker, as the page uses it. */
function startEncoder() {
  const worker = new Worker(new URL('../../../workers/embed.ts', import.meta.url), { type: 'module' })
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

/** What the encoder needs of its worker, without any of it. */
const bareHost: ClipHost = {
  startRuntime: () => {
    throw new Error('no runtime')
  },
  startTokenizer: async ({ tokenizer: file, maxLength }) => {
    const own = createTokenizer(file, maxLength)
    return Promise.resolve({
      tokenize: async (part, budget) => Promise.resolve(tokenizeChunk(part, own, budget)),
      padId: own.padId,
      endsWithPad: true,
      stop: () => {},
    })
  },
  findGpu: async () => Promise.resolve(null),
  digest: null,
  openPart: null,
  openCheckpoint: null,
  checks: null,
  runs: null,
  projections: {
    gaussian: gaussianProjection,
    pca: () => ({ ...gaussianProjection(DIMS, 2), explained: 0.5 }),
  },
  project,
  keptNeighbors: () => 1,
  pageUrl: location.href,
}

/** A runtime that gives every caption the same vector, or does what it is told for a run. */
function fakeRuntime(onRun: (backend: string, dtype: string) => number = () => 1): Runtime {
  let [backend, dtype] = ['', '']
  let width = 64
  return {
    load: async (model) => {
      ;[backend, dtype] = [model.backend, model.dtype]
      return Promise.resolve()
    },
    setProjection: ({ nComponents }) => {
      width = nComponents
    },
    run: async (_ids, nRows, _length, { pooled, vectors }) => {
      const value = onRun(backend, dtype)
      return Promise.resolve({
        pooled: pooled ? new Float32Array(nRows * DIMS).fill(value) : null,
        vectors: vectors ? new Float32Array(nRows * width).fill(value) : null,
      })
    },
    stop: () => {},
  }
}

/** Puts the small model into the browser's cache as if it had been downloaded before, so that nothing asks the hub. */
async function keepInEveryFormat(id: string, suffixes: readonly string[]): Promise<void> {
  const cache = await caches.open('captionscape-models')
  for (const [path, bytes] of clipModelFiles())
    for (const suffix of suffixes) {
      const name = path.replace('text_model', `text_model${suffix}`)
      await cache.put(
        `https://huggingface.co/${id}/resolve/main/${name}`,
        new Response(new Uint8Array(bytes)),
      )
    }
}

const HUB_ID = 'captionscape/small-clip'
const onWasm: ClipRequest = {
  model: HUB_ID,
  folder: null,
  dtype: 'fp32',
  backend: 'wasm',
  seed: 1,
  projection: 'gaussian',
  name: 'test.parquet',
}

describe('the encoder’s worker', () => {
  beforeAll(async () => {
    registerErrorTransfer()
    await keepInEveryFormat(HUB_ID, [''])
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
    await expect
      .poll(() => second.notices)
      .toEqual([expect.stringMatching(/^Went on from \d+ %, kept from an earlier visit\.$/)])

    const third = startEncoder()
    const again = await third.remote.clip(toArena(captions), onWasm, third.events())
    expect(again.vectors.data).toEqual(whole.vectors.data)
    await expect.poll(() => captionSteps(third.progress)[0]?.done).toBe(1500)
    await expect.poll(() => third.notices).toEqual([expect.stringMatching(/nothing had to be embedded/)])
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
      message: expect.stringMatching(/captionscape\/broken.*text_model\.onnx is not a text model.*Softmix/s),
    })
    const { vectors } = await remote.clip(toArena(['a cat']), onWasm, events())
    expect(vectors.nPoints).toBe(1)
  })

  test('takes the processor, and says so, where the GPU of its choice does not run the model', async () => {
    const id = 'captionscape/all-formats'
    await keepInEveryFormat(id, ['_fp16', '_quantized'])
    const notices: string[] = []
    const encoder = createClipEncoder({
      ...bareHost,
      startRuntime: () => {
        const worker = new Worker(new URL('../../../workers/clip.ts', import.meta.url), { type: 'module' })
        const clip = wrap<ClipApi>(worker)
        return {
          load: (model) => clip.load(model),
          setProjection: (projection) => clip.setProjection(projection),
          run: (...batch) => clip.run(...batch),
          stop: () => worker.terminate(),
        }
      },
      // Half floats that the software GPU of the test machine does not have.
      findGpu: async () =>
        Promise.resolve({ isSoftware: false, hasF16: true, description: 'a GPU without shader-f16' }),
    })
    const request = { ...onWasm, model: id, dtype: null, backend: null }
    const result = await encoder.embed(toArena(['a cat']), request, {
      onNotice: (notice) => notices.push(notice),
    })
    expect(result).toMatchObject({ backend: 'wasm', adapter: null })
    expect(notices).toEqual([expect.stringMatching(/shader-f16.*processor is used/)])
  })

  test('goes on in memory, and says so, where the storage is full or refused', async () => {
    const full = new DOMException('full', 'QuotaExceededError')
    const digest = async () => Promise.resolve('')
    const embedWith = async (openCheckpoint: ClipHost['openCheckpoint']) => {
      const notices: string[] = []
      const encoder = createClipEncoder({
        ...bareHost,
        startRuntime: () => fakeRuntime(() => 7),
        digest,
        openCheckpoint,
      })
      const { vectors } = await encoder.embed(toArena(makeCaptions(200)), onWasm, {
        onNotice: (notice) => notices.push(notice),
      })
      expect(vectors.data.every((half) => fromHalf(half) === 7)).toBe(true)
      return notices
    }
    const write = () => {
      throw full
    }
    const kept = { read: () => false, write, close: () => {} }
    expect(await embedWith(async () => Promise.resolve(kept))).toEqual([
      expect.stringMatching(/takes no more vectors .*goes on in memory/),
    ])
    expect(await embedWith(async () => Promise.reject(full))).toEqual([
      expect.stringMatching(/keeps no vectors here .*until the page is closed/),
    ])
    expect(await embedWith(async () => Promise.resolve(null))).toEqual([
      expect.stringMatching(/Another tab embeds the same captions/),
    ])
  })

  describe('on a GPU that fails', () => {
    const id = 'captionscape/failing'
    const request = { ...onWasm, model: id, dtype: null, backend: null }
    const gpu = { isSoftware: false, hasF16: true, description: 'a new GPU' }
    beforeAll(async () => keepInEveryFormat(id, ['', '_fp16', '_quantized']))

    /** @param onRun what each run gives; the first of each format is the check against the processor */
    async function embedOn(
      onRun: (backend: string, dtype: string, run: number) => number,
      asked: ClipRequest = request,
    ) {
      const notices: string[] = []
      const runs = new Map<string, number>()
      const encoder = createClipEncoder({
        ...bareHost,
        startRuntime: () =>
          fakeRuntime((backend, dtype) => {
            const key = `${backend} ${dtype}`
            runs.set(key, (runs.get(key) ?? 0) + 1)
            return onRun(backend, dtype, runs.get(key) ?? 0)
          }),
        findGpu: async () => Promise.resolve(gpu),
      })
      const context = { onNotice: (text: string) => notices.push(text) }
      const result = await encoder.embed(toArena(['a cat']), asked, context)
      return { ...result, notices }
    }

    test('values that are not finite: fp32, then the processor, each told', async () => {
      const first = await embedOn((_, dtype, run) => (dtype === 'fp16' && run > 1 ? Number.NaN : 1))
      expect(first.label).toContain('fp32 on WebGPU')
      expect(first.notices).toEqual([
        expect.stringMatching(
          /batch 1, after 0 of 1 captions .*a new GPU.*not finite\. fp32 is used instead on a new GPU\.$/,
        ),
      ])
      const second = await embedOn((backend, _, run) => (backend === 'webgpu' && run > 1 ? Number.NaN : 1))
      expect(second.label).toContain('fp32 on WebAssembly')
      expect(second.notices).toEqual([
        expect.stringMatching(/fp32 is used instead on a new GPU/),
        expect.stringMatching(/not finite\. The processor is used instead \(fp32\)/),
      ])
      expect(second.vectors.data.every((half) => Number.isFinite(fromHalf(half)))).toBe(true)
    })

    test('a device that is lost: once more from the batch on', async () => {
      const { label, notices } = await embedOn((backend, _, run) => {
        if (backend === 'webgpu' && run === 2) throw new Error('the device was lost')
        return 1
      })
      expect(label).toContain('fp16 on WebGPU')
      expect(notices).toEqual([expect.stringMatching(/GPU was lost\. It is tried once more/)])
    })

    test('other vectors than the processor’s: the processor, and the user is told', async () => {
      const { backend, notices } = await embedOn((where) => (where === 'webgpu' ? -1 : 1))
      expect(backend).toBe('wasm')
      expect(notices).toEqual([
        expect.stringMatching(
          /a new GPU gives other fp16 vectors .*cosine -1\.000.*processor is used instead/,
        ),
      ])
    })

    test('what was asked for is not changed: an error says what to do', async () => {
      const asked = { ...request, backend: 'webgpu', dtype: 'fp32' } as const
      await expect(embedOn((_, __, run) => (run > 1 ? Number.NaN : 1), asked)).rejects.toMatchObject({
        name: 'DeviceError',
        message: expect.stringMatching(/not finite/),
        advice: expect.stringMatching(/backend=wasm/),
      })
    })
  })

  test('keeps the model’s own vectors, or principal components, and tells what a projection leaves', async () => {
    const captions = [...new Set(makeCaptions(400))].slice(0, 240)
    const { remote, events } = startEncoder()
    const whole = await remote.clip(toArena(captions), { ...onWasm, projection: 'none' }, events())
    expect(whole.vectors).toMatchObject({ nPoints: 240, nDims: DIMS })
    expect(whole.fidelity).toBeNull()
    const pooled = captions.map((caption) => poolerReference(tokenizer.encode(caption)))
    pooled.forEach((vector, row) => {
      vector.forEach((value, d) => {
        expect(Math.abs(fromHalf(whole.vectors.data[row * DIMS + d]) - value)).toBeLessThan(4e-3)
      })
    })

    // 64 components of 32 dimensions are a rotation: every neighbor is kept, but for ties and rounding.
    const pca = await remote.clip(toArena(captions), { ...onWasm, projection: 'pca' }, events())
    expect(pca.vectors.nDims).toBe(64)
    expect(pca.label).toMatch(/PCA to 64-d$/)
    expect(pca.fidelity).toMatchObject({ k: 30, sample: 240, from: DIMS, to: 64 })
    expect(pca.fidelity?.explained).toBeGreaterThan(0.999)
    expect(pca.fidelity?.kept).toBeGreaterThan(0.97)

    const random = await remote.clip(toArena(captions), onWasm, events())
    expect(random.fidelity?.kept).toBeGreaterThan(0.3)
    expect(random.fidelity?.kept).toBeLessThan(pca.fidelity?.kept ?? 0)

    expect(random.fidelity?.keptByPca).toBeGreaterThan(0.97)
    expect(pca.fidelity?.keptByPca).toBeNull()
    // Unless something else is asked for, CLIP is projected as the original pipeline does.
    const asIs = await remote.clip(toArena(captions), { ...onWasm, projection: 'auto' }, events())
    expect(asIs.vectors.data).toEqual(random.vectors.data)

    // Likeness goes by the model's own numbers, whatever the projection leaves.
    const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
      let [ab, aa, bb] = [0, 0, 0]
      for (let d = 0; d < DIMS; d++) {
        ab += a[d] * b[d]
        aa += a[d] ** 2
        bb += b[d] ** 2
      }
      return ab / Math.sqrt(aa * bb)
    }
    for (const to of [toArena([captions[7]]), 7]) {
      const likeness = await remote.clipLikeness(to, random.ownId, onWasm, events())
      expect(likeness).toHaveLength(240)
      likeness?.forEach((value, row) =>
        expect(Math.abs(value - cosine(pooled[7], pooled[row]))).toBeLessThan(0.01),
      )
    }
    expect(await remote.clipLikeness(7, 1, onWasm, events())).toBeNull()
    expect(whole.ownId).toBe(0)

    const asked = [captions[7], captions[100]]
    const queries = await remote.clipQueries(toArena(asked), onWasm, random.projection, events())
    expect(queries).toMatchObject({ nPoints: 2, nDims: 64 })
    for (const [i, row] of [7, 100].entries())
      for (let c = 0; c < 64; c++)
        expect(
          Math.abs(fromHalf(queries.data[i * 64 + c]) - fromHalf(random.vectors.data[row * 64 + c])),
        ).toBeLessThan(4e-3)
  })

  test('compares with a query by the model’s own vectors, of as many texts as a second is enough for', async () => {
    const captions = [...new Set(makeCaptions(400))].slice(0, 200)
    const { remote, events } = startEncoder()
    const cosines = await remote.clipCompare(
      toArena(['a red cat in the house']),
      toArena(captions),
      1,
      onWasm,
      events(),
    )
    expect(cosines.length).toBeGreaterThanOrEqual(64)
    const query = poolerReference(tokenizer.encode('a red cat in the house'))
    for (const [i, got] of cosines.entries()) {
      const other = poolerReference(tokenizer.encode(captions[i]))
      const dot = query.reduce((sum, value, d) => sum + value * other[d], 0)
      expect(Math.abs(got - dot / Math.hypot(...query) / Math.hypot(...other))).toBeLessThan(1e-4)
    }
    const slow = createClipEncoder({
      ...bareHost,
      startRuntime: () => {
        const runtime = fakeRuntime()
        return {
          ...runtime,
          run: async (...batch) => {
            await new Promise((done) => setTimeout(done, 100))
            return runtime.run(...batch)
          },
        }
      },
    })
    const none = await slow.compare(toArena(['a cat']), toArena(makeCaptions(3000)), 3000, onWasm, {})
    expect(none).toHaveLength(0)
  })

  test('an export that hides its pooler_output gives text_embeds, and all that names the vectors says so', async () => {
    const id = 'captionscape/obscure'
    const cache = await caches.open('captionscape-models')
    for (const [path, bytes] of clipModelFiles(['text_embeds'], 'fp32', true))
      await cache.put(
        `https://huggingface.co/${id}/resolve/main/${path}`,
        new Response(new Uint8Array(bytes)),
      )
    const { remote, notices, events } = startEncoder()
    const request = { ...onWasm, model: id }
    const { label, timings } = await remote.clip(toArena(makeCaptions(20)), request, events())
    expect(label).toBe(`CLIP text encoder (${id}), fp32 on WebAssembly, projected text_embeds`)
    expect(timings.map(({ stage }) => stage)).toContain('Embed (text_embeds)')
    await expect
      .poll(() => notices)
      .toEqual([
        expect.stringMatching(/obscure does not offer pooler_output: its projected text_embeds are used/),
      ])
    expect((await listKept()).map(({ title }) => title)).toContain(
      `test.parquet: 20 captions, ${id}, fp32 on WebAssembly, projected text_embeds`,
    )
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
