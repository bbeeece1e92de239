/** What tells one state of a file from another, as far as its host shows it to other origins. */
export interface Version {
  /** Of the whole file; null where it is not told. */
  readonly byteLength: number | null
  /** A strong one only: weak ones may differ between the machines of one host. A version, and never a checksum. */
  readonly etag: string | null
  readonly modified: string | null
}

/** @param from where the answer begins in its file */
export function versionOf(response: Response, from: number): Version {
  const { headers } = response
  const etag = headers.get('ETag')
  return {
    byteLength: totalOf(response, from),
    etag: etag?.startsWith('W/') === false ? etag : null,
    modified: headers.get('Last-Modified'),
  }
}

/**
 * Whether two answers may be joined. This takes the place of If-Range, which is no header that pages may send to every
 * host: those that do not answer OPTIONS, as the hub's, would be out of reach.
 */
export function isSameVersion(a: Version, b: Version): boolean {
  if (a.byteLength !== null && b.byteLength !== null && a.byteLength !== b.byteLength) return false
  if (a.etag !== null && b.etag !== null) return a.etag === b.etag
  return a.modified === null || b.modified === null || a.modified === b.modified
}

/** A version in one word; null where the host shows none. */
export function versionName({ etag, modified }: Version): string | null {
  return etag ?? modified
}

/** Where a part begins; null where the host hides it. */
export function startOf(response: Response): number | null {
  const start = /^bytes (\d+)-/.exec(response.headers.get('Content-Range') ?? '')?.[1]
  return start === undefined ? null : Number(start)
}

/** Bytes of this answer; null where they are not told. Of a compressed one that would be the length before it is unpacked. */
export function lengthOf({ headers }: Response): number | null {
  const length = headers.get('Content-Length')
  return length === null || headers.has('Content-Encoding') ? null : Number(length)
}

/** Bytes of the whole file; null where they are not told. */
function totalOf(response: Response, from: number): number | null {
  const shown = /\/(\d+)$/.exec(response.headers.get('Content-Range') ?? '')?.[1]
  if (shown !== undefined) return Number(shown)
  // The end of a part that was asked for says nothing of the file's.
  return response.status === 206 ? null : addTo(from, lengthOf(response))
}

const addTo = (from: number, length: number | null): number | null => (length === null ? null : from + length)

/** The body as it comes. */
export async function* chunksOf(response: Response): AsyncGenerator<Uint8Array<ArrayBuffer>> {
  const reader = response.body?.getReader()
  if (!reader) return
  try {
    for (;;) {
      const { value, done } = await reader.read()
      if (done) return
      yield value
    }
  } finally {
    // Ends the transfer where it was left before its end; a connection that broke has nothing left to end.
    await reader.cancel().catch(() => {})
  }
}
