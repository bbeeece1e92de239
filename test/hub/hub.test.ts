import { createHash } from 'node:crypto'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { Hub } from './hub.ts'

const hub = new Hub()
const small = new TextEncoder().encode('{"model_type":"bert"}')
const large = Uint8Array.from({ length: 5000 }, (_, i) => i % 251)
const parquet = Uint8Array.from({ length: 3000 }, (_, i) => i % 241)
let endpoint: string

beforeAll(async () => {
  hub.addModel(
    'owner/model',
    new Map([
      ['config.json', small],
      ['onnx/model.onnx', large],
    ]),
  )
  hub.addDataset('owner/set', new Map(), new Map([['default/train/0000.parquet', parquet]]))
  endpoint = await hub.startPlain()
})
afterAll(() => hub.stop())
beforeEach(() => {
  hub.isLimited = () => false
})

const ask = (path: string, init: RequestInit = {}) =>
  fetch(endpoint + path, { redirect: 'manual', headers: { Origin: 'https://page.example' }, ...init })
const sha256 = createHash('sha256').update(large).digest('hex')

test('a small file is redirected on the hub itself, and has Git’s object id as its ETag', async () => {
  const first = await ask('/owner/model/resolve/main/config.json')
  expect(first.status).toBe(307)
  const location = first.headers.get('location') ?? ''
  expect(location).toMatch(/^\/api\/resolve-cache\/models\/owner\/model\//)
  const { status, headers } = await ask(location)
  expect(status).toBe(200)
  const oid = createHash('sha1').update(`blob ${small.length}\0`).update(small).digest('hex')
  expect(headers.get('etag')).toBe(`"${oid}"`)
  expect(headers.get('access-control-expose-headers')).toContain('ETag')
  expect(headers.get('access-control-allow-origin')).toBe('https://page.example')
})

test('a large file is redirected to another host, whose ETag is no SHA-256 and which answers no OPTIONS', async () => {
  const first = await ask('/owner/model/resolve/main/onnx/model.onnx')
  expect(first.status).toBe(302)
  expect(first.headers.get('x-linked-etag')).toBe(`"${sha256}"`)
  expect(first.headers.get('x-linked-size')).toBe('5000')
  const location = first.headers.get('location') ?? ''
  expect(new URL(location).origin).not.toBe(endpoint)
  const part = await fetch(location, { headers: { Range: 'bytes=4000-' } })
  expect(part.status).toBe(206)
  expect(Buffer.from(await part.arrayBuffer()).equals(large.subarray(4000))).toBe(true)
  expect(part.headers.get('etag')).toMatch(/^"[0-9a-f]{64}"$/)
  expect(part.headers.get('etag')).not.toContain(sha256)
  expect(part.headers.has('x-linked-etag')).toBe(false)
  expect((await fetch(location, { headers: { Range: 'bytes=5000-' } })).status).toBe(416)
  const preflight = await fetch(location, { method: 'OPTIONS' })
  expect(preflight.status).toBe(403)
  expect(preflight.headers.has('access-control-allow-origin')).toBe(false)
})

test('what does not exist is 404 with a code for a file, and 401 for a repository', async () => {
  const missing = await ask('/owner/model/resolve/main/modules.json')
  expect([missing.status, missing.headers.get('x-error-code')]).toEqual([404, 'EntryNotFound'])
  expect((await ask('/nobody/nothing/resolve/main/config.json')).status).toBe(401)
  expect((await ask('/api/datasets/nobody/nothing/tree/main')).status).toBe(401)
})

test('too many requests are told by headers that pages cannot read', async () => {
  hub.isLimited = () => true
  const { status, headers } = await ask('/owner/model/resolve/main/config.json')
  expect(status).toBe(429)
  expect(headers.get('ratelimit')).toMatch(/r=0;t=\d+/)
  expect(headers.has('retry-after')).toBe(false)
  expect(headers.get('access-control-expose-headers')).not.toMatch(/ratelimit|retry-after/i)
})

test('lists files with the ids of Git LFS, and what was made of a data set', async () => {
  const tree: unknown = await (await ask('/api/models/owner/model/tree/main/onnx')).json()
  expect(tree).toEqual([
    expect.objectContaining({
      type: 'file',
      path: 'onnx/model.onnx',
      size: 5000,
      lfs: { oid: sha256, size: 5000, pointerSize: 134 },
    }),
  ])
  const root = (await (await ask('/api/models/owner/model/tree/main')).json()) as { path: string }[]
  expect(root.map(({ path }) => path)).toEqual(['config.json', 'onnx'])
  const branch = await (
    await ask('/api/datasets/owner/set/tree/refs%2Fconvert%2Fparquet?recursive=true')
  ).json()
  expect((branch as { path: string }[]).map(({ path }) => path)).toContain('default/train/0000.parquet')
  const listed = 'https://huggingface.co/api/datasets/owner/set/parquet/default/train/0.parquet'
  expect(await (await ask('/api/datasets/owner/set/parquet')).json()).toEqual({
    default: { train: [listed] },
  })
  const first = await ask(new URL(listed).pathname)
  expect(first.headers.get('location')).toBe(
    '/datasets/owner/set/resolve/refs%2Fconvert%2Fparquet/default/train/0000.parquet',
  )
})
