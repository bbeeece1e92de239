import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { openDownload } from '../../src/checkpoint/kept-download.ts'

const URL = 'https://host.example/model.onnx'

/** The origin private file system with one file, in memory. */
class FakeFile {
  bytes = new Uint8Array(0)
  /** Openings that another page is still in the way of. */
  inUse = 0

  createSyncAccessHandle() {
    if (this.inUse-- > 0) throw new DOMException('in use', 'NoModificationAllowedError')
    return {
      getSize: () => this.bytes.length,
      truncate: (size: number) => {
        this.bytes = this.bytes.slice(0, size)
      },
      read: (into: Uint8Array, { at }: { at: number }) => {
        const part = this.bytes.subarray(at, at + into.length)
        into.set(part)
        return part.length
      },
      write: (from: Uint8Array, { at }: { at: number }) => {
        const grown = new Uint8Array(Math.max(this.bytes.length, at + from.length))
        grown.set(this.bytes)
        grown.set(from, at)
        this.bytes = grown
        return from.length
      },
      close: () => {},
    }
  }
}

let file: FakeFile
beforeEach(() => {
  file = new FakeFile()
  const folder = { getDirectoryHandle: () => folder, getFileHandle: () => file, removeEntry: () => {} }
  vi.stubGlobal('navigator', { storage: { getDirectory: () => folder } })
})
afterEach(() => vi.unstubAllGlobals())

test('what came is there in the next visit, with its version and the size of the whole', async () => {
  const first = await openDownload(URL)
  expect(first).toMatchObject({ version: null, size: 0, total: 0 })
  first?.begin('"v1"', 9)
  first?.append(Uint8Array.of(1, 2, 3))
  first?.append(Uint8Array.of(4))
  first?.close()
  const next = await openDownload(URL)
  expect(next).toMatchObject({ version: '"v1"', size: 4, total: 9 })
  const bytes = new Uint8Array(4)
  next?.read(bytes)
  expect([...bytes]).toEqual([1, 2, 3, 4])
  expect((await openDownload(`${URL}x`))?.version).toBeNull()
})

test.each([
  ['a version that does not fit', '"v2"'.padEnd(2000, 'x')],
  ['no version', null],
])('of a file with %s nothing is kept, where something was before', async (_, version) => {
  const part = await openDownload(URL)
  part?.begin('"v1"', 0)
  part?.append(Uint8Array.of(1, 2, 3))
  part?.begin(version, 0)
  part?.append(Uint8Array.of(7))
  expect(file.bytes).toHaveLength(0)
  expect(await openDownload(URL)).toMatchObject({ version: null, size: 0 })
})

test('a page that was just reloaded is waited for, and another tab is not', async () => {
  file.inUse = 2
  expect(await openDownload(URL)).not.toBeNull()
  file.inUse = 100
  expect(await openDownload(URL)).toBeNull()
})
