import { afterEach, expect, test, vi } from 'vitest'
import { listKept, privateFiles } from '../../../src/shared/core/storage.ts'

afterEach(() => vi.unstubAllGlobals())

test.each([
  ['no storage', {}],
  ['storage without private files', { storage: { estimate: () => ({}) } }],
])('a browser that offers %s is told as one that refuses it, and keeps nothing', async (_, navigator) => {
  vi.stubGlobal('navigator', navigator)
  await expect(privateFiles()).rejects.toMatchObject({ name: 'NotSupportedError' })
  await expect(privateFiles()).rejects.toBeInstanceOf(DOMException)
  expect(await listKept()).toEqual([])
})

test('all that is kept of a model is listed as one, with what the hub said it does not have', async () => {
  const base = 'https://huggingface.co/owner/model/resolve/main/'
  const kept = new Map([
    [`${base}config.json`, 10],
    [`${base}onnx/model.onnx`, 1000],
    [`${base}1_Pooling/config.json`, 5],
    [`${base}modules.json`, 0],
  ])
  const cache = {
    keys: () => [...kept.keys()].map((url) => ({ url })),
    match: ({ url }: { url: string }) => new Response('x'.repeat(kept.get(url) ?? 0)),
  }
  vi.stubGlobal('navigator', {})
  vi.stubGlobal('caches', { has: () => true, open: () => cache })
  expect(await listKept()).toEqual([
    { kind: 'model', id: base, title: 'owner/model', bytes: 1015, date: null },
  ])
})
