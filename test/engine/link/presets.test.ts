import { expect, test } from 'vitest'
import { PRESETS, presetOf } from '../../../src/engine/link/presets.ts'
import { UMAP_DEFAULTS, UMAP_STANDARD } from '../../../src/umap/umap.ts'

test('the presets of links are those of the layout engine', () => {
  for (const [name, of] of [
    ['original', UMAP_DEFAULTS],
    ['standard', UMAP_STANDARD],
  ] as const) {
    const { nNeighbors, nEpochs, negativeSampleRate } = of
    expect(PRESETS[name]).toEqual({ nNeighbors, epochs: nEpochs, negatives: negativeSampleRate })
    expect(presetOf(PRESETS[name])).toBe(name)
  }
  expect(presetOf({ ...PRESETS.standard, epochs: 200 })).toBeNull()
})
