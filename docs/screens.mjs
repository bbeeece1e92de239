// npm run screens [-- captions.parquet]: the pictures of docs/screens, taken from the built page. With a file of captions it also lays
// that out with the lexical encoder and takes each of its layouts.
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build, preview } from 'vite'
import { ensureChromium } from '../test/browser-path.mjs'
import { chromiumArgs } from '../test/chromium-args.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const folder = path.join(root, 'docs/screens')
const WIDE = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

await build({ root, logLevel: 'warn' })
const server = await preview({ root, logLevel: 'warn', preview: { host: '127.0.0.1', port: 4191 } })
const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArgs })

async function visit(search, viewport, colorScheme) {
  const page = await browser.newPage({ viewport, colorScheme })
  page.setDefaultTimeout(0)
  await page.goto(server.resolvedUrls.local[0] + search)
  await ready(page)
  return page
}

async function ready(page) {
  await page.evaluate(() => globalThis.captionscape.whenReady())
  await page.waitForTimeout(1500)
}

async function take(page, name) {
  await page.screenshot({ path: path.join(folder, `${name}.png`) })
  console.log(`docs/screens/${name}.png`)
}

async function pin(page, row) {
  const at = await page.evaluate((r) => globalThis.captionscape.screenPosition(r), row)
  await page.mouse.click(at.x, at.y)
  await page.waitForTimeout(800)
}

try {
  for (const theme of ['dark', 'light']) {
    for (const [suffix, viewport] of [
      ['', WIDE],
      ['-phone', PHONE],
    ]) {
      const page = await visit('', viewport, theme)
      await take(page, `sample-${theme}${suffix}`)
      await pin(page, 21)
      await take(page, `pinned-${theme}${suffix}`)
      await page.close()
    }
  }
  if (process.argv[2]) {
    const page = await visit('?encoder=lexical&gpu=fallback', WIDE, 'dark')
    await page.getByLabel('Open Parquet').setInputFiles(process.argv[2])
    await page.getByRole('progressbar', { name: 'Lay out' }).waitFor()
    await page.waitForFunction(
      () => Number(document.querySelector('[role=progressbar][aria-label="Lay out"]')?.ariaValueNow) > 30,
    )
    await take(page, 'working-dark')
    await ready(page)
    for (const name of await page.evaluate(() => globalThis.captionscape.status().layouts)) {
      await page.getByRole('radio', { name }).check()
      await page.waitForTimeout(1500)
      await take(page, `captions-${name}`)
    }
    console.log(await page.evaluate(() => globalThis.captionscape.timings()))
  }
} finally {
  await browser.close()
  await server.close()
}
