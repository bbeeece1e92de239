/** What the values of a column are, by their shape. */
export type Looks =
  | 'language' // several words, or a script that has no spaces between them
  | 'words' // one word each
  | 'labels' // the same few words again and again
  | 'addresses'
  | 'file names'
  | 'JSON'
  | 'numbers'
  | 'codes'
  | 'bytes'
  | 'one value'
  | 'nothing'

/** A column by a sample of its values. */
export interface Judgement {
  readonly looks: Looks
  /** Share of the filled values that are words or more, 0–1. */
  readonly prose: number
  /** Mean length of all values in characters. */
  readonly length: number
  /** Up to three values, to show. */
  readonly examples: readonly string[]
}

/** Fewer values say nothing about how often they come again. */
const LEAST_FOR_LABELS = 40
const EXAMPLE_LENGTH = 160

const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/|www\.|data:|mailto:)\S*$/i
const FILE_END =
  /\.(?:jpe?g|png|gif|webp|avif|bmp|tiff?|svg|mp4|avi|mov|mkv|webm|mp3|wav|flac|txt|jsonl?|csv|parquet|npy|npz|pdf|zip|tar|gz)$/i
const ONE_PATH = /^(?:\S*[/\\]\S*|\S+\.[a-z][a-z0-9]{1,4})$/i
const NUMBER = /^[\d\s.,:;+\-/%€$£#()]+(?:[TZ][\d:.+Z-]*)?$/
const UNSPACED =
  /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}\p{Script=Tibetan}]{2}/u
const WORD = /^["'“‘(]?\p{L}[\p{L}\p{M}'’\-_]{0,29}[.,!?:;"'”’)]*$/u

type Kind = 'language' | 'word' | 'addresses' | 'file names' | 'JSON' | 'numbers' | 'codes' | 'bytes'

function kindOf(value: string): Kind {
  const text = value.trim()
  if (text.includes('\ufffd') || text.includes('\0')) return 'bytes'
  if (/^[[{]/.test(text) && /[\]}]$/.test(text) && isJson(text)) return 'JSON'
  if (ADDRESS.test(text)) return 'addresses'
  if (FILE_END.test(text)) return 'file names'
  if (NUMBER.test(text)) return 'numbers'
  if (UNSPACED.test(text)) return 'language'
  if (!/\s/.test(text)) {
    if (ONE_PATH.test(text)) return 'file names'
    // Base64 and hashes mix cases and digits; a_cat_on_a_mat does not.
    return WORD.test(text) && !/\p{Ll}\p{Lu}\p{Ll}*\p{Lu}/u.test(text) ? 'word' : 'codes'
  }
  const letters = text.match(/[\p{L}\p{M}]/gu)?.length ?? 0
  const marks = text.replace(/\s/g, '').length
  return letters * 2 >= marks && /\p{L}{2}/u.test(text) ? 'language' : 'codes'
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null
  } catch {
    return false
  }
}

/**
 * What a column holds, by a sample of its values: whether these are written for people to read, or addresses, hashes, file
 * names, payloads, or one and the same.
 * @param values in the file's order; '' for null
 */
export function judge(values: readonly string[]): Judgement {
  const filled = values.filter((value) => value.trim() !== '')
  const distinct = new Set(filled)
  const counts = new Map<Kind, number>()
  for (const value of filled) {
    const kind = kindOf(value.length > 2000 ? cutOf(value) : value)
    counts.set(kind, (counts.get(kind) ?? 0) + 1)
  }
  const shareOf = (kind: Kind): number => (counts.get(kind) ?? 0) / Math.max(1, filled.length)
  const prose = shareOf('language') + shareOf('word')
  const length = filled.reduce((sum, { length: n }) => sum + n, 0) / Math.max(1, values.length)
  const examples = [...distinct].slice(0, 3).map((value) => value.trim().slice(0, EXAMPLE_LENGTH))
  return { looks: looksOf(), prose, length, examples }

  function looksOf(): Looks {
    if (filled.length === 0) return 'nothing'
    if (distinct.size === 1 && filled.length > 2) return 'one value'
    if (prose < 0.5) {
      const [most] = [...counts]
        .filter(([kind]) => kind !== 'language' && kind !== 'word')
        .sort((a, b) => b[1] - a[1])
      return most[0] as Looks
    }
    const isFew = filled.length >= LEAST_FOR_LABELS && distinct.size <= Math.min(20, filled.length / 8)
    if (isFew) return 'labels'
    return shareOf('language') >= shareOf('word') ? 'language' : 'words'
  }
}

/** JSON is only JSON to its end. */
function cutOf(value: string): string {
  return /^\s*[[{]/.test(value) ? value : value.slice(0, 2000)
}
