// npm run screens [-- captions.parquet [09 …]]: the pictures of docs/screens, taken from the built page at two sizes; all, or those
// whose numbers are given. A file of captions (the sample's, without one or for “-”) is laid out with the lexical encoder on the way.
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { build, preview } from 'vite'
import { ensureChromium } from '../test/browser-path.mjs'
import { chromiumArgs } from '../test/chromium-args.mjs'
import { palettePng } from './palette-png.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const folder = path.join(root, 'docs/screens')
const isSample = (process.argv[2] ?? '-') === '-'
const file = isSample ? path.join(root, 'public/sample.parquet') : path.resolve(process.argv[2])
const WIDE = { width: 1440, height: 900 }
const PHONE = { width: 390, height: 844 }

const only = process.argv.slice(3)
if (only.length === 0) await rm(folder, { recursive: true, force: true })
await mkdir(folder, { recursive: true })
await build({ root, logLevel: 'warn' })
const server = await preview({ root, logLevel: 'warn', preview: { host: '127.0.0.1', port: 4191 } })
const url = server.resolvedUrls.local[0]
const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArgs })
const decoder = await browser.newPage()

/** Pixels of a PNG, by the browser. */
async function pixelsOf(png) {
  const rgba = await decoder.evaluate(async (base64) => {
    const bytes = Uint8Array.from(atob(base64), (c) => c.charCodeAt(0))
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }))
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d')
    context.drawImage(image, 0, 0)
    const { data } = context.getImageData(0, 0, image.width, image.height)
    let text = ''
    for (let i = 0; i < data.length; i += 32_768) text += String.fromCharCode(...data.subarray(i, i + 32_768))
    return btoa(text)
  }, png.toString('base64'))
  return Buffer.from(rgba, 'base64')
}

async function picture(page, name) {
  const { width, height } = page.viewportSize()
  const png = palettePng(await pixelsOf(await page.screenshot()), width, height)
  await writeFile(path.join(folder, `${name}.png`), png)
  console.log(`docs/screens/${name}.png: ${Math.round(png.length / 1000)} KB`)
}

const rest = (page, ms = 1600) => page.waitForTimeout(ms)
const ready = async (page) => {
  await page.evaluate(() => globalThis.captionscape.whenReady())
  await rest(page, 3000)
}
const button = (page, name) => page.getByRole('button', { name, exact: true })
const isOpen = (page) => page.locator('[data-panel]').evaluate((panel) => panel.dataset.open === 'true')
async function setMenu(page, open) {
  if ((await isOpen(page)) !== open) await page.getByRole('button', { name: 'Menu' }).click()
}
async function setTheme(page, theme) {
  const change = page.getByRole('button', { name: `Use the ${theme} theme` })
  if (await change.count()) await change.click()
}

/**
 * Both sizes of one state.
 * @param state what to do on the page, and what to take back afterwards
 */
async function take(page, name, theme, { menu = false, set = async () => {}, unset = async () => {} } = {}) {
  if (only.length > 0 && !only.includes(name.slice(0, 2))) return
  for (const [size, viewport] of [
    ['', WIDE],
    ['-phone', PHONE],
  ]) {
    await page.setViewportSize(viewport)
    await setTheme(page, theme)
    const isPhone = viewport === PHONE
    await setMenu(page, menu === 'phone' ? isPhone : menu)
    await set(isPhone)
    // Nothing is under the pointer in the corner.
    await page.mouse.move(2, 2)
    await rest(page)
    await picture(page, `${name}${size}`)
    await unset(isPhone)
  }
}

try {
  const context = await browser.newContext({ viewport: WIDE, colorScheme: 'dark' })
  const page = await context.newPage()
  page.setDefaultTimeout(0)
  await page.goto(`${url}?encoder=lexical&gpu=fallback&epochs=200`)
  await ready(page)
  const box = page.getByRole('searchbox', { name: 'Search captions' })
  const fit = async () => {
    await button(page, 'Fit').click()
    await page.mouse.move(720, 4)
  }

  await take(page, '01-sample', 'dark', { set: fit })
  await take(page, '02-doors', 'light', { menu: true })
  await take(page, '03-error', 'dark', {
    set: async () => {
      await setMenu(page, true)
      await page.getByLabel('Parquet URL').fill('https://localhost:9/captions.parquet')
      await button(page, 'Open').click()
      await page.getByRole('alert').waitFor()
      if (page.viewportSize().width < 760) await setMenu(page, false)
    },
    unset: async () => {
      await button(page, 'Dismiss').click()
      await setMenu(page, true)
      await page.getByLabel('Parquet URL').fill('')
    },
  })

  await page.setViewportSize(WIDE)
  await page
    .getByLabel('Open Parquet')
    .setInputFiles({ name: 'captions.parquet', mimeType: '', buffer: await readFile(file) })
  if (isSample) {
    await ready(page)
    await setMenu(page, true)
    await button(page, 'Lay out again').click()
  }
  await page.getByRole('progressbar', { name: 'Lay out' }).waitFor()
  await page.waitForFunction(
    () => Number(document.querySelector('[role=progressbar][aria-label="Lay out"]')?.ariaValueNow) > 25,
  )
  await take(page, '04-working', 'dark')
  await ready(page)
  await take(page, '05-captions', 'dark', { set: fit })
  const steps = async (by) => {
    for (let i = 0; i < 2; i++) {
      await button(page, by).click()
      await rest(page, 500)
    }
  }
  await take(page, '06-zoomed', 'light', { set: () => steps('Zoom in'), unset: fit })
  await take(page, '07-search', 'dark', {
    set: async () => {
      await box.fill('red dress')
      await page.getByText(/captions? match/).waitFor()
    },
    unset: () => box.fill(''),
  })
  await take(page, '08-meaning', 'light', {
    set: async () => {
      await box.fill('sleeping in the sun')
      await page.getByRole('radio', { name: 'Meaning' }).check({ force: true })
      await page.getByText(/the likest first/).waitFor()
    },
    unset: async () => {
      await page.getByRole('radio', { name: 'Words' }).check({ force: true })
      await box.fill('')
    },
  })
  await take(page, '09-caption', 'dark', {
    set: async () => {
      const [row] = await page.evaluate(() => globalThis.captionscape.search('wedding'))
      await box.fill(`"${await page.evaluate((r) => globalThis.captionscape.caption(r), row)}"`)
      await page.getByText(/captions? match/).waitFor()
      await box.press('Enter')
      await box.fill('')
      await box.blur()
      await page.getByText('Nearest on the map').waitFor()
      await rest(page, 3000)
    },
    unset: async () => {
      await button(page, 'Close caption').click()
      await fit()
    },
  })
  await take(page, '10-selection', 'light', {
    set: async () => {
      await box.fill('"wedding"')
      await page.getByText(/captions? match/).waitFor()
      await button(page, 'Select matches').click()
      await box.fill('')
      await box.blur()
      await button(page, 'Table').click()
      await page
        .getByText(/against the rest/)
        .first()
        .waitFor()
    },
    unset: async () => {
      await button(page, 'Close table').click()
      await button(page, 'Clear').click()
      await rest(page, 9000)
    },
  })
  await take(page, '11-agreement', 'dark', {
    menu: 'phone',
    set: async (isPhone) => {
      await page.getByLabel('Color by').selectOption({ label: 'Agreement of the layouts' })
      await page.getByRole('slider', { name: 'Least agreement' }).waitFor()
      if (isPhone) await page.getByRole('region', { name: 'Colors' }).scrollIntoViewIfNeeded()
    },
    unset: async () => {
      await page.getByLabel('Color by').selectOption({ index: 0 })
    },
  })
  await take(page, '12-compare', 'dark', {
    set: async () => {
      await page.getByRole('button', { name: 'Compare', exact: true }).click()
      await button(page, 'Side by side').click()
      await rest(page, 2500)
    },
    unset: () => button(page, 'Stop comparing').click(),
  })
  await page.setViewportSize(WIDE)
  await take(page, '13-settings', 'light', {
    menu: 'phone',
    set: async () => {
      await button(page, 'Settings').click()
      await page.getByText(/^Laying out .* takes about/).waitFor()
    },
    unset: () => page.keyboard.press('Escape'),
  })
  console.log(await page.evaluate(() => globalThis.captionscape.timings()))
} finally {
  await browser.close()
  await server.close()
}
