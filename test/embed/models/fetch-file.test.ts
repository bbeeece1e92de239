import { createHash } from 'node:crypto'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest'
import { fetchFile } from '../../../src/embed/models/fetch-file.ts'
import { listedOnHub } from '../../../src/embed/models/hub-listing.ts'
import type { Progress } from '../../../src/shared/core/types.ts'
import { Hub } from '../../hub/hub.ts'

const hub = new Hub()
const onnx = new Uint8Array(5000).fill(3)
const sha256 = createHash('sha256').update(onnx).digest('hex')
const hasty = { delayMs: 1, stallMs: 500, limitMs: 50 }
const digest = async (bytes: Uint8Array) => Promise.resolve(createHash('sha256').update(bytes).digest('hex'))
const kept = new Map<string, Response>()
let source: { base: string; isHub: boolean }

beforeAll(async () => {
  const files = new Map([
    ['config.json', new TextEncoder().encode('{}')],
    ['onnx/model.onnx', onnx],
  ])
  hub.addModel('owner/model', files)
  source = { base: `${await hub.startPlain()}/owner/model/resolve/main/`, isHub: true }
  const cache = {
    match: (url: string) => kept.get(url)?.clone(),
    put: async (url: string, response: Response) => Promise.resolve(void kept.set(url, response)),
  }
  vi.stubGlobal('caches', { open: () => cache })
})
afterAll(() => {
  hub.stop()
  vi.unstubAllGlobals()
})
beforeEach(() => {
  kept.clear()
  hub.asked.length = 0
  Object.assign(hub, { isDown: false, isLimited: () => false })
})

const get = (path: string, isOptional = false) =>
  fetchFile(source, path, isOptional, {}, { openPart: null, digest }, hasty)

test('the hub’s list gives size and SHA-256 of a large file, the size of a small one, and null for want of it', async () => {
  const listed = (path: string) => listedOnHub(`${source.base}${path}`, undefined, hasty)
  expect(await listed('onnx/model.onnx')).toEqual({ bytes: 5000, sha256 })
  expect(await listed('config.json')).toEqual({ bytes: 2, sha256: null })
  expect(await listed('onnx/other.onnx')).toBeNull()
  expect(await listed('nowhere/model.onnx')).toBeNull()
  hub.isLimited = () => true
  expect(await listed('onnx/model.onnx')).toBeNull()
  hub.isDown = true
  expect(await listed('onnx/model.onnx')).toBeNull()
  expect(await listedOnHub('https://host.example/folder/onnx/model.onnx', undefined, hasty)).toBeNull()
})

test('what the hub has, and its word that it has none, are kept for visits without it', async () => {
  expect(await get('onnx/model.onnx')).toEqual(onnx)
  expect(await get('modules.json', true)).toBeNull()
  // The list is asked for once a file that it lists is known to come.
  expect(hub.requestsFor('/tree/main/onnx')).toHaveLength(1)
  hub.isDown = true
  hub.asked.length = 0
  expect(await get('onnx/model.onnx')).toEqual(onnx)
  expect(await get('modules.json', true)).toBeNull()
  // As a file that is needed, it is asked for again.
  await expect(get('modules.json')).rejects.toMatchObject({ name: 'NetworkError' })
})

describe('of two tabs that need a file', () => {
  afterEach(() => void vi.stubGlobal('navigator', {}))

  /** Web Locks, as far as they are used. */
  function stubLocks(): void {
    const held = new Set<string>()
    const request = async (
      name: string,
      { ifAvailable, signal }: { ifAvailable?: boolean; signal?: AbortSignal },
      work: (lock: object | null) => Promise<unknown>,
    ): Promise<unknown> => {
      if (ifAvailable && held.has(name)) return work(null)
      while (held.has(name)) {
        await new Promise((done) => setTimeout(done, 5))
        signal?.throwIfAborted()
      }
      held.add(name)
      return work({}).finally(() => held.delete(name))
    }
    vi.stubGlobal('navigator', { locks: { request } })
  }

  test('one downloads it, and the other waits, saying so, and takes it from the cache', async () => {
    stubLocks()
    const details: (string | undefined)[] = []
    const onProgress = ({ detail }: Progress): void => void details.push(detail)
    const waiting = { openPart: null, digest }
    const both = await Promise.all([
      get('onnx/model.onnx'),
      fetchFile(source, 'onnx/model.onnx', false, { onProgress }, waiting, hasty),
    ])
    expect(both).toEqual([onnx, onnx])
    expect(hub.bytesAsked()).toHaveLength(1)
    expect(details).toEqual(['Waiting for another tab, which downloads the model'])
  })

  test('the other can be cancelled, and downloads it where the first could not', async () => {
    stubLocks()
    const controller = new AbortController()
    const { signal } = controller
    const onProgress = (): void => controller.abort()
    const context = { signal, onProgress }
    const first = get('onnx/model.onnx')
    const second = fetchFile(source, 'onnx/model.onnx', false, context, { openPart: null, digest }, hasty)
    await expect(second).rejects.toMatchObject({ name: 'CancelledError' })
    expect(await first).toEqual(onnx)
    kept.clear()
    hub.isDown = true
    const failing = get('onnx/model.onnx')
    const third = get('onnx/model.onnx')
    await expect(failing).rejects.toMatchObject({ name: 'NetworkError' })
    hub.isDown = false
    expect(await third).toEqual(onnx)
  })
})

test('a refusal is no word that a file does not exist', async () => {
  source = { ...source, base: source.base.replace('owner/model', 'owner/none') }
  await expect(get('modules.json', true)).rejects.toMatchObject({
    message: expect.stringMatching(/answered 401/),
  })
  expect(kept.size).toBe(0)
})
