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
