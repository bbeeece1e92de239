import zlib from 'node:zlib'
import { expect, test } from 'vitest'
import { crc32 } from '../../../src/shared/math/crc32.ts'

test.each([0, 1, 7, 8, 9, 1023])('crc32 of %i bytes is that of zlib', (n) => {
  const bytes = Uint8Array.from({ length: n }, (_, i) => (i * 7919) >>> 3)
  // gzip ends with the checksum and the length of what it holds.
  const packed = zlib.gzipSync(bytes)
  expect(crc32(bytes)).toBe(packed.readUInt32LE(packed.length - 8))
})
