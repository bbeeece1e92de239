import { expose, transfer } from 'comlink'
import { throwIfCancelled } from '../src/shared/core/errors.ts'
import { parseQuery } from '../src/shared/text/query.ts'
import { registerErrorTransfer } from '../src/shared/core/rpc.ts'
import { createTextIndex, type PartSize, type TextIndex } from '../src/search/text-index.ts'
import type { Captions } from '../src/shared/core/types.ts'

export interface SearchApi {
  /** Makes room; called once, before the first `append`. */
  begin(parts: readonly PartSize[]): Promise<void>
  /** The next captions in row order. */
  append(captions: Captions): void
  /**
   * Rows of this worker's captions that fulfil the query, ascending.
   * @param typed a newer one that is typed too takes its place, and it rejects with a CancelledError
   */
  search(query: string, typed: boolean): Promise<Uint32Array<ArrayBuffer>>
}

registerErrorTransfer()

let index: TextIndex | null = null
let typing = new AbortController()
let last: Promise<unknown> = Promise.resolve()

const api: SearchApi = {
  async begin(parts) {
    index = await createTextIndex(parts)
  },
  append(captions) {
    if (!index) throw new Error('search worker: append before begin')
    index.append(captions)
  },
  async search(query, typed) {
    if (typed) {
      typing.abort()
      typing = new AbortController()
    }
    const signal = typed ? typing.signal : undefined
    const found = last.then(() => {
      throwIfCancelled(signal)
      if (!index) throw new Error('search worker: search before begin')
      return index.search(parseQuery(query), signal)
    })
    // Whoever asked hears of a failure; the next search starts all the same.
    last = found.catch(() => {})
    const rows = await found
    return transfer(rows, [rows.buffer])
  },
}
expose(api)
