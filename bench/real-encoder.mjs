// npm run bench:encoder -- FOLDER [built page]: a real sentence encoder through the page, and what each way to the map keeps of it
// (bench/real-encoder.md says how to begin). Writes FOLDER/table.md; not in CI.
import { execFileSync } from 'node:child_process'
import { createReadStream, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { parquetWriteBuffer } from 'hyparquet-writer'
import { chromium } from 'playwright'
import { preview } from 'vite'
import { ensureChromium } from '../test/browser-path.mjs'
import { chromiumArgs } from '../test/chromium-args.mjs'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const folder = path.resolve(process.argv[2] ?? path.join(os.tmpdir(), 'real-encoder'))
const built = path.resolve(process.argv[3] ?? path.join(root, 'dist'))
const source = path.resolve(process.env.CAPTIONS ?? path.join(root, '../shared/data/laion_10k.parquet'))
const N = 2000
const N_QUERIES = 40
/** Exact vectors have this many numbers. */
const DIMS = 384
const K_KEPT = 30
const K_PURE = 15
const K_FOUND = 20
const N_TOPICS = 50

if (!existsSync(source)) {
  console.error(
    `There is no ${source}. CAPTIONS=… names a Parquet file with a column TEXT of ${N + N_QUERIES} captions.`,
  )
  process.exit(1)
}
const bytes = readFileSync(source)
const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
const table = await parquetReadObjects({ file: buffer, compressors, columns: ['TEXT'] })
const distinct = [...new Set(table.map(({ TEXT }) => TEXT).filter((text) => text?.trim()))]
const texts = distinct.slice(0, N)
// Captions that are not on the map stand for what people ask for.
const queries = distinct.slice(N, N + N_QUERIES)
mkdirSync(folder, { recursive: true })
writeFileSync(path.join(folder, 'captions.json'), JSON.stringify([...texts, ...queries]))
const made = execFileSync(
  process.env.PYTHON ?? 'python3',
  [path.join(root, 'bench/real-encoder.py'), folder, path.join(folder, 'captions.json')],
  { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
)
const { error, onnxruntime } = JSON.parse(made.trim().split('\n').at(-1))
console.log(made.trim())
writeFileSync(
  path.join(folder, 'captions.parquet'),
  new Uint8Array(parquetWriteBuffer({ columnData: [{ name: 'TEXT', data: texts, type: 'STRING' }] })),
)

const raw = readFileSync(path.join(folder, 'exact.f32'))
const all = new Float32Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + raw.byteLength))
const exact = all.subarray(0, N * DIMS)
const asked = all.subarray(N * DIMS)

/** Squared Euclidean distances of rows to one, as the layout compares them. */
function distances(vectors, nDims, query, from = vectors) {
  return Float64Array.from({ length: vectors.length / nDims }, (_, row) => {
    let sum = 0
    for (let d = 0; d < nDims; d++) sum += (vectors[row * nDims + d] - from[query * nDims + d]) ** 2
    return sum
  })
}

function nearest(values, k) {
  return [...values.keys()].sort((a, b) => values[a] - values[b] || a - b).slice(0, k)
}

function neighborsOf(vectors, nDims, k) {
  return Array.from({ length: N }, (_, row) => {
    const values = distances(vectors, nDims, row)
    values[row] = Number.POSITIVE_INFINITY
    return nearest(values, k)
  })
}

/** Clusters of the exact vectors by Lloyd's k-means, begun with rows drawn at random. */
function findTopics(vectors, nDims, count) {
  let state = 1
  const random = () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  }
  const starts = new Set()
  while (starts.size < count) starts.add(Math.floor(random() * N))
  const centers = Float32Array.from(
    [...starts].flatMap((row) => [...vectors.subarray(row * nDims, (row + 1) * nDims)]),
  )
  const topics = new Int32Array(N)
  for (let round = 0; round < 30; round++) {
    for (let row = 0; row < N; row++) topics[row] = nearest(distances(centers, nDims, row, vectors), 1)[0]
    const counts = new Float64Array(count)
    const sums = new Float64Array(count * nDims)
    for (const [row, topic] of topics.entries()) {
      counts[topic]++
      for (let d = 0; d < nDims; d++) sums[topic * nDims + d] += vectors[row * nDims + d]
    }
    for (let i = 0; i < sums.length; i++) {
      const n = counts[Math.floor(i / nDims)]
      if (n > 0) centers[i] = sums[i] / n
    }
  }
  return topics
}

const truth = neighborsOf(exact, DIMS, K_KEPT).map((list) => new Set(list))
const topics = findTopics(exact, DIMS, N_TOPICS)
const wanted = queries.map((_, query) => new Set(nearest(distances(exact, DIMS, query, asked), K_FOUND)))

/** Shares of neighbors kept and of neighbors on the same topic. */
function judge(vectors, nDims) {
  let kept = 0
  let pure = 0
  for (const [row, list] of neighborsOf(vectors, nDims, K_KEPT).entries()) {
    kept += list.filter((other) => truth[row].has(other)).length / K_KEPT / N
    pure += list.slice(0, K_PURE).filter((other) => topics[other] === topics[row]).length / K_PURE / N
  }
  return { kept, pure }
}

const host = createServer((request, response) => {
  const headers = {
    'access-control-allow-origin': '*',
    'access-control-allow-headers': '*',
    'access-control-expose-headers': 'content-range, etag',
    'cross-origin-resource-policy': 'cross-origin',
  }
  const file = path.join(folder, decodeURIComponent(new URL(request.url, 'http://host').pathname))
  if (request.method === 'OPTIONS') return response.writeHead(204, headers).end()
  if (!file.startsWith(folder) || !existsSync(file)) return response.writeHead(404, headers).end()
  const { size } = statSync(file)
  const range = /bytes=(\d+)-(\d*)/.exec(request.headers.range ?? '')
  const start = range ? Number(range[1]) : 0
  const end = range?.[2] ? Math.min(Number(range[2]), size - 1) : size - 1
  response.writeHead(range ? 206 : 200, {
    ...headers,
    'content-length': end - start + 1,
    ...(range ? { 'content-range': `bytes ${start}-${end}/${size}` } : {}),
  })
  if (request.method === 'HEAD') return response.end()
  createReadStream(file, { start, end }).pipe(response)
})
await new Promise((resolve) => host.listen(0, '127.0.0.1', resolve))
const data = `http://127.0.0.1:${host.address().port}/`
const site = await preview({
  root,
  logLevel: 'warn',
  build: { outDir: built },
  preview: { host: '127.0.0.1', port: 0, strictPort: false },
})
const browser = await chromium.launch({ executablePath: await ensureChromium(), args: chromiumArgs })

/** One map of the captions: what its vectors keep, and what a search by meaning finds. */
async function run(name, search) {
  const context = await browser.newContext()
  const page = await context.newPage()
  page.setDefaultTimeout(0)
  page.on('pageerror', (fault) => console.error(fault))
  const url = new URL(site.resolvedUrls.local[0])
  const fit = { gpu: 'fallback', epochs: 5, negatives: 2, nNeighbors: '15', firstMap: 'none' }
  const parameters = { data: `${data}captions.parquet`, backend: 'wasm', dtype: 'fp32', ...fit, ...search }
  for (const [key, value] of Object.entries(parameters)) url.searchParams.set(key, value)
  await page.goto(url.href)
  await page.evaluate(() => globalThis.captionscape.whenReady())
  const vectors = Float32Array.from(
    await page.evaluate(async () => [...(await globalThis.captionscape.vectors())]),
  )
  let found = 0
  for (const [i, query] of queries.entries()) {
    const rows = await page.evaluate(
      async ([text, k]) => [...(await globalThis.captionscape.search(text, 'meaning', k))],
      [query, K_FOUND],
    )
    found += rows.slice(0, K_FOUND).filter((row) => wanted[i].has(row)).length / K_FOUND / N_QUERIES
  }
  const label = await page.locator('.made-by').textContent()
  const told = await page.locator('.recipe').allTextContents()
  await context.close()
  const outcome = { name, ...judge(vectors, vectors.length / N), found, label, told: told.join() }
  console.log(outcome)
  return outcome
}

const outcomes = [{ name: 'exact, 384 numbers', ...judge(exact, DIMS), found: 1 }]
const wants = (name) => !process.env.ONLY || name.startsWith(process.env.ONLY)
const cases = ['told', 'silent'].flatMap((model) => [
  ...['none', 'gaussian', 'pca'].map((projection) => [`${model}, ${projection}`, { model, projection }]),
  [`${model}, as the page chooses`, { model }],
])
for (const [name, { model, ...more }] of cases)
  if (wants(name)) outcomes.push(await run(name, { encoder: 'clip', model: `${data}${model}/`, ...more }))
if (wants('by words')) outcomes.push(await run('by words', { encoder: 'lexical' }))
const version = browser.version()
await browser.close()
await site.close()
host.close()

const share = (value) => value.toFixed(3)
const text = `| vectors | ${K_KEPT} nearest kept | topic purity of ${K_PURE} nearest | recall@${K_FOUND} of search by meaning |
|---|---|---|---|
${outcomes.map((o) => `| ${o.name} | ${share(o.kept)} | ${share(o.pure)} | ${share(o.found)} |`).join('\n')}

onnxruntime ${onnxruntime} on the files: at most ${error.toExponential(1)} from float64. Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}, no GPU; the
encoder ran on WebAssembly in fp32. Node ${process.version}, Chromium ${version}, ${new Date().toISOString().slice(0, 10)}.
`
writeFileSync(path.join(folder, 'table.md'), text)
console.log(text)
