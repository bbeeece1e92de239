import {
  createServer as createPlain,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import { createServer as createSecure } from 'node:https'
import type { AddressInfo } from 'node:net'
import { selfSigned } from './certificate.ts'
import { fileOf, type HubFile, type Repository, treeOf } from './repository.ts'

const HUB = 'huggingface.co'
/** Where large files lie. */
const BRIDGE = 'us.aws.cdn.hf.co'
const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const EXPOSED =
  'X-Repo-Commit,X-Request-Id,X-Error-Code,X-Error-Message,X-Total-Count,ETag,Link,Accept-Ranges,' +
  'Content-Range,X-Linked-Size,X-Linked-ETag,X-Xet-Hash'

/** A request that came. */
export interface Asked {
  readonly host: typeof HUB | typeof BRIDGE
  readonly method: string
  readonly path: string
  readonly range: string | null
}

/**
 * The Hugging Face hub in miniature, with the answers that the real one gives to pages of other origins (as of autumn 2026):
 * - small files: 307 to `/api/resolve-cache/…` of the same host, ETag (Git's object id) exposed;
 * - large files: 302 to a signed address of another host, which answers no OPTIONS and whose ETag looks like a SHA-256 and
 *   is none; size and SHA-256 stand on the 302 only, where no page can read them;
 * - 404 with `x-error-code: EntryNotFound` for a file, 401 for a repository that does not exist;
 * - 429 with a RateLimit header that is not exposed, and no Retry-After;
 * - lists of files (`/api/…/tree/…`), and of what it makes of data sets (`/api/datasets/…/parquet`).
 */
export class Hub {
  readonly repositories: Repository[] = []
  readonly asked: Asked[] = []
  /** Neither host can be reached. */
  isDown = false
  /** Paths of the hub that were asked for too often. */
  isLimited: (path: string) => boolean = () => false
  /** A signed address is good for so many requests. */
  lives = Number.POSITIVE_INFINITY
  /** Requests that came by a signed address which had expired. */
  nExpired = 0
  /** The next transfer from the bridge of a file of this name breaks off after so many bytes, or goes silent. */
  readonly broken = new Map<string, { readonly after: number; readonly isSilent?: boolean }>()
  /** How often a file's bytes still come with a wrong one, by its name. */
  readonly damaged = new Map<string, number>()
  /** Large files by what the bridge calls them. */
  readonly #signed = new Map<string, { readonly file: HubFile; readonly name: string; uses: number }>()
  readonly #servers: Server[] = []
  #bridge = `https://${BRIDGE}`
  #signatures = 0

  /** A model whose files are these. */
  addModel(id: string, files: ReadonlyMap<string, Uint8Array>): void {
    this.#add({ kind: 'models', id, revisions: new Map([['main', files]]) })
  }

  /** @param converted what the hub makes of it: `default/train/0000.parquet`, … */
  addDataset(
    id: string,
    files: ReadonlyMap<string, Uint8Array>,
    converted: ReadonlyMap<string, Uint8Array> = new Map(),
  ): void {
    const revisions = new Map([
      ['main', files],
      ['refs/convert/parquet', converted],
    ])
    this.#add({ kind: 'datasets', id, revisions })
  }

  #add(repository: Repository): void {
    const { kind, id } = repository
    const at = this.repositories.findIndex((other) => other.kind === kind && other.id === id)
    this.repositories.splice(at < 0 ? this.repositories.length : at, 1, repository)
  }

  /** Requests for bytes of large files, or of one by its name. */
  bytesAsked(name = ''): Asked[] {
    return this.asked.filter(({ host, path }) => host === BRIDGE && path.includes(`%22${name}`))
  }

  /** Requests of the hub by the end of their path. */
  requestsFor(name: string): Asked[] {
    return this.asked.filter(({ host, path }) => host === HUB && path.split('?')[0].endsWith(name))
  }

  /** Over HTTPS under its own names. @returns the browser's flags that lead there */
  async start(): Promise<string[]> {
    const certificate = selfSigned([HUB, BRIDGE])
    const open = async (answer: Answer) =>
      this.#listen(createSecure(certificate, (request, response) => this.#take(answer, request, response)))
    const [hub, bridge] = [await open(this.#answerHub), await open(this.#answerBridge)]
    const rules = `MAP ${HUB} 127.0.0.1:${hub},MAP ${BRIDGE} 127.0.0.1:${bridge}`
    return [`--host-resolver-rules=${rules}`, '--ignore-certificate-errors']
  }

  /** Over plain HTTP, for what is no browser. @returns its address */
  async startPlain(): Promise<string> {
    const open = async (answer: Answer) =>
      this.#listen(createPlain((request, response) => this.#take(answer, request, response)))
    this.#bridge = `http://127.0.0.1:${await open(this.#answerBridge)}`
    return `http://127.0.0.1:${await open(this.#answerHub)}`
  }

  stop(): void {
    for (const server of this.#servers) {
      server.closeAllConnections()
      server.close()
    }
  }

  async #listen(server: Server): Promise<number> {
    this.#servers.push(server)
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
    return (server.address() as AddressInfo).port
  }

  #take(answer: Answer, request: IncomingMessage, response: ServerResponse): void {
    const { method = 'GET', url: path = '' } = request
    if (this.isDown) {
      request.socket.destroy()
      return
    }
    const host = answer === this.#answerHub ? HUB : BRIDGE
    this.asked.push({ host, method, path, range: request.headers.range ?? null })
    answer(request, response)
  }

  readonly #answerHub: Answer = (request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '', `https://${HUB}`)
    const cors = {
      'access-control-allow-origin': request.headers.origin ?? `https://${HUB}`,
      'access-control-expose-headers': EXPOSED,
      vary: 'Origin',
    }
    const send = (status: number, headers: Record<string, string>, body: string | Uint8Array = ''): void => {
      const length = { 'content-length': Buffer.byteLength(body) }
      response
        .writeHead(status, { ...cors, ...length, ...headers })
        .end(request.method === 'HEAD' ? '' : body)
    }
    const json = (value: unknown): void =>
      send(200, { 'content-type': 'application/json; charset=utf-8' }, JSON.stringify(value))
    const noEntry = (): void =>
      send(404, { 'x-error-code': 'EntryNotFound', 'x-error-message': 'Entry not found' }, 'Entry not found')
    if (this.isLimited(pathname)) {
      const policy = '"fixed window";"resolvers";q=3000;w=300'
      send(429, { ratelimit: '"resolvers";r=0;t=217', 'ratelimit-policy': policy }, 'Too many requests')
      return
    }
    const place = placeOf(pathname)
    const repository =
      place && this.repositories.find(({ kind, id }) => kind === place.kind && id === place.id)
    if (!repository) {
      send(401, { 'x-error-message': 'Invalid username or password.' }, 'Invalid username or password.')
      return
    }
    const { view, revision, path } = place
    if (view === 'tree') {
      const tree = treeOf(repository, revision, path, searchParams.get('recursive') === 'true')
      return tree ? json(tree) : noEntry()
    }
    const resolved = `${place.kind === 'datasets' ? '/datasets' : ''}/${place.id}/resolve`
    if (view === 'parquet') {
      const paths = [...(repository.revisions.get('refs/convert/parquet')?.keys() ?? [])]
      if (path === '') return json(listConverted(paths, `https://${HUB}/api/datasets/${place.id}/parquet`))
      const found = paths.find((converted) => shortName(converted) === path)
      return found ? send(302, { location: `${resolved}/refs%2Fconvert%2Fparquet/${found}` }) : noEntry()
    }
    const file = fileOf(repository, revision, path)
    if (!file) return noEntry()
    const about = { 'x-repo-commit': COMMIT, 'accept-ranges': 'bytes' }
    if (view === 'resolve-cache') {
      return send(
        200,
        { ...about, etag: `"${file.oid}"`, 'content-type': 'text/plain; charset=utf-8' },
        file.bytes,
      )
    }
    if (!file.lfs) {
      const to = `/api/resolve-cache/${place.kind}/${place.id}/${COMMIT}/${path}`
      return send(307, { ...about, location: `${to}?etag=%22${file.oid}%22` }, 'Temporary Redirect')
    }
    send(302, {
      ...about,
      location: this.#sign(file, path),
      'x-linked-size': String(file.bytes.length),
      'x-linked-etag': `"${file.lfs.sha256}"`,
      'x-xet-hash': file.lfs.xet,
    })
  }

  #sign(file: HubFile, path: string): string {
    const key = `/xet-bridge-us/65c0e0a2/${file.lfs?.xet}`
    const name = path.split('/').at(-1) ?? ''
    const signed = `${key}?response-content-disposition=inline%3B+filename%3D%22${name}%22&Expires=1796000000&Signature=${++this.#signatures}`
    this.#signed.set(signed, { file, name, uses: 0 })
    return this.#bridge + signed
  }

  readonly #answerBridge: Answer = (request, response) => {
    const cors = { 'access-control-allow-origin': '*', 'access-control-expose-headers': '*' }
    const known = this.#signed.get(request.url ?? '')
    // OPTIONS is answered as what it is there: a request that nobody signed.
    if (!known || !['GET', 'HEAD'].includes(request.method ?? '')) {
      response.writeHead(403).end('Access denied')
      return
    }
    if (++known.uses > this.lives) {
      this.nExpired++
      response.writeHead(403, cors).end('Access denied')
      return
    }
    const { file, name } = known
    const { length } = file.bytes
    const asked = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? '')
    const from = asked ? Number(asked[1]) : 0
    const to = asked?.[2] ? Math.min(Number(asked[2]), length - 1) : length - 1
    if (from >= length) {
      response.writeHead(416, { ...cors, 'content-range': `bytes */${length}` }).end()
      return
    }
    response.writeHead(asked ? 206 : 200, {
      ...cors,
      etag: `"${file.lfs?.xet}"`,
      'cache-control': 'public, max-age=31536000',
      'accept-ranges': 'bytes',
      'content-length': to - from + 1,
      'content-security-policy': "default-src 'none'; sandbox",
      ...(asked ? { 'content-range': `bytes ${from}-${to}/${length}` } : {}),
    })
    if (request.method === 'HEAD') response.end()
    else this.#sendBytes(response, name, file.bytes.subarray(from, to + 1))
  }

  #sendBytes(response: ServerResponse, name: string, part: Uint8Array): void {
    const wrong = this.damaged.get(name) ?? 0
    const bytes = wrong > 0 ? part.map((byte, i) => (i === 100 ? byte ^ 1 : byte)) : part
    this.damaged.set(name, wrong - 1)
    const fault = this.broken.get(name)
    if (!fault) {
      response.end(bytes)
      return
    }
    this.broken.delete(name)
    response.write(bytes.subarray(0, fault.after), () => {
      if (!fault.isSilent) setTimeout(() => response.destroy(), 50)
    })
  }
}

type Answer = (request: IncomingMessage, response: ServerResponse) => void

/** What an address of the hub is about; null for one that it does not know. */
function placeOf(pathname: string): {
  readonly kind: Repository['kind']
  readonly id: string
  readonly view: 'resolve' | 'resolve-cache' | 'tree' | 'parquet'
  readonly revision: string
  readonly path: string
} | null {
  const file = /^\/(datasets\/)?([^/]+\/[^/]+)\/resolve\/([^/]+)\/(.+)$/.exec(pathname)
  const cached = /^\/api\/resolve-cache\/(models|datasets)\/([^/]+\/[^/]+)\/[0-9a-f]{40}\/(.+)$/.exec(
    pathname,
  )
  const api = /^\/api\/(models|datasets)\/([^/]+\/[^/]+)\/(?:tree\/([^/]+)|(parquet))(?:\/(.*))?$/.exec(
    pathname,
  )
  const kindOf = (word: string | undefined): Repository['kind'] =>
    word?.startsWith('datasets') ? 'datasets' : 'models'
  if (file) {
    const [, kind, id, revision, path] = file
    return {
      kind: kindOf(kind),
      id,
      view: 'resolve',
      revision: decodeURIComponent(revision),
      path: decodeURI(path),
    }
  }
  if (cached) {
    const [, kind, id, path] = cached
    return { kind: kindOf(kind), id, view: 'resolve-cache', revision: 'main', path: decodeURI(path) }
  }
  if (!api) return null
  const [, kind, id, revision = 'main', parquet, path = ''] = api
  const view = parquet ? 'parquet' : 'tree'
  return { kind: kindOf(kind), id, view, revision: decodeURIComponent(revision), path: decodeURI(path) }
}

/** The address of a converted file in the list: `default/train/0000.parquet` is `default/train/0.parquet`. */
function shortName(path: string): string {
  return path.replace(/0*(\d+)\.parquet$/, '$1.parquet')
}

/** Addresses by configuration and split. */
function listConverted(paths: readonly string[], base: string): Record<string, Record<string, string[]>> {
  const list: Record<string, Record<string, string[]>> = {}
  for (const path of paths) {
    const [configuration, split] = path.split('/')
    list[configuration] ??= {}
    list[configuration][split] ??= []
    list[configuration][split].push(`${base}/${shortName(path)}`)
  }
  return list
}
