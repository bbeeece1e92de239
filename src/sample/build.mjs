// npm run sample: writes public/sample.parquet from source: the captions by the generator, the layouts by the page itself.
// With --captions-only it leaves the layouts out and needs no browser.
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { build, preview, runnerImport } from 'vite'
import { ensureChromium } from '../../test/browser-path.mjs'
import { chromiumArgs } from '../../test/chromium-args.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const target = path.join(root, 'public/sample.parquet')
const LAYOUTS = ['nn10', 'nn30', 'nn60']
const SEED = 1
// The grammar’s captions come in tight clumps; so far apart, each can be pointed at.
const MIN_DIST = 0.9
const SPREAD = 1.5

/** A TypeScript module of this project; Node 20 cannot load one by itself. */
async function load(file) {
  const { module } = await runnerImport(path.join(root, file), { root, configFile: false, logLevel: 'warn' })
  return module
}

/** Serves the built page with one more file beside it. */
async function servePage(captions) {
  const outDir = await mkdtemp(path.join(tmpdir(), 'captionscape-sample-'))
  await build({ root, logLevel: 'warn', build: { outDir, emptyOutDir: true } })
  await writeFile(path.join(outDir, 'sample-captions.parquet'), Buffer.from(captions))
  const server = await preview({
    root,
    logLevel: 'warn',
    build: { outDir },
    preview: { host: '127.0.0.1', port: 4190 },
  })
  return {
    url: server.resolvedUrls.local[0],
    async close() {
      await server.close()
      await rm(outDir, { recursive: true })
    },
  }
}

/** Lets the page lay the captions out, in a browser without a window, and takes its layouts. */
async function layOut(url, nRows) {
  const { chromium } = await import('playwright')
  const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArgs })
  try {
    const page = await browser.newPage()
    page.on('pageerror', (error) => console.error(`page: ${error.message}`))
    page.setDefaultTimeout(0)
    const query = new URLSearchParams({
      data: new URL('sample-captions.parquet', url).href,
      encoder: 'lexical',
      gpu: 'fallback',
      seed: String(SEED),
      minDist: String(MIN_DIST),
      spread: String(SPREAD),
    })
    await page.goto(`${url}?${query}`)
    await page.waitForFunction(() => 'captionscape' in globalThis)
    const watch = setInterval(() => {
      // The page may be closing; whenReady below reports what went wrong.
      page.evaluate(() => globalThis.captionscape.status().message).then(console.log, () => {})
    }, 10_000)
    try {
      await page.evaluate(() => globalThis.captionscape.whenReady())
    } finally {
      clearInterval(watch)
    }
    const status = await page.evaluate(() => globalThis.captionscape.status())
    if (status.rows !== nRows)
      throw new Error(`The page is ready with ${status.rows} of ${nRows} rows: ${status.message}`)
    const layouts = []
    for (const name of LAYOUTS) {
      const numbers = await page.evaluate(
        async (wanted) => [...(await globalThis.captionscape.layout(wanted))],
        name,
      )
      layouts.push({ name, positions: Float32Array.from(numbers) })
    }
    const { version } = await page.evaluate(() => ({ version: globalThis.captionscape.version }))
    return {
      layouts,
      madeBy: { version, encoder: status.encoder, backend: status.backend, adapter: status.adapter },
    }
  } finally {
    await browser.close()
  }
}

async function main() {
  const { makeSample, SAMPLE } = await load('src/sample/captions.ts')
  const { sampleParquet } = await load('src/sample/parquet.ts')
  const { LEXICAL_LABEL } = await load('src/embed/lexical/lexical.ts')
  const rows = makeSample(SAMPLE)
  const origin = { license: 'MIT', generator: 'src/sample', rows: rows.length, seed: SAMPLE.seed }
  const captions = sampleParquet(rows, [], origin, null)
  let file = captions
  if (!process.argv.includes('--captions-only')) {
    const server = await servePage(captions)
    try {
      const { layouts, madeBy } = await layOut(server.url, rows.length)
      const settings = {
        nNeighbors: '10,30,60',
        epochs: 1000,
        layoutSeed: SEED,
        minDist: MIN_DIST,
        spread: SPREAD,
      }
      file = sampleParquet(rows, layouts, { ...origin, ...settings, ...madeBy }, LEXICAL_LABEL)
    } finally {
      await server.close()
    }
  }
  await writeFile(target, Buffer.from(file))
  console.log(
    `${path.relative(root, target)}: ${rows.length} rows, ${(file.byteLength / 1000).toFixed(0)} KB`,
  )
}

await main()
