import type { FileMetaData } from 'hyparquet'
import { InputError } from '../../shared/core/errors.ts'
import type { Context, VectorRows } from '../../shared/core/types.ts'
import { naturally } from '../sources/natural-order.ts'
import { npyVectors } from './npy-vectors.ts'
import type { Patience } from '../../shared/net/patience.ts'
import { type ByteSource, fileSource } from '../sources/source.ts'
import { urlSource } from '../sources/url-source.ts'
import { findVectorColumns } from './vector-columns.ts'
import { columnVectors } from './vector-rows.ts'

/** Where the vectors of an open file's rows come from. */
export type VectorsFrom =
  | { readonly kind: 'column'; readonly name: string }
  /** NumPy files, one after another in the order of their names. */
  | { readonly kind: 'files'; readonly files: readonly File[] }
  | { readonly kind: 'url'; readonly url: string }

/**
 * The vectors of the rows in use of an open file.
 * @throws as `Reader.vectors`
 */
export async function openVectors(
  from: VectorsFrom,
  table: { readonly source: ByteSource; readonly metadata: FileMetaData; readonly nRows: number },
  context: Context,
  patience: Patience,
): Promise<VectorRows> {
  const { source, metadata, nRows } = table
  const options = { nRows, signal: context.signal }
  if (from.kind === 'column') {
    const columns = findVectorColumns(metadata)
    const column = columns.find(({ name }) => name === from.name)
    if (column) return columnVectors(source, metadata, column, options)
    const names = columns.map(({ name }) => name).join(', ')
    throw new InputError(
      `Read: ${source.name} has no column “${from.name}” of vectors`,
      names ? `It has vectors in ${names}.` : 'Choose an encoder, which makes vectors of the captions.',
    )
  }
  const sources =
    from.kind === 'url'
      ? [await urlSource(from.url, context, patience)]
      : [...from.files].sort((a, b) => naturally(a.name, b.name)).map(fileSource)
  const totalRows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
  return npyVectors(sources, { name: source.name, totalRows }, options)
}
