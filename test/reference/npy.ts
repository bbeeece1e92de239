/** An array of NumPy's `.npy` format, C order. */
export interface Npy {
  readonly shape: readonly number[]
  readonly data: Float32Array<ArrayBuffer> | Uint16Array<ArrayBuffer> | Uint8Array<ArrayBuffer>
}

/** Reads little-endian `f4`, `f2` (as bits) and `u1`. @throws {Error} for anything else. */
export function parseNpy(bytes: Uint8Array<ArrayBuffer>): Npy {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isOld = view.getUint8(6) === 1
  const start = isOld ? 10 : 12
  const length = isOld ? view.getUint16(8, true) : view.getUint32(8, true)
  const header = new TextDecoder('latin1').decode(bytes.subarray(start, start + length))
  const type = /'descr': '([^']+)'/.exec(header)?.[1]
  const shape = /'shape': \(([^)]*)\)/
    .exec(header)?.[1]
    .split(',')
    .filter((part) => part.trim())
    .map(Number)
  if (!shape || header.includes("'fortran_order': True")) throw new Error(`npy: cannot read ${header}`)
  const body = bytes.slice(start + length).buffer
  if (type === '<f4') return { shape, data: new Float32Array(body) }
  if (type === '<f2') return { shape, data: new Uint16Array(body) }
  if (type === '|u1') return { shape, data: new Uint8Array(body) }
  throw new Error(`npy: cannot read numbers of type ${type}`)
}
