import type { FileMetaData } from 'hyparquet'
import type { Captions, Context, Layout } from '../shared/core/types.ts'
import type { TextLeaf } from './leaves/leaf.ts'
import { type Lists, type Origins, readLeaf } from './leaves/leaf-texts.ts'
import { type NestedPlaces, readNestedPlaces } from './leaves/nested-places.ts'
import { spreadLayout } from './leaves/origins.ts'
import type { LayoutColumns } from './parquet/columns.ts'
import { readTable } from './parquet/table.ts'
import { toFloats } from './places.ts'
import type { ByteSource } from './sources/source.ts'

/** What to read of a file: its captions, and the columns of its layouts, flat and nested. */
interface RowsOf {
  readonly source: ByteSource
  readonly metadata: FileMetaData
  readonly leaf: TextLeaf | null
  readonly pairs: readonly LayoutColumns[]
  readonly nestedPairs: readonly NestedPlaces[]
}

interface MapData {
  readonly captions: Captions
  /** Null where a row of the map is one of the file. */
  readonly origins: Origins | null
  /** Rows of the file that were read. */
  readonly nFileRows: number
  /** [n, 2] by the map's rows, NaN for null */
  readonly layouts: readonly Layout[]
}

/**
 * Captions and layouts of the file's first rows, from columns or from what lies in one.
 * @param most captions at most
 * @throws as `readTable`
 */
export async function readRows(
  { source, metadata, leaf, pairs, nestedPairs }: RowsOf,
  { nRows, most, lists }: { readonly nRows: number; readonly most: number; readonly lists: Lists },
  context: Context,
): Promise<MapData> {
  const isColumn = leaf?.from.kind === 'column'
  const inside =
    leaf && !isColumn ? await readLeaf(source, metadata, leaf, { lists, nRows, most }, context) : null
  const nFileRows = inside?.nRows ?? nRows
  const { origins = null, nEmpty = 0 } = inside ?? {}
  if (leaf && origins && nEmpty > 0) {
    const rows = nEmpty === 1 ? 'row has' : 'rows have'
    context.onNotice?.(
      `${nEmpty.toLocaleString()} ${rows} no text in ${leaf.path}, and so no place on the map.`,
    )
  }
  const text = leaf && isColumn && nRows > 0 ? leaf.column : null
  // Progress is that of the captions where these are all there is.
  const quiet = inside && pairs.length === 0 ? { signal: context.signal } : context
  const table = await readTable(source, metadata, { text, layouts: pairs, nRows: nFileRows }, quiet)
  const layouts: Layout[] = table.layouts.map(({ name, positions }) => ({
    name,
    positions: toFloats(positions),
  }))
  for (const pair of nestedPairs) {
    const { signal } = context
    const positions = await readNestedPlaces(source, metadata, pair, { nRows: nFileRows, signal })
    if (positions) layouts.push({ name: freeOf(layouts, pair.name), positions: toFloats(positions) })
  }
  return {
    captions: inside?.captions ?? table.captions,
    origins,
    nFileRows,
    layouts: origins ? layouts.map((layout) => spreadLayout(layout, origins)) : layouts,
  }
}

function freeOf(layouts: readonly Layout[], name: string): string {
  let free = name
  for (let i = 2; layouts.some((layout) => layout.name === free); i++) free = `${name}_${i}`
  return free
}
