import type { SchemaElement } from 'hyparquet'
import { ByteWriter, ParquetWriter } from 'hyparquet-writer'
import { type ByteSource, fileSource } from '../sources/source.ts'

/** What a column of text, JSON or Arrow becomes in Parquet. */
export type ValueType = 'text' | 'integer' | 'unsigned' | 'double' | 'boolean' | 'date' | 'time'

export type Value = string | number | bigint | boolean | null

/** Takes rows of a file of another format and gives them as a Parquet file, which everything after it reads. */
export interface RowWriter {
  /** Columns of the next rows, each of the same length. */
  write(columns: readonly (readonly Value[])[]): void
  finish(): ByteSource
}

const elements: Readonly<Record<ValueType, Pick<SchemaElement, 'type' | 'converted_type' | 'logical_type'>>> =
  {
    text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
    integer: { type: 'INT64' },
    unsigned: { type: 'INT64', converted_type: 'UINT_64' },
    double: { type: 'DOUBLE' },
    boolean: { type: 'BOOLEAN' },
    date: { type: 'INT32', converted_type: 'DATE' },
    time: {
      type: 'INT64',
      converted_type: 'TIMESTAMP_MICROS',
      logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MICROS' },
    },
  }

/**
 * @param name of the file that is read
 * @param columns their names and types; times are given as whole microseconds since 1970, dates as days
 */
export function createRowWriter(
  name: string,
  columns: readonly { readonly name: string; readonly type: ValueType }[],
): RowWriter {
  const writer = new ByteWriter(1 << 20)
  const root: SchemaElement = { name: 'schema', num_children: columns.length }
  const meaning = columns.map(
    (column): SchemaElement => ({ name: column.name, repetition_type: 'OPTIONAL', ...elements[column.type] }),
  )
  // Days, microseconds and unsigned numbers go in as they are; only the footer says what they are.
  const stored = meaning.map((element) =>
    element.type === 'INT64' || element.type === 'INT32'
      ? { ...element, converted_type: undefined, logical_type: undefined }
      : element,
  )
  // A Blob, because browsers move large ones out of memory.
  const parts: Blob[] = []
  const flush = (): void => {
    parts.push(new Blob([writer.getBytes().slice()]))
    writer.index = 0
  }
  const parquet = new ParquetWriter({
    writer,
    schema: [root, ...stored],
    statistics: false,
    createdBy: 'Captionscape',
  })
  return {
    write(values) {
      void parquet.write({
        columnData: columns.map((column, i) => ({ name: column.name, data: [...values[i]] })),
        rowGroupSize: values[0].length,
        // A row is read by its page.
        pageSize: 1 << 16,
      })
      flush()
    },
    finish() {
      parquet.schema = [root, ...meaning]
      void parquet.finish()
      flush()
      return fileSource(new File(parts, name))
    },
  }
}
