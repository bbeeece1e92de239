import { useStore } from 'zustand'
import { useEngine } from '../parts/engine-context.ts'
import './storage-list.css'

const LIMITS: readonly { readonly hideFrom: number | null; readonly name: string }[] = [
  { hideFrom: 0.1, name: '0.1, nearly all that are in doubt' },
  { hideFrom: 0.3, name: '0.3' },
  { hideFrom: 0.5, name: '0.5, more likely than not' },
  { hideFrom: 0.7, name: '0.7' },
  { hideFrom: 0.9, name: '0.9, nearly sure' },
  { hideFrom: null, name: 'never' },
]

/** From where images are shown, and which are hidden. */
export function ImageList() {
  const { images } = useEngine()
  const { hosts, hideFrom, isKept } = useStore(images.view)
  return (
    <fieldset className="storage">
      <legend>Images</legend>
      <p className="quiet">
        {hosts.length === 0
          ? 'Off. A pinned caption whose row names an image offers to show images from its host.'
          : 'Shown from these hosts, each of which learns your network address.'}
        {!isKept && ' This browser keeps nothing for this page: it holds until the page is closed.'}
      </p>
      <ul>
        {hosts.map((host) => (
          <li key={host}>
            <span>{host}</span>
            <button
              type="button"
              aria-label={`Revoke images from ${host}`}
              onClick={() => images.revoke(host)}
            >
              Revoke
            </button>
          </li>
        ))}
      </ul>
      <label className="field">
        <span>Hide images rated at least</span>
        <select
          value={String(hideFrom)}
          onChange={({ currentTarget: { value } }) =>
            images.setHideFrom(value === 'null' ? null : Number(value))
          }
        >
          {LIMITS.map((limit) => (
            <option key={limit.name} value={String(limit.hideFrom)}>
              {limit.name}
            </option>
          ))}
        </select>
        <small className="quiet">
          Of a column such as punsafe, NSFW or pwatermark; “Show anyway” shows one.
        </small>
      </label>
    </fieldset>
  )
}
