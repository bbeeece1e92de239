import { readFile } from 'node:fs/promises'
import type { Page } from 'playwright'
import { describe, expect, it } from 'vitest'
import { cutOff, harness, hover, menu, ready, settled, violations } from './harness.ts'

const { visit } = harness()

/** Rows that lie in a box of the window, by the scripting interface. */
function rowsIn(page: Page, [left, top, right, bottom]: readonly number[]): Promise<number> {
  return page.evaluate(
    ([x0, y0, x1, y1]) => {
      const { rows } = globalThis.captionscape.status()
      const inside = (at: { x: number; y: number } | null): boolean =>
        at !== null && at.x >= x0 && at.x <= x1 && at.y >= y0 && at.y <= y1
      return Array.from({ length: rows }, (_, row) => row).filter((row) =>
        inside(globalThis.captionscape.screenPosition(row)),
      ).length
    },
    [left, top, right, bottom],
  )
}

async function drag(page: Page, corners: readonly (readonly [number, number])[]): Promise<void> {
  await page.mouse.move(...corners[0])
  await page.mouse.down()
  for (const corner of corners.slice(1)) await page.mouse.move(...corner, { steps: 4 })
  await page.mouse.up()
}

const selected = (page: Page, n: number) =>
  page.getByText(`${n.toLocaleString()} ${n === 1 ? 'caption' : 'captions'} selected`).waitFor()

describe('selection', () => {
  it('takes what a box or a lasso holds, keeps it in every layout, adds, subtracts and goes back', async () => {
    const { page, faults } = await visit()
    await ready(page)
    const before = await page.evaluate(() => globalThis.captionscape.screenPosition(0))
    const box = [850, 400, 1050, 600] as const
    const inBox = await rowsIn(page, box)
    expect(inBox).toBeGreaterThan(100)
    await page.getByRole('button', { name: 'Box' }).click()
    await drag(page, [
      [850, 400],
      [1050, 600],
    ])
    await selected(page, inBox)
    expect(await page.evaluate(() => globalThis.captionscape.screenPosition(0))).toEqual(before)
    await page.getByRole('radio', { name: 'nn60' }).check()
    await settled(page)
    await selected(page, inBox)
    await page.getByRole('radio', { name: 'nn30' }).check()
    await settled(page)
    await page.getByRole('button', { name: 'Lasso' }).click()
    await page.getByRole('radio', { name: 'Subtract' }).check()
    const half = await rowsIn(page, [850, 400, 950, 600])
    await drag(page, [
      [840, 390],
      [950, 390],
      [950, 610],
      [840, 610],
    ])
    await selected(page, inBox - half)
    await page.getByRole('button', { name: 'Undo' }).click()
    await selected(page, inBox)
    await page.keyboard.press('Escape')
    expect(await page.getByRole('button', { name: 'Lasso' }).getAttribute('aria-pressed')).toBe('false')
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await page.keyboard.press('Control+z')
    await selected(page, inBox)
    await page.getByRole('button', { name: 'Clear', exact: true }).click()
    await page.keyboard.down('Shift')
    await drag(page, [
      [850, 400],
      [1050, 400],
      [1050, 600],
      [850, 600],
    ])
    await page.keyboard.up('Shift')
    await selected(page, inBox)
    expect(faults).toEqual([])
  })

  it('is made by clicks and by keys, and pins nothing by that', async () => {
    const { page } = await visit()
    await ready(page)
    await hover(page, 42)
    await page.keyboard.down('Control')
    await page.mouse.down()
    await page.mouse.up()
    await page.keyboard.up('Control')
    await selected(page, 1)
    await page.getByRole('application', { name: 'Map of captions' }).focus()
    await page.keyboard.press('ArrowRight')
    await page.getByRole('tooltip').waitFor()
    await page.keyboard.press(' ')
    await selected(page, 2)
    await page.keyboard.press(' ')
    await selected(page, 1)
    await page.keyboard.press('a')
    await selected(page, await page.evaluate(() => globalThis.captionscape.status().rows))
    expect(await page.getByRole('complementary', { name: 'Caption' }).count()).toBe(0)
  })

  it('shows its rows in a table that sorts, and saves them', async () => {
    const { page, faults } = await visit({ q: '"red fox"' })
    await ready(page)
    const rows = await page.evaluate(async () => [...(await globalThis.captionscape.search('"red fox"'))])
    await page.getByRole('button', { name: 'Select matches' }).click()
    await selected(page, rows.length)
    await page.getByRole('button', { name: 'Table', exact: true }).click()
    const table = page.getByRole('region', { name: 'Table of selected captions' })
    const lines = table.getByRole('button', { name: /^Show row/ })
    await lines.first().waitFor()
    expect(await lines.count()).toBe(Math.min(rows.length, await lines.count()))
    const widths = async () =>
      (await table.locator('tbody tr:has(th) td:nth-child(4)').allTextContents()).map(Number)
    await table.getByRole('button', { name: 'WIDTH' }).click()
    const ascending = await widths()
    expect(ascending).toEqual([...ascending].sort((a, b) => a - b))
    await table.getByRole('button', { name: 'WIDTH' }).click()
    const descending = await widths()
    expect(descending).toEqual([...descending].sort((a, b) => b - a))
    expect(await page.getByRole('columnheader', { name: 'WIDTH' }).getAttribute('aria-sort')).toBe(
      'descending',
    )
    const words = page.getByRole('list', { name: 'Words that set the selection apart' })
    expect(await words.getByRole('button').allTextContents()).toEqual(expect.arrayContaining(['red', 'fox']))

    await page.getByRole('button', { name: 'More formats' }).click()
    await page.getByRole('radio', { name: 'CSV' }).check()
    await page.getByRole('radio', { name: /selected$/ }).check()
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ])
    expect(saved.suggestedFilename()).toBe('sample-selection.csv')
    const csv = (await readFile(await saved.path(), 'utf8')).trimEnd().split('\r\n')
    expect(csv).toHaveLength(rows.length + 1)
    expect(csv[0]).toContain('x_nn10,y_nn10')
    for (const line of csv.slice(1)) expect(line).toMatch(/red fox/i)

    await page.getByRole('button', { name: 'More formats' }).click()
    await page.getByRole('radio', { name: 'Picture' }).check()
    const [picture] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Save' }).click(),
    ])
    const png = await readFile(await picture.path())
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([2880, 1800])
    expect(faults).toEqual([])
  })

  it.each([
    ['dark', 1440, 900],
    ['light', 390, 844],
  ] as const)('has no accessibility violation in the %s theme at %i × %i', async (theme, width, height) => {
    const { page } = await visit({ q: 'fox' }, { theme, width, height })
    await ready(page)
    await page.getByRole('button', { name: 'Select matches' }).click()
    await page.getByRole('searchbox', { name: 'Search captions' }).fill('')
    await page.getByRole('button', { name: 'Lasso' }).click()
    await page.getByRole('button', { name: 'Table', exact: true }).click()
    await page
      .getByRole('button', { name: /^Show row/ })
      .first()
      .waitFor()
    const contrasts = page.getByRole('list', { name: 'Columns of the selection against the rest' })
    if (width < 760) await page.getByText('Columns, selected against the rest').click()
    // What sets foxes apart from the rest is their topic, so it comes first.
    await expect.poll(() => contrasts.getByRole('listitem').first().textContent()).toMatch(/^topic.*wild/i)
    await contrasts.getByRole('heading', { name: 'WIDTH' }).waitFor()
    expect(await violations(page)).toEqual([])
    expect(await cutOff(page)).toEqual([])
    await page.getByRole('button', { name: 'Close table' }).click()
    await menu(page, width < 760)
    await page.getByRole('button', { name: 'More formats' }).click()
    expect(await violations(page)).toEqual([])
  })
})
