import type { FileMetaData } from 'hyparquet'
import { captionAt } from '../shared/core/captions.ts'
import { InputError } from '../shared/core/errors.ts'
import type { Captions } from '../shared/core/types.ts'
import { type NameRank, rankOf } from './leaves/caption-names.ts'
import { jsonLeaves } from './leaves/json-texts.ts'
import { type Judgement, judge, type Looks } from './leaves/language.ts'
import { ASSISTANTS, columnLeaf, type TextLeaf } from './leaves/leaf.ts'
import { readLeaf } from './leaves/leaf-texts.ts'
import { type NestedLeaf, nestedLeaves, turnsOf } from './leaves/nested-leaves.ts'
import { type Column, holdsText } from './parquet/columns.ts'
import { readFirstCaptions } from './parquet/table.ts'
import type { ByteSource } from './sources/source.ts'

/** Rows that a column is judged by. */
const SAMPLE_ROWS = 200
/** Wide tables have hundreds of columns; each that is looked at costs a request. */
const MOST_LOOKED_AT = 40

/** What may be the captions, with what it holds. */
export interface OfferedText {
  readonly path: string
  readonly looks: Looks
  /** Up to three of its values. */
  readonly examples: readonly string[]
}

/** Which texts of a file are its captions. */
export interface TextChoice {
  /** The best there is; null where there is no text at all. */
  readonly leaf: TextLeaf | null
  /** It looks like captions, or was asked for, or its name says so, which its values have still to bear out. */
  readonly isSure: boolean
  readonly isByName: boolean
  /** Paths to choose from, as far as they are known without reading more. */
  readonly paths: readonly string[]
}

/** The texts of a file, looked at as they are asked for. */
export interface TextChooser {
  /**
   * The captions: the path that is wanted; else the likeliest name whose values look like it; else the leaf whose first rows
   * are the longest prose.
   * @param trusts whether a column's name is enough, and its values are too costly to look at
   * @throws {InputError} there is no such text as the wanted one.
   */
  choose(wanted: string | null, trusts?: (column: Column) => boolean): Promise<TextChoice>
  /** Whether values are like captions, of a column whose name says that it holds them. */
  bearOut(captions: Captions): boolean
  /** All texts of the file with some of their values, those that look like captions first. */
  offer(): Promise<readonly OfferedText[]>
}

export function createTextChooser(
  source: ByteSource,
  metadata: FileMetaData,
  columns: readonly Column[],
  signal?: AbortSignal,
): TextChooser {
  const nRows = Math.min(
    SAMPLE_ROWS,
    metadata.row_groups.reduce((sum, { num_rows: n }) => sum + Number(n), 0),
  )
  const flat = columns.filter(holdsText)
  const text = flat.filter(({ kind }) => kind === 'text').map(columnLeaf)
  const bytes = flat.filter(({ kind }) => kind !== 'text').map(columnLeaf)
  const samples = new Map<string, readonly string[]>()
  let nested: readonly NestedLeaf[] | null = null

  async function sample(leaf: TextLeaf): Promise<readonly string[]> {
    const known = samples.get(leaf.path)
    if (known) return known
    const { captions } =
      leaf.from.kind === 'column'
        ? { captions: await readFirstCaptions(source, metadata, leaf.column, nRows, signal) }
        : await readLeaf(source, metadata, leaf, { lists: 'rows', nRows, most: 2 * SAMPLE_ROWS }, { signal })
    const n = captions.offsets.length - 1
    const values = Array.from({ length: n }, (_, row) => captionAt(captions, row))
    samples.set(leaf.path, values)
    return values
  }

  const look = async (leaf: TextLeaf): Promise<Judgement> => judge(await sample(leaf))

  /** Texts in nested columns; of conversations also the turns of each speaker. */
  async function inNested(): Promise<readonly NestedLeaf[]> {
    if (nested) return nested
    const found: NestedLeaf[] = []
    for (const leaf of nestedLeaves(metadata)) {
      if (leaf.turns) {
        const { list, speaker } = leaf.turns
        const who = { ...leaf, path: `${list} speakers`, from: { ...leaf.from, text: speaker } }
        for (const is of new Set(await sample(who))) if (ASSISTANTS.has(is)) found.push(turnsOf(leaf, is))
      }
      found.push(leaf)
    }
    nested = found
    return found
  }

  async function inJson(): Promise<TextLeaf[]> {
    const found: TextLeaf[] = []
    for (const leaf of text.slice(0, MOST_LOOKED_AT)) {
      const values = await sample(leaf)
      if (judge(values).looks === 'JSON') found.push(...jsonLeaves(leaf.column, values))
    }
    return found
  }

  /** The first by name whose values do not say otherwise. */
  async function byName(
    leaves: readonly TextLeaf[],
    trusts: (column: Column) => boolean,
  ): Promise<{ readonly leaf: TextLeaf; readonly isByName: boolean } | null> {
    const named = leaves
      .map((leaf) => ({ leaf, name: rankOf(leaf) }))
      .filter((one): one is { leaf: TextLeaf; name: NameRank } => one.name !== null)
      .sort((a, b) => a.name.rank - b.name.rank)
    for (const { leaf, name } of named.slice(0, MOST_LOOKED_AT)) {
      if (name.isSure && leaf.from.kind === 'column' && trusts(leaf.column)) return { leaf, isByName: true }
      const found = await look(leaf)
      if (name.isSure ? isLikeCaptions(found) : found.looks === 'language') return { leaf, isByName: false }
    }
    return null
  }

  /** The longest prose, else the most words. */
  async function byValues(leaves: readonly TextLeaf[], like: readonly Looks[]): Promise<TextLeaf | null> {
    let best: { readonly leaf: TextLeaf; readonly score: number } | null = null
    for (const leaf of leaves.slice(0, MOST_LOOKED_AT)) {
      const { looks, prose, length } = await look(leaf)
      const score = prose * length
      if (like.includes(looks) && (best === null || score > best.score)) best = { leaf, score }
    }
    return best?.leaf ?? null
  }

  async function find(wanted: string): Promise<TextLeaf> {
    const schema: TextLeaf[] = [...text, ...bytes, ...nestedLeaves(metadata)]
    const exact = schema.find(({ path }) => path === wanted)
    if (exact) return exact
    for (const leaf of nestedLeaves(metadata)) {
      const speaker = leaf.turns && speakerIn(wanted, leaf.turns.list)
      if (speaker && turnsOf(leaf, speaker).path === wanted) return turnsOf(leaf, speaker)
    }
    const lower = wanted.toLowerCase()
    const alike = schema.find(({ path }) => path.toLowerCase() === lower)
    if (alike) return alike
    for (const leaf of text) {
      if (!wanted.startsWith(`${leaf.path}.`) && !wanted.startsWith(`${leaf.path}[`)) continue
      const found = jsonLeaves(leaf.column, await sample(leaf), () => true)
      const one = found.find(({ path }) => path === wanted)
      if (one) return one
      schema.push(...found)
    }
    const names = [...new Set(schema.map(({ path }) => path))].join(', ')
    throw new InputError(
      `Read: ${source.name} has no text column “${wanted}”`,
      names ? `Choose one of its text columns: ${names}.` : 'It has no text column at all.',
    )
  }

  return {
    async choose(wanted, trusts = () => false) {
      const inLists = wanted === null ? await inNested() : nestedLeaves(metadata)
      const known: TextLeaf[] = [...text, ...inLists]
      const paths = (leaf: TextLeaf | null, more: readonly TextLeaf[] = []): string[] => [
        ...new Set([...known, ...more, ...(leaf ? [leaf] : [])].map(({ path }) => path)),
      ]
      if (wanted !== null) {
        const leaf = await find(wanted)
        return { leaf, isSure: true, isByName: false, paths: paths(leaf) }
      }
      const named = await byName([...text, ...bytes, ...inLists], trusts)
      if (named) return { ...named, isSure: true, paths: paths(named.leaf) }
      const json = await inJson()
      const leaf =
        (await byName(json, trusts))?.leaf ??
        (await byValues([...known, ...json], ['language'])) ??
        (await byValues([...known, ...json], ['words'])) ??
        (text.length === 0 ? await byValues(bytes, ['language', 'words', 'labels']) : null)
      const isSure = leaf !== null
      return { leaf: leaf ?? (await leastBad()), isSure, isByName: false, paths: paths(leaf, json) }
    },

    bearOut(captions) {
      const { offsets } = captions
      const values: string[] = []
      for (let row = 0; row + 1 < offsets.length && values.length < SAMPLE_ROWS; row++)
        if (offsets[row + 1] > offsets[row]) values.push(captionAt(captions, row))
      return isLikeCaptions(judge(values))
    },

    async offer() {
      const leaves = [...text, ...(await inNested()), ...(await inJson())].slice(0, MOST_LOOKED_AT)
      const found: OfferedText[] = []
      for (const leaf of leaves) {
        const { looks, examples } = await look(leaf)
        if (looks !== 'nothing') found.push({ path: leaf.path, looks, examples })
      }
      const order: readonly Looks[] = ['language', 'words', 'labels']
      const place = ({ looks }: OfferedText): number => (order.indexOf(looks) + 4) % 4
      return found.sort((a, b) => place(a) - place(b))
    },
  }

  /** What is shown where no column looks like captions: the likeliest name, else the longest values that are no addresses. */
  async function leastBad(): Promise<TextLeaf | null> {
    const named = text
      .map((leaf) => ({ leaf, rank: rankOf(leaf)?.rank ?? Infinity }))
      .sort((a, b) => a.rank - b.rank)
    if (named.length > 0 && named[0].rank < Infinity) return named[0].leaf
    let best: { readonly leaf: TextLeaf; readonly score: number } | null = null
    for (const leaf of text.slice(0, MOST_LOOKED_AT)) {
      const { prose, length } = await look(leaf)
      const score = (prose + 0.01) * length
      if (best === null || score > best.score) best = { leaf, score }
    }
    return best?.leaf ?? null
  }
}

/** Of a column with the right name little is asked. */
const isLikeCaptions = ({ looks, prose }: Judgement): boolean =>
  prose >= 0.2 && looks !== 'one value' && looks !== 'nothing'

/** The speaker in `messages[user].content` of the list `messages[]`. */
function speakerIn(path: string, list: string): string | null {
  const start = list.length - 1
  if (!path.startsWith(list.slice(0, start))) return null
  const end = path.indexOf(']', start)
  return end > start ? path.slice(start, end) : null
}
