import type { ByteSource } from '../sources/source.ts'
import { createRowWriter, type Value, type ValueType } from '../export/row-writer.ts'

/** Rows of text or JSON, column by column; a column that these rows lack is not there. */
export type Batch = ReadonlyMap<string, readonly Value[]>

const INTEGER = /^-?(0|[1-9]\d{0,14})$/
const DOUBLE = /^[+-]?((0|[1-9]\d*)(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i

/**
 * Writes rows as Parquet with the narrowest types that hold all values. Types are taken from the first batch; where a
 * later one does not fit, the rest is looked through and everything read once more.
 * @param batches gives the rows from the start at each call
 */
export async function writeInferred(
  name: string,
  batches: () => AsyncIterable<Batch>,
): Promise<ByteSource | null> {
  const types = new Map<string, ValueType | null>()
  for (let pass = 0; ; pass++) {
    let writer: ReturnType<typeof createRowWriter> | null = null
    let fits = true
    for await (const batch of batches()) {
      if (pass === 0 && widen(types, batch) && writer) fits = false
      if (!fits) continue
      const columns = [...types].map(([column, type]) => ({ name: column, type: type ?? ('text' as const) }))
      writer ??= createRowWriter(name, columns)
      const nRows = batch.values().next().value?.length ?? 0
      writer.write(
        columns.map(({ name: column, type }) => {
          const values = batch.get(column)
          return values ? values.map((value) => convert(value, type)) : Array<null>(nRows).fill(null)
        }),
      )
    }
    if (fits) return writer?.finish() ?? null
  }
}

/** Makes the types hold a batch; whether one had to change. */
function widen(types: Map<string, ValueType | null>, batch: Batch): boolean {
  let hasChanged = false
  for (const [column, values] of batch) {
    const before = types.get(column)
    let type = before ?? null
    for (const value of values) {
      if (type === 'text') break
      type = join(type, typeOf(value))
    }
    // A column of nulls so far was written as text.
    if (type !== before) hasChanged ||= before !== null || type !== 'text'
    types.set(column, type)
  }
  return hasChanged
}

function join(a: ValueType | null, b: ValueType | null): ValueType | null {
  if (a === null || b === null || a === b) return a ?? b
  return [a, b].every((type) => type === 'integer' || type === 'double') ? 'double' : 'text'
}

function typeOf(value: Value): ValueType | null {
  if (value === null) return null
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'double'
  if (typeof value === 'bigint') return 'integer'
  if (INTEGER.test(value)) return 'integer'
  if (DOUBLE.test(value) || value === 'NaN') return 'double'
  return value === 'true' || value === 'false' ? 'boolean' : 'text'
}

function convert(value: Value, type: ValueType): Value {
  if (value === null) return null
  if (type === 'text') return String(value)
  if (type === 'boolean') return value === true || value === 'true'
  return type === 'double' ? Number(value) : BigInt(value)
}
