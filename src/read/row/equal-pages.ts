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
  /** Pages by number and the bytes they begin at, for {@link restoreEqualPages}. */
  known(): readonly (readonly [number, number])[]
}

type Head = readonly (FoundPage & { readonly firstRow: number })[]

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
  head: Head,
  signal?: AbortSignal,
): Promise<EqualPages | null> {
  const pages = equalPages(source, chunk, head)
  if (!pages) return null
  const { nPages, known, probe } = pages
  const stated = statedPages(chunk)
  if (stated !== null && stated !== nPages + head.length - 2) return null
  if (nPages <= FEW_PAGES) return null
  // Where pages differ, the last one tells it as a rule, and the others are not asked for.
  for (const numbers of [[nPages - 1], [Math.round(nPages / 3), Math.round((2 * nPages) / 3)]]) {
    const probes = await Promise.all(numbers.map((number) => probe(number, signal)))
    for (const [i, page] of probes.entries()) {
      if (!page) return null
      known.set(numbers[i], page.start)
    }
  }
  return pages.found
}

/** Pages that an earlier visit found equal. @param kept of {@link EqualPages.known} */
export function restoreEqualPages(
  source: ByteSource,
  chunk: ChunkBounds,
  head: Head,
  kept: readonly (readonly [number, number])[],
): EqualPages | null {
  const pages = equalPages(source, chunk, head)
  for (const [number, start] of kept) pages?.known.set(number, start)
  return pages?.found ?? null
}

function equalPages(source: ByteSource, chunk: ChunkBounds, head: Head) {
  const first = head.at(-2)
  if (!first || head.at(-1)?.nRows !== first.nRows) return null
  const { nRows: each, start: begin, encoding, firstRow: firstRowOf } = first
  const rest = Number(chunk.meta.num_values) - firstRowOf
  const nPages = Math.ceil(rest / each)
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

  const found: EqualPages = {
    nPages,
    known: () => [...known],
    async page(row, signal_) {
      const number = Math.floor((row - firstRowOf) / each)
      const firstRow = firstRowOf + number * each
      const page = await probe(number, signal_)
      return page && { ...page, firstRow }
    },
  }
  return { nPages, known, probe, found }
}

/** Data pages of a chunk, where its footer counts them. */
function statedPages({ meta }: ChunkBounds): number | null {
  const stats = (meta.encoding_stats ?? []).filter(({ page_type: type }) => type.startsWith('DATA_PAGE'))
  return stats.length ? stats.reduce((sum, { count }) => sum + count, 0) : null
}
