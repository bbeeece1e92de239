import { InputError, NetworkError } from '../../shared/core/errors.ts'
import type { Context } from '../../shared/core/types.ts'
import { hubFileUrl, type Place } from './address.ts'
import { naturally } from './natural-order.ts'

/** A file of a data set as the hub lists it. */
interface HubFile {
  readonly path: string
  readonly bytes: number
}

/** Gets JSON, and the address of the list's next page where there is one. */
export type GetJson = (url: string) => Promise<{ readonly json: unknown; readonly next: string | null }>

const API = 'https://huggingface.co/api/datasets'
/** 1000 files each; a data set of more is opened by one of its folders. */
const MAX_PAGES = 20

/**
 * The addresses of a data set's files on the Hugging Face hub, in order: its own Parquet files, else its own text files,
 * else those that the hub made of it. Of several sets (splits, configurations) the training set, else the largest, and a
 * notice that says so.
 * @throws {InputError} it has no such files. @throws {NetworkError} @throws {CancelledError}
 */
export async function listDataset(
  { id, revision, folder }: Extract<Place, { kind: 'dataset' }>,
  getJson: GetJson,
  context: Context,
): Promise<string[]> {
  const files = await listTree(id, revision, folder, getJson)
  const own = [/\.parquet$/i, /\.(csv|tsv|jsonl|ndjson|arrow|feather)$/i]
    .map((ending) => files.filter(({ path }) => ending.test(path)))
    .find((found) => found.length > 0)
  if (own) {
    const set = chooseSet(own)
    tellChoice(set.name, set.others, context)
    return set.files.map(({ path }) => hubFileUrl(id, revision, path))
  }
  const converted = folder === '' && revision === null ? await listConverted(id, getJson) : []
  if (converted.length === 0) {
    throw new InputError(
      `Read: the data set ${id}${folder && `/${folder}`} has no Parquet, CSV, JSON Lines or Arrow files`,
      'Choose another data set, or open one of its files by its own address.',
    )
  }
  const set = chooseSet(converted)
  tellChoice(set.name, set.others, context)
  return set.files.map(({ path }) => path)
}

function tellChoice(name: string, others: readonly string[], { onNotice }: Context): void {
  if (others.length === 0) return
  const some = others.slice(0, 5).join(', ')
  onNotice?.(
    `Opened “${name}” of this data set; it also has ${some}${others.length > 5 ? ` and ${others.length - 5} more` : ''}. ` +
      'Open those by the address of their folder or file.',
  )
}

async function listTree(
  id: string,
  revision: string | null,
  folder: string,
  getJson: GetJson,
): Promise<HubFile[]> {
  const path = folder && `/${folder.split('/').map(encodeURIComponent).join('/')}`
  let url: string | null = `${API}/${id}/tree/${encodeURIComponent(revision ?? 'main')}${path}?recursive=true`
  const files: HubFile[] = []
  for (let page = 0; url !== null; page++) {
    if (page === MAX_PAGES) {
      throw new InputError(
        `Read: the data set ${id} has more than ${1000 * MAX_PAGES} files`,
        'Open one of its folders by its own address.',
      )
    }
    const { json, next }: Awaited<ReturnType<GetJson>> = await getJson(url)
    if (!Array.isArray(json)) throw unknownAnswer(url)
    for (const entry of json as { type?: unknown; path?: unknown; size?: unknown }[]) {
      if (entry.type !== 'file' || typeof entry.path !== 'string') continue
      files.push({ path: entry.path, bytes: typeof entry.size === 'number' ? entry.size : 0 })
    }
    url = next
  }
  return files
}

/** The hub's own conversion: addresses by configuration and split. */
async function listConverted(id: string, getJson: GetJson): Promise<HubFile[]> {
  const url = `${API}/${id}/parquet`
  const { json } = await getJson(url)
  if (json === null || typeof json !== 'object') throw unknownAnswer(url)
  return Object.values(json as Record<string, Record<string, unknown>>)
    .flatMap((splits) => Object.values(splits ?? {}).flat())
    .filter((address) => typeof address === 'string')
    .map((path) => ({ path, bytes: 0 }))
}

function unknownAnswer(url: string): NetworkError {
  return new NetworkError(
    `Read: the answer of ${url} is not the list of files that the hub used to give`,
    'Open one of the data set’s files by its own address.',
  )
}

/**
 * Files that are shards of one table differ only in their numbers.
 * @returns the training set, else the largest, and the names of the others
 */
function chooseSet(files: readonly HubFile[]): {
  readonly name: string
  readonly files: readonly HubFile[]
  readonly others: readonly string[]
} {
  const sets = new Map<string, HubFile[]>()
  for (const file of files) {
    const name = setName(file.path)
    const set = sets.get(name)
    if (set) set.push(file)
    else sets.set(name, [file])
  }
  const size = (set: readonly HubFile[]) => set.reduce((sum, { bytes }) => sum + bytes, 0)
  const ranked = [...sets].sort(
    ([a, filesA], [b, filesB]) =>
      Number(isTraining(b)) - Number(isTraining(a)) || size(filesB) - size(filesA) || naturally(a, b),
  )
  const [[name, chosen], ...others] = ranked
  return {
    name,
    files: [...chosen].sort((a, b) => naturally(a.path, b.path)),
    others: others.map(([other]) => other),
  }
}

const isTraining = (name: string) => /(^|[^a-z])train/i.test(name)

function setName(path: string): string {
  const inHub = path.replace(
    /^https?:\/\/[^/]+\/(api\/)?datasets\/[^/]+\/[^/]+\/(resolve\/[^/]+|parquet)\//,
    '',
  )
  return (
    inHub
      .replace(/\.\w+$/, '')
      .replace(/[-_.]?\d+[-_]of[-_]\d+/i, '')
      .replace(/([/\-_.]|^)(part|shard|chunk)?[-_.]?\d+([-_.]|$).*$/i, '')
      .replace(/\/$/, '') || 'data'
  )
}
