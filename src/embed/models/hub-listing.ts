import { NetworkError } from '../../shared/core/errors.ts'
import type { Patience } from '../../shared/net/patience.ts'
import { createRemote } from '../../shared/net/remote.ts'
import { isRecord } from '../tokenizers/tokenizer-file.ts'
import type { Expected } from './download.ts'

/** What was found out in vain by then is not waited for. */
const LONGEST_MS = 10_000

/**
 * What the Hugging Face hub lists of a model's file: its size, and for large files the SHA-256 by which Git LFS knows them.
 * The hosts that send the bytes tell neither: their ETag is a hash of another kind.
 * Source: https://huggingface.co/docs/hub/api (tree of a repository)
 * @param url `https://huggingface.co/<id>/resolve/<revision>/<path>`
 * @returns null where the list cannot be had: a download does without
 */
export async function listedOnHub(
  url: string,
  signal: AbortSignal | undefined,
  patience: Patience,
): Promise<Expected | null> {
  const found = /^(https?:\/\/[^/]+)\/([^/]+\/[^/]+)\/resolve\/([^/]+)\/(?:(.*)\/)?([^/]+)$/.exec(url)
  if (!found) return null
  const [, hub, id, revision, folder = '', name] = found
  const list = new URL(`${hub}/api/models/${id}/tree/${revision}${folder && `/${folder}`}`)
  const failed = (): NetworkError => new NetworkError(`Embed: ${list.href} gave no list`, '')
  const words = { refused: failed, unreachable: failed, dropped: failed }
  const stallMs = Math.min(patience.stallMs, LONGEST_MS)
  const remote = createRemote(list, words, { ...patience, stallMs }, null)
  try {
    // Once: what it is good for is not worth a wait.
    const entries: unknown = await remote.ask({}, signal, (response) => response.json())
    const path = decodeURIComponent(folder ? `${folder}/${name}` : name)
    return Array.isArray(entries)
      ? expectedOf(entries.find((entry) => isRecord(entry) && entry.path === path))
      : null
  } catch {
    return null
  }
}

function expectedOf(entry: unknown): Expected | null {
  if (!isRecord(entry) || typeof entry.size !== 'number') return null
  const oid = isRecord(entry.lfs) ? entry.lfs.oid : null
  return { bytes: entry.size, sha256: typeof oid === 'string' && /^[0-9a-f]{64}$/.test(oid) ? oid : null }
}
