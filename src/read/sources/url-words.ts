import { InputError, NetworkError } from '../../shared/core/errors.ts'
import type { Words } from '../../shared/net/remote.ts'

/** What is said of an address that does not give what it should. */
export interface UrlWords extends Words {
  readonly changed: (name: string) => InputError
  readonly tooMany: (wanted: number, start: number) => NetworkError
  readonly wrongLength: (sent: number, wanted: number) => NetworkError
  readonly tooLarge: (bytes: number, limit: number) => NetworkError
}

const statusAdvice: Readonly<Record<number, string>> = {
  401: 'It needs a sign-in that this page cannot do. Download the file and open it here.',
  403: 'The server refuses it; the address may have expired or need a sign-in. Download the file and open it here.',
  404: 'Check the address: there is no file at it.',
  410: 'The file was taken away.',
  416: 'The file has changed since it was opened. Open it again.',
  429: 'Too many requests were made to this server. Wait some minutes, or download the file and open it here.',
}

/** The words for one address. */
export function wordsFor(url: URL): UrlWords {
  const place = describe(url)
  return {
    refused: ({ status, statusText }) =>
      new NetworkError(
        `Read: ${place} answered ${status}${statusText ? ` ${statusText}` : ''} instead of the file`,
        statusAdvice[status] ??
          (status >= 500
            ? 'The server has a fault. Try again later.'
            : 'Check the address, or download the file and open it here.'),
      ),
    unreachable: (cause) => unreachable(url, cause),
    dropped: (cause) =>
      new NetworkError(
        `Read: the connection to ${place} dropped before the file had come`,
        'Check your connection and open the address again.',
        { cause },
      ),
    changed: (name) =>
      new InputError(
        `Read: ${name} changed on its server: the file changed while it was read`,
        'Open it again.',
      ),
    tooMany: (wanted, start) =>
      new NetworkError(
        `Read: ${place} sent more than the ${wanted} bytes asked for (from byte ${start})`,
        'Its server is at fault. Download the file and open it here.',
      ),
    wrongLength: (sent, wanted) =>
      new NetworkError(
        `Read: ${place} sent ${sent} of the ${wanted} bytes asked for`,
        'The file may have changed, or its server is at fault. Open it again.',
      ),
    tooLarge: (bytes, limit) =>
      new NetworkError(
        `Read: ${place} has ${bytes} bytes or more, and its server sends no parts of it; the limit is ${limit}`,
        'Download the file and open it here: files on disk are read in parts.',
      ),
  }
}

/** The address without its query, which may hold a key. */
const describe = (url: URL) =>
  url.protocol === 'data:' ? 'the data: address' : `${url.origin}${url.pathname}`

/** Browsers do not tell scripts apart a server that is down from one that does not let other pages read it. */
function unreachable(url: URL, cause: unknown): NetworkError {
  const local = /^(localhost|127\.|\[::1\])/.test(url.hostname)
  const plain = url.protocol === 'http:' && !local
  return new NetworkError(
    `Read: nothing came from ${describe(url)}: it cannot be reached, or its server does not allow other pages to read it (CORS)`,
    plain
      ? 'Try the address with https:// instead of http://, which this page may not use.'
      : 'Check the address and your connection. If it opens in a tab of its own, download the file there and open it here, ' +
          'or ask its host for the header “Access-Control-Allow-Origin”.',
    { cause },
  )
}
