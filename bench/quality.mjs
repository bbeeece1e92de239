// node bench/quality.mjs [folder] [epochs]: layouts of this engine, of sequential descent on the same graph and start, and of
// umap-learn, by the same measures. The folder holds vectors, `digits_64_f32.npy` and `laion10k_lsa64_f16.npy`, and umap-learn's
// layouts of them, `umap-learn_digits_nn10.npy` and so on. Writes bench/results/quality.md.
import { readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { openBench, root } from './page.mjs'

const folder = path.resolve(process.argv[2] ?? path.join(root, '../shared/data'))
const nEpochs = Number(process.argv[3] ?? 1000)
const SETS = [
  { name: 'digits', file: 'digits_64_f32.npy', title: '1,797 handwritten digits, 64-d' },
  {
    name: 'laion10k',
    file: 'laion10k_lsa64_f16.npy',
    title: '10,000 LAION captions, latent semantic vectors, 64-d',
  },
]

const base64 = async (name) => (await readFile(path.join(folder, name))).toString('base64')
const { page, version, close } = await openBench('quality.html')
const f = (value) => value.toFixed(3)
const sections = []
let adapter = ''
try {
  for (const { name, file, title } of SETS) {
    const layouts = await Promise.all([10, 30, 60].map((k) => base64(`umap-learn_${name}_nn${k}.npy`)))
    const request = {
      vectors: await base64(file),
      others: [{ engine: 'umap-learn 0.5.3', layouts }],
      nEpochs,
    }
    const result = await page.evaluate((r) => globalThis.measure(r), request)
    adapter = result.adapter
    const least = (engine) =>
      Math.min(
        ...result.rows
          .filter((row) => row.engine === 'Captionscape')
          .map((ours) => {
            const theirs = result.rows.find((row) => row.engine === engine && row.layout === ours.layout)
            return ours.trustworthiness - theirs.trustworthiness
          }),
      )
    sections.push(`## ${title}

Trustworthiness against umap-learn's, the worst of three layouts: **${f(least('umap-learn 0.5.3'))}**; against sequential descent's: **${f(least('sequential descent'))}**.

| engine | layout | trustworthiness | kept of 10 | of 30 | of 60 | triplets | width | max / p99 |
|---|---|---|---|---|---|---|---|---|
${result.rows
  .map(
    (r) =>
      `| ${r.engine} | ${r.layout} | ${f(r.trustworthiness)} | ${r.kept.map(f).join(' | ')} | ${f(r.triplets)} | ${r.width.toFixed(1)} | ${r.maxOverP99.toFixed(2)} |`,
  )
  .join('\n')}`)
  }
} finally {
  await close()
}
const text = `# Quality of the layouts

\`npm run bench:quality\`: n_neighbors 10, 30 and 60, ${nEpochs} epochs, negative sample rate 20, min_dist 0.1. Trustworthiness with k = 15 within 3,000
rows; “kept” is the share of these rows' nearest neighbors that stay so in the layout; triplets: the share of 20,000 whose order of
distances stays (chance 0.5); width: root mean squared distance from the middle. Sequential descent is umap-learn's algorithm in
float64 on the exact graph, from this engine's start. umap-learn's layouts have a start of their own.

${sections.join('\n\n')}

Adapter: ${adapter}. Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}. Chromium ${version}, ${new Date().toISOString().slice(0, 10)}.
`
await writeFile(path.join(root, 'bench/results/quality.md'), text)
console.log(text)
