// Each reader of bench/read-page.mjs as a page would use it: one column of captions, or two of coordinates, by URL.
import { findLayouts, listColumns } from '../src/read/parquet/columns.ts'
import { readFooter } from '../src/read/parquet/footer.ts'
import { readTable } from '../src/read/parquet/table.ts'
import { urlSource } from '../src/read/sources/url-source.ts'

/** What all readers give: rows, bytes of the captions and the sum of the coordinates. */
const COLUMNS = {
  captions: ['TEXT'],
  coordinates: ['x_nn10', 'y_nn10'],
}
/** Keeps what was read until the memory is measured. */
const held = []

function sumOf(values) {
  let sum = 0
  for (let i = 0; i < values.length; i++) sum += values[i]
  return sum
}

function fromArrow(table, task) {
  held.push(table)
  let [bytes, sum] = [0, 0]
  for (const name of COLUMNS[task]) {
    for (const { values, valueOffsets, length } of table.getChild(name)?.data ?? []) {
      if (task === 'captions') bytes += valueOffsets[length] - valueOffsets[0]
      else sum += sumOf(values)
    }
  }
  return { nRows: table.numRows, bytes, sum }
}

const READERS = {
  async captionscape(url, task) {
    const source = await urlSource(url, {})
    const metadata = await readFooter(source)
    const nRows = Number(metadata.num_rows)
    const columns = listColumns(metadata)
    const wanted =
      task === 'captions'
        ? { text: columns.find(({ name }) => name === 'TEXT'), layouts: [], nRows }
        : { text: null, layouts: findLayouts(columns), nRows }
    const found = await readTable(source, metadata, wanted, {})
    held.push(found)
    const sum = found.layouts.length > 0 ? sumOf(found.layouts[0].positions) : 0
    return { nRows, bytes: found.captions.bytes.length, sum }
  },

  async hyparquet(url, task) {
    const { asyncBufferFromUrl, parquetRead } = await import('hyparquet')
    const { compressors } = await import('hyparquet-compressors')
    const parts = []
    held.push(parts)
    await parquetRead({
      file: await asyncBufferFromUrl({ url }),
      compressors,
      columns: COLUMNS[task],
      onChunk: ({ columnData }) => void parts.push(columnData),
    })
    let [nRows, bytes, sum] = [0, 0, 0]
    for (const part of parts) {
      nRows += part.length / COLUMNS[task].length
      // The captions are ASCII.
      if (task === 'captions') for (const text of part) bytes += text.length
      else sum += sumOf(part)
    }
    return { nRows, bytes, sum }
  },

  async 'parquet-wasm'(url, task) {
    const parquet = await import('parquet-wasm/esm/parquet_wasm.js')
    const { default: wasm } = await import('parquet-wasm/esm/parquet_wasm_bg.wasm?url')
    const { tableFromIPC } = await import('apache-arrow')
    await parquet.default({ module_or_path: wasm })
    const file = await parquet.ParquetFile.fromUrl(url)
    const table = await file.read({ columns: COLUMNS[task] })
    return fromArrow(tableFromIPC(table.intoIPCStream()), task)
  },

  async 'duckdb-wasm'(url, task) {
    const duckdb = await import('@duckdb/duckdb-wasm')
    const { default: wasm } = await import('@duckdb/duckdb-wasm/dist/duckdb-eh.wasm?url')
    const { default: script } = await import('@duckdb/duckdb-wasm/dist/duckdb-browser-eh.worker.js?url')
    const db = new duckdb.AsyncDuckDB(new duckdb.VoidLogger(), new Worker(script))
    await db.instantiate(wasm)
    await db.registerFileURL('f.parquet', url, duckdb.DuckDBDataProtocol.HTTP, false)
    const connection = await db.connect()
    const table = await connection.query(`SELECT ${COLUMNS[task].join(', ')} FROM 'f.parquet'`)
    return fromArrow(table, task)
  },
}

Object.assign(globalThis, {
  read: (reader, url, task) => READERS[reader](url, task),
})
