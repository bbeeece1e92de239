// node bench/read.mjs [rows]: captions and the coordinates of one layout by URL, in this reader and its peers.
// Each runs in a process of its own, on the same file from the same local server. Writes bench/results/read.md.
import { spawnSync, spawn } from 'node:child_process'
import { createReadStream } from 'node:fs'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const file = fileURLToPath(import.meta.url)
const root = path.dirname(path.dirname(file))
const require = createRequire(import.meta.url)

/** Each reads `TEXT`, `x_nn10` and `y_nn10`, and gives the row count and a sum that all must agree on. */
const READERS = {
  async captionscape(url, bundle) {
    const { createReader } = await import(pathToFileURL(bundle).href)
    const { nRows, captions, layouts } = await createReader().open(
      { kind: 'url', url },
      { text: 'TEXT', limit: null },
      {},
    )
    return { nRows, bytes: captions.bytes.length, sum: sum(layouts[0].positions) }
  },
  async hyparquet(url) {
    const { asyncBufferFromUrl, parquetRead } = await import('hyparquet')
    const { compressors } = await import('hyparquet-compressors')
    const from = await asyncBufferFromUrl({ url })
    const columns = { TEXT: [], x_nn10: [], y_nn10: [] }
    await parquetRead({
      file: from,
      compressors,
      columns: Object.keys(columns),
      onChunk: ({ columnName, columnData }) => columns[columnName].push(columnData),
    })
    let bytes = 0
    let nRows = 0
    for (const part of columns.TEXT) for (const text of part) bytes += Buffer.byteLength(text)
    let total = 0
    for (const part of [...columns.x_nn10, ...columns.y_nn10]) total += sum(part)
    for (const part of columns.TEXT) nRows += part.length
    return { nRows, bytes, sum: total }
  },
  async 'parquet-wasm'(url) {
    const { readParquet } = require('parquet-wasm')
    const { tableFromIPC } = require('apache-arrow')
    const whole = new Uint8Array(await (await fetch(url)).arrayBuffer())
    const table = tableFromIPC(readParquet(whole, { columns: ['TEXT', 'x_nn10', 'y_nn10'] }).intoIPCStream())
    let bytes = 0
    for (const { valueOffsets } of table.getChild('TEXT').data)
      bytes += valueOffsets[valueOffsets.length - 1] - valueOffsets[0]
    let total = 0
    for (const name of ['x_nn10', 'y_nn10'])
      for (const { values } of table.getChild(name).data) total += sum(values)
    return { nRows: table.numRows, bytes, sum: total }
  },
  async 'duckdb-wasm'(url) {
    const duckdb = require('@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs')
    const dist = path.dirname(require.resolve('@duckdb/duckdb-wasm/dist/duckdb-node-blocking.cjs'))
    const wasm = {
      mainModule: path.join(dist, 'duckdb-eh.wasm'),
      mainWorker: path.join(dist, 'duckdb-node-eh.worker.cjs'),
    }
    const db = await duckdb.createDuckDB(
      { mvp: wasm, eh: wasm },
      new duckdb.VoidLogger(),
      duckdb.NODE_RUNTIME,
    )
    await db.instantiate()
    db.registerFileBuffer('f.parquet', new Uint8Array(await (await fetch(url)).arrayBuffer()))
    const table = db.connect().query("SELECT TEXT, x_nn10, y_nn10 FROM 'f.parquet'")
    let bytes = 0
    for (const { valueOffsets } of table.getChild('TEXT').data) bytes += valueOffsets[valueOffsets.length - 1]
    let total = 0
    for (const name of ['x_nn10', 'y_nn10'])
      for (const { values } of table.getChild(name).data) total += sum(values)
    return { nRows: table.numRows, bytes, sum: total }
  },
}

function sum(values) {
  let total = 0
  for (let i = 0; i < values.length; i++) total += values[i]
  return total
}

if (process.argv[2] === '--read') {
  const [, , , reader, url, bundle] = process.argv
  const started = performance.now()
  const before = process.cpuUsage()
  const found = await READERS[reader](url, bundle)
  const { user, system } = process.cpuUsage(before)
  process.stdout.write(
    JSON.stringify({
      ...found,
      seconds: (performance.now() - started) / 1000,
      cpu: (user + system) / 1e6,
      rss: process.resourceUsage().maxRSS / 1024,
    }),
  )
  process.exit()
}

const nRows = Number(process.argv[2] ?? 1_000_000)
const folder = await mkdtemp(path.join(os.tmpdir(), 'bench-read-'))
const data = path.join(folder, 'captions.parquet')
const { DuckDBInstance } = await import('@duckdb/node-api')
const connection = await (await DuckDBInstance.create(':memory:')).connect()
await connection.run(`COPY (SELECT 'https://example.org/images/' || md5(i::VARCHAR) || '.jpg' AS URL,
  'a caption of number ' || hash(i) || ' with some words behind it' AS "TEXT", i % 4096 AS WIDTH,
  CAST(sin(i) * 50 AS FLOAT) AS x_nn10, CAST(cos(i * 7) * 50 AS FLOAT) AS y_nn10 FROM range(${nRows}) t(i))
  TO '${data}' (FORMAT parquet, CODEC 'snappy', ROW_GROUP_SIZE 122880)`)
const { build } = await import('vite')
await build({
  root,
  configFile: false,
  logLevel: 'error',
  build: {
    ssr: path.join(root, 'src/read/reader.ts'),
    outDir: path.join(root, 'node_modules/.bench'),
    minify: false,
  },
})

const { size } = await stat(data)
const seen = { requests: 0, received: 0 }
const server = createServer((request, response) => {
  seen.requests++
  const [, from = 0, to = size - 1] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
  const length = Number(to) - Number(from) + 1
  response.writeHead(request.headers.range ? 206 : 200, {
    'Content-Length': length,
    'Accept-Ranges': 'bytes',
    ...(request.headers.range && { 'Content-Range': `bytes ${from}-${to}/${size}` }),
  })
  if (request.method === 'HEAD') {
    response.end()
    return
  }
  seen.received += length
  createReadStream(data, { start: Number(from), end: Number(to) }).pipe(response)
})
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `http://127.0.0.1:${server.address().port}/captions.parquet`

const results = []
for (const reader of Object.keys(READERS)) {
  const runs = []
  for (let run = 0; run < 3; run++) {
    Object.assign(seen, { requests: 0, received: 0 })
    const child = spawn(process.execPath, [
      file,
      '--read',
      reader,
      url,
      path.join(root, 'node_modules/.bench/reader.js'),
    ])
    let out = ''
    let failure = ''
    child.stdout.on('data', (some) => (out += some))
    child.stderr.on('data', (some) => (failure += some))
    const timer = setTimeout(() => child.kill(), 20_000)
    const code = await new Promise((resolve) => child.on('close', resolve))
    clearTimeout(timer)
    if (code !== 0) {
      runs.push({ failure: failure.split('\n').find((line) => /Error/.test(line)) ?? 'no answer in 20 s' })
      break
    }
    runs.push({ ...JSON.parse(out), ...seen })
  }
  const failed = runs.find((run) => run.failure)
  results.push(failed ? { reader, ...failed } : { reader, ...runs.sort((a, b) => a.cpu - b.cpu)[1] })
  console.log(results.at(-1))
}
const [own] = results
for (const { reader, failure, nRows: n, sum: total } of results) {
  if (failure) continue
  if (n !== own.nRows || Math.abs(total - own.sum) > 1) throw new Error(`${reader} read something else`)
}
const ratio = (a, b) => `${(a / b).toFixed(1)}×`
const lines = results.map((r) =>
  r.failure
    ? `| ${r.reader} | not measured: ${r.failure} | | | | | |`
    : `| ${r.reader} | ${ratio(r.cpu, own.cpu)} | ${ratio(r.rss, own.rss)} | ${r.cpu.toFixed(2)} | ${r.seconds.toFixed(2)} | ${r.rss.toFixed(0)} | ${(r.received / 1e6).toFixed(0)} MB in ${r.requests} |`,
)
const commit = spawnSync('node', ['--version']).stdout.toString().trim()
await writeFile(
  path.join(root, `bench/results/read${nRows === 1_000_000 ? '' : `-${nRows}`}.md`),
  `# Reading captions and one layout

\`node bench/read.mjs ${nRows}\`: ${nRows.toLocaleString('en-US')} rows of five columns (${(size / 1e6).toFixed(0)} MB, Snappy, row groups of 122,880,
written by DuckDB), of which the captions and two coordinates are read by URL from a local server. Each reader in a process
of its own; the median of three runs by CPU time. All give the same rows and the same sum of coordinates.

| reader | CPU, against this one | memory, against this one | CPU s | wall s | peak resident MB | received, requests |
|---|---|---|---|---|---|---|
${lines.join('\n')}

${os.cpus()[0].model}, ${os.cpus().length} cores, Node ${commit}, ${new Date().toISOString().slice(0, 10)}; hyparquet 1.31.5, parquet-wasm 0.8.0, duckdb-wasm 1.28.0. Peak
resident memory includes Node itself (some 45 MB) and the result as each reader gives it: UTF-8 and typed arrays here, strings
in hyparquet, Arrow in the others. parquet-wasm and duckdb-wasm are given the whole file, as their synchronous Node builds
read buffers. Not measured: Chromium, a slow network, and what the readers share the processor with on this machine.
`,
)
server.close()
await rm(folder, { recursive: true })
