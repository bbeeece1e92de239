import { useEffect, useState } from 'react'
import { useEngine } from '../parts/engine-context.ts'

const TITLE = 'Captionscape'

/** Whether a notification could be asked for: the browser has them and the user has not decided yet. */
function isUndecided(): boolean {
  return 'Notification' in globalThis && Notification.permission === 'default'
}

/**
 * Says in the tab's title, and by a notification where the user allowed it, that a run has ended while the page was hidden.
 *
 * @returns asks for the permission; null where there is nothing to ask
 */
export function useDoneNotice(): (() => void) | null {
  const engine = useEngine()
  const [canAsk, setCanAsk] = useState(isUndecided)
  useEffect(() => {
    const onVisible = (): void => {
      if (!document.hidden) document.title = TITLE
    }
    document.addEventListener('visibilitychange', onVisible)
    const stop = engine.status.view.subscribe(({ phase, message }, before) => {
      if (!document.hidden || before.phase !== 'working' || (phase !== 'ready' && phase !== 'error')) return
      document.title = `${phase === 'ready' ? '✓' : '⚠'} ${message} – ${TITLE}`
      if ('Notification' in globalThis && Notification.permission === 'granted') {
        new Notification(TITLE, { body: message }).addEventListener('click', () => focus())
      }
    })
    return () => {
      document.removeEventListener('visibilitychange', onVisible)
      stop()
    }
  }, [engine])
  return canAsk ? () => void Notification.requestPermission().then(() => setCanAsk(isUndecided())) : null
}
