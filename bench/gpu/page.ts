// Part b of the GPU day, the built page in headless Chromium: node day-b.mjs RESULTS [full | trial] [seconds]. The environment's
// DAY names the folder with the browser, the page and Playwright. bench/gpu/README.md says how.
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import type { Browser, BrowserType } from 'playwright'
import { chromiumArgs } from '../../test/chromium-args.mjs'
import { comparePeers, comparePython } from './page-peers.ts'
import { drawFrames, fromClip, fromWords, openSample } from './page-steps.ts'
import { Recorder } from './record.ts'
import { serve } from './site.ts'

const [results = 'r.jsonl', mode = 'full', budget = '340'] = process.argv.slice(2)
const isTrial = mode === 'trial'
const day = process.env['DAY'] ?? '/opt/gpu-day'
const recorder = new Recorder(results, 'b', Number(budget))
const { chromium } = (await import(/* @vite-ignore */ path.join(day, 'playwright/index.mjs'))) as {
  readonly chromium: BrowserType
}

/** The ways in which headless Chromium may come to the GPU, the likeliest first. */
const WAYS = [
  ['--enable-features=Vulkan', '--use-angle=vulkan', '--disable-vulkan-surface', '--ignore-gpu-blocklist'],
  ['--enable-features=Vulkan', '--use-angle=gl-egl', '--disable-vulkan-surface', '--ignore-gpu-blocklist'],
  [],
]

async function launch(flags: readonly string[]): Promise<Browser> {
  const libraries = [path.join(day, 'chrome/lib'), path.join(day, 'chrome'), path.join(day, 'node/lib')]
  return chromium.launch({
    executablePath: path.join(day, 'chrome/chromium-headless-shell'),
    args: [...chromiumArgs, ...flags],
    env: {
      ...(process.env as Record<string, string>),
      LD_LIBRARY_PATH: [...libraries, process.env['LD_LIBRARY_PATH']].filter(Boolean).join(':'),
    },
  })
}

setTimeout(
  () => {
    recorder.write('end', { failed: 'out of time' })
    process.exit(3)
  },
  1000 * (Number(budget) + 10),
).unref()
process.on('uncaughtException', (error) => recorder.write('uncaught', { failed: String(error) }))
process.on('unhandledRejection', (error) => recorder.write('uncaught', { failed: String(error) }))

recorder.write('begin', {
  mode,
  budget: Number(budget),
  cpu: os.cpus()[0].model.trim(),
  cores: os.cpus().length,
  memory: os.totalmem(),
})
const site = await serve(path.join(day, 'page'))
let browser: Browser | null = null
await recorder.step('browser', 60, async ({ record }) => {
  for (const flags of isTrial ? [[]] : WAYS) {
    try {
      const tried = await launch(flags)
      const page = await tried.newPage()
      await page.goto(`${site.url}bench/gpu/peers.html`)
      await page.waitForFunction(() => 'about' in globalThis)
      const about = await page.evaluate(() => (globalThis as unknown as Bench).about())
      await page.close()
      const isSoftware = /swiftshader|llvmpipe/i.test(JSON.stringify(about))
      record({ what: 'browser', version: tried.version(), flags, isSoftware, ...about })
      await browser?.close()
      browser = tried
      if (!isSoftware && about.webgpu) return
    } catch (error) {
      record({ what: 'browser', flags, failed: String(error).slice(0, 500) })
    }
  }
  if (!browser) throw new Error('no browser started')
})
const opened: Browser | null = browser
if (opened) {
  const visit = { browser: opened, site, isTrial }
  await recorder.step('sample', 25, (context) => openSample(visit, context))
  await recorder.step('lexical', 70, (context) => fromWords(visit, context))
  await recorder.step('clip', 100, (context) => fromClip(visit, context))
  await recorder.step('frames', 50, (context) => drawFrames(visit, context))
  await recorder.step('peers', 110, (context) => comparePeers(visit, context))
}
await recorder.step('python', 80, (context) => comparePython(day, isTrial, context))
recorder.write('end', { done: true })
// The browser ends with this process; waiting for it politely could cost the day's last seconds.
const gone = opened as Browser | null
await Promise.race([gone?.close(), new Promise((resolve) => setTimeout(resolve, 3000))])
site.close()
process.exit(0)

interface Bench {
  about: () => Promise<Readonly<Record<string, unknown>>>
}
