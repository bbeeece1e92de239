import { beforeEach, expect, test, vi } from 'vitest'

const kept = new Map<string, string>()

/** The panels of a page in a window of that size. */
async function pageOf(innerWidth: number, search = '') {
  vi.resetModules()
  vi.stubGlobal('innerWidth', innerWidth)
  vi.stubGlobal('innerHeight', 900)
  vi.stubGlobal('location', { search })
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
  })
  const { Panels } = await import('../../../src/ui/parts/panels.ts')
  return new Panels()
}

beforeEach(() => kept.clear())

test('the menu is open at first on a wide window that no link has given a file', async () => {
  expect((await pageOf(1440)).view.getState().menuOpen).toBe(true)
  expect((await pageOf(1440, '?data=a.parquet')).view.getState().menuOpen).toBe(false)
  expect((await pageOf(390)).view.getState().menuOpen).toBe(false)
})

test('a tab that has nothing more to show gives way to the one that was opened before it', async () => {
  const panels = await pageOf(1440)
  panels.show('results')
  panels.show('caption')
  expect(panels.view.getState()).toMatchObject({ tab: 'caption', opened: ['results', 'caption'] })
  panels.leave('caption')
  expect(panels.view.getState().tab).toBe('results')
  panels.leave('results')
  expect(panels.view.getState()).toMatchObject({ tab: 'topics', isOpen: true, opened: [] })
})

test('what is opened again is closed first', async () => {
  const panels = await pageOf(1440)
  panels.show('caption')
  panels.opens('table')
  panels.show('caption')
  expect(panels.view.getState().opened).toEqual(['table', 'caption'])
})

test('on a phone the sheet goes down with the last that it showed', async () => {
  const panels = await pageOf(390)
  expect(panels.view.getState().isOpen).toBe(false)
  panels.show('caption')
  panels.setTall(true)
  panels.leave('caption')
  expect(panels.view.getState()).toMatchObject({ isOpen: false, isTall: false })
})

test('sizes are kept for the next visit, within bounds; a phone keeps none', async () => {
  const panels = await pageOf(1440)
  panels.resize('width', 5000)
  panels.resize('tableHeight', 1)
  panels.setOpen(false)
  const next = (await pageOf(1440)).view.getState()
  expect(next).toMatchObject({ width: 720, tableHeight: 120, isOpen: false })
  kept.set('captionscape.panels', '{"width":"wide","isOpen":1')
  expect((await pageOf(1440)).view.getState()).toMatchObject({ width: 320, isOpen: true })
  kept.clear()
  const phone = await pageOf(390)
  phone.show('caption')
  expect(kept.size).toBe(0)
})
