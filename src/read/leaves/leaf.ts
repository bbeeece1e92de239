import type { SchemaElement } from 'hyparquet'
import type { Column } from '../parquet/columns.ts'

/** Where a leaf of a nested column lies. */
export interface LeafPlace {
  readonly element: SchemaElement
  /** Index of its chunk in each row group. */
  readonly chunk: number
  /** The highest definition and repetition levels. */
  readonly defined: number
  readonly repeated: number
}

/** From a JSON value to one in it: a member's name, or every element of a list. */
export type Step = { readonly name: string } | { readonly list: Speaker | null }

/** Of the elements of a list only those whose member has a value, as `role` is `assistant`. */
interface Speaker {
  readonly member: string
  readonly is: string
}

/** Texts that may be captions: a column, or what lies in one under a path such as `captions[]`, `meta.caption` or `messages[assistant].content`. */
export interface TextLeaf {
  readonly path: string
  /** The top-level column that it lies in. */
  readonly column: Column
  /** Names from the column's to its own. */
  readonly names: readonly string[]
  /** A row may hold several. */
  readonly inList: boolean
  /** Whose turns of a conversation these are; null for everybody's, and where nobody speaks. */
  readonly speaker: string | null
  readonly from:
    | { readonly kind: 'column' }
    | { readonly kind: 'nested'; readonly text: LeafPlace; readonly speaker: LeafPlace | null }
    /** JSON in a column of text. */
    | { readonly kind: 'json'; readonly steps: readonly Step[] }
}

/** A column as it stands. */
export function columnLeaf(column: Column): TextLeaf {
  const { name } = column
  return { path: name, column, names: [name], inList: false, speaker: null, from: { kind: 'column' } }
}

/** Members that say who speaks. */
export const SPEAKERS: ReadonlySet<string> = new Set(['role', 'from', 'speaker', 'author'])
/** Those who answer. */
export const ASSISTANTS: ReadonlySet<string> = new Set([
  'assistant',
  'gpt',
  'model',
  'bot',
  'chatbot',
  'chatgpt',
])
