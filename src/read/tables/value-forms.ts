import type { Value, ValueType } from '../export/row-writer.ts'

/** What a text can be read as. Several may be possible: “1,234” is a number in two ways, “3/4/2024” a day in two. */
interface Form {
  readonly type: ValueType
  readonly test: RegExp
  /** What is written for a text of this form. */
  readonly read: (text: string) => Value
}

const day = (year: string, month: string, date: string): number =>
  Date.UTC(Number(year), Number(month) - 1, Number(date)) / 86_400_000

const part = (parts: RegExpExecArray | null, i: number): string => parts?.[i] ?? ''

const ISO_DAY = /^(\d{4})-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/
const ISO_TIME =
  /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])[T ]([01]\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d{1,6})?)?(Z|[+-]\d\d:?\d\d)?$/
const DAY_FIRST = /^(0?[1-9]|[12]\d|3[01])([./-])(0?[1-9]|1[0-2])\2(\d{4})$/
const MONTH_FIRST = /^(0?[1-9]|1[0-2])([/-])(0?[1-9]|[12]\d|3[01])\2(\d{4})$/

/** Those that are preferred where all values allow several come first; a form's bit is its place here. */
const forms: readonly Form[] = [
  { type: 'boolean', test: /^(true|false)$/i, read: (text) => text.toLowerCase() === 'true' },
  { type: 'integer', test: /^-?(0|[1-9]\d{0,14})$/, read: BigInt },
  {
    type: 'double',
    test: /^(NaN|[+-]?((0|[1-9]\d{0,14})(\.\d*)?|\.\d+)(e[+-]?\d+)?)$/i,
    read: Number,
  },
  // 1,234,567.8
  {
    type: 'double',
    test: /^[+-]?([1-9]\d{0,2}(,\d{3})+|0|[1-9]\d{0,14})(\.\d+)?$/,
    read: (text) => Number(text.replaceAll(',', '')),
  },
  // 1.234.567,8
  {
    type: 'double',
    test: /^[+-]?([1-9]\d{0,2}(\.\d{3})+|0|[1-9]\d{0,14})(,\d+)?$/,
    read: (text) => Number(text.replaceAll('.', '').replace(',', '.')),
  },
  {
    type: 'date',
    test: ISO_DAY,
    read: (text) => {
      const parts = ISO_DAY.exec(text)
      return day(part(parts, 1), part(parts, 2), part(parts, 3))
    },
  },
  {
    type: 'time',
    test: ISO_TIME,
    read: microseconds,
  },
  {
    type: 'date',
    test: MONTH_FIRST,
    read: (text) => {
      const parts = MONTH_FIRST.exec(text)
      return day(part(parts, 4), part(parts, 1), part(parts, 3))
    },
  },
  {
    type: 'date',
    test: DAY_FIRST,
    read: (text) => {
      const parts = DAY_FIRST.exec(text)
      return day(part(parts, 4), part(parts, 3), part(parts, 1))
    },
  },
]

/** Before any value was seen. */
export const ANY_FORM = 2 ** forms.length - 1
const bitsOf = (type: ValueType): number =>
  forms.reduce((bits, form, i) => (form.type === type ? bits | (1 << i) : bits), 0)
const BOOLEAN = bitsOf('boolean')
const DOUBLE = bitsOf('double')
const INTEGER = bitsOf('integer') | DOUBLE
const LONGEST = 40

/** Those of some forms that a value may have, a bit each; every one of a null. */
export function formsOf(value: Value, among = ANY_FORM): number {
  if (value === null) return among
  if (typeof value === 'boolean') return among & BOOLEAN
  if (typeof value === 'number') return among & (Number.isSafeInteger(value) ? INTEGER : DOUBLE)
  if (typeof value === 'bigint') return among & INTEGER
  if (value.length > LONGEST) return 0
  // Most texts are none of these, as their first character says.
  if (!/^[-+.\dtfn]/i.test(value)) return 0
  return forms.reduce(
    (bits, { test }, i) => (among & (1 << i) && test.test(value) ? bits | (1 << i) : bits),
    0,
  )
}

/** How a column whose values share these forms is written: the type, and what becomes of each value. */
export interface Reading {
  readonly type: ValueType
  readonly read: (value: Value) => Value
}

const TEXT: Reading = { type: 'text', read: (value) => (value === null ? null : String(value)) }
const readings = forms.map(
  ({ type, read }): Reading => ({
    type,
    read: (value) => {
      if (value === null || typeof value === 'boolean') return value
      if (typeof value === 'string') return read(value)
      return type === 'double' ? Number(value) : BigInt(value)
    },
  }),
)

/** @param shared forms that all values have, {@link ANY_FORM} where there are none yet */
export function readingOf(shared: number): Reading {
  if (shared === ANY_FORM) return TEXT
  return readings.find((_, i) => shared & (1 << i)) ?? TEXT
}

/** A time without a zone is taken as UTC, as DuckDB and Spark do. */
function microseconds(text: string): bigint {
  const [whole, fraction = ''] = text
    .replace(' ', 'T')
    .replace(/(?<=T.*)(Z|[+-]\d\d:?\d\d)$/, '')
    .split('.')
  const zone = /(Z|[+-]\d\d:?\d\d)$/.exec(text.slice(10))?.[0] ?? 'Z'
  const ms = Date.parse(
    `${whole.length === 16 ? `${whole}:00` : whole}${zone.replace(/(\d\d)(\d\d)$/, '$1:$2')}`,
  )
  return BigInt(ms) * 1000n + BigInt(fraction.padEnd(6, '0'))
}
