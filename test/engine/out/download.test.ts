import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { download } from '../../../src/engine/out/download.ts'

beforeEach(() => vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

test('a saved file can still be read half a minute after the click, and is let go of then', () => {
  const clicked: object[] = []
  vi.stubGlobal('document', {
    createElement: () => ({
      click(this: object) {
        clicked.push({ ...this, click: undefined })
      },
    }),
  })
  const revoke = vi.fn<(url: string) => void>()
  vi.stubGlobal('URL', { createObjectURL: () => 'blob:map', revokeObjectURL: revoke })
  download('map.zip', new Blob(['map']))
  expect(clicked).toEqual([{ href: 'blob:map', download: 'map.zip', click: undefined }])
  vi.advanceTimersByTime(30_000)
  expect(revoke).not.toHaveBeenCalled()
  vi.runAllTimers()
  expect(revoke).toHaveBeenCalledWith('blob:map')
})
