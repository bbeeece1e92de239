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

/** What the head of a NumPy file of vectors says. */
export interface NpyHead {
  /** Rows and numbers in each. */
  readonly shape: readonly [number, number]
  readonly bytesEach: 2 | 4 | 8
  readonly isLittle: boolean
  /** Byte at which the numbers begin. */
  readonly start: number
}

/**
 * Reads the head of a NumPy file, format 1 to 3, of a C-ordered matrix of floats.
 * @param bytes the file's first bytes
 * @returns in words what is wrong, after “<file> …”, where it is something else
 */
export function readNpyHead(bytes: Uint8Array): NpyHead | string {
  const ascii = new TextDecoder()
  const notNpy = 'is not a NumPy file (.npy)'
  if (bytes.length < 12 || bytes[0] !== 0x93 || ascii.decode(bytes.subarray(1, 6)) !== 'NUMPY') return notNpy
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const lengthBytes = bytes[6] === 1 ? 2 : 4
  const length = lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true)
  const start = 8 + lengthBytes + length
  const head = ascii.decode(bytes.subarray(8 + lengthBytes, start))
  if (start > bytes.length) return 'has a header that is too long for an array of floats'
  const descr = /'descr': *'([^']*)'/.exec(head)?.[1]
  const order = /'fortran_order': *(True|False)/.exec(head)?.[1]
  const axes = /'shape': *\(([^)]*)\)/.exec(head)?.[1]
  if (order === undefined || axes === undefined) return notNpy
  const type = /^([<>=])f([248])$/.exec(descr ?? '')
  if (!type) return `holds ${descr ?? 'records'}, and only floats (f2, f4, f8) can be used`
  const sizes = axes.split(',').flatMap((axis) => (axis.trim() ? [Number(axis)] : []))
  const [nRows, nDims] = sizes
  if (sizes.length !== 2 || !sizes.every(Number.isSafeInteger) || nDims < 1) {
    return `has the shape (${axes}), and only rows × dimensions can be used`
  }
  if (order === 'True') return 'is in Fortran order'
  // `=` is the order of the machine that wrote it; those are little-endian today.
  return {
    shape: [nRows, nDims],
    bytesEach: Number(type[2]) as NpyHead['bytesEach'],
    isLittle: type[1] !== '>',
    start,
  }
}
