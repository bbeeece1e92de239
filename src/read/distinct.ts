import type { Captions, Vectors } from '../shared/core/types.ts'
import { createArena } from '../shared/core/arena.ts'
import { takeTurns } from '../shared/core/turns.ts'
import { FNV_START, fnv } from '../shared/math/fnv.ts'

/** The captions to embed: every distinct one once. */
export interface DistinctCaptions {
  readonly captions: Captions
  /** [nRows] index of each row's caption among the distinct ones, which are in order of first appearance. */
  readonly pointOf: Uint32Array<ArrayBuffer>
}

/**
 * Every caption once, compared byte by byte.
 * @throws {CancelledError} the signal was aborted.
 */
export async function distinctCaptions(captions: Captions, signal?: AbortSignal): Promise<DistinctCaptions> {
  const { bytes, offsets } = captions
  const nRows = offsets.length - 1
  const pointOf = new Uint32Array(nRows)
  const firstRow = new Uint32Array(nRows)
  // Open addressing at half load; an entry is a point + 1, 0 is free.
  const table = new Uint32Array(2 ** Math.ceil(Math.log2(2 * nRows + 2)))
  const mask = table.length - 1
  let nPoints = 0
  const turn = takeTurns(signal)
  for (let row = 0; row < nRows; row++) {
    if (row % 8192 === 0) await turn()
    const start = offsets[row]
    const end = offsets[row + 1]
    let slot = hash(bytes, start, end) & mask
    while (table[slot] !== 0) {
      const other = firstRow[table[slot] - 1]
      if (equal(bytes, start, end, offsets[other], offsets[other + 1])) break
      slot = (slot + 1) & mask
    }
    if (table[slot] === 0) {
      firstRow[nPoints] = row
      table[slot] = ++nPoints
    }
    pointOf[row] = table[slot] - 1
  }
  const arena = createArena(nPoints, bytes.length)
  for (let point = 0; point < nPoints; point++) {
    arena.append(bytes, offsets[firstRow[point]], offsets[firstRow[point] + 1])
  }
  return { captions: arena.finish(), pointOf }
}

/**
 * Every vector once, compared bit by bit, as {@link distinctCaptions} does with captions.
 * @param vectors at most 2³¹ bytes
 * @returns `pointOf` [nRows] index of each row's vector among the distinct ones
 * @throws {CancelledError} the signal was aborted.
 */
export async function distinctVectors(
  { data, nPoints, nDims }: Vectors,
  signal?: AbortSignal,
): Promise<{ readonly vectors: Vectors; readonly pointOf: Uint32Array<ArrayBuffer> }> {
  const bytes = new Uint8Array(data.buffer, data.byteOffset, data.byteLength)
  const offsets = Uint32Array.from({ length: nPoints + 1 }, (_, row) => 2 * nDims * row)
  const { captions, pointOf } = await distinctCaptions({ bytes, offsets }, signal)
  const found = captions.offsets.length - 1
  return {
    vectors: {
      data: new Uint16Array(captions.bytes.buffer, 0, captions.bytes.length / 2),
      nPoints: found,
      nDims,
    },
    pointOf,
  }
}

/** FNV-1a, mixed at the end because the table takes its low bits. */
function hash(bytes: Uint8Array, start: number, end: number): number {
  let h = fnv(bytes, FNV_START, start, end)
  h ^= h >>> 15
  h = Math.imul(h, 0x2c1b3c6d)
  return (h ^ (h >>> 13)) >>> 0
}

function equal(bytes: Uint8Array, start: number, end: number, otherStart: number, otherEnd: number): boolean {
  if (end - start !== otherEnd - otherStart) return false
  for (let i = start, j = otherStart; i < end; i++, j++) if (bytes[i] !== bytes[j]) return false
  return true
}
