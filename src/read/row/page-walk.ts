import type { ByteSource } from '../sources/source.ts'
import { type ChunkBounds, type FoundPage, pageAt, searchPages } from './page-search.ts'

/** A header without long statistics; longer ones are asked for again. */
const HEADER_BYTES = 1024
/** Headers of small pages come many at a time. */
const WINDOW_BYTES = 64 * 1024
/** As many requests as a browser has at once to one host. */
const WALKERS = 6
/** Pages that one walker steps over by itself. */
const STEPS = 8

/** Steps through a chunk's pages by their headers. */
export interface PageWalker {
  /**
   * The pages from one that begins at a byte to the first that ends at or after another, several parts of the way at once.
   * @param pageBytes what a page takes, about
   * @throws {Error} damaged pages @throws {NetworkError} @throws {CancelledError}
   */
  span(from: number, to: number, pageBytes: number, signal?: AbortSignal): Promise<FoundPage[]>
  /** The first page that begins at or after a byte and is followed by another or the chunk's end; null where there is none. */
  seek(at: number, signal?: AbortSignal): Promise<FoundPage | null>
}

export function createPageWalker(source: ByteSource, chunk: ChunkBounds): PageWalker {
  const { end } = chunk

  /** Steps in order; reads a window where many pages fit into it. */
  async function* steps(from: number, pageBytes: number, signal?: AbortSignal): AsyncGenerator<FoundPage> {
    const usual = pageBytes < WINDOW_BYTES / 2 ? WINDOW_BYTES : HEADER_BYTES
    let window = new Uint8Array(0)
    let windowStart = from
    for (let at = from; at < end; ) {
      let page: FoundPage | null = null
      for (let want = usual; ; want *= 16) {
        page = at < windowStart + window.length ? pageAt(window.subarray(at - windowStart), at, chunk) : null
        if (page || (windowStart === at && windowStart + window.length >= end)) break
        windowStart = at
        window = await source.read(at, Math.min(end, at + want), signal)
      }
      if (!page) throw new Error(`no page header at byte ${at}`)
      yield page
      at = page.end
    }
  }

  async function isFollowed(page: FoundPage, signal?: AbortSignal): Promise<boolean> {
    if (page.end === end) return true
    const next = await source.read(page.end, Math.min(end, page.end + HEADER_BYTES * 4), signal)
    return pageAt(next, page.end, chunk) !== null
  }

  async function seek(from: number, signal?: AbortSignal): Promise<FoundPage | null> {
    for (let at = from; at < end; at += WINDOW_BYTES) {
      // A header may lie across the border of two windows.
      const window = await source.read(at, Math.min(end, at + WINDOW_BYTES + HEADER_BYTES), signal)
      for (const page of searchPages(window, at, chunk)) {
        if (page.start < at + WINDOW_BYTES && (await isFollowed(page, signal))) return page
      }
    }
    return null
  }

  return {
    seek,
    async span(from, to, pageBytes, signal) {
      const parts = Math.max(1, Math.min(WALKERS, Math.round((to - from) / pageBytes / STEPS)))
      const marks = await Promise.all(
        Array.from({ length: parts - 1 }, (_, i) =>
          seek(Math.round(from + ((to - from) * (i + 1)) / parts), signal),
        ),
      )
      const starts = [from, ...new Set(marks.flatMap((page) => (page ? [page.start] : [])))]
      const walked = starts.map(async (start, i) => {
        const until = starts[i + 1] ?? to
        const pages: FoundPage[] = []
        for await (const page of steps(start, pageBytes, signal)) {
          pages.push(page)
          if (page.end >= until) break
        }
        return pages
      })
      const all: FoundPage[] = []
      let at = from
      for (const pages of await Promise.all(walked)) {
        // What the pages before do not lead to was none.
        if (pages[0]?.start !== at) break
        for (const page of pages) all.push(page)
        at = all.at(-1)?.end ?? at
      }
      if (at >= to) return all
      for await (const page of steps(at, pageBytes, signal)) {
        all.push(page)
        if (page.end >= to) break
      }
      return all
    },
  }
}
