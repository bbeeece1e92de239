import { formsOf, readingOf } from './value-forms.ts'

/** What the texts of a column mostly are, as far as that tells names from values. */
type Kind = 'number' | 'url' | 'file' | 'sentence' | 'word' | 'empty'

/** Characters that tell what a text is. */
const LOOKED_AT = 300
/** Rows that are looked at. */
const SAMPLE_ROWS = 200
/** So many of a column's values must be alike. */
const MOST = 0.8
/** Names that tables of captions give their columns; also as a part, as in “image_caption”. */
const KNOWN =
  /(^|[_\s.-])(captions?|texts?|prompts?|titles?|descriptions?|alt(text)?|sentences?|comments?|headlines?|labels?|content|names?|id|ids|idx|index|image|images|img|url|urls|uri|file|filename|filepath|path|key)($|[_\s.-])/i

const CAPTION =
  /^(captions?|texts?|prompts?|titles?|descriptions?|alt(_?texts?)?|sentences?|raw|comments?|headlines?|TEXT)$|caption/i

/** Whether a column's name says that it holds captions. */
export const isCaptionName = (name: string): boolean => CAPTION.test(name)

/** Whether a text reads like prose: words with spaces between, or a script that has none. */
export function isSentence(whole: string): boolean {
  const text = whole.slice(0, LOOKED_AT)
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(text)) return false
  return /\p{L}\S*\s+\S*\p{L}/u.test(text) || /[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]{2}/.test(text)
}

/** What a text looks like. */
export function kindOf(whole: string): Kind {
  if (whole === '') return 'empty'
  const text = whole.slice(0, LOOKED_AT)
  if (readingOf(formsOf(text)).type !== 'text') return 'number'
  if (/^([a-z][a-z0-9+.-]*:)?\/\/\S+$/i.test(text)) return 'url'
  if (/^[^\s,;]+\.(jpe?g|png|webp|gif|bmp|tiff?|avif|mp4)(#\d+)?$/i.test(text)) return 'file'
  return isSentence(text) ? 'sentence' : 'word'
}

/** The kind of most values of a column that are there; null where they differ. */
function columnKind(rows: readonly (readonly string[])[], column: number): Kind | null {
  const counts = new Map<Kind, number>()
  let filled = 0
  for (const row of rows) {
    const kind = kindOf(row[column]?.trim() ?? '')
    if (kind === 'empty') continue
    filled++
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  for (const [kind, n] of counts) if (n >= MOST * filled) return kind
  return null
}

/**
 * Whether the first row of a table holds its columns' names: by names that are known, and by how it differs from the rest.
 * Where nothing tells, several columns have names and a single one has none.
 */
export function hasNames(rows: readonly (readonly string[])[]): boolean {
  const [first, ...rest] = rows.slice(0, SAMPLE_ROWS)
  const cells = first?.map((cell) => cell.trim()) ?? []
  const isNamed = cells.some((cell) => isName(cell) && KNOWN.test(cell.replace(/(?<=[a-z])(?=[A-Z])/g, '_')))
  if (isNamed && !cells.some((cell) => ['url', 'file'].includes(kindOf(cell)))) return true
  let unlike = 0
  let longName = false
  for (const [c, cell] of cells.entries()) {
    const kind = kindOf(cell)
    const below = columnKind(rest, c)
    if (kind === 'empty') continue
    if (kind === 'url' || kind === 'file' || (kind === 'number' && below !== 'sentence')) return false
    if (below !== null && ['number', 'url', 'file'].includes(below)) unlike++
    if (below === 'sentence' && kind === 'word') unlike++
    longName ||= !isName(cell)
  }
  if (longName) return false
  if (unlike > 0) return true
  return cells.length > 1 && new Set(cells).size === cells.length
}

/** Short, and of few words. */
const isName = (cell: string): boolean => cell !== '' && cell.length <= 40 && cell.split(/\s+/).length <= 3

/** Names for columns, each once: those of the table, with numbers where they are missing or repeated. */
export function distinctNames(names: readonly string[]): string[] {
  const taken = new Set<string>()
  return names.map((name, i) => {
    const wanted = name.trim() || `column ${i + 1}`
    let free = wanted
    for (let n = 2; taken.has(free); n++) free = `${wanted}_${n}`
    taken.add(free)
    return free
  })
}

/** Names for the columns of a table that has none: `caption` for the one that reads like prose, `url`, `file`. */
export function inventNames(rows: readonly (readonly string[])[], nColumns: number): string[] {
  const sample = rows.slice(0, SAMPLE_ROWS)
  const text = textColumnOf(sample, nColumns)
  const kinds = Array.from({ length: nColumns }, (_, c) => columnKind(sample, c))
  return distinctNames(
    kinds.map((kind, c) => {
      if (c === text || nColumns === 1) return 'caption'
      if (kind === 'sentence') return 'text'
      return kind === 'url' || kind === 'file' ? kind : ''
    }),
  )
}

/** The column whose values read like prose, the longest of several; null where none does. */
export function textColumnOf(rows: readonly (readonly string[])[], nColumns: number): number | null {
  let best: { readonly column: number; readonly length: number } | null = null
  for (let column = 0; column < nColumns; column++) {
    if (columnKind(rows, column) !== 'sentence') continue
    const length = rows.reduce((sum, row) => sum + (row[column]?.length ?? 0), 0)
    if (length > (best?.length ?? 0)) best = { column, length }
  }
  return best?.column ?? null
}
