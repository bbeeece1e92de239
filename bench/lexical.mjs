// npm run bench:lexical [-- captions.parquet [sizes…]]: the lexical encoder in Node on one core: captions a second and memory at several
// sizes, neighbors kept and topic purity. Without a file the sample's generator makes the captions. Each size runs in a process of its own.
// Writes bench/results/lexical.md.
import { execFileSync } from 'node:child_process'
import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { build } from 'vite'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const isChild = process.argv[2] === '--one'
const file = process.argv[isChild ? 3 : 2]

async function captionsOf(given) {
  if (!given) return null
  const bytes = await readFile(given)
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  const rows = await parquetReadObjects({ file: buffer, compressors, columns: ['TEXT'] })
  return rows.map(({ TEXT }) => TEXT ?? '')
}

if (isChild) {
  const { mixed, speedOf, keptOf, toArena } = await import('./.out/lexical.js')
  const texts = await captionsOf(file)
  const n = Number(process.argv[4])
  const captions = n > texts.length ? mixed(texts, n) : toArena(texts.slice(0, n))
  const before = process.memoryUsage().rss
  const { speed, vectors } = await speedOf(captions)
  const peak = process.resourceUsage().maxRSS * 1024
  const kept = n <= texts.length ? keptOf(texts.slice(0, n), vectors) : null
  console.log(JSON.stringify({ n, ...speed, before, peak, kept }))
  process.exit(0)
}

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  build: { ssr: 'bench/lexical.ts', outDir: 'bench/.out', emptyOutDir: false, target: 'node20' },
})
const { purity } = await import('./.out/lexical.js')
const sizes = process.argv.slice(3).map(Number)
if (!sizes.length) sizes.push(10_000, 100_000, 1_000_000)
const outcomes = []
for (const size of file ? sizes : []) {
  const text = execFileSync(
    process.execPath,
    ['--max-old-space-size=2000', fileURLToPath(import.meta.url), '--one', file, String(size)],
    { encoding: 'utf8' },
  )
  outcomes.push(JSON.parse(text.trim().split('\n').at(-1)))
  console.log(outcomes.at(-1))
}
const pure = await purity(6000)
const mb = (bytes) => (bytes / 1e6).toFixed(0)
const text = `# The lexical encoder

\`npm run bench:lexical -- captions.parquet ${sizes.join(' ')}\`: one thread of Node, one run each in a process of its own. Up to the file's 10,000 rows the captions are
real ones (LAION); more are mixed of them, half the words of two at a time.

| captions | captions a second | against the target of 20,000 | counting words, s | all, s | memory at most, MB | of that captions and Node before, MB | 15 nearest by TF-IDF kept |
|---|---|---|---|---|---|---|---|
${outcomes
  .map(
    (o) =>
      `| ${o.n.toLocaleString('en')} | ${Math.round(o.n / o.seconds).toLocaleString('en')} | ${(o.n / o.seconds / 20_000).toFixed(1)} × | ${o.countSeconds.toFixed(2)} | ${o.seconds.toFixed(2)} | ${mb(o.peak)} | ${mb(o.before)} | ${o.kept === null ? '' : o.kept.toFixed(3)} |`,
  )
  .join('\n')}

Topic purity on 6,000 captions of the sample's generator: ${(100 * pure).toFixed(1)} % of the 15 nearest are on the same of its topics.

Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}. Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.
`
await writeFile(path.join(root, 'bench/results/lexical.md'), text)
console.log(text)
