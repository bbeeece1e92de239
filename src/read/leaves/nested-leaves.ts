import { type FileMetaData, parquetSchema, type SchemaElement } from 'hyparquet'
import { type Column, countLeaves, kindOf, listColumns } from '../parquet/columns.ts'
import { type LeafPlace, SPEAKERS, type TextLeaf } from './leaf.ts'

type Tree = ReturnType<typeof parquetSchema>

/** Texts in lists, structs and maps of a file, and who speaks them where a list says so. */
export interface NestedLeaf extends TextLeaf {
  readonly from: Extract<TextLeaf['from'], { kind: 'nested' }>
  /** The list of turns that it is in: its path, and the leaf that says whose each turn is. */
  readonly turns: { readonly list: string; readonly speaker: LeafPlace } | null
}

interface Place {
  readonly path: string
  readonly names: readonly string[]
  readonly inList: boolean
  readonly defined: number
  readonly repeated: number
  /** Path of the list of turns, and of the member that says whose each is. */
  readonly turns: { readonly list: string; readonly member: string } | null
}

/** All texts in the nested columns of a file, in its order. */
export function nestedLeaves(metadata: FileMetaData): NestedLeaf[] {
  const columns = listColumns(metadata)
  let chunk = 0
  return parquetSchema(metadata).children.flatMap((tree, i) => {
    const first = chunk
    chunk += countLeaves(tree)
    return columns[i].chunk === null ? leavesIn(tree, columns[i], first) : []
  })
}

function leavesIn(tree: Tree, column: Column, first: number): NestedLeaf[] {
  const found: { readonly at: Place; readonly place: LeafPlace }[] = []
  let chunk = first
  const visit = (node: Tree, before: Place): void => {
    const { repetition_type: repetition } = node.element
    const isRepeated = repetition === 'REPEATED'
    const at: Place = {
      ...before,
      path: isRepeated ? `${before.path}[]` : before.path,
      inList: before.inList || isRepeated,
      defined: before.defined + (repetition === 'REQUIRED' ? 0 : 1),
      repeated: before.repeated + (isRepeated ? 1 : 0),
    }
    if (node.children.length === 0) {
      const { defined, repeated } = at
      found.push({ at, place: { element: node.element, chunk: chunk++, defined, repeated } })
      return
    }
    const element = elementOf(node)
    if (element) {
      // A list's own group and that of its elements have no names of their own.
      const inner = {
        ...at,
        path: `${at.path}[]`,
        inList: true,
        defined: at.defined + 1,
        repeated: at.repeated + 1,
      }
      visit(element, inner)
      return
    }
    if (isList(node)) {
      visit(node.children[0], at)
      return
    }
    const member = at.path.endsWith('[]')
      ? node.children.find(({ element: { name }, children }) => SPEAKERS.has(name) && children.length === 0)
      : undefined
    const turns = member ? { list: at.path, member: `${at.path}.${member.element.name}` } : at.turns
    for (const child of node.children) {
      const { name } = child.element
      visit(child, { ...at, path: `${at.path}.${name}`, names: [...at.names, name], turns })
    }
  }
  const { name } = tree.element
  visit(tree, { path: name, names: [name], inList: false, defined: 0, repeated: 0, turns: null })

  const placeAt = (path: string): LeafPlace | undefined => found.find(({ at }) => at.path === path)?.place
  return found.flatMap(({ at: { path, names, inList, turns }, place }): NestedLeaf[] => {
    if (!isText(place.element)) return []
    const speaker = turns && turns.member !== path ? placeAt(turns.member) : undefined
    return [
      {
        path,
        column,
        names,
        inList,
        speaker: null,
        from: { kind: 'nested', text: place, speaker: null },
        turns: turns && speaker && isText(speaker.element) ? { list: turns.list, speaker } : null,
      },
    ]
  })
}

/** Only the turns of one speaker: `messages[].content` as `messages[assistant].content`. */
export function turnsOf(leaf: NestedLeaf, speaker: string): NestedLeaf {
  const { path, turns, from } = leaf
  if (!turns) return leaf
  const named = `${turns.list.slice(0, -2)}[${speaker}]${path.slice(turns.list.length)}`
  return { ...leaf, path: named, speaker, from: { ...from, speaker: turns.speaker } }
}

const isText = (element: SchemaElement): boolean =>
  element.type === 'BYTE_ARRAY' && kindOf(element) === 'text'

const isList = ({ element, children }: Tree): boolean =>
  children.length === 1 &&
  children[0].element.repetition_type === 'REPEATED' &&
  (/^(LIST|MAP)/.test(element.converted_type ?? '') || /^(LIST|MAP)$/.test(element.logical_type?.type ?? ''))

/** The element of a list that has a group around each (as all but old writers do); null for another node. */
function elementOf(node: Tree): Tree | null {
  if (!isList(node)) return null
  const [repeated] = node.children
  const { name } = repeated.element
  // https://github.com/apache/parquet-format/blob/master/LogicalTypes.md#lists
  if (repeated.children.length !== 1 || name === 'array' || name.endsWith('_tuple')) return null
  return repeated.children[0]
}
