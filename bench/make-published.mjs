// node --max-old-space-size=12000 bench/make-published.mjs <file> [rows]: synthetic rows in the published set's schema and
// form: one row group, pages of 1 MB, no page index.
import { openSync, writeSync } from 'node:fs'
import process from 'node:process'
import { ByteWriter, ParquetWriter, schemaFromColumnData } from 'hyparquet-writer'

const [, , file, rows] = process.argv
const nRows = Number(rows ?? 12_000_000)

let state = 1
/** Park and Miller's generator: the same file everywhere. */
function uniform() {
  state = (state * 48_271) % 2_147_483_647
  return state / 2_147_483_647
}

const layouts = ['nn60', 'nn10', 'nn30'].flatMap((name, i) => {
  const x = new Float32Array(nRows)
  const y = new Float32Array(nRows)
  for (let row = 0; row < nRows; row++) {
    // 400 blobs of different size along a spiral.
    const blob = Math.floor(400 * uniform() * uniform())
    const radius = 0.9 * Math.sqrt(-Math.log(1 - uniform())) * (0.3 + uniform())
    const angle = 2 * Math.PI * uniform()
    const turn = blob * 2.4 + i
    x[row] = 14 * Math.sqrt(blob / 400) * Math.cos(turn) + radius * Math.cos(angle)
    y[row] = 14 * Math.sqrt(blob / 400) * Math.sin(turn) + radius * Math.sin(angle)
  }
  return [
    { name: `x_${name}`, data: x, type: 'FLOAT' },
    { name: `y_${name}`, data: y, type: 'FLOAT' },
  ]
})
const whole = (of) => Int32Array.from({ length: nRows }, (_, row) => of(row))
const text = Array.from(
  { length: nRows },
  (_, row) => `caption ${row} of a painting in oil on canvas, ${row % 97}`,
)
const columnData = [
  { name: 'TEXT', data: text, type: 'STRING', codec: 'UNCOMPRESSED', encoding: 'PLAIN' },
  { name: 'WIDTH', data: whole((row) => 300 + (row % 700)), type: 'INT32' },
  { name: 'HEIGHT', data: whole((row) => 300 + (row % 500)), type: 'INT32' },
  ...layouts.map((column) => ({ ...column, encoding: 'PLAIN' })),
].map((column) => ({ nullable: false, statistics: false, offsetIndex: false, ...column }))

const writer = new ByteWriter(1 << 26)
const fd = openSync(file, 'w')
const parquet = new ParquetWriter({ writer, schema: schemaFromColumnData({ columnData }) })
// Synchronous: a ByteWriter has nothing to flush.
void parquet.write({ columnData, rowGroupSize: nRows, pageSize: 1 << 20 })
void parquet.finish()
const bytes = writer.getBytes()
for (let at = 0; at < bytes.length; at += 1 << 28)
  writeSync(fd, bytes, at, Math.min(1 << 28, bytes.length - at))
