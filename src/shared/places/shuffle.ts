import { createRandom } from '../math/random.ts'

/** A random order of the rows 0 … n − 1: any prefix of it is a fair sample of them. */
export interface Shuffle {
  readonly n: number
  /** The row at a place of the order. */
  rowOf(slot: number): number
  /** The place of a row in the order. */
  slotOf(row: number): number
  /** Calls back for each place from … to − 1, not in order but so that rows are near each other in memory. */
  visit(from: number, to: number, each: (slot: number, row: number) => void): void
}

/** The same order of a map's points at every visit, on the page and in its worker. */
const MAP_SEED = 1

/** The order in which the points of a map are drawn. */
export function drawOrder(n: number): Shuffle {
  return createShuffle(n, MAP_SEED)
}

/** Rows a block: 8-byte places of one block stay in a core's cache. */
const BLOCK = 1 << 16
/** Any odd number; blocks that follow each other begin far apart in the permutation. */
const STRIDE = 40_503

/**
 * An order by formula and one permutation of 65,536 numbers, so that it costs no memory that grows with n. The file is cut into
 * blocks; the order takes one row of every block, then another one of every block, and so on: a stratified random sample,
 * whatever the file is sorted by.
 */
export function createShuffle(n: number, seed: number): Shuffle {
  const nBlocks = Math.max(1, Math.ceil(n / BLOCK))
  const size = Math.max(1, Math.ceil(n / nBlocks))
  const random = createRandom(seed)
  const offsets = Uint32Array.from({ length: size }, (_, i) => i)
  for (let i = size - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1))
    const kept = offsets[i]
    offsets[i] = offsets[j]
    offsets[j] = kept
  }
  const ranks = new Uint32Array(size)
  for (let i = 0; i < size; i++) ranks[offsets[i]] = i

  // Places and rows of nBlocks · size ≥ n; the few beyond n are walked over, which keeps both ways inverse to each other.
  function forth(place: number): number {
    const rank = Math.floor(place / nBlocks)
    const block = place - rank * nBlocks
    return block * size + offsets[(rank + block * STRIDE) % size]
  }
  function back(row: number): number {
    const block = Math.floor(row / size)
    const rank = ranks[row - block * size] - ((block * STRIDE) % size)
    return (rank < 0 ? rank + size : rank) * nBlocks + block
  }
  function rowOf(slot: number): number {
    let row = forth(slot)
    while (row >= n) row = forth(row)
    return row
  }

  return {
    n,
    rowOf,
    slotOf(row) {
      let slot = back(row)
      while (slot >= n) slot = back(slot)
      return slot
    },
    visit(from, to, each) {
      for (let block = 0; block < nBlocks; block++) {
        const first = from + ((((block - from) % nBlocks) + nBlocks) % nBlocks)
        if (first >= to) continue
        let at = ((first - block) / nBlocks + block * STRIDE) % size
        const start = block * size
        for (let slot = first; slot < to; slot += nBlocks) {
          const row = start + offsets[at]
          each(slot, row < n ? row : rowOf(slot))
          if (++at === size) at = 0
        }
      }
    },
  }
}
