// node bench/umap.mjs [points] [epochs]: this engine against umap-js on the same vectors, in one browser, one after the other.
// Writes bench/results/umap.md. The browser is CHROME_PATH or the first one found; with a real GPU, start it with HEADED=1.
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { createServer } from 'vite'
import { ensureChromium } from '../test/browser-path.mjs'
import { chromiumArgs } from '../test/chromium-args.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const nPoints = Number(process.argv[2] ?? 2000)
const nEpochs = Number(process.argv[3] ?? 1000)

const server = await createServer({ root, logLevel: 'warn', server: { port: 0 } })
await server.listen()
const browser = await chromium.launch({
  executablePath: await ensureChromium(),
  headless: !process.env.HEADED,
  args: chromiumArgs,
})
try {
  const page = await browser.newPage()
  page.setDefaultTimeout(0)
  await page.goto(new URL('bench/umap.html', server.resolvedUrls.local[0]).href)
  await page.waitForFunction(() => 'measure' in globalThis)
  const { adapter, outcomes } = await page.evaluate(
    ([n, epochs]) => globalThis.measure(n, epochs),
    [nPoints, nEpochs],
  )
  const [ours, theirs] = outcomes
  const fixed = (values) => values.map((v) => v.toFixed(3)).join(' / ')
  const text = `# UMAP against umap-js

\`node bench/umap.mjs ${nPoints} ${nEpochs}\`: ${nPoints.toLocaleString('en')} captions of the sample's grammar (lexical vectors, 64-d), n_neighbors 10, 30 and 60, ${nEpochs}
epochs, negative sample rate 20, min_dist 0.1. Both in the same page, one after the other. Times are of one run each.

**${(theirs.seconds / ours.seconds).toFixed(1)} × umap-js's speed.**

| | seconds, three layouts | trustworthiness (k = 15), nn10 / nn30 / nn60 |
|---|---|---|
${outcomes.map((o) => `| ${o.engine} | ${o.seconds.toFixed(1)} | ${fixed(o.trustworthiness)} |`).join('\n')}

This engine by stage: ${Object.entries(ours.stages)
    .map(([stage, seconds]) => `${stage} ${seconds.toFixed(2)} s`)
    .join(', ')}.

Adapter: ${adapter}. Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}. Chromium ${browser.version()}, ${new Date().toISOString().slice(0, 10)}.

${adapter.includes('swiftshader') ? 'Not measured here: a real GPU.' : ''}
`
  await writeFile(path.join(root, 'bench/results/umap.md'), text)
  console.log(text)
} finally {
  await browser.close()
  await server.close()
}
