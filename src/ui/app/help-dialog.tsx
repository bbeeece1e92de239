import { useEffect, useRef } from 'react'
import './help-dialog.css'

const SHORTCUTS: readonly {
  readonly title: string
  readonly keys: readonly (readonly [string, string])[]
}[] = [
  {
    title: 'Anywhere',
    keys: [
      ['1 – 9', 'Switch the layout'],
      ['/', 'Search captions'],
      ['Escape', 'Leave the search, close the caption'],
      ['?', 'This help'],
    ],
  },
  {
    title: 'On the map',
    keys: [
      ['Arrows', 'To the nearest caption in that direction'],
      ['Shift + arrows', 'Move the map'],
      ['Enter', 'Pin the caption'],
      ['Space', 'Select the caption, or take it out'],
      ['A', 'Select all in view'],
      ['Ctrl or ⌘ + Z', 'Take back the last change of the selection'],
      ['+ and −', 'Zoom'],
      ['0', 'The whole map'],
    ],
  },
  {
    title: 'By touch',
    keys: [
      ['Tap', 'Pin what is there'],
      ['Hold', 'Read it in passing'],
      ['Two fingers', 'Zoom and move'],
    ],
  },
  {
    title: 'With the mouse',
    keys: [
      ['Shift + drag', 'Lasso'],
      ['Ctrl or ⌘ + click', 'Select, or take out'],
      ['Wheel', 'Zoom'],
    ],
  },
]

/** The keys and gestures that the page knows. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="card settings help" aria-label="Keyboard shortcuts" onClose={onClose}>
      <form method="dialog">
        <h2>Keyboard shortcuts</h2>
        {SHORTCUTS.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([key, what]) => (
                <div key={key}>
                  <dt>
                    <kbd>{key}</kbd>
                  </dt>
                  <dd>{what}</dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <div className="row">
          <button type="submit" className="primary">
            Close
          </button>
        </div>
      </form>
    </dialog>
  )
}
