import { expect, test } from 'vitest'
import { npyHeader } from '../../../src/shared/core/npy.ts'
import { parseNpy } from '../../reference/npy.ts'

test('a NumPy header says shape and type, and the values begin at a multiple of 64', () => {
  for (const shape of [[3], [12_345_678, 64], [0, 64]]) {
    const header = npyHeader(shape, '<f4')
    expect(header.length % 64).toBe(0)
    const text = new TextDecoder('latin1').decode(header)
    expect(text.slice(0, 8)).toBe('\x93NUMPY\x01\x00')
    expect(header[8] + 256 * header[9]).toBe(header.length - 10)
    const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
    expect(text.slice(10)).toMatch(
      new RegExp(`^\\{'descr': '<f4', 'fortran_order': False, 'shape': \\(${axes}\\), \\} *\\n$`),
    )
  }
})

test('a NumPy file is header and values', () => {
  const values = Float32Array.of(1, 2, 3, 4, 5, 6)
  const file = Uint8Array.from([...npyHeader([3, 2], '<f4'), ...new Uint8Array(values.buffer)])
  expect(parseNpy(file)).toEqual({ shape: [3, 2], data: values })
})
