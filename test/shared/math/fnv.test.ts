import { expect, test } from 'vitest'
import { fingerprint, fnv } from '../../../src/shared/math/fnv.ts'

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text)

test('hashes are those that FNV’s authors publish', () => {
  expect(fnv(bytesOf('')) >>> 0).toBe(0x811c9dc5)
  expect(fnv(bytesOf('a')) >>> 0).toBe(0xe40c292c)
  expect(fnv(bytesOf('foobar')) >>> 0).toBe(0xbf9cf968)
})

test('a hash in parts is that of the whole', () => {
  const bytes = bytesOf('a cat on a sofa')
  expect(fnv(bytes, fnv(bytes, undefined, 0, 5), 5)).toBe(fnv(bytes))
})

test('a fingerprint tells contents apart that differ in one place, wherever it is', () => {
  const data = Uint16Array.from({ length: 100 }, (_, i) => i)
  const prints = new Set([fingerprint(data)])
  for (let i = 0; i < 100; i++) {
    const other = data.slice()
    other[i] ^= 1
    prints.add(fingerprint(other))
  }
  expect(prints.size).toBe(101)
})
