import { describe, expect, it } from 'vitest'
import { cutOff, harness, ready, settled, violations } from './harness.ts'

const { visit } = harness()

describe('search', () => {
  it('counts as one types, steps through the hits, and goes by Escape', async () => {
    const { page, faults } = await visit()
    await ready(page)
    const box = page.getByRole('searchbox', { name: 'Search captions' })
    await page.keyboard.press('/')
    await page.keyboard.type('Red "photo" -print')
    const rows = await page.evaluate(async () => [
      ...(await globalThis.captionscape.search('Red "photo" -print', 'text')),
    ])
    expect(rows.length).toBeGreaterThan(1)
    await page.getByText(`${rows.length} captions match`).waitFor()
    for (const row of rows) {
      const caption = await page.evaluate((r) => globalThis.captionscape.caption(r), row)
      expect(caption).toMatch(/red/i)
      expect(caption).toMatch(/\bphoto\b/i)
      expect(caption).not.toMatch(/print/i)
    }
    await expect.poll(() => new URL(page.url()).searchParams.get('q')).toBe('Red "photo" -print')

    const pinned = page.getByRole('complementary', { name: 'Caption' }).locator('blockquote')
    const captionOf = (row: number) => page.evaluate((r) => globalThis.captionscape.caption(r), row)
    await box.press('Enter')
    await expect.poll(() => pinned.textContent()).toBe(await captionOf(rows[0]))
    await box.press('Shift+Enter')
    await expect.poll(() => pinned.textContent()).toBe(await captionOf(rows[rows.length - 1]))
    await page.getByText(`Match ${rows.length} of ${rows.length}`).waitFor()
    await page.getByRole('button', { name: 'Next match' }).click()
    await expect.poll(() => pinned.textContent()).toBe(await captionOf(rows[0]))

    await page.getByRole('tab', { name: /^Results/ }).click()
    const hit = page.getByRole('region', { name: 'Search results' }).getByRole('listitem').nth(1)
    expect(await hit.locator('mark').count()).toBeGreaterThan(0)
    await hit.getByRole('button').click()
    await expect.poll(() => pinned.textContent()).toBe(await captionOf(rows[1]))

    await page.getByRole('tab', { name: /^Results/ }).click()
    await page.getByRole('button', { name: 'Zoom to matches' }).click()
    await settled(page)
    for (const row of rows)
      expect(await page.evaluate((r) => globalThis.captionscape.screenPosition(r), row)).not.toBeNull()

    // A caption in Arabic runs from the right, and so do the field and the hit.
    await box.fill('منظر')
    await page.getByText(/captions? match/).waitFor()
    const direction = (element: Element) => getComputedStyle(element).direction
    expect(await box.evaluate(direction)).toBe('rtl')
    await box.press('Enter')
    await expect.poll(() => pinned.textContent()).toContain('منظر')
    expect(await pinned.evaluate(direction)).toBe('rtl')
    await page.getByRole('tab', { name: /^Results/ }).click()
    expect(await hit.getByRole('button').evaluate(direction)).toBe('rtl')

    await box.fill('qqqqqqq')
    await page.getByText('No captions match').waitFor()
    expect(await page.getByRole('button', { name: 'Next match' }).isDisabled()).toBe(true)

    await box.press('Escape')
    await expect.poll(() => box.inputValue()).toBe('')
    await page.getByText(/captions match/).waitFor({ state: 'detached' })
    await expect.poll(() => page.url()).not.toContain('q=')
    expect(faults).toEqual([])
  })

  it('is part of a link, has no accessibility violation, and fits a phone', async () => {
    for (const [theme, width, height] of [
      ['dark', 1440, 900],
      ['light', 360, 740],
    ] as const) {
      const { page } = await visit({ q: 'the' }, { theme, width, height })
      await ready(page)
      await page.getByText(/captions match/).waitFor()
      await page.getByRole('region', { name: 'Search results' }).waitFor()
      expect(await violations(page)).toEqual([])
      expect(await cutOff(page)).toEqual([])
    }
  })
})
