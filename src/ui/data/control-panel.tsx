import { type ReactNode, useId, useState } from 'react'
import { useChoices, useData, useEngine, useStage, useStatus } from '../parts/engine-context.ts'
import { ExportButton } from '../out/export-button.tsx'
import { FetchCaptions } from './fetch-captions.tsx'
import { formatCount } from '../parts/format.ts'
import { OpenData } from './open-data.tsx'
import { PublishButton } from '../out/publish-button.tsx'
import { SettingsDialog } from './settings-dialog.tsx'
import { FidelityLine } from './fidelity-line.tsx'
import { useCanLayOut, VectorColumn, VectorsChoice } from './vectors-choice.tsx'
import './control-panel.css'

const ENCODERS = [
  { value: 'clip', name: 'CLIP' },
  { value: 'lexical', name: 'Lexical' },
] as const

interface Props {
  /** The panel folds to its head; at first on a phone only. */
  readonly open: boolean
  readonly onToggle: () => void
  readonly onHelp: () => void
  /** What is going on, between the open file and the controls. */
  readonly children?: ReactNode
}

/** What is open, how it was made, and the ways to open something else. */
export function ControlPanel({ open, onToggle, onHelp, children }: Props) {
  const engine = useEngine()
  const theme = useStage((view) => view.theme)
  const [settingsOpen, setSettingsOpen] = useState(false)
  const body = useId()
  return (
    <section className="card panel" aria-label="Captionscape" data-panel="" data-open={open}>
      <header>
        <Logo />
        <h1>Captionscape</h1>
        <button
          type="button"
          className="plain"
          aria-label={theme === 'dark' ? 'Use the light theme' : 'Use the dark theme'}
          onClick={() => engine.map.setTheme(theme === 'dark' ? 'light' : 'dark')}
        >
          {theme === 'dark' ? '☀' : '☾'}
        </button>
        <button
          type="button"
          className="plain"
          aria-label="Keyboard shortcuts"
          title="Keyboard shortcuts (?)"
          onClick={onHelp}
        >
          ?
        </button>
        <button
          type="button"
          className="plain menu"
          aria-expanded={open}
          aria-controls={body}
          onClick={onToggle}
        >
          Menu
        </button>
      </header>
      <OpenFile />
      {children}
      <div className="panel-body" id={body}>
        <Origin />
        <OpenData />
        <EncoderChoice />
        <div className="row actions">
          <button type="button" onClick={() => setSettingsOpen(true)}>
            Settings
          </button>
          <ExportButton />
          <PublishButton />
        </div>
      </div>
      {settingsOpen && <SettingsDialog onClose={() => setSettingsOpen(false)} />}
    </section>
  )
}

function Logo() {
  return (
    <svg className="logo" viewBox="0 0 32 32" aria-hidden="true">
      <circle cx="9" cy="20" r="5" />
      <circle cx="20" cy="12" r="7" />
      <circle cx="24" cy="24" r="3.5" />
      <circle cx="8" cy="8" r="2.5" />
    </svg>
  )
}

/** The open file's name and size. */
function OpenFile() {
  const shown = useData((view) => view.shown)
  if (!shown) return null
  const rows = formatCount(shown.nRows)
  const part = shown.totalRows > shown.nRows ? ` of ${formatCount(shown.totalRows)}` : ''
  return (
    <p className="open-data">
      <strong title={shown.name}>{shown.name}</strong>
      <span>
        {rows}
        {part} rows
      </span>
    </p>
  )
}

/** “Mean pooling, …”; the space that ends a prefix stays with its quotation mark. */
function sentenceOf(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1).replaceAll(' ”', '\u00a0”')
}

/** How the map on screen was made. */
function Origin() {
  const engine = useEngine()
  const shown = useData((view) => view.shown)
  const column = useId()
  if (!shown) return null
  return (
    <div className="origin">
      <p>
        Map made by <span className="made-by">{shown.encoder}</span>
        {shown.adapter && <> · UMAP on {shown.adapter}</>}
      </p>
      {shown.recipe && <p className="quiet recipe">{sentenceOf(shown.recipe)}</p>}
      {shown.fidelity && <FidelityLine fidelity={shown.fidelity} />}
      <FetchCaptions />
      {shown.textPaths.length > 1 && !shown.isFolder && (
        <p className="inline">
          <label className="label" htmlFor={column}>
            Caption column
          </label>
          <select
            id={column}
            value={shown.textColumn ?? ''}
            onChange={(event) => engine.open.setTextColumn(event.currentTarget.value)}
          >
            {shown.textPaths.map((path) => (
              <option key={path}>{path}</option>
            ))}
          </select>
        </p>
      )}
      <ListsChoice />
    </div>
  )
}

/** What becomes of several captions in one row of the file. */
function ListsChoice() {
  const engine = useEngine()
  const textColumn = useData((view) => view.shown?.textColumn ?? null)
  const lists = useData((view) => view.shown?.lists ?? null)
  const id = useId()
  if (lists === null || textColumn === null) return null
  return (
    <p className="inline">
      <label className="label" htmlFor={id}>
        Captions in lists
      </label>
      <select
        id={id}
        value={lists}
        onChange={(event) => {
          engine.choices.set({ lists: event.currentTarget.value === 'joined' ? 'joined' : 'rows' })
          engine.open.setTextColumn(textColumn)
        }}
      >
        <option value="rows">One row each</option>
        <option value="joined">Joined</option>
      </select>
    </p>
  )
}

/** The encoder of the next run. */
function EncoderChoice() {
  const engine = useEngine()
  const encoder = useChoices((view) => view.settings.encoder)
  const canRun = useCanLayOut()
  const working = useStatus((view) => view.phase === 'working')
  const note = useId()
  return (
    <div className="encoder">
      <div className="encoder-row">
        <div role="radiogroup" aria-label="Encoder" aria-describedby={note} className="choices">
          {ENCODERS.map(({ value, name }) => (
            <label key={value} data-checked={encoder === value}>
              <input
                type="radio"
                name="encoder"
                checked={encoder === value}
                onChange={() => engine.choices.set({ encoder: value })}
              />
              {name}
            </label>
          ))}
          <VectorsChoice />
        </div>
        {canRun && !working && (
          <button type="button" onClick={() => engine.open.rerun()}>
            Lay out again
          </button>
        )}
      </div>
      <p className="quiet" id={note}>
        <EncoderNote />
      </p>
      <VectorColumn />
    </div>
  )
}

/** What the chosen encoder goes by, and what it takes. */
function EncoderNote() {
  const encoder = useChoices((view) => view.settings.encoder)
  const model = useChoices((view) => view.modelFolder ?? view.settings.model)
  if (encoder === 'lexical') return 'By words. No download, ready in seconds.'
  if (encoder === 'vectors') return 'By the vectors that came with the captions.'
  if (model !== null) return `By the model “${model}”.`
  return 'By meaning. One download of 65–250 MB.'
}
