import { expect, test } from 'vitest'
import { placeComponents } from '../../../src/umap/spectral/place-components.ts'
import { createRandom } from '../../../src/shared/math/random.ts'

test('no component overlaps another, however many there are', () => {
  const sizes = [50, ...Array.from({ length: 60 }, (_, i) => 12 - Math.floor(i / 6))]
  const componentOf = Uint32Array.from(
    sizes.flatMap((size, component) => Array<number>(size).fill(component)),
  )
  const { normal } = createRandom(1)
  const largest = Float32Array.from({ length: 2 * componentOf.length }, normal)
  const principal = Float32Array.from({ length: 2 * componentOf.length }, normal)
  const positions = placeComponents({ componentOf, sizes }, largest, principal)
  const discs = sizes.slice(1).map((size, index) => {
    const members = [...componentOf.keys()].filter((row) => componentOf[row] === index + 1)
    const x = members.reduce((sum, row) => sum + positions[2 * row] / size, 0)
    const y = members.reduce((sum, row) => sum + positions[2 * row + 1] / size, 0)
    return {
      x,
      y,
      radius: Math.max(
        ...members.map((row) => Math.hypot(positions[2 * row] - x, positions[2 * row + 1] - y)),
      ),
    }
  })
  for (const [i, a] of discs.entries()) {
    expect(Math.hypot(a.x, a.y) - a.radius).toBeGreaterThan(10)
    for (const b of discs.slice(i + 1))
      expect(Math.hypot(a.x - b.x, a.y - b.y)).toBeGreaterThan(a.radius + b.radius)
  }
})

test('identical components are spread around the largest', () => {
  const componentOf = Uint32Array.of(0, 0, 0, 1, 1, 2, 2)
  const flat = (): Float32Array<ArrayBuffer> => new Float32Array(14)
  const positions = placeComponents({ componentOf, sizes: [3, 2, 2] }, flat(), flat())
  expect(positions.every(Number.isFinite)).toBe(true)
  expect(Math.hypot(positions[6] - positions[10], positions[7] - positions[11])).toBeGreaterThan(0.5)
})
