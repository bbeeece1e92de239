// node bench/start.mjs [folder] [epochs]: the spectral start on two levels against the same iteration from random vectors, in one
// run: products, seconds, the angle between the two planes, and layouts from both. The folder holds `digits_64_f32.npy` and
// `laion10k_lsa64_f16.npy`. Writes bench/results/start.md.
import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { openBench, root } from './page.mjs'

const folder = path.resolve(process.argv[2] ?? path.join(root, '../shared/data'))
const nEpochs = Number(process.argv[3] ?? 200)
const SETS = [
  { title: 'digits', file: 'digits_64_f32.npy', nNeighbors: [10, 30, 60] },
  { title: 'digits, only k = 10', file: 'digits_64_f32.npy', nNeighbors: [10] },
  { title: '10,000 LAION captions', file: 'laion10k_lsa64_f16.npy', nNeighbors: [10, 30, 60] },
  { title: '50 components', file: null, nNeighbors: [10, 30, 60] },
]

const { page, version, close } = await openBench('start.html')
const rows = []
let adapter = ''
try {
  for (const { title, file, nNeighbors } of SETS) {
    const vectors = file && (await readFile(path.join(folder, file))).toString('base64')
    const result = await page.evaluate((r) => globalThis.measure(r), { vectors, nNeighbors, nEpochs })
    adapter = result.adapter
    rows.push({ title, ...result })
    console.log(rows.at(-1))
  }
} finally {
  await close()
}
const f = (value) => value.toFixed(3)
const each = (layouts, what) => layouts.map((layout) => f(layout[what])).join(' / ')
const line = ({ title, nPoints, nComponents, cosine, twoLevels, oneLevel }) =>
  [
    [
      `${title} (${nPoints.toLocaleString('en')}, ${nComponents} component${nComponents > 1 ? 's' : ''})`,
      twoLevels,
      f(cosine),
    ],
    ['from random vectors', oneLevel, '1'],
  ]
    .map(
      ([name, start, angle]) =>
        `| ${name} | ${start.nClusters ?? '–'} | ${start.nProducts} | ${start.seconds.toFixed(2)} | ${start.residual.toExponential(1)} | ${start.gap.toExponential(1)} | ${angle} | ${each(start.layouts, 'trustworthiness')} | ${each(start.layouts, 'kept')} |`,
    )
    .join('\n')
const sum = (which) => rows.reduce((total, row) => total + row[which].nProducts, 0)
const text = `# The spectral start

\`npm run bench:start\`: eigenvectors on two levels against the same iteration from random vectors until the residual is 2 % of the gap, as the
engine found them before; both with blocks of eight. All sets together: **1/${(sum('oneLevel') / sum('twoLevels')).toFixed(1)}** of the sparse products. Cosine of the largest angle
between the two planes. Layouts of n_neighbors 10, 30 and 60 from both, ${nEpochs} epochs, negative sample rate 5: trustworthiness (k = 15) and kept of 30 neighbors,
within 2,000 rows.

| set | clusters | products | s | residual | gap | cosine | trustworthiness | kept of 30 |
|---|---|---|---|---|---|---|---|---|
${rows.map(line).join('\n')}

Adapter: ${adapter}. Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}. Chromium ${version}, ${new Date().toISOString().slice(0, 10)}. Seconds say nothing of a real GPU.
`
await writeFile(path.join(root, 'bench/results/start.md'), text)
console.log(text)
