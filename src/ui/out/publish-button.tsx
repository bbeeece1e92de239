import { useEffect, useId, useRef, useState } from 'react'
import { canWriteFolders, publishAsZip, publishToFolder } from '../../engine/out/publisher.ts'
import { useData, useEngine, useStatus } from '../parts/engine-context.ts'
import './publish-button.css'

/** Writes the map as a folder that any static host serves. */
export function PublishButton() {
  const isWorking = useStatus((view) => view.phase === 'working')
  const ready = useData(({ shown }) => shown !== null && !shown.streamed) && !isWorking
  const [open, setOpen] = useState(false)
  return (
    <>
      <button type="button" disabled={!ready} aria-haspopup="dialog" onClick={() => setOpen(true)}>
        Publish
      </button>
      {open && <PublishDialog onClose={() => setOpen(false)} />}
    </>
  )
}

function PublishDialog({ onClose }: { readonly onClose: () => void }) {
  const engine = useEngine()
  const [busy, setBusy] = useState(false)
  const [written, setWritten] = useState<string | null>(null)
  const dialog = useRef<HTMLDialogElement>(null)
  const titleId = useId()
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  const publish = async (write: typeof publishAsZip | typeof publishToFolder): Promise<void> => {
    const session = engine.data.shown
    if (!session) return
    setBusy(true)
    try {
      setWritten(await write(session))
    } catch (error) {
      // The alert is in the page, below the dialog.
      dialog.current?.close()
      engine.status.report(error)
    } finally {
      setBusy(false)
    }
  }
  return (
    <dialog ref={dialog} className="card settings" aria-labelledby={titleId} onClose={onClose}>
      <div className="publish">
        <h2 id={titleId}>Publish</h2>
        <p>
          Writes this map as a folder of a few files: its layouts in levels of detail, and all columns of its
          rows. Put the folder on any static host; whoever opens it fetches only what they look at, so it may
          be of any size.
        </p>
        <div className="row">
          {canWriteFolders() && (
            <button
              type="button"
              className="primary"
              disabled={busy}
              onClick={() => void publish(publishToFolder)}
            >
              Choose a folder
            </button>
          )}
          <button type="button" disabled={busy} onClick={() => void publish(publishAsZip)}>
            Download .zip
          </button>
          <button type="button" onClick={() => dialog.current?.close()}>
            Close
          </button>
        </div>
        <p aria-live="polite">
          {busy && 'Writing…'}
          {!busy && written !== null && `Written: ${written}`}
        </p>
        {written !== null && (
          <p className="quiet">
            The host must answer range requests and allow other pages to read (“Access-Control-Allow-Origin”);
            most do. The map then opens at {`${location.origin}${location.pathname}?data=https://…/`} with the
            folder’s address, the slash at its end included.
          </p>
        )}
      </div>
    </dialog>
  )
}
