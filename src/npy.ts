/**
 * The head of a NumPy file, format 1.0; the values follow in row order.
 * https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html
 * @param shape sizes of the axes, slowest first
 * @param type `<f2` for little-endian float16, `<f4` for float32
 */
export function npyHeader(shape: readonly number[], type: '<f2' | '<f4'): Uint8Array<ArrayBuffer> {
  const axes = shape.length === 1 ? `${shape[0]},` : shape.join(', ')
  const head = `{'descr': '${type}', 'fortran_order': False, 'shape': (${axes}), }`
  // Magic, version and length take ten bytes; the values begin at a multiple of 64, after a line feed.
  const length = Math.ceil((10 + head.length + 1) / 64) * 64 - 10
  const bytes = new Uint8Array(10 + length)
  bytes.set([0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59, 1, 0, length & 255, length >> 8])
  bytes.set(new TextEncoder().encode(`${head.padEnd(length - 1)}\n`), 10)
  return bytes
}
