import { DeviceError } from '../shared/core/errors.ts'
import type { GpuSession } from './session.ts'

/** A matrix on the GPU, cut by rows into as many buffers as the device's limits demand. */
export interface Split {
  readonly nRows: number
  /** Bytes of a row, a multiple of 4. */
  readonly rowBytes: number
  /** Rows of every part but the last, which may hold fewer. */
  readonly rowsPerPart: number
  /** Part p holds the rows from p · rowsPerPart on. */
  readonly parts: readonly GPUBuffer[]
}

/** The rows [begin, end) of one part. */
export interface Part {
  readonly buffer: GPUBuffer
  readonly begin: number
  readonly end: number
}

/** The parts in order, with the rows that each holds. */
export function partsOf({ nRows, rowsPerPart, parts }: Split): readonly Part[] {
  return parts.map((buffer, part) => ({
    buffer,
    begin: part * rowsPerPart,
    end: Math.min(nRows, (part + 1) * rowsPerPart),
  }))
}

/**
 * Rows of `rowBytes` that one buffer can hold on this device.
 *
 * @param grain the answer is a multiple of it
 * @throws {DeviceError} when not even `grain` rows fit.
 */
export function rowsPerBuffer(session: GpuSession, rowBytes: number, grain: number): number {
  const rows = Math.floor(session.bytesPerPart / (rowBytes * grain)) * grain
  if (rows > 0) return rows
  throw new DeviceError(
    `gpu: ${grain} rows of ${rowBytes} bytes exceed the ${session.bytesPerPart} that a buffer may have on this GPU`,
    'Use a GPU that allows larger buffers.',
  )
}

/** A zeroed matrix [nRows, rowBytes] in parts of at most `rowsPerPart` rows. */
export function splitBuffer(
  session: GpuSession,
  label: string,
  nRows: number,
  rowBytes: number,
  rowsPerPart: number,
): Split {
  const nParts = Math.max(1, Math.ceil(nRows / rowsPerPart))
  const parts = Array.from({ length: nParts }, (_, part) => {
    const rows = Math.min(rowsPerPart, nRows - part * rowsPerPart)
    return session.buffer(nParts > 1 ? `${label} ${part}` : label, rows * rowBytes)
  })
  return { nRows, rowBytes, rowsPerPart, parts }
}

/** A matrix with the given content. */
export function uploadSplit(
  session: GpuSession,
  label: string,
  data: Uint32Array | Float32Array | Uint16Array,
  rowBytes: number,
  rowsPerPart: number,
): Split {
  const split = splitBuffer(session, label, data.byteLength / rowBytes, rowBytes, rowsPerPart)
  for (const { buffer, begin, end } of partsOf(split)) {
    const width = rowBytes / data.BYTES_PER_ELEMENT
    const rows = data.subarray(begin * width, end * width)
    session.write(buffer, 0, rows)
  }
  return split
}

/** The whole matrix or the rows [begin, end) of it, once all work submitted so far is done. */
export async function readSplit(
  session: GpuSession,
  split: Split,
  rows: { readonly begin: number; readonly end: number } = { begin: 0, end: split.nRows },
): Promise<ArrayBuffer> {
  const { rowBytes } = split
  const all = new Uint8Array((rows.end - rows.begin) * rowBytes)
  for (const { buffer, begin, end } of partsOf(split)) {
    const [first, last] = [Math.max(begin, rows.begin), Math.min(end, rows.end)]
    if (first >= last) continue
    const offset = (first - begin) * rowBytes
    const [bytes] = await session.readAll([{ buffer, offset, bytes: (last - first) * rowBytes }])
    all.set(new Uint8Array(bytes), (first - rows.begin) * rowBytes)
  }
  return all.buffer
}
