// node bench/tiles.mjs [points]: requests and bytes that views of a published map folder cost. The folder is written by the
// statements of docs/scale.md. Writes bench/results/tiles.md.
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { DuckDBInstance } from '@duckdb/node-api'
import { createServer } from 'vite'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const nRows = Number(process.argv[2] ?? 12_000_000)

const server = await createServer({
  root,
  logLevel: 'warn',
  server: { middlewareMode: true },
  appType: 'custom',
})
const { openFolder } = await server.ssrLoadModule('/src/tiles/folder.ts')
const { fileSource } = await server.ssrLoadModule('/src/read/sources/source.ts')

const folder = await mkdtemp(path.join(os.tmpdir(), 'map-'))
const duck = await (await DuckDBInstance.create(':memory:')).connect()
// 400 blobs of different size along a spiral: as uneven as a real map.
await duck.run(`SET threads = 2; SET memory_limit = '8GB'; SET temp_directory = '${folder}/spill'`)
await duck.run(`COPY (
  SELECT 'caption ' || i AS TEXT,
    (14 * sqrt(k / 400.0) * cos(k * 2.4) + r * cos(a))::FLOAT AS x_nn30,
    (14 * sqrt(k / 400.0) * sin(k * 2.4) + r * sin(a))::FLOAT AS y_nn30
  FROM (SELECT i, (400 * random() * random())::INTEGER AS k, 6.2832 * random() AS a,
    0.9 * sqrt(-ln(1 - random())) * (0.3 + random()) AS r FROM range(${nRows}) t(i))
) TO '${folder}/captions.parquet' (FORMAT parquet)`)
const guide = await readFile(path.join(root, 'docs/scale.md'), 'utf8')
const sql = guide.split('## Written by DuckDB')[1].split('```sql')[1].split('```')[0]
const started = performance.now()
await duck.run(
  sql
    .replaceAll(/'(\w+\.(?:parquet|json))'(?!}|,)/g, (_, name) => `'${folder}/${name}'`)
    .replace("read_parquet('captions.parquet'", `read_parquet('${folder}/captions.parquet'`),
)
const written = (performance.now() - started) / 1000

let requests = 0
let bytes = 0
const open = async (url) => {
  const name = new URL(url).pathname.slice(1)
  const file = await import('node:fs').then((fs) => fs.openAsBlob(path.join(folder, name)))
  const source = fileSource(new File([file], name))
  return {
    ...source,
    read: (start, end, signal) => {
      requests++
      bytes += end - start
      return source.read(start, end, signal)
    },
  }
}
const map = await openFolder('http://host/', undefined, open)
const [{ bounds }] = map.manifest.layouts
const [cx, cy] = [(bounds[0] + bounds[2]) / 2 + 0.06 * (bounds[2] - bounds[0]), (bounds[1] + bounds[3]) / 2]
const side = bounds[2] - bounds[0]
const box = (zoom, dx = 0) => {
  const half = side / zoom / 2
  return [cx - half + dx * side, cy - half, cx + half + dx * side, cy + half]
}
const views = [
  ['footer, then the whole map', bounds],
  ['zoom 4×', box(4)],
  ['zoom 8×', box(8)],
  ['a pan by half the view at 8×', box(8, 1 / 16)],
  ['zoom 32×', box(32)],
  ['zoom 128×', box(128)],
]
const rows = []
for (const [name, view] of views) {
  requests = 0
  bytes = 0
  const cpu = process.cpuUsage()
  let points = 0
  await map.view('nn30', view, ({ ids }) => {
    points = ids.length
  })
  const { user, system } = process.cpuUsage(cpu)
  rows.push(
    `| ${name} | ${requests} | ${(bytes / 1e6).toFixed(2)} MB | ${points.toLocaleString('en')} | ${Math.round((user + system) / 1000)} ms |`,
  )
}
requests = 0
bytes = 0
await map.caption(Math.floor(nRows / 2))
rows.push(`| footer of the text, then a caption | ${requests} | ${(bytes / 1e6).toFixed(2)} MB | | |`)
requests = 0
bytes = 0
await map.caption(Math.floor(nRows / 3))
rows.push(`| another caption | ${requests} | ${(bytes / 1e6).toFixed(2)} MB | | |`)
const sizes = await Promise.all(
  ['points_nn30.parquet', 'text.parquet'].map(
    async (name) => (await stat(path.join(folder, name))).size / 1e6,
  ),
)
const report = `# A map folder of ${nRows.toLocaleString('en')} points

\`node bench/tiles.mjs ${nRows}\`, ${new Date().toISOString().slice(0, 10)}; ${os.cpus()[0].model}, ${os.cpus().length} cores shared with other work; Node ${process.version},
DuckDB ${(await import('@duckdb/node-api')).version()}. Synthetic blobs, not the published set; files on the local disk, so no time of a
network is in it: what counts are requests and bytes. “Points” is what the map then draws.

| view, one after the other | requests | bytes | points | CPU |
|---|---|---|---|---|
${rows.join('\n')}

Written by the statements of docs/scale.md in ${written.toFixed(0)} s; points_nn30.parquet ${sizes[0].toFixed(0)} MB, text.parquet ${sizes[1].toFixed(0)} MB.
Not measured: a real host, a real GPU, and the sharded form at a size that needs it.
`
console.log(report)
await writeFile(path.join(root, 'bench/results/tiles.md'), report)
await rm(folder, { recursive: true })
await server.close()
