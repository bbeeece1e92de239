import type { Vectors } from '../shared/core/types.ts'
import type { GpuSession } from './session.ts'
import type { Part } from './split.ts'

/** Rows of padding are written at once, in pieces of about 4 MiB. */
const PIECE_BYTES = 4 * 2 ** 20

/** Writes vectors with zeros added up to a multiple of 16 components, which changes no distance. */
export function writeVectors(
  session: GpuSession,
  part: Part,
  { data, nDims }: Vectors,
  nQuads: number,
): void {
  const width = nQuads * 4
  if (width === nDims) {
    session.write(part.buffer, 0, data.subarray(part.begin * nDims, part.end * nDims))
    return
  }
  const rowsPerPiece = Math.max(1, Math.floor(PIECE_BYTES / (2 * width)))
  for (let begin = part.begin; begin < part.end; begin += rowsPerPiece) {
    const end = Math.min(part.end, begin + rowsPerPiece)
    const piece = new Uint16Array((end - begin) * width)
    for (let row = begin; row < end; row++) {
      piece.set(data.subarray(row * nDims, (row + 1) * nDims), (row - begin) * width)
    }
    session.write(part.buffer, (begin - part.begin) * 2 * width, piece)
  }
}
