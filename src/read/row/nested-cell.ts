import { type ColumnMetaData, type FileMetaData, parquetSchema } from 'hyparquet'
import { assembleLists, assembleNested } from 'hyparquet/src/assemble.js'
import { convert, type DEFAULT_PARSERS } from 'hyparquet/src/convert.js'
import { type Column, countLeaves } from '../parquet/columns.ts'
import { placesOf } from '../parquet/column-cursor.ts'
import { type PhysicalValue, storedDecoder } from '../parquet/decode-stored.ts'
import { chunkRange } from '../parquet/footer.ts'
import { readPages } from '../parquet/pages.ts'
import type { ByteSource } from '../sources/source.ts'

type Tree = ReturnType<typeof parquetSchema>
type Parsers = typeof DEFAULT_PARSERS

/** What one leaf holds of one row (Dremel; Melnik et al. 2010). */
interface LeafRow {
  /** Definition and repetition levels of the row's entries. */
  readonly defined: number[]
  readonly repeated: number[]
  readonly values: Exclude<PhysicalValue, null>[]
}

/**
 * One row of a column of lists, maps or structs, as plain objects and arrays: its leaves by our own decoders, which damage
 * cannot make to loop or to fill the memory, put together by hyparquet.
 * @throws {Error} damaged pages, in Parquet's words
 */
export async function readNestedCell(
  source: ByteSource,
  metadata: FileMetaData,
  column: Column,
  row: number,
  parsers: Parsers,
  signal?: AbortSignal,
): Promise<unknown> {
  const root = parquetSchema(metadata)
  const index = root.children.findIndex(({ element }) => element === column.element)
  const tree = root.children[index]
  let leaf = root.children.slice(0, index).reduce((sum, before) => sum + countLeaves(before), 0)
  let firstRow = 0
  const group = metadata.row_groups.find(({ num_rows: n }) => {
    if (row < firstRow + Number(n)) return true
    firstRow += Number(n)
    return false
  })
  if (!group) throw new Error(`row ${row} of ${firstRow}`)
  const data = new Map<string, unknown[]>()
  for (const path of leavesOf(tree, [root])) {
    const node = path[path.length - 1]
    const chunk = group.columns[leaf++]
    const found = await readLeaf(source, chunk, path, row - firstRow, Number(group.num_rows), signal)
    const values = convert(found.values, {
      element: node.element,
      parsers,
      utf8: false,
      schemaPath: path,
    } as never)
    const [defined, repeated] = levelsOf(path)
    data.set(
      node.path.join('.'),
      assembleLists(
        [],
        defined ? found.defined : undefined,
        repeated ? found.repeated : [],
        values,
        path,
      ) as unknown[],
    )
  }
  assembleNested(data as never, tree, parsers)
  return data.get(tree.path.join('.'))?.[0]
}

async function readLeaf(
  source: ByteSource,
  chunk: FileMetaData['row_groups'][0]['columns'][0],
  path: readonly Tree[],
  row: number,
  chunkRows: number,
  signal?: AbortSignal,
): Promise<LeafRow> {
  const { meta_data: meta } = chunk
  if (!meta) throw new Error('it is encrypted')
  const [defined, repeated] = levelsOf(path)
  const decode = storedDecoder(path[path.length - 1].element)
  const found: LeafRow = { defined: [], repeated: [], values: [] }
  const nValues = Number(meta.num_values)
  let begun = await startAt()
  const read = async (start: number, end: number) => source.read(start, end, signal)
  const options = { optional: false, list: { defined, repeated }, nRows: nValues, chunkRows: nValues, read }
  for (const range of begun.ranges)
    for await (const page of readPages(meta, range, { ...options, mayEnd: true })) {
      const values = decode(page)
      if (values === null) continue
      let next = 0
      for (let i = 0; i < page.nRows; i++) {
        const isHere = page.valid === null || page.valid[i] === 1
        if (page.repeated === null || page.repeated[i] === 0) begun = { ...begun, rows: begun.rows + 1 }
        if (begun.rows - 1 > row) return found
        if (begun.rows - 1 === row) {
          found.defined.push(page.defined?.[i] ?? defined)
          found.repeated.push(page.repeated?.[i] ?? 0)
          if (isHere) found.values.push(values[next])
        }
        if (isHere) next++
      }
    }
  if (begun.rows <= row) throw new Error(`its pages end before row ${row}`)
  return found

  /** Where to read from, and the rows before it: a page that the file's index names, or the chunk's begin. */
  async function startAt(): Promise<{ rows: number; ranges: { start: number; end: number }[] }> {
    const whole = chunkRange(meta as ColumnMetaData)
    const { offset_index_offset: at, offset_index_length: bytes } = chunk
    if (!at || !bytes) return { rows: 0, ranges: [whole] }
    const index = await source.read(Number(at), Number(at) + bytes, signal)
    const places = placesOf(index, whole, chunkRows)
    const place = places.find(({ endRow }) => row < endRow)
    if (!place) throw new Error('its offset index makes no sense')
    const dictionary = { start: whole.start, end: places[0].start }
    const page = { start: place.start, end: place.end }
    return { rows: place.firstRow, ranges: dictionary.end > dictionary.start ? [dictionary, page] : [page] }
  }
}

/** Ways from the root to each leaf. */
function* leavesOf(node: Tree, before: readonly Tree[]): Generator<Tree[]> {
  const path = [...before, node]
  if (node.children.length === 0) yield path
  for (const child of node.children) yield* leavesOf(child, path)
}

/** The highest definition and repetition level of a leaf. */
function levelsOf(path: readonly Tree[]): [number, number] {
  const kinds = path.slice(1).map(({ element }) => element.repetition_type)
  return [
    kinds.filter((kind) => kind !== 'REQUIRED').length,
    kinds.filter((kind) => kind === 'REPEATED').length,
  ]
}
