import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { createServer } from 'vite'
import { ensureChromium } from '../test/browser-path.mjs'
import { chromiumArgs } from '../test/chromium-args.mjs'

export const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))

/**
 * A page of this folder in a browser (CHROME_PATH or the first one found; HEADED=1 shows it, which a real GPU may need),
 * once its script has put `measure` on the global object; `close` ends both.
 */
export async function openBench(html) {
  const server = await createServer({ root, logLevel: 'warn', server: { port: 0, hmr: false } })
  await server.listen()
  const browser = await chromium.launch({
    executablePath: await ensureChromium(),
    headless: !process.env.HEADED,
    args: chromiumArgs,
  })
  const page = await browser.newPage()
  page.setDefaultTimeout(0)
  page.on('pageerror', (error) => console.error(error))
  const address = new URL(`bench/${html}`, server.resolvedUrls.local[0]).href
  await page.goto(address)
  // The first visit lets Vite find and bundle what the page needs; the second has it.
  await page.waitForTimeout(5000)
  await page.goto(address)
  await page.waitForFunction(() => 'measure' in globalThis)
  const close = async () => {
    await browser.close()
    await server.close()
  }
  return { page, version: browser.version(), close }
}
