import { expect, test } from 'vitest'
import { DeviceError } from '../../src/shared/core/errors.ts'
import { checkFinite } from '../../src/umap/common/check-finite.ts'

test.each([Number.NaN, Infinity, -Infinity])(
  'a coordinate of %f is told, with the first point and how many',
  (value) => {
    const positions = Float32Array.from({ length: 2000 }, (_, i) => i - 1000)
    expect(() => checkFinite('optimize', 'layout nn10', positions)).not.toThrow()
    positions[2 * 17 + 1] = value
    positions[2 * 900] = value
    expect(() => checkFinite('optimize', 'layout nn10', positions)).toThrow(DeviceError)
    expect(() => checkFinite('optimize', 'layout nn10', positions)).toThrow(
      /^optimize: 2 of 1,000 points of layout nn10 .* point 17$/,
    )
  },
)
