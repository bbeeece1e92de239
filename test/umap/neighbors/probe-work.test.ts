import { expect, test } from 'vitest'
import { ProbeWork } from '../../../src/umap/neighbors/probe-work.ts'

/** Seven clusters, one with nearly all points and one with none; each cluster's list begins with itself. */
const sizes = [3, 100_000, 64, 0, 65, 1, 500]
const starts = new Uint32Array(sizes.length + 1)
for (const [cluster, size] of sizes.entries()) starts[cluster + 1] = starts[cluster] + size
const nearest = (cluster: number, probe: number): number => (cluster + probe) % sizes.length
const clusterOf = Uint32Array.from({ length: 40 }, (_, block) => [0, 1, 1, 1, 2, 4, 5, 6][block % 8])
const PROBES = 5
const work = new ProbeWork(clusterOf, nearest, starts, PROBES)
const tilesOf = (block: number, probe: number): number =>
  1 + Math.ceil(sizes[nearest(clusterOf[block], probe)] / 64)

test('its size is that of all clusters looked at, in tiles', () => {
  let tiles = 0
  for (let block = 0; block < 40; block++)
    for (let probe = 0; probe < PROBES; probe++) tiles += tilesOf(block, probe)
  expect(work.total).toBe(tiles)
})

test.each([1, 7, 64, 1000, 5000, 1e9])('slices of %i tiles do each block and place once', (wanted) => {
  const seen: string[] = []
  for (let done = 0; done < work.total; ) {
    const end = work.align(Math.min(work.total, done + wanted))
    expect(end).toBeGreaterThan(done)
    let tiles = 0
    let least = Infinity
    for (const { firstBlock, nBlocks, probeBegin, probeEnd } of work.cuts(done, end)) {
      expect(nBlocks).toBeGreaterThan(0)
      for (let probe = probeBegin; probe < probeEnd; probe++) {
        for (let block = firstBlock; block < firstBlock + nBlocks; block++) {
          seen.push(`${probe} ${block}`)
          tiles += tilesOf(block, probe)
          least = tilesOf(block, probe)
        }
      }
    }
    // What a slice promises is what it does, and only its last block goes beyond what was wanted.
    expect(tiles).toBe(end - done)
    expect(tiles - least).toBeLessThan(wanted)
    done = end
  }
  expect(seen.length).toBe(40 * PROBES)
  expect(new Set(seen).size).toBe(40 * PROBES)
})

test('whole places go together, in as few dispatches as can be', () => {
  expect([...work.cuts(0, work.total)]).toEqual([
    { firstBlock: 0, nBlocks: 40, probeBegin: 0, probeEnd: PROBES },
  ])
})
