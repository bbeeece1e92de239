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
      ['Escape', 'Close what was opened last'],
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

const WORDS: readonly (readonly [string, string])[] = [
  [
    'By meaning, by shared words',
    'What near means. By meaning, captions are near that a model (CLIP) takes to say alike; by shared words, no model is needed.',
  ],
  [
    'Fine, Balanced, Broad',
    'Layouts of the same captions, fitted to 10, 30 or 60 neighbors of each (nn10, nn30, nn60): from many small groups to few large ones.',
  ],
  [
    'Nearest in meaning, nearest on the map',
    'The first goes by the numbers of the encoder, the second by places: a map of two dimensions cannot keep all neighbors.',
  ],
  [
    'Keeps 41 % of neighbors',
    'Of each caption’s nearest by the encoder, so many are still among its nearest after the projection that the layouts start from.',
  ],
  [
    'Agreement',
    'Whether a caption has the same neighbors on the other layouts. Where it is low, do not read much into what lies side by side.',
  ],
]

/** The keys and gestures that the page knows, and what its words mean. */
export function HelpDialog({ onClose }: { readonly onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => {
    dialog.current?.showModal()
  }, [])
  return (
    <dialog ref={dialog} className="card settings help" aria-label="Keyboard shortcuts" onClose={onClose}>
      <form method="dialog">
        <h2>Keys and words</h2>
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
        <section className="words">
          <h3>Words</h3>
          <dl>
            {WORDS.map(([word, meaning]) => (
              <div key={word}>
                <dt>{word}</dt>
                <dd className="quiet">{meaning}</dd>
              </div>
            ))}
          </dl>
        </section>
        <div className="row">
          <button type="submit" className="primary">
            Close
          </button>
        </div>
      </form>
    </dialog>
  )
}
