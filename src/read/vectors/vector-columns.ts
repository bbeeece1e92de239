import { type FileMetaData, parquetSchema, type SchemaElement } from 'hyparquet'
import { countLeaves } from '../parquet/columns.ts'

/** Longer ones are taken for something else, or for a damaged footer, until they have been read. */
const MOST_DIMS = 65_536

/** A column of lists of floats, as people see it. */
export interface VectorColumnInfo {
  readonly name: string
  /** Numbers in each list; null where a list is missing or they differ, as far as the footer tells. */
  readonly nDims: number | null
}

/** The same with what reading it needs. */
export interface VectorColumn extends VectorColumnInfo {
  /** The lists' values. */
  readonly element: SchemaElement
  /** Index of their chunk in each row group. */
  readonly chunk: number
  /** Highest definition level. */
  readonly defined: number
}

/**
 * Columns that hold one list of floats (16, 32 or 64 bits) a row: lists, arrays and fixed-size lists are all the same to
 * Parquet, so that only the counts in the footer tell how long they are.
 */
export function findVectorColumns(metadata: FileMetaData): VectorColumn[] {
  let leaf = 0
  return parquetSchema(metadata).children.flatMap((tree) => {
    const chunk = leaf
    leaf += countLeaves(tree)
    const list = floatList(tree)
    return list ? [{ name: tree.element.name, ...list, chunk, nDims: lengthOf(metadata, chunk) }] : []
  })
}

/** Null for what is no list of floats; the list may be named in any of the ways that writers have had. */
function floatList(
  tree: ReturnType<typeof parquetSchema>,
): { readonly element: SchemaElement; readonly defined: number } | null {
  let [lists, defined] = [0, 0]
  let node = tree
  for (;;) {
    const { repetition_type: repetition } = node.element
    if (repetition === 'REPEATED') lists++
    if (repetition !== 'REQUIRED') defined++
    if (node.children.length === 0) break
    if (node.children.length > 1) return null
    node = node.children[0]
  }
  return lists === 1 && isFloat(node.element) ? { element: node.element, defined } : null
}

function isFloat({ type, type_length, logical_type }: SchemaElement): boolean {
  if (type === 'FLOAT' || type === 'DOUBLE') return true
  return type === 'FIXED_LEN_BYTE_ARRAY' && type_length === 2 && logical_type?.type === 'FLOAT16'
}

function lengthOf(metadata: FileMetaData, chunk: number): number | null {
  const lengths = metadata.row_groups
    .filter(({ num_rows }) => num_rows > 0n)
    .map(({ columns, num_rows }) => Number(columns[chunk].meta_data?.num_values ?? 0) / Number(num_rows))
  const [first] = lengths
  return Number.isInteger(first) && first <= MOST_DIMS && lengths.every((length) => length === first)
    ? first
    : null
}
