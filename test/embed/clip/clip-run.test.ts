import { describe, expect, test } from 'vitest'
import type { Loaded } from '../../../src/embed/clip/clip-model.ts'
import { createApart, embedApart, finish, type Way } from '../../../src/embed/clip/clip-run.ts'
import { createWork, sampleOf } from '../../../src/embed/clip/work.ts'
import { CHUNK_CAPTIONS, tokenizeChunk } from '../../../src/embed/clip/chunks.ts'
import { project } from '../../../src/project/gaussian.ts'
import { createTokenizer } from '../../../src/embed/tokenizers/tokenizer.ts'
import { CancelledError } from '../../../src/shared/core/errors.ts'
import { fromHalf, toHalf } from '../../../src/shared/math/half.ts'
import type { Checkpoint, Context, Progress } from '../../../src/shared/core/types.ts'
import { toArena } from '../../fixtures/arena.ts'
import { clipTokenizerFile } from '../../fixtures/clip-model.ts'

const tokenizer = createTokenizer(clipTokenizerFile())
const BUDGET = 4096
const N = 2 * CHUNK_CAPTIONS + 1000
const texts = Array.from({ length: N }, (_, i) => 'cat dog 7 '.repeat(i % 5) + (i % 83))
const captions = toArena(texts)

/** A model whose vector of a caption is the number of its tokens and the sum of their ids; `onBatch` may throw. */
function fakeModel(onBatch: (nRows: number) => void): Loaded {
  const fake: Pick<Loaded, 'tokenizer' | 'nDims' | 'dtype' | 'choice'> & { runtime: unknown } = {
    tokenizer: {
      tokenize: async (part, budget) => Promise.resolve(tokenizeChunk(part, tokenizer, budget)),
      padId: tokenizer.padId,
      endsWithPad: true,
      stop: () => {},
    },
    nDims: 2,
    dtype: 'fp32',
    choice: { backend: 'wasm', dtypes: ['fp32'], adapter: null, isSoftware: false },
    runtime: {
      run: async (ids: Int32Array, nRows: number, length: number) => {
        onBatch(nRows)
        const pooled = new Float32Array(2 * nRows)
        for (let row = 0; row < nRows; row++) {
          const own = ids.subarray(row * length, (row + 1) * length)
          const nTokens = own.indexOf(tokenizer.padId) + 1
          pooled.set([nTokens, own.subarray(0, nTokens).reduce((sum, id) => sum + id, 0) % 2048], 2 * row)
        }
        return Promise.resolve({ pooled, vectors: null })
      },
    },
  }
  return fake as Loaded
}

function wayOf(notices: string[], signal?: AbortSignal, onProgress?: Context['onProgress']): Way {
  const context = { onNotice: (notice: string) => notices.push(notice), signal, onProgress }
  return { context, loader: { unload: () => {} } } as unknown as Way
}

function createCheckpoint(): Checkpoint & { readonly batches: Map<string, Uint16Array> } {
  const batches = new Map<string, Uint16Array>()
  const keyOf = (batch: object) => JSON.stringify(batch)
  return {
    batches,
    read: (batch, rows) => {
      const kept = batches.get(keyOf(batch))
      if (kept) rows.set(kept)
      return kept !== undefined
    },
    write: (batch, rows) => void batches.set(keyOf(batch), rows.slice()),
    close: () => {},
  }
}

const newWork = () => createWork('', N, BUDGET, 2, null, 1)

describe('captions embedded apart from a run, to find a projection from', () => {
  const few = toArena(texts.slice(0, 2000))

  test('are gone on with after a cancellation, and told by their tokens', async () => {
    const apart = createApart(2000, 2)
    const controller = new AbortController()
    let nRun = 0
    const cancelling = fakeModel(() => {
      if (++nRun === 10) controller.abort()
    })
    const way = wayOf([], controller.signal)
    await expect(embedApart(apart, few, cancelling, way)).rejects.toThrow(CancelledError)
    const steps: Progress[] = []
    const onProgress = (progress: Progress): void => void steps.push(progress)
    const model = fakeModel(() => nRun++)
    const rest = wayOf([], undefined, onProgress)
    const pooled = await embedApart(apart, few, model, rest, 'A sample')
    let nBatches = 0
    const whole = createApart(2000, 2)
    await embedApart(
      whole,
      few,
      fakeModel(() => nBatches++),
      wayOf([]),
    )
    expect(pooled).toEqual(whole.pooled)
    expect(nRun).toBe(nBatches)
    expect(steps.at(-1)).toMatchObject({ done: 2000, total: 2000, detail: 'A sample' })
    expect(steps[0].work?.done).toBeGreaterThan(0)
  })

  test('are not embedded twice where they are all: the run takes their vectors, and keeps them', async () => {
    let nRun = 0
    const model = fakeModel(() => nRun++)
    const pooled = await embedApart(createApart(2000, 2), few, model, wayOf([]))
    const once = nRun
    const projection = {
      matrix: Float32Array.of(2, 0, 0, 1),
      offset: new Float32Array(2),
      nDims: 2,
      nComponents: 2,
    }
    const halves = project(pooled, projection)
    const checkpoint = createCheckpoint()
    const run = createWork('', 2000, BUDGET, 2, projection, 1, { pooled, halves })
    await finish(run, few, model, checkpoint, wayOf([]))
    expect(nRun).toBe(once)
    expect(run.halves).toEqual(halves)
    expect(run.doneCaptions).toBe(2000)
    expect(checkpoint.batches.size).toBe(run.ends.length)
    expect(sampleOf(run).n).toBeGreaterThan(900)
  })
})

describe('a run of several chunks', () => {
  test('puts every vector into its caption’s row', async () => {
    const run = newWork()
    await finish(
      run,
      captions,
      fakeModel(() => {}),
      null,
      wayOf([]),
    )
    expect(run.doneCaptions).toBe(N)
    const wrong = texts.findIndex((text, row) => {
      const ids = tokenizer.encode(text)
      const sum = ids.reduce((total, id) => total + id, 0) % 2048
      const [nTokens, total] = run.halves.subarray(2 * row, 2 * row + 2)
      return fromHalf(nTokens) !== ids.length || total !== toHalf(sum)
    })
    expect(wrong).toBe(-1)
  })

  test('loses at most the batch in which it died, wherever that was', async () => {
    const whole = newWork()
    let nBatches = 0
    await finish(
      whole,
      captions,
      fakeModel(() => nBatches++),
      null,
      wayOf([]),
    )
    for (const share of [0.1, 0.7, 0.999]) {
      const checkpoint = createCheckpoint()
      const last = Math.floor(share * nBatches)
      let done = 0
      const dying = fakeModel(() => {
        if (done++ === last) throw new CancelledError()
      })
      await expect(finish(newWork(), captions, dying, checkpoint, wayOf([]))).rejects.toThrow(CancelledError)
      expect(checkpoint.batches.size).toBe(last)

      const again = newWork()
      const notices: string[] = []
      done = 0
      await finish(
        again,
        captions,
        fakeModel(() => done++),
        checkpoint,
        wayOf(notices),
      )
      expect(done).toBe(nBatches - last)
      expect(again.halves).toEqual(whole.halves)
      expect(notices).toEqual([expect.stringMatching(/^Went on from \d+ %, kept from an earlier visit\.$/)])
    }
  })

  test('goes on in memory from the batch that was cancelled, in the middle of a chunk', async () => {
    const run = newWork()
    const controller = new AbortController()
    let done = 0
    const cancelling = fakeModel(() => {
      if (++done === 150) controller.abort()
    })
    const cancelled = finish(run, captions, cancelling, null, wayOf([], controller.signal))
    await expect(cancelled).rejects.toThrow(CancelledError)
    expect(run.doneCaptions).toBeGreaterThan(0)
    expect(run.doneCaptions % CHUNK_CAPTIONS).toBeGreaterThan(0)
    const before = run.nextBatch
    let rest = 0
    await finish(
      run,
      captions,
      fakeModel(() => rest++),
      null,
      wayOf([]),
    )
    const whole = newWork()
    let nBatches = 0
    await finish(
      whole,
      captions,
      fakeModel(() => nBatches++),
      null,
      wayOf([]),
    )
    expect(run.halves).toEqual(whole.halves)
    expect(before + rest).toBe(nBatches)
  })

  test('goes on, and says so, where what was kept cannot be read', async () => {
    const notices: string[] = []
    const broken: Checkpoint = {
      ...createCheckpoint(),
      read: () => {
        throw new DOMException('gone', 'InvalidStateError')
      },
    }
    const run = newWork()
    await finish(
      run,
      captions,
      fakeModel(() => {}),
      broken,
      wayOf(notices),
    )
    expect(run.doneCaptions).toBe(N)
    expect(notices).toEqual([expect.stringMatching(/cannot be read .*goes on in memory/)])
  })
})
