import { InputError } from '../../shared/core/errors.ts'
import { fromHalf } from '../../shared/math/half.ts'
import { type NpyHead, readNpyHead } from '../../shared/core/npy.ts'
import type { VectorRows } from '../../shared/core/types.ts'
import type { ByteSource } from '../sources/source.ts'
import { takeTurns } from '../../shared/core/turns.ts'

/** More than any header of a table without field names. */
const HEAD_BYTES = 4096
const BLOCK_BYTES = 2 ** 21

/**
 * The vectors of NumPy files, one after another, for the first rows of a table.
 * @param table whose rows they belong to
 * @throws {InputError} files that are no such arrays, of different widths, truncated, or not one vector a row.
 * @throws {NetworkError} @throws {CancelledError}
 */
export async function npyVectors(
  sources: readonly ByteSource[],
  table: { readonly name: string; readonly totalRows: number },
  { nRows, signal }: { readonly nRows: number; readonly signal?: AbortSignal },
): Promise<VectorRows> {
  const files: { readonly source: ByteSource; readonly head: NpyHead }[] = []
  for (const source of sources) files.push({ source, head: await readHead(source, signal) })
  const [first, ...others] = files
  const odd = others.find(({ head }) => head.shape[1] !== first.head.shape[1])
  if (odd) {
    throw new InputError(
      `Read: ${odd.source.name} has ${odd.head.shape[1]} numbers a row and ${first.source.name} has ${first.head.shape[1]}`,
      'Give files of one model.',
    )
  }
  const total = files.reduce((sum, { head }) => sum + head.shape[0], 0)
  if (total !== table.totalRows) {
    const names = sources.length === 1 ? first.source.name : `the ${sources.length} .npy files`
    throw new InputError(
      `Read: ${names} hold${sources.length === 1 ? 's' : ''} ${total.toLocaleString()} vectors, and ${table.name} has ${table.totalRows.toLocaleString()} rows`,
      'Give one vector for each row, in the rows’ order.',
    )
  }
  return {
    nRows,
    nDims: first.head.shape[1],
    blocks: async function* () {
      const turn = takeTurns(signal)
      let left = nRows
      for (const { source, head } of files) {
        const use = Math.min(left, head.shape[0])
        left -= use
        const rowBytes = head.shape[1] * head.bytesEach
        const step = Math.max(1, Math.floor(BLOCK_BYTES / rowBytes))
        for (let row = 0; row < use; row += step) {
          await turn()
          const end = Math.min(use, row + step)
          const [from, to] = [row, end].map((r) => head.start + r * rowBytes)
          yield numbersOf(await source.read(from, to, signal), head)
        }
      }
    },
  }
}

async function readHead(source: ByteSource, signal: AbortSignal | undefined): Promise<NpyHead> {
  const { name, byteLength } = source
  const head = readNpyHead(await source.read(0, Math.min(byteLength, HEAD_BYTES), signal))
  if (typeof head === 'string') {
    throw new InputError(
      `Read: ${name} ${head}`,
      'Save the vectors by numpy.save(file, array) as a C-ordered array of floats, one row each.',
    )
  }
  const bytes = head.start + head.shape[0] * head.shape[1] * head.bytesEach
  if (bytes <= byteLength) return head
  throw new InputError(
    `Read: ${name} is truncated: its header promises ${bytes} bytes, and it has ${byteLength}`,
    'It was probably not written or downloaded to its end. Write it again.',
  )
}

function numbersOf(
  bytes: Uint8Array<ArrayBuffer>,
  { bytesEach, isLittle }: NpyHead,
): Float32Array<ArrayBuffer> {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const numbers = new Float32Array(bytes.byteLength / bytesEach)
  for (let i = 0, at = 0; i < numbers.length; i++, at += bytesEach) {
    if (bytesEach === 4) numbers[i] = view.getFloat32(at, isLittle)
    else if (bytesEach === 8) numbers[i] = view.getFloat64(at, isLittle)
    else numbers[i] = fromHalf(view.getUint16(at, isLittle))
  }
  return numbers
}
