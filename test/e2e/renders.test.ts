import type { Page } from 'playwright'
import { expect, test } from 'vitest'
import { harness, ready, settled } from './harness.ts'

const { visit } = harness()

/** Counts React's commits by the hook that its developer tools use, which production builds call too. */
async function countCommits(page: Page): Promise<() => Promise<number>> {
  await page.addInitScript(() => {
    const counter = { commits: 0 }
    Object.assign(globalThis, {
      counter,
      __REACT_DEVTOOLS_GLOBAL_HOOK__: {
        supportsFiber: true,
        renderers: new Map(),
        inject: () => 1,
        onCommitFiberRoot: () => counter.commits++,
        onCommitFiberUnmount: () => {},
        onPostCommitFiberRoot: () => {},
      },
    })
  })
  await page.reload()
  return () =>
    page.evaluate(() => (globalThis as unknown as { counter: { commits: number } }).counter.commits)
}

test('React renders once a hover, and not while the camera moves', async () => {
  const { page, faults } = await visit({ row: 21 })
  const commits = await countCommits(page)
  await ready(page)
  expect(await commits()).toBeGreaterThan(0)
  // What comes late, such as topics, has come.
  for (let seen = -1; seen !== (await commits()); ) {
    seen = await commits()
    await page.waitForTimeout(1500)
  }

  const at = await page.evaluate(() => globalThis.captionscape.screenPosition(21))
  if (!at) throw new Error('row 21 is out of view')
  await page.mouse.move(at.x + 200, at.y + 3)
  await page.mouse.move(at.x, at.y)
  await page.getByRole('tooltip').waitFor()
  const before = await commits()
  await page.mouse.move(at.x, at.y, { steps: 4 })
  expect((await commits()) - before).toBeLessThanOrEqual(1)

  // In an empty corner, so that no caption is hovered.
  await page.mouse.move(1400, 60)
  await page.getByRole('tooltip').waitFor({ state: 'detached' })
  const still = await commits()
  await page.mouse.down()
  await page.mouse.move(1300, 120, { steps: 15 })
  expect((await commits()) - still).toBe(0)
  await page.mouse.up()
  await settled(page)
  expect(faults).toEqual([])
})
