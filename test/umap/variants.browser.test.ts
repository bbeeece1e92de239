import { expect, test } from 'vitest'
import { mixture } from '../../bench/gpu/data.ts'
import { descend } from '../../bench/gpu/descent.ts'
import { variants } from '../../bench/gpu/variants.ts'
import { Slicer } from '../../src/gpu/slices.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import { fitUmap } from '../../src/umap/fit.ts'
import { buildGraph } from '../../src/umap/graph/build-graph.ts'
import { NeighborSearch } from '../../src/umap/neighbors/find-neighbors.ts'
import { ARRANGEMENTS } from '../../src/umap/optimize/arrangements.ts'
import { inSession, testDevice } from './device.ts'

const same = variants.filter(({ isSame }) => isSame)

/** Fingerprints of the positions after three epochs by every arrangement, those of the same bytes first. */
async function positionsOf(nPoints: number, bytesPerBuffer?: number): Promise<Map<string, string>> {
  return inSession(
    async (session) => {
      const slicer = new Slicer(session)
      const found = await new NeighborSearch(session, slicer, mixture(nPoints), 30).run()
      const graph = await buildGraph(session, slicer, found, { nNeighbors: [10, 30] })
      const { uniform } = createRandom(5)
      const start = Float32Array.from({ length: 2 * nPoints }, () => 20 * uniform() - 10)
      const fingerprints = new Map<string, string>()
      const options = { set: 1, nEpochs: 2, negativeSampleRate: 5, total: 30, first: 4 }
      for (const variant of variants) {
        const { fingerprint } = await descend(session, graph, start, variant, options)
        fingerprints.set(variant.name, fingerprint)
      }
      if (bytesPerBuffer) expect(graph.parts.length).toBeGreaterThan(1)
      return fingerprints
    },
    { bytesPerBuffer },
  )
}

test.each([[1], [63], [64], [65], [1000], [1500], [1500, 60_000]])(
  'every arrangement of the epoch’s kernel gives the bytes of the plain one at %i points',
  async (nPoints, bytesPerBuffer?: number) => {
    const fingerprints = await positionsOf(nPoints, bytesPerBuffer)
    const plain = fingerprints.get('plain')
    for (const { name } of same) expect([name, fingerprints.get(name)]).toEqual([name, plain])
    if (nPoints === 1) return
    // What leaves work out is seen to do so.
    expect(fingerprints.get('no negatives')).not.toBe(plain)
    expect(fingerprints.get('no pulls on tails')).not.toBe(plain)
  },
)

test('a fit is the same to the byte by each arrangement, and tells which it was', async () => {
  const vectors = mixture(600)
  const settings = { nNeighbors: [5, 15], nEpochs: 20, negativeSampleRate: 5 }
  const fits = []
  for (const { name } of ARRANGEMENTS) {
    const fit = await fitUmap(await testDevice(), vectors, { ...settings, arrangement: name })
    expect(fit.timings.find(({ stage }) => stage === 'Lay out')?.arrangement).toEqual({ name, why: 'asked' })
    fits.push(fit.layouts)
  }
  for (const layouts of fits.slice(1)) expect(layouts).toEqual(fits[0])
})
