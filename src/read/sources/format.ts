import { decodeText } from './looks-like.ts'

/** Stands for null. */
const NULL_VALUE = '—'

/**
 * One value of a Parquet file as text for people.
 * @param value what hyparquet gives: primitives, bigint, Date, bytes, arrays and plain objects
 * @param float32 the column holds 32-bit floats, whose digits after the seventh are noise
 */
export function formatValue(value: unknown, { float32 = false, dateOnly = false } = {}): string {
  if (value === null || value === undefined) return NULL_VALUE
  if (typeof value === 'string') return value
  if (typeof value === 'number') return formatNumber(value, float32)
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value)
  if (value instanceof Date) return formatDate(value, dateOnly)
  if (value instanceof Uint8Array) return formatBytes(value)
  return JSON.stringify(value, plainJson)
}

function formatNumber(value: number, float32: boolean): string {
  return float32 && Number.isFinite(value) ? String(Number(value.toPrecision(7))) : String(value)
}

function formatDate(date: Date, dateOnly: boolean): string {
  if (Number.isNaN(date.getTime())) return 'invalid date'
  const iso = date.toISOString()
  return dateOnly
    ? iso.slice(0, -14)
    : `${iso
        .slice(0, -1)
        .replace('T', ' ')
        .replace(/\.000$/, '')} UTC`
}

/** Bytes that their writer forgot to call text, or how many they are: an image, a hash, a vector. */
function formatBytes(bytes: Uint8Array): string {
  return decodeText(bytes) ?? `${bytes.length.toLocaleString('en-US')} bytes`
}

/** Makes JSON of what JSON has no word for. `JSON.stringify` calls `toJSON` of dates before this sees them. */
function plainJson(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  }
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value)
  if (value instanceof Uint8Array) return formatBytes(value)
  if (ArrayBuffer.isView(value)) return Array.from(value as unknown as ArrayLike<unknown>)
  return value
}
