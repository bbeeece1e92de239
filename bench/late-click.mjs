// node bench/late-click.mjs [rows]: what the caption of one row costs in a column of one row group without a page index, of pages that
// hold equally many rows or not, each request 60 ms late. Beside it the whole column in one request, as readers without a search
// for the page take it (hyparquet, DuckDB). Writes bench/results/late-click.md.
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { createServer } from 'vite'

const LATENCY_MS = 60
/** Of the peers' download, a household's line. */
const BITS_PER_S = 20e6
const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const nRows = Number(process.argv[2] ?? 12_000_000)

const server = await createServer({
  root,
  logLevel: 'warn',
  appType: 'custom',
  server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  optimizeDeps: { noDiscovery: true },
})
try {
  const { virtualChunk, ROWS_A_PAGE } = await server.ssrLoadModule('/test/read/parquet/virtual-chunk.ts')
  const { createPageIndex } = await server.ssrLoadModule('/src/read/row/page-index.ts')
  const { listColumns } = await server.ssrLoadModule('/src/read/parquet/columns.ts')

  /** Seconds, requests and bytes of one caption. */
  async function cost(file, pages, column, row) {
    file.spent()
    const begin = performance.now()
    const value = await pages.value(column, row)
    const s = (performance.now() - begin) / 1000
    const text = value instanceof Uint8Array ? new TextDecoder().decode(value) : value
    if (text !== file.textOf(row)) throw new Error(`late-click: row ${row} is ${text}`)
    return { s, ...file.spent() }
  }

  const late = (file) => ({
    ...file.source,
    async read(...where) {
      await new Promise((resolve) => setTimeout(resolve, LATENCY_MS))
      return file.source.read(...where)
    },
  })
  const shorter = (page) => ROWS_A_PAGE + (page > 10 && page % 9 === 0 ? -1024 : 0)
  /** @type {readonly (readonly [string, object, boolean])[]} */
  const forms = [
    ['equally many', {}, false],
    [
      'every ninth 1,024 rows shorter, with a map',
      { rowsOfPage: shorter, variantOf: (page) => page % 12 },
      true,
    ],
    [
      'every ninth 1,024 rows shorter, without a map',
      { rowsOfPage: shorter, variantOf: (page) => page % 12 },
      false,
    ],
  ]
  const rows = [0.01, 0.5, 0.96].map((share) => Math.floor(share * nRows))
  const MB = (bytes) => (bytes / 1e6).toFixed(1)
  const lines = []
  let whole = 0
  for (const [name, form, hasMap] of forms) {
    const file = virtualChunk({ rows: nRows, codec: 'SNAPPY', version: 1, isNullable: false, ...form })
    whole = file.source.byteLength
    const [column] = listColumns(file.metadata)
    const places = hasMap ? file.placesOf(16) : null
    for (const row of rows) {
      const pages = createPageIndex(late(file), file.metadata, undefined, places ? () => places : undefined)
      const first = await cost(file, pages, column, row)
      const next = await cost(file, pages, column, Math.min(nRows - 1, row + 100_000))
      const share = whole / first.bytes
      lines.push(
        `| ${name} | ${row.toLocaleString('en')} | ${first.requests} | ${MB(first.bytes)} MB | 1/${share.toFixed(0)} | ${first.s.toFixed(1)} s | ${next.requests}, ${MB(next.bytes)} MB |`,
      )
      console.log(lines.at(-1))
    }
  }
  const wholeS = LATENCY_MS / 1000 + (8 * whole) / BITS_PER_S
  await writeFile(
    path.join(root, 'bench/results/late-click.md'),
    `# A click on one row of ${nRows.toLocaleString('en')} in one row group without a page index

\`npm run bench:late-click\`: what the caption costs, counted in Node on a column that is made as it is read (Snappy, pages of some
18,432 rows and 0.6 MB; \`test/read/parquet/late-row.test.ts\` holds 12 requests and 2 MB as the most for any row), each request
${LATENCY_MS} ms late. Readers that do not search for the page take the column whole: ${MB(whole)} MB, ${wholeS.toFixed(0)} s at ${BITS_PER_S / 1e6} Mbit/s.
“With a map”: rows that lie together on the map tell which page has which rows, so that no page is counted.

| pages hold | row | requests | bytes | of the column | time | another row 100,000 later |
|---|---|---|---|---|---|---|
${lines.join('\n')}

Node ${process.version}, ${os.cpus().length} × ${os.cpus()[0]?.model ?? 'CPU'}, ${new Date().toISOString().slice(0, 10)}. Not measured: the real file on the hub, whose pages
have not been seen; a network's bandwidth.
`,
  )
} finally {
  await server.close()
}
