import type { ByteSource } from '../sources/source.ts'
import { type ChunkBounds, type FoundPage, searchPages } from './page-search.ts'

/** What a header is looked for in, around its place, which is known to some hundredths of a page; then more. */
const WINDOWS = [64 * 1024, 256 * 1024]
/** Pages that lie this near are stepped to. */
const FEW_PAGES = 8
/**
 * How far, in pages, a page may lie from where pages of one size would put it. Captions in random order are within .05
 * over 600 pages; a page taken for its neighbor would be 1 off.
 */
const TOLERANCE = 0.2

/** Pages of a chunk that hold equally many rows each, so that any of them is found by its number. */
export interface EqualPages {
  readonly nPages: number
  /** @returns null where it does not lie where it should @throws {NetworkError} @throws {CancelledError} */
  page(row: number, signal?: AbortSignal): Promise<(FoundPage & { readonly firstRow: number }) | null>
}

/**
 * Whether the last two pages of a chunk's head are the first of pages with equally many rows up to its end. That is
 * believed when all of this holds: the last page ends with the chunk and holds just the rows that are left by such pages;
 * their number is the one that the footer states, where it does; and pages at a third and two thirds of the way hold so
 * many rows and begin where their numbers say.
 * @returns null where it is not so
 * @throws {NetworkError} @throws {CancelledError}
 */
export async function findEqualPages(
  source: ByteSource,
  chunk: ChunkBounds,
  head: readonly (FoundPage & { readonly firstRow: number })[],
  signal?: AbortSignal,
): Promise<EqualPages | null> {
  const first = head.at(-2)
  if (!first || head.at(-1)?.nRows !== first.nRows) return null
  const { nRows: each, start: begin, encoding } = first
  const rest = Number(chunk.meta.num_values) - first.firstRow
  const nPages = Math.ceil(rest / each)
  const stated = statedPages(chunk)
  if (stated !== null && stated !== nPages + head.length - 2) return null
  if (nPages <= FEW_PAGES) return null
  const last = rest - (nPages - 1) * each
  // Known pages by number; the end counts as the start of one that is not there.
  const known = new Map<number, number>([
    [0, begin],
    [rest / each, chunk.end],
  ])
  const meanBytes = ((chunk.end - begin) * each) / rest

  function predict(page: number): number {
    let [left, right] = [0, rest / each]
    for (const at of known.keys()) {
      if (at <= page) left = Math.max(left, at)
      else right = Math.min(right, at)
    }
    const [from, to] = [known.get(left) ?? begin, known.get(right) ?? chunk.end]
    return left === page ? from : from + ((to - from) * (page - left)) / (right - left)
  }

  async function probe(number: number, signal_?: AbortSignal): Promise<FoundPage | null> {
    const place = predict(number)
    const isLast = number === nPages - 1
    for (const bytes of WINDOWS) {
      const from = Math.max(begin, Math.floor(place - bytes / 2))
      const window = await source.read(from, Math.min(chunk.end, from + bytes), signal_)
      const fits = searchPages(window, from, chunk).filter(
        (page) =>
          page.encoding === encoding &&
          page.nRows === (isLast ? last : each) &&
          (!isLast || page.end === chunk.end) &&
          Math.abs(page.start - place) <= TOLERANCE * meanBytes,
      )
      if (fits.length === 1) return fits[0]
      // Where two might be it, neither is believed.
      if (fits.length > 1) return null
    }
    return null
  }

  const numbers = [nPages - 1, Math.round(nPages / 3), Math.round((2 * nPages) / 3)]
  const probes = await Promise.all(numbers.map((number) => probe(number, signal)))
  for (const [i, page] of probes.entries()) {
    if (!page) return null
    known.set(numbers[i], page.start)
  }

  return {
    nPages,
    async page(row, signal_) {
      const number = Math.floor((row - first.firstRow) / each)
      const firstRow = first.firstRow + number * each
      const found = await probe(number, signal_)
      return found && { ...found, firstRow }
    },
  }
}

/** Data pages of a chunk, where its footer counts them. */
function statedPages({ meta }: ChunkBounds): number | null {
  const stats = (meta.encoding_stats ?? []).filter(({ page_type: type }) => type.startsWith('DATA_PAGE'))
  return stats.length ? stats.reduce((sum, { count }) => sum + count, 0) : null
}
