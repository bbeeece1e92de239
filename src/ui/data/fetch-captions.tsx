import { useStore } from 'zustand'
import { useData, useEngine } from '../parts/engine-context.ts'
import { formatBytes } from '../parts/format.ts'
import './fetch-captions.css'

/** The captions of a map held in part: the way to have them all, and what became of them. */
export function FetchCaptions() {
  const state = useStore(useEngine().remote.view, (view) => view.state)
  if (state === 'none') return null
  return (
    <div className="captions-state">
      <span className="label">Captions</span>
      <CaptionsOffer />
    </div>
  )
}

/**
 * Offers all captions of a map held in part, tells their size before and their progress while they come.
 * @param isBrief what they are needed for is clear
 */
export function CaptionsOffer({ isBrief = false }: { readonly isBrief?: boolean }) {
  const { remote } = useEngine()
  const { state, bytes, done, isKept } = useStore(remote.view)
  const oneByOne = useData((view) => view.shown?.captionBytes === 0)
  if (state === 'none') return null
  if (state === 'too-large')
    return <p className="quiet">More than a page can hold; they are fetched one by one.</p>
  if (state === 'held') {
    return (
      <p className="quiet">
        {isKept
          ? 'All here, and kept in this browser for the next visit (Settings lists them).'
          : 'All here until the page is closed: this browser does not let it keep them.'}
      </p>
    )
  }
  if (state === 'fetching') {
    return (
      <div className="fetching">
        <progress aria-label="Captions" value={done} max={bytes} />
        <p className="quiet">
          {formatBytes(done)} of {formatBytes(bytes)}
        </p>
        <button type="button" onClick={() => remote.cancel()}>
          Cancel
        </button>
      </div>
    )
  }
  return (
    <>
      {!isBrief && (
        <p className="quiet">
          {oneByOne ? 'Fetched one by one.' : 'This file gives them only all together.'} Search and topics
          need them all.
        </p>
      )}
      <button
        type="button"
        title="Kept in this browser for later visits, where it lets the page"
        onClick={() => void remote.fetch()}
      >
        {done > 0
          ? `Fetch the other ${formatBytes(bytes - done)} of captions`
          : `Fetch captions (${formatBytes(bytes)})`}
      </button>
    </>
  )
}
