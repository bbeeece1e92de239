import type { SchemaElement } from 'hyparquet'
import { parseFloat16 } from 'hyparquet/src/convert.js'
import type { PhysicalValue } from './decode-stored.ts'

const decoder = new TextDecoder('utf-8', { ignoreBOM: true })

/**
 * Gives a column's stored values as text that loses nothing: decimals with their digits, times in ISO 8601 to the last
 * nanosecond, numbers that read back to the same bits. '' for null.
 */
export function valueText(element: SchemaElement): (value: PhysicalValue) => string {
  const write = writerOf(element)
  return (value) => (value === null ? '' : write(value))
}

function writerOf(element: SchemaElement): (value: Exclude<PhysicalValue, null>) => string {
  const { type, converted_type: converted, logical_type: logical, scale = 0 } = element
  if (converted === 'DECIMAL' || logical?.type === 'DECIMAL') {
    const digits = logical?.type === 'DECIMAL' ? logical.scale : scale
    return (value) => decimalText(wholeOf(value), digits)
  }
  if (converted === 'DATE' || logical?.type === 'DATE')
    return (value) => timeText(wholeOf(value) * 86_400n, 0).slice(0, -10)
  const fraction = fractionOf(element)
  if (fraction !== null) {
    const isTime = converted?.startsWith('TIME_') === true || logical?.type === 'TIME'
    return (value) => {
      const text = timeText(wholeOf(value), fraction)
      return isTime ? text.slice(text.indexOf('T') + 1, -1) : text
    }
  }
  if (type === 'INT96') return (value) => timeText(wholeOf(value), 9)
  if (logical?.type === 'FLOAT16') return (value) => String(parseFloat16(value as Uint8Array))
  if (logical?.type === 'UUID')
    return (value) => hex(value as Uint8Array).replace(/(.{8})(.{4})(.{4})(.{4})(.{12})/, '$1-$2-$3-$4-$5')
  if (type === 'FLOAT') return (value) => floatText(value as number)
  if (type === 'INT32' || type === 'INT64') {
    const bits = type === 'INT32' ? 32 : 64
    const isUnsigned =
      converted?.startsWith('UINT_') === true || (logical?.type === 'INTEGER' && !logical.isSigned)
    return (value) => String(isUnsigned ? BigInt.asUintN(bits, wholeOf(value)) : value)
  }
  const isText =
    ['UTF8', 'ENUM', 'JSON'].includes(converted ?? '') ||
    ['STRING', 'ENUM', 'JSON'].includes(logical?.type ?? '')
  return (value) => {
    if (!(value instanceof Uint8Array)) return String(value)
    return isText || type === 'BYTE_ARRAY' ? decoder.decode(value) : hex(value)
  }
}

/** Digits after the second of a time or a timestamp, null for what is neither. */
function fractionOf({ converted_type: converted, logical_type: logical }: SchemaElement): number | null {
  if (logical?.type === 'TIMESTAMP' || logical?.type === 'TIME')
    return logical.unit === 'NANOS' ? 9 : logical.unit === 'MICROS' ? 6 : 3
  if (converted === 'TIMESTAMP_MICROS' || converted === 'TIME_MICROS') return 6
  return converted === 'TIMESTAMP_MILLIS' || converted === 'TIME_MILLIS' ? 3 : null
}

/** A whole number, of bytes as big-endian two's complement. */
function wholeOf(value: Exclude<PhysicalValue, null>): bigint {
  if (!(value instanceof Uint8Array)) return BigInt(value)
  let whole = 0n
  for (const byte of value) whole = (whole << 8n) | BigInt(byte)
  return BigInt.asIntN(8 * value.length, whole)
}

function decimalText(whole: bigint, scale: number): string {
  if (scale <= 0) return String(whole * 10n ** BigInt(-scale))
  const digits = String(whole < 0n ? -whole : whole).padStart(scale + 1, '0')
  return `${whole < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`
}

/** ISO 8601 in UTC of a count of 10^-fraction seconds since 1970; years beyond what dates know are left as counts. */
function timeText(count: bigint, fraction: number): string {
  const unit = 10n ** BigInt(fraction)
  const part = ((count % unit) + unit) % unit
  const date = new Date(Number((count - part) / unit) * 1000)
  if (Number.isNaN(date.getTime())) return `${count}`
  const digits = fraction > 0 ? `.${String(part).padStart(fraction, '0')}` : ''
  return date.toISOString().replace(/\.000Z$/, `${digits}Z`)
}

/** A short decimal that reads back to the same 32-bit float. */
export function floatText(value: number): string {
  for (let digits = 7; digits < 9; digits++) {
    const text = value.toPrecision(digits)
    if (Math.fround(Number(text)) === value) return String(Number(text))
  }
  return String(Number.isFinite(value) ? Number(value.toPrecision(9)) : value)
}

function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
