import { InputError } from '../../shared/core/errors.ts'

/** What an address that people paste leads to. */
export type Place =
  | { readonly kind: 'file'; readonly url: string }
  /** A data set of the Hugging Face hub, or a folder in it, whose files must be listed first. */
  | {
      readonly kind: 'dataset'
      readonly id: string
      /** Null for the default branch. */
      readonly revision: string | null
      /** '' for the whole data set. */
      readonly folder: string
    }

const HUB = 'https://huggingface.co'

/**
 * Where an address leads, in the forms that people copy from their address bar: pages of the Hugging Face hub and of
 * GitHub stand for the files that they show.
 * @throws {InputError} it is no address, or one that a page cannot read.
 */
export function parseAddress(address: string): Place {
  const url = parseUrl(address)
  if (url.protocol === 'hf:') return hubPath(address)
  if (/^(www\.)?(huggingface\.co|hf\.co)$/.test(url.hostname)) return hubPage(url)
  if (/^(www\.)?github\.com$/.test(url.hostname)) {
    const match = /^\/([^/]+\/[^/]+)\/(?:blob|raw)\/(.+)$/.exec(url.pathname)
    if (match) return { kind: 'file', url: `https://raw.githubusercontent.com/${match[1]}/${match[2]}` }
  }
  return { kind: 'file', url: url.href }
}

function parseUrl(address: string): URL {
  let url: URL
  try {
    url = new URL(address)
  } catch (cause) {
    throw new InputError(
      `Read: “${address}” is not a web address`,
      'Give the whole address of a Parquet file, beginning with https://.',
      { cause },
    )
  }
  if (!['http:', 'https:', 'hf:', 'blob:', 'data:'].includes(url.protocol)) {
    throw new InputError(
      `Read: addresses that begin with ${url.protocol} cannot be opened`,
      url.protocol === 'file:'
        ? 'Choose the file with “Open Parquet”, or drop it on the page.'
        : 'Give the address of a Parquet file that begins with https://.',
    )
  }
  return url
}

/** hf://datasets/<id>[@<revision>][/<path>], as fsspec and DuckDB write it; `@~parquet` is the hub's own conversion. */
function hubPath(address: string): Place {
  const match =
    /^hf:\/\/datasets\/([^/@]+(?:\/[^/@]+)?)(?:@([^/]+(?:\/(?:convert|pr)\/[^/]+)?))?(?:\/(.*))?$/.exec(
      address,
    )
  if (!match) {
    throw new InputError(
      `Read: “${address}” names no data set`,
      'Write hf://datasets/<owner>/<name>, with /<file> after it for one of its files.',
    )
  }
  const [, id, revision, path = ''] = match
  return hubFile(id, revision === '~parquet' ? 'refs/convert/parquet' : (revision ?? null), path)
}

/** huggingface.co/datasets/<id>[/blob|resolve|raw|tree/<revision>/<path>], and the pages about a data set. */
function hubPage(url: URL): Place {
  const [kind, ...parts] = url.pathname.split('/').filter(Boolean)
  if (kind !== 'datasets' || parts.length === 0) return { kind: 'file', url: url.href }
  const views = ['blob', 'resolve', 'raw', 'tree', 'viewer', 'discussions', 'settings', 'edit']
  // The oldest data sets have no owner.
  const idParts = views.includes(parts[1] ?? '') ? 1 : 2
  const id = parts.slice(0, idParts).join('/')
  const [view, ...rest] = parts.slice(idParts)
  if (!['blob', 'resolve', 'raw', 'tree'].includes(view ?? ''))
    return { kind: 'dataset', id, revision: null, folder: '' }
  // refs/convert/parquet and refs/pr/<n> are the revisions with slashes; the hub writes these as %2F.
  const nParts = rest[0] === 'refs' ? 3 : 1
  return hubFile(
    id,
    decodeURIComponent(rest.slice(0, nParts).join('/')),
    rest.slice(nParts).map(decodeURIComponent).join('/'),
  )
}

function hubFile(id: string, revision: string | null, path: string): Place {
  // Only a name with an ending is a file: everything else is a folder of them.
  if (!/\.\w+$/.test(path)) return { kind: 'dataset', id, revision, folder: path.replace(/\/+$/, '') }
  return { kind: 'file', url: hubFileUrl(id, revision, path) }
}

/** Where the bytes of a file of a data set come from. */
export function hubFileUrl(id: string, revision: string | null, path: string): string {
  const file = path.split('/').map(encodeURIComponent).join('/')
  return `${HUB}/datasets/${id}/resolve/${encodeURIComponent(revision ?? 'main')}/${file}`
}
