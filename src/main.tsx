import './ui/app/styles.css'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { createEngine } from './engine/engine.ts'
import { type Captionscape, scriptingOf } from './engine/scripting.ts'
import { App } from './ui/app/app.tsx'

declare global {
  var captionscape: Captionscape
}

const engine = createEngine()
globalThis.captionscape = scriptingOf(engine)
engine.open.start()

const root = document.getElementById('root')
if (!root) throw new Error('main: index.html has no #root')
createRoot(root).render(
  <StrictMode>
    <App engine={engine} />
  </StrictMode>,
)
