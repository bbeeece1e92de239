// node bench/read-page.mjs [rows …]: captions, and the coordinates of one layout, by URL in Chromium, in this reader and its
// peers, each in a page of its own. (cd bench && npm ci) first. Writes bench/results/read-page.md.
import { createReadStream, readdirSync, readFileSync, statSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { chromium } from 'playwright'
import { createServer as createVite } from 'vite'
import { ensureChromium } from '../test/browser-path.mjs'
import { chromiumArgs } from '../test/chromium-args.mjs'

const READERS = ['captionscape', 'hyparquet', 'parquet-wasm', 'duckdb-wasm']
const TASKS = ['coordinates', 'captions']
const TIMEOUT_MS = 180_000
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const sizes = process.argv.slice(2).map(Number)
if (!sizes.length) sizes.push(1_000_000, 12_000_000)

const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-read-'))
const seen = { requests: 0, received: 0 }
let served = ''
const server = createServer((request, response) => {
  const { size } = statSync(served)
  const [, from, to = ''] = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '') ?? []
  const start = Number(from ?? 0)
  const end = to === '' ? size - 1 : Math.min(Number(to), size - 1)
  response.writeHead(request.method === 'OPTIONS' ? 204 : from === undefined ? 200 : 206, {
    'Access-Control-Allow-Origin': '*',
    'Access-Control-Allow-Headers': '*',
    'Access-Control-Expose-Headers': 'content-range, content-length, accept-ranges',
    'Cross-Origin-Resource-Policy': 'cross-origin',
    'Accept-Ranges': 'bytes',
    'Content-Length': end - start + 1,
    ...(from !== undefined && { 'Content-Range': `bytes ${start}-${end}/${size}` }),
  })
  if (request.method !== 'GET') return response.end()
  seen.requests++
  seen.received += end - start + 1
  createReadStream(served, { start, end }).pipe(response)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}/captions.parquet`
const vite = await createVite({
  root,
  configFile: false,
  logLevel: 'error',
  server: { host: '127.0.0.1', port: 0, hmr: false, watch: null, fs: { strict: false } },
  optimizeDeps: { exclude: ['parquet-wasm', '@duckdb/duckdb-wasm'], include: ['apache-arrow'] },
})
await vite.listen()
const address = `http://127.0.0.1:${vite.httpServer.address().port}/bench/read-page.html`
const browserServer = await chromium.launchServer({
  executablePath: await ensureChromium(),
  args: chromiumArgs,
})
const browser = await chromium.connect(browserServer.wsEndpoint())

/** CPU seconds and resident MB of the browser's processes that run pages, by process. */
function renderers() {
  const found = new Map()
  const fieldsOf = (pid) => readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ')
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      if (!readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('--type=renderer')) continue
      let up = pid
      while (up !== '1' && up !== '0' && Number(up) !== browserServer.process().pid) up = fieldsOf(up)[1]
      if (Number(up) !== browserServer.process().pid) continue
      const fields = fieldsOf(pid)
      found.set(pid, {
        cpu: (Number(fields[11]) + Number(fields[12])) / 100,
        rss: (Number(fields[21]) * 4096) / 1e6,
      })
    } catch {
      // It has ended meanwhile.
    }
  }
  return found
}

async function measure(reader, task) {
  const context = await browser.newContext()
  const page = await context.newPage()
  try {
    await page.goto(address)
    await page.waitForFunction(() => globalThis.read)
    Object.assign(seen, { requests: 0, received: 0 })
    const before = renderers()
    // The page's process is the one that works; the browser keeps another one ready.
    const growth = () => {
      let most = { cpu: 0, rss: 0 }
      for (const [pid, now] of renderers()) {
        const cpu = now.cpu - (before.get(pid)?.cpu ?? 0)
        if (cpu > most.cpu) most = { cpu, rss: now.rss - (before.get(pid)?.rss ?? 0) }
      }
      return most
    }
    let peak = 0
    const watch = setInterval(() => (peak = Math.max(peak, growth().rss)), 100)
    const started = performance.now()
    let timer
    const late = new Promise((_, reject) => {
      timer = setTimeout(() => reject(new Error(`no answer in ${TIMEOUT_MS / 1000} s`)), TIMEOUT_MS)
    })
    try {
      const found = await Promise.race([
        page.evaluate(([r, u, t]) => globalThis.read(r, u, t), [reader, url, task]),
        late,
      ])
      const seconds = (performance.now() - started) / 1000
      const { cpu, rss } = growth()
      return { reader, ...found, seconds, cpu, rss: Math.max(peak, rss), ...seen }
    } finally {
      clearInterval(watch)
      clearTimeout(timer)
    }
  } catch (error) {
    const [first] = String(error.message).split('\n')
    return { reader, failure: first.replace(/^.*Error: /, '').slice(0, 120) }
  } finally {
    await context.close()
  }
}

const sections = []
for (const nRows of sizes) {
  served = path.join(folder, `${nRows}.parquet`)
  const connection = await (await DuckDBInstance.create(':memory:')).connect()
  await connection.run(`COPY (SELECT 'https://example.org/images/' || md5(i::VARCHAR) || '.jpg' AS URL,
    'a caption of number ' || hash(i) || ' with some words behind it' AS "TEXT", i % 4096 AS WIDTH,
    CAST(sin(i) * 50 AS FLOAT) AS x_nn10, CAST(cos(i * 7) * 50 AS FLOAT) AS y_nn10 FROM range(${nRows}) t(i))
    TO '${served}' (FORMAT parquet, CODEC 'snappy', ROW_GROUP_SIZE 122880)`)
  const { size } = statSync(served)
  for (const task of TASKS) {
    const results = []
    for (const reader of READERS) {
      const runs = []
      for (let run = 0; run < (nRows > 2_000_000 ? 1 : 3) && !runs.some(({ failure }) => failure); run++)
        runs.push(await measure(reader, task))
      const failed = runs.find(({ failure }) => failure)
      results.push(failed ?? runs.sort((a, b) => a.cpu - b.cpu)[0])
      console.log(nRows, task, results.at(-1))
    }
    const own = results[0]
    for (const { reader, failure, nRows: n, sum, bytes } of results) {
      if (!failure && (n !== own.nRows || bytes !== own.bytes || Math.abs(sum - own.sum) > 1))
        throw new Error(`${reader} read something else`)
    }
    const ratio = (a, b) => `${(a / b).toFixed(1)}×`
    const lines = results.map((r) =>
      r.failure
        ? `| ${r.reader} | not measured: ${r.failure} | | | | | |`
        : `| ${r.reader} | ${ratio(r.cpu, own.cpu)} | ${ratio(r.rss, own.rss)} | ${r.cpu.toFixed(2)} | ${r.seconds.toFixed(2)} | ${r.rss.toFixed(0)} | ${(r.received / 1e6).toFixed(0)} MB in ${r.requests} |`,
    )
    sections.push(`## ${task === 'captions' ? 'Captions' : 'Coordinates of one layout'}, ${nRows.toLocaleString('en-US')} rows (${(size / 1e6).toFixed(0)} MB)

| reader | CPU, against this one | memory, against this one | CPU s | wall s | MB | received, requests |
|---|---|---|---|---|---|---|
${lines.join('\n')}
`)
  }
  await rm(served)
}
await writeFile(
  path.join(root, 'bench/results/read-page.md'),
  `# Reading by URL in Chromium

\`node bench/read-page.mjs ${sizes.join(' ')}\`: five columns written by DuckDB (Snappy, row groups of 122,880), of which one task reads the
captions and the other two coordinates, from a local server. Each reader in a page of its own; CPU of the page's process, the
least of three runs (of one at 12 million), and how much its memory grew at the most. All give the same rows, bytes and sums.

${sections.join('\n')}
${os.cpus()[0].model}, ${os.cpus().length} cores shared with other work, Chromium ${browser.version()}, ${new Date().toISOString().slice(0, 10)}; hyparquet 1.31.5, parquet-wasm 0.8.0 (by range requests),
duckdb-wasm 1.28.0: 1.32.0 gave no answer here, presumably since it loads its Parquet extension from a server of its own at run time.
What is given is UTF-8 and typed arrays here, strings and arrays in hyparquet, Arrow in the others. Not measured: a network.
`,
)
await browser.close()
await browserServer.close()
await vite.close()
server.close()
await rm(folder, { recursive: true })
process.exit(0)
