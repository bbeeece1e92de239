import { expect, test } from 'vitest'
import { solveSmall } from '../../../src/umap/spectral/small-graph.ts'

/** A path of so many vertices, whose eigenvectors are known. */
function path(nVertices: number): { rowStarts: Uint32Array; columns: Uint32Array; weights: Float64Array } {
  const rows = Array.from({ length: nVertices }, (_, i) =>
    [i - 1, i + 1].filter((j) => j >= 0 && j < nVertices),
  )
  const rowStarts = new Uint32Array(nVertices + 1)
  for (const [row, columns] of rows.entries()) rowStarts[row + 1] = rowStarts[row] + columns.length
  return {
    rowStarts,
    columns: Uint32Array.from(rows.flat()),
    weights: new Float64Array(rows.flat().length).fill(2),
  }
}

test.each([2, 3, 30, 64, 65, 150])(
  'the eigenvectors of a path are cosines (%i vertices)',
  async (nVertices) => {
    const { vectors, degrees } = await solveSmall(path(nVertices), 1)
    const wave = (q: number): number[] =>
      Array.from({ length: nVertices }, (_, row) => Math.cos((Math.PI * q * row) / (nVertices - 1)))
    for (const q of [1, 2]) {
      if (q >= nVertices) continue
      const [expected, found] = [wave(q), degrees.map((_, row) => vectors[8 * row + q - 1])]
      const inner = (a: ArrayLike<number>, b: ArrayLike<number>): number =>
        degrees.reduce((sum, degree, row) => sum + degree * a[row] * b[row], 0)
      expect(Math.abs(inner(expected, found)) / Math.sqrt(inner(expected, expected))).toBeCloseTo(1, 4)
    }
  },
)

test('a complete graph, whose eigenvalues all coincide, has finite vectors', async () => {
  const nVertices = 100
  const rowStarts = Uint32Array.from({ length: nVertices + 1 }, (_, i) => i * (nVertices - 1))
  const columns = Uint32Array.from({ length: nVertices * (nVertices - 1) }, (_, i) => {
    const [row, at] = [Math.floor(i / (nVertices - 1)), i % (nVertices - 1)]
    return at < row ? at : at + 1
  })
  const weights = new Float64Array(columns.length).fill(1)
  const { vectors } = await solveSmall({ rowStarts, columns, weights }, 1)
  expect(vectors.every(Number.isFinite)).toBe(true)
})
