import type { ByteSource } from '../sources/source.ts'
import { createRowWriter, type Value } from '../export/row-writer.ts'
import { ANY_FORM, formsOf, readingOf } from './value-forms.ts'

/** Rows of text or JSON, column by column; a column that these rows lack is not there. */
export type Batch = ReadonlyMap<string, readonly Value[]>

/**
 * Writes rows as Parquet with the narrowest types that hold all values. Types are taken from the first batch; where a
 * later one does not fit, the rest is looked through and everything read once more.
 * @param batches gives the rows from the start at each call
 */
export async function writeInferred(
  name: string,
  batches: () => AsyncIterable<Batch>,
): Promise<ByteSource | null> {
  /** Of each column, the forms that all its values so far have. */
  const forms = new Map<string, number>()
  for (let pass = 0; ; pass++) {
    let writer: ReturnType<typeof createRowWriter> | null = null
    let fits = true
    for await (const batch of batches()) {
      if (pass === 0 && narrow(forms, batch) && writer) fits = false
      if (!fits) continue
      const columns = [...forms].map(([column, shared]) => ({ name: column, ...readingOf(shared) }))
      writer ??= createRowWriter(name, columns)
      const nRows = batch.values().next().value?.length ?? 0
      writer.write(
        columns.map(
          ({ name: column, read }) => batch.get(column)?.map(read) ?? Array<null>(nRows).fill(null),
        ),
      )
    }
    if (fits) return writer?.finish() ?? null
  }
}

/** Holds the forms to those of a batch; whether that changes how a column is written. */
function narrow(forms: Map<string, number>, batch: Batch): boolean {
  let hasChanged = false
  for (const [column, values] of batch) {
    const before = forms.get(column)
    let shared = before ?? ANY_FORM
    for (const value of values) {
      if (shared === 0) break
      shared = formsOf(value, shared)
    }
    hasChanged ||= before === undefined || readingOf(before) !== readingOf(shared)
    forms.set(column, shared)
  }
  return hasChanged
}
