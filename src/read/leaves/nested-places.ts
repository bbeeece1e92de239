import { type FileMetaData, parquetSchema } from 'hyparquet'
import { parseFloat16 } from 'hyparquet/src/convert.js'
import { CancelledError, InputError, NetworkError } from '../../shared/core/errors.ts'
import { takeTurns } from '../../shared/core/turns.ts'
import { countLeaves, isPlain, kindOf, namesPlaces } from '../parquet/columns.ts'
import type { PhysicalValue } from '../parquet/decode-stored.ts'
import { damaged } from '../parquet/table.ts'
import { planPieces, readAhead } from '../sources/read-ahead.ts'
import type { ByteSource } from '../sources/source.ts'
import { eachEntry, leafChunk } from './entries.ts'
import type { LeafPlace } from './leaf.ts'

type Tree = ReturnType<typeof parquetSchema>

/** A column of places on a map: structs of x and y, or lists of two numbers. */
export interface NestedPlaces {
  readonly name: string
  /** One leaf for each axis, or that of the lists. */
  readonly leaves: readonly LeafPlace[]
}

/**
 * Columns of structs with just x and y, and of lists of two floats whose names say that they are places (`umap`, `projection`,
 * `xy` …).
 */
export function findNestedPlaces(metadata: FileMetaData): NestedPlaces[] {
  let chunk = 0
  return parquetSchema(metadata).children.flatMap((tree): NestedPlaces[] => {
    const first = chunk
    chunk += countLeaves(tree)
    const { name } = tree.element
    const members = tree.children.map(({ element }) => element.name.toLowerCase())
    if (
      members.length === 2 &&
      members.includes('x') &&
      members.includes('y') &&
      tree.children.every(isNumber)
    ) {
      const leaves = ['x', 'y'].map((axis) => placeOf(tree, members.indexOf(axis), first))
      return [{ name, leaves }]
    }
    const list = listOf(tree, first)
    return list && namesPlaces(name) && hasTwoEach(metadata, first) ? [{ name, leaves: [list] }] : []
  })
}

const isNumber = ({ element, children }: Tree): boolean =>
  children.length === 0 &&
  element.repetition_type !== 'REPEATED' &&
  kindOf(element) === 'number' &&
  isPlain(element)

function placeOf({ element, children }: Tree, index: number, first: number): LeafPlace {
  const member = children[index].element
  const defined = [element, member].filter(({ repetition_type: kind }) => kind !== 'REQUIRED').length
  return { element: member, chunk: first + index, defined, repeated: 0 }
}

/** The values of a list; null for what is none. */
function listOf(tree: Tree, chunk: number): LeafPlace | null {
  let [defined, repeated] = [0, 0]
  for (let node = tree; ; [node] = node.children) {
    const { repetition_type: kind } = node.element
    if (kind === 'REPEATED') repeated++
    if (kind !== 'REQUIRED') defined++
    if (node.children.length === 0)
      return repeated === 1 && kindOf(node.element) === 'number' && isPlain(node.element)
        ? { element: node.element, chunk, defined, repeated }
        : null
    if (node.children.length > 1) return null
  }
}

/** As far as the footer tells: a row without a list counts as one entry. */
function hasTwoEach({ row_groups: groups }: FileMetaData, chunk: number): boolean {
  const nRows = groups.reduce((sum, { num_rows: n }) => sum + Number(n), 0)
  const nValues = groups.reduce(
    (sum, { columns }) => sum + Number(columns[chunk].meta_data?.num_values ?? 0),
    0,
  )
  return nValues <= 2 * nRows && nValues > nRows
}

/**
 * The places of the file's first rows.
 * @returns [nRows, 2] NaN where one is missing; null where lists have other than two numbers
 * @throws {InputError} damaged pages or an unknown codec. @throws {NetworkError} @throws {CancelledError}
 */
export async function readNestedPlaces(
  source: ByteSource,
  metadata: FileMetaData,
  { name, leaves }: NestedPlaces,
  { nRows, signal }: { readonly nRows: number; readonly signal?: AbortSignal },
): Promise<Float64Array<ArrayBuffer> | null> {
  const places = new Float64Array(2 * nRows).fill(Number.NaN)
  const turn = takeTurns(signal)
  let isOdd = false
  for (const [axis, leaf] of leaves.entries()) {
    let firstRow = 0
    for (const [index, group] of metadata.row_groups.entries()) {
      const take = Math.min(Number(group.num_rows), nRows - firstRow)
      if (take <= 0) continue
      try {
        const chunk = leafChunk(metadata, index, leaf, name)
        const read = readAhead(source, take < Number(group.num_rows) ? [] : planPieces([chunk.range]), {
          signal,
        })
        let row = -1
        let at = 0
        await eachEntry(chunk, read, turn, (repeated, value) => {
          at = repeated === 0 ? 0 : at + 1
          if (repeated === 0 && ++row === take) return false
          if (at > 1) isOdd = true
          else places[2 * (firstRow + row) + (leaves.length > 1 ? axis : at)] = numberOf(value)
          return !isOdd
        })
      } catch (cause) {
        if (cause instanceof InputError || cause instanceof NetworkError || cause instanceof CancelledError)
          throw cause
        throw damaged(source.name, name, index, cause)
      }
      firstRow += take
    }
  }
  return isOdd ? null : places
}

function numberOf(value: PhysicalValue): number {
  if (value === null) return Number.NaN
  return value instanceof Uint8Array ? (parseFloat16(value) ?? Number.NaN) : Number(value)
}
