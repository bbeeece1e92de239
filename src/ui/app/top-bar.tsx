import { useState } from 'react'
import { canKeepMore } from '../data/fidelity-line.tsx'
import { SettingsDialog } from '../data/settings-dialog.tsx'
import { SearchField } from '../find/search-field.tsx'
import { ExportButton } from '../out/export-button.tsx'
import { PublishButton } from '../out/publish-button.tsx'
import { useData, useEngine, useStage } from '../parts/engine-context.ts'
import { formatCount } from '../parts/format.ts'
import { Icon } from '../parts/icon.tsx'
import { panels, useIsWide, usePanels } from '../parts/panels.ts'
import { StatusLine } from './status-line.tsx'
import './top-bar.css'

/** What is open, the search, and what one does with a whole map, in one line. */
export function TopBar({ menu, onHelp }: { readonly menu: string; readonly onHelp: () => void }) {
  const isWide = useIsWide()
  const [settingsOpen, setSettingsOpen] = useState(false)
  return (
    <header className="top-bar" data-bar="">
      <Logo />
      <h1>Captionscape</h1>
      <OpenData menu={menu} />
      <SearchField />
      <div className="bar-actions">
        {isWide && (
          <>
            <ExportButton />
            <PublishButton />
            <IconButton
              name="Settings"
              d="M4 7h9m4 0h3M4 17h3m4 0h9M15 4.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4ZM9 14.8a2.2 2.2 0 1 0 0 4.4 2.2 2.2 0 0 0 0-4.4Z"
              onClick={() => setSettingsOpen(true)}
            />
          </>
        )}
        <ThemeButton />
        <IconButton
          name="Keyboard shortcuts"
          title="Keys and words (?)"
          d="M9.2 9a2.9 2.9 0 1 1 4.2 2.6c-.9.5-1.4 1-1.4 2.1M12 17.4v.1"
          onClick={onHelp}
        />
        {isWide && <InspectorButton />}
      </div>
      {settingsOpen && <SettingsDialog onClose={() => setSettingsOpen(false)} />}
    </header>
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

/** The open file's name and size, and what the page is doing; a click shows how the map was made and what else can be opened. */
function OpenData({ menu }: { readonly menu: string }) {
  const shown = useData((view) => view.shown)
  const fidelity = shown?.fidelity ?? null
  const menuOpen = usePanels((view) => view.menuOpen)
  const part =
    shown && shown.totalRows > shown.nRows
      ? `${formatCount(shown.nRows)} of ${formatCount(shown.totalRows)}`
      : formatCount(shown?.nRows ?? 0)
  return (
    <div className="open-data">
      <button
        type="button"
        className="plain menu"
        aria-expanded={menuOpen}
        aria-controls={menu}
        onClick={() => panels.setMenu(!menuOpen)}
      >
        <strong title={shown?.name}>{shown?.name ?? 'Open captions'}</strong>
        {shown && (
          <span>
            {part} rows<span className="grouped">{groupedBy(shown.encoder)}</span>
          </span>
        )}
        <span className="visually-hidden">Menu</span>
        <Icon d={menuOpen ? 'm7 14 5-5 5 5' : 'm7 10 5 5 5-5'} />
      </button>
      <div className="open-state">
        <StatusLine />
        {fidelity && canKeepMore(fidelity) && (
          <button type="button" className="link" onClick={() => panels.setMenu(true)}>
            keeps {(100 * fidelity.kept).toFixed(0)} % of neighbors, could keep more
          </button>
        )}
      </div>
    </div>
  )
}

/** What near means on the map, after its number of rows. */
function groupedBy(encoder: string | null): string {
  if (encoder === null) return ''
  if (encoder.startsWith('Lexical')) return ' · grouped by words'
  return encoder.startsWith('Vectors') ? ' · grouped by vectors' : ' · grouped by meaning'
}

function ThemeButton() {
  const engine = useEngine()
  const theme = useStage((view) => view.theme)
  return theme === 'dark' ? (
    <IconButton
      name="Use the light theme"
      d="M12 8a4 4 0 1 0 0 8 4 4 0 0 0 0-8ZM12 3v1.5m0 15V21M3 12h1.5m15 0H21M5.6 5.6l1.1 1.1m10.6 10.6 1.1 1.1m0-12.8-1.1 1.1M6.7 17.3l-1.1 1.1"
      onClick={() => engine.map.setTheme('light')}
    />
  ) : (
    <IconButton
      name="Use the dark theme"
      d="M19.5 14.5A8 8 0 0 1 9.5 4.5a8 8 0 1 0 10 10Z"
      onClick={() => engine.map.setTheme('dark')}
    />
  )
}

/** Shows and hides what stands beside the map. */
function InspectorButton() {
  const isOpen = usePanels((view) => view.isOpen)
  const hasMap = useData((view) => view.shown !== null)
  if (!hasMap) return null
  return (
    <IconButton
      name={isOpen ? 'Hide the inspector' : 'Show the inspector'}
      d={isOpen ? 'M4 5h16v14H4ZM14.5 5v14M17 10h.1M17 13h.1' : 'M4 5h16v14H4ZM14.5 5v14'}
      onClick={() => panels.setOpen(!isOpen)}
    />
  )
}

function IconButton({
  name,
  title = name,
  d,
  onClick,
}: {
  readonly name: string
  readonly title?: string
  readonly d: string
  readonly onClick: () => void
}) {
  return (
    <button type="button" className="plain icon-button" aria-label={name} title={title} onClick={onClick}>
      <Icon d={d} />
    </button>
  )
}
