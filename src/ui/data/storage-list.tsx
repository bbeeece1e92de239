import { useEffect, useState } from 'react'
import { type KeptItem, listKept, removeKept } from '../../shared/core/storage.ts'
import { useEngine } from '../parts/engine-context.ts'
import { formatBytes } from '../parts/format.ts'
import './storage-list.css'

const KINDS: Readonly<Record<KeptItem['kind'], string>> = {
  vectors: 'Vectors',
  model: 'Model',
  download: 'Unfinished download',
  column: 'Column',
}

interface Kept {
  readonly items: readonly KeptItem[]
  /** Bytes of everything the browser keeps for this page, and how many it would; 0 where it does not tell. */
  readonly used: number
  readonly most: number
  /** Whether the browser promised not to clear it by itself. */
  readonly isPersistent: boolean
}

/** What the page keeps between visits, and the way to delete it. */
export function StorageList() {
  const engine = useEngine()
  const [kept, setKept] = useState<Kept | null>(null)
  const refresh = async (): Promise<void> => setKept(await look())
  useEffect(() => {
    look().then(setKept, (error: unknown) => engine.status.report(error))
  }, [engine])
  const remove = async (items: readonly KeptItem[]): Promise<void> => {
    try {
      for (const item of items) await removeKept(item)
    } catch (error) {
      engine.status.report(error)
    }
    await refresh()
  }
  if (!kept) return null
  const { items, used, most, isPersistent } = kept
  return (
    <fieldset className="storage">
      <legend>Storage</legend>
      <p className="quiet">
        {items.length === 0
          ? 'Nothing is kept yet. Models and CLIP’s vectors are, so that the next visit need not make them again.'
          : 'Kept in this browser, so that the next visit need not make it again.'}
        {most > 0 && ` ${formatBytes(used)} of ${formatBytes(most)} used.`}
      </p>
      <ul>
        {items.map((item) => (
          <li key={`${item.kind} ${item.id}`}>
            <span>
              <b>{KINDS[item.kind]}</b> {item.title}
              <small className="quiet">
                {formatBytes(item.bytes)}
                {item.date !== null && ` · ${new Date(item.date).toLocaleDateString()}`}
              </small>
            </span>
            <button
              type="button"
              aria-label={`Delete ${KINDS[item.kind].toLowerCase()} ${item.title}`}
              onClick={() => void remove([item])}
            >
              Delete
            </button>
          </li>
        ))}
      </ul>
      <div className="row">
        {items.length > 0 && (
          <button type="button" onClick={() => void remove(items)}>
            Delete all
          </button>
        )}
        {items.length > 0 && !isPersistent && (
          <button
            type="button"
            title="Asks the browser not to clear it when space runs short"
            onClick={() => void navigator.storage.persist().then(refresh)}
          >
            Keep it for good
          </button>
        )}
      </div>
    </fieldset>
  )
}

async function look(): Promise<Kept> {
  const items = await listKept()
  // Missing on pages without a secure origin, whatever the types say.
  const storage = (navigator as { storage?: StorageManager }).storage
  const { usage = 0, quota = 0 } = (await storage?.estimate?.()) ?? {}
  return { items, used: usage, most: quota, isPersistent: (await storage?.persisted?.()) ?? true }
}
