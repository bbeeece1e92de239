// node bench/draw.mjs [largest]: the map's drawing against regl-scatterplot and deck.gl's ScatterplotLayer, and its hover
// against kdbush and SQL. Needs `npm ci` in this folder. Writes bench/results/draw.md.
import { readdirSync, readFileSync } from 'node:fs'
import { readFile, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { DuckDBInstance } from '@duckdb/node-api'
import { createServer } from 'vite'
import { openBench, root } from './page.mjs'

const largest = Number(process.argv[2] ?? 12_000_000)
const SIZES = [10_000, 100_000, 1_000_000, 12_000_000].filter((n) => n <= largest)
/** Camera moves; a software renderer takes many seconds for 12 million points. */
const FRAMES = { 10_000: 60, 100_000: 40, 1_000_000: 12, 12_000_000: 4 }
/** It draws two triangles an instance: minutes a frame beyond. */
const MOST_SCATTERPLOT = 100_000
const TICK_MS = 10

/** All processes that this one started: the browser with its GPU process. */
function descendants() {
  const parents = new Map()
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
      const [, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
      parents.set(Number(pid), Number(parent))
    } catch {
      // It has ended.
    }
  }
  const isOurs = (pid) => pid > 1 && (parents.get(pid) === process.pid || isOurs(parents.get(pid) ?? 0))
  return [...parents.keys()].filter(isOurs)
}

function sumOver(read) {
  return descendants().reduce((sum, pid) => {
    try {
      return sum + read(pid)
    } catch {
      return sum
    }
  }, 0)
}

/** CPU time of the whole browser so far, ms. */
const cpuMs = () =>
  sumOver((pid) => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    return TICK_MS * (Number(fields[11]) + Number(fields[12]))
  })

/** Memory of the whole browser, shared pages counted once, MB. */
const memoryMB = () =>
  sumOver(
    (pid) => Number(/^Pss:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) / 1024,
  )

/** Memory of a browser that shows an empty page, MB. */
async function withoutPoints() {
  const { close } = await openBench('draw.html')
  try {
    return memoryMB()
  } finally {
    await close()
  }
}

async function draw(name, n) {
  const { page, version, close } = await openBench('draw.html')
  try {
    await page.setViewportSize({ width: 1200, height: 800 })
    const session = await page.context().newCDPSession(page)
    await session.send('Performance.enable')
    const scriptMs = async () => {
      const { metrics } = await session.send('Performance.getMetrics')
      return 1000 * metrics.find((metric) => metric.name === 'ScriptDuration').value
    }
    const first = await page.evaluate(([by, count]) => globalThis.measure(by, count), [name, n])
    // Whatever goes on beside the first frames, such as an index, ends before frames are measured.
    let quiet = cpuMs()
    for (let i = 0; i < 120; i++) {
      await new Promise((resolve) => setTimeout(resolve, 1000))
      const now = cpuMs()
      if (now - quiet < 100) break
      quiet = now
    }
    const frames = FRAMES[n]
    const [cpu, script] = [cpuMs(), await scriptMs()]
    const moved = await page.evaluate((count) => globalThis.bench.move(count), frames)
    const outcome = {
      name,
      n,
      version,
      ...first,
      frameMs: moved.ms / frames,
      cpuMs: (cpuMs() - cpu) / frames,
      scriptMsAFrame: ((await scriptMs()) - script) / frames,
      points: moved.points ?? n,
      memoryMB: memoryMB(),
    }
    console.log(JSON.stringify(outcome))
    return outcome
  } finally {
    await close()
  }
}

/** Where points, drawn as such, stop telling how many there are. */
async function crowd() {
  const { page, close } = await openBench('draw.html')
  try {
    await page.setViewportSize({ width: 1200, height: 800 })
    const outcomes = []
    for (const perPx of [0.1, 0.5, 1, 2, 4]) {
      const n = Math.round(perPx * 1200 * 800)
      const { alpha, share } = await page.evaluate((count) => globalThis.bench.crowd(count), n)
      outcomes.push({ perPx, n, alpha, share })
      console.log(JSON.stringify({ name: 'crowd', perPx, n, alpha, share }))
    }
    return outcomes
  } finally {
    await close()
  }
}

/** Milliseconds a query, mean and slowest of many beside points of the map. */
async function hover(n) {
  const server = await createServer({
    root,
    logLevel: 'warn',
    server: { middlewareMode: true },
    appType: 'custom',
  })
  const { buildGrid, nearest } = await server.ssrLoadModule('/src/shared/places/grid-index.ts')
  const { createRandom } = await server.ssrLoadModule('/src/shared/math/random.ts')
  const { default: KDBush } = await import(
    createRequire(path.join(root, 'bench/package.json'))
      .resolve('kdbush')
      .replace(/kdbush\.js$|kdbush\.min\.js$/, 'index.js')
  )
  const random = createRandom(2)
  const positions = new Float32Array(2 * n)
  for (let row = 0; row < n; row++) {
    const blob = Math.floor(300 * random.uniform() * random.uniform())
    for (const axis of [0, 1])
      positions[2 * row + axis] = Math.sin(blob * (7 + axis)) + 0.05 * random.normal()
  }
  // 14 px around the pointer where the whole map is 800 px.
  const radius = (14 * 2.3) / 800
  const queries = Array.from({ length: 300 }, () => {
    const row = Math.floor(n * random.uniform())
    return [positions[2 * row] + 0.01 * random.normal(), positions[2 * row + 1] + 0.01 * random.normal()]
  })
  async function time(name, build, bytes, find, count = queries.length) {
    const began = performance.now()
    const index = await build()
    const buildMs = performance.now() - began
    const times = []
    const found = []
    for (const [x, y] of queries.slice(0, count)) {
      // The best of three: other work on the machine is not the index's.
      let best = Infinity
      for (let round = 0; round < 3; round++) {
        const start = performance.now()
        found[times.length] = await find(index, x, y)
        best = Math.min(best, performance.now() - start)
      }
      times.push(best)
    }
    times.sort((a, b) => a - b)
    const mean = times.reduce((sum, ms) => sum + ms, 0) / times.length
    const outcome = {
      name,
      buildMs,
      mb: bytes(index) / 1e6,
      mean,
      p99: times[Math.floor(0.99 * times.length)],
      found,
    }
    console.log(JSON.stringify({ ...outcome, found: found.length }))
    return outcome
  }
  const d = (row, x, y) => (positions[2 * row] - x) ** 2 + (positions[2 * row + 1] - y) ** 2
  const outcomes = [
    await time(
      'this grid',
      () => buildGrid(positions),
      ({ starts, rows }) => starts.byteLength + rows.byteLength,
      (grid, x, y) => nearest(grid, x, y, 1, radius)[0],
    ),
    await time(
      'kdbush',
      () => {
        const tree = new KDBush(n, 64, Float32Array)
        for (let row = 0; row < n; row++) tree.add(positions[2 * row], positions[2 * row + 1])
        return tree.finish()
      },
      ({ data }) => data.byteLength,
      (tree, x, y) => {
        let best
        for (const row of tree.within(x, y, radius))
          if (best === undefined || d(row, x, y) < d(best, x, y)) best = row
        return best
      },
    ),
    await time(
      'SQL, DuckDB',
      async () => {
        const db = await (await DuckDBInstance.create(':memory:')).connect()
        await db.run('CREATE TABLE points (id INTEGER, x FLOAT, y FLOAT)')
        const appender = await db.createAppender('points')
        for (let row = 0; row < n; row++) {
          appender.appendInteger(row)
          appender.appendFloat(positions[2 * row])
          appender.appendFloat(positions[2 * row + 1])
          appender.endRow()
        }
        appender.closeSync()
        return db
      },
      () => 0,
      async (db, x, y) => {
        const reader = await db.runAndReadAll(
          `SELECT id FROM points WHERE x BETWEEN ${x - radius} AND ${x + radius} AND y BETWEEN ${y - radius} AND ${y + radius}
           ORDER BY (x - ${x}) * (x - ${x}) + (y - ${y}) * (y - ${y}) LIMIT 1`,
        )
        return reader.getRows()[0]?.[0]
      },
      40,
    ),
  ]
  await server.close()
  const [grid, ...others] = outcomes
  for (const other of others)
    other.found.forEach((row, i) => {
      const [x, y] = queries[i]
      if (row !== undefined && Math.abs(d(row, x, y) - d(grid.found[i], x, y)) > 1e-6)
        throw new Error(`${other.name} finds another point than the grid`)
    })
  return outcomes
}

const emptyMB = await withoutPoints()
const rows = []
for (const n of SIZES) {
  rows.push(await draw('captionscape', n))
  rows.push(await draw('regl-scatterplot', n))
  if (n <= MOST_SCATTERPLOT) rows.push(await draw('ScatterplotLayer', n))
}
const crowds = await crowd()
const hovers = await hover(largest)
const { version: regl } = JSON.parse(
  await readFile(path.join(root, 'bench/node_modules/regl-scatterplot/package.json'), 'utf8'),
)
const round = (value) => (value < 10 ? value.toFixed(1) : Math.round(value).toLocaleString('en'))
const peerOf = ({ n }) => rows.find((row) => row.n === n && row.name === 'regl-scatterplot')
const text = `# Drawing

\`npm run bench:draw\`: points in 300 blobs, sorted by blob, at 1200 × 800 pixels, each in a fresh browser. “Frame” is the mean over camera moves in
every animation frame (${Object.entries(FRAMES)
  .map(([n, frames]) => `${frames} at ${Number(n).toLocaleString('en')}`)
  .join(', ')}), until the GPU has done the last one. “CPU” is the time of all of the browser's processes a
frame; on a software renderer that is the drawing itself. “Script” is that of the page's own code, which is what is left of it with a GPU. “First” is
the time from points in memory to the first picture, “all” to one of all points. Memory is that of all of the browser's processes, shared pages
counted once; with an empty page it takes ${round(emptyMB)} MB.

| points | drawn by | points a frame | frame ms | CPU ms | CPU, regl-scatterplot = 1 | script ms | first ms | all ms | memory MB |
|---|---|---|---|---|---|---|---|---|---|
${rows
  .map((row) =>
    [
      '',
      row.n.toLocaleString('en'),
      row.name === 'captionscape' ? '**this map**' : row.name,
      row.points.toLocaleString('en'),
      round(row.frameMs),
      round(row.cpuMs),
      Number((row.cpuMs / peerOf(row).cpuMs).toPrecision(2)),
      round(row.scriptMsAFrame),
      round(row.firstMs),
      round(row.wholeMs),
      round(row.memoryMB),
      '',
    ]
      .join(' | ')
      .trim(),
  )
  .join('\n')}

ScatterplotLayer is drawn to ${MOST_SCATTERPLOT.toLocaleString('en')} points only: two triangles an instance cost a software renderer minutes a frame beyond. This map draws a fair
sample of the points while it moves, as many as the device does in 25 ms and half a frame's own time at least, and all of them at rest.

## When density takes over

Points drawn as such, with the opacity that the map gives them: that of a lone point, and the share of the points that lie in pixels
which are at least 95 % opaque, where more points look like fewer. Beyond 1.5 points a pixel in view lone points drown, so the map
turns to density there.

| points a pixel in view | points | opacity of a lone point | points in opaque pixels |
|---|---|---|---|
${crowds
  .map(
    ({ perPx, n, alpha, share }) =>
      `| ${perPx} | ${n.toLocaleString('en')} | ${alpha.toFixed(2)} | ${(100 * share).toFixed(0)} % |`,
  )
  .join('\n')}

## Hover

The point nearest to the pointer within 14 pixels on a map of ${largest.toLocaleString('en')} points, in Node, one thread (DuckDB: two). Embedding Atlas asks
its database; the query is of its form, a box and the nearest in it, on native DuckDB, which is faster than the one in WebAssembly that
it runs. All three find the same points. The best of three for each of 300 places (DuckDB: 40).

| by | ms a query, mean | 99 of 100 below | build ms | MB beside the points |
|---|---|---|---|---|
${hovers
  .map(
    ({ name, mean, p99, buildMs, mb }) =>
      `| ${name === 'this grid' ? '**this grid**' : name} | ${mean.toFixed(3)} | ${p99.toFixed(3)} | ${name.startsWith('SQL') ? '–' : round(buildMs)} | ${name.startsWith('SQL') ? '–' : round(mb)} |`,
  )
  .join('\n')}

Target: 4 ms at 12 million. In the page the grid is built in a worker.

Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}, shared with other work while this ran; SwiftShader. Chromium ${rows[0].version}, deck.gl ${
  JSON.parse(await readFile(path.join(root, 'node_modules/deck.gl/package.json'), 'utf8')).version
}, regl-scatterplot ${regl}, Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.
Not measured here: a real GPU.
`
await writeFile(path.join(root, 'bench/results/draw.md'), text)
console.log(text)
