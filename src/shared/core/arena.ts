import { InputError } from './errors.ts'
import type { Captions } from './types.ts'

/** Captions in the making: append in row order, then {@link Arena.finish}. */
export interface Arena {
  /** A row whose bytes are `source[start … end)`. */
  append(source: Uint8Array, start: number, end: number): void
  /** The captions; rows that were not appended are empty. @param nRows of them, where it is not the number that was expected */
  finish(nRows?: number): Captions
}

/** Offsets are 32 bits wide. */
const MAX_BYTES = 2 ** 32 - 1
/** Up to this part of the memory may stay unused. */
const LEAST_SLACK = 8

/**
 * @param nRows rows that are expected; more make the arena grow
 * @param nBytes a guess at their bytes; the arena grows when it was too low
 */
export function createArena(nRows: number, nBytes: number): Arena {
  let offsets = new Uint32Array(nRows + 1)
  let bytes = new Uint8Array(Math.min(nBytes, MAX_BYTES))
  let row = 0
  let used = 0

  function grow(needed: number): void {
    if (needed > MAX_BYTES) {
      throw new InputError(
        `Read: the captions have more than ${MAX_BYTES} bytes after ${row} of ${nRows} rows`,
        `Open fewer rows (limit=${Math.max(1, Math.floor(row / 2))}).`,
      )
    }
    const larger = new Uint8Array(Math.min(MAX_BYTES, Math.max(needed, Math.ceil(bytes.length * 1.5))))
    larger.set(bytes.subarray(0, used))
    bytes = larger
  }

  return {
    append(source, start, end) {
      const length = end - start
      if (used + length > bytes.length) grow(used + length)
      // Below some 32 bytes a loop is faster than the call (measured with V8 of Node 20).
      if (length < 32) for (let i = 0; i < length; i++) bytes[used + i] = source[start + i]
      else bytes.set(source.subarray(start, end), used)
      used += length
      if (++row >= offsets.length) {
        const longer = new Uint32Array(Math.ceil(offsets.length * 1.5) + 1)
        longer.set(offsets)
        offsets = longer
      }
      offsets[row] = used
    },
    finish(n = nRows) {
      offsets.fill(used, row + 1)
      if (offsets.length !== n + 1) offsets = offsets.slice(0, n + 1)
      // A little room that is left is cheaper than a second copy of everything.
      const isTight = bytes.length - used <= bytes.length / LEAST_SLACK
      return { bytes: isTight ? bytes.subarray(0, used) : bytes.slice(0, used), offsets }
    },
  }
}
