// node bench/quality.mjs [--folder=…] [--epochs=1000] [--layouts=…] [--only=layouts|figures] [--sequential] [set…]: layouts of this engine, of sequential
// descent on the same graph and start, and of umap-learn, by the same measures. The folder holds vectors, `digits_64_f32.npy` and so
// on, and umap-learn's layouts of them, `umap-learn_digits_nn10.npy` and so on; bench/quality-sets.py makes some. This engine's
// layouts, and with --sequential those of sequential descent, go into the second folder; `--only=figures` takes what lies there and
// needs no browser. Writes the sections of the sets (or of all) into bench/results/quality.md; what else stands there stays.
import { existsSync } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { parseArgs } from 'node:util'
import { createServer } from 'vite'
import { openBench, root } from './page.mjs'

const { values, positionals } = parseArgs({
  args: process.argv.slice(2),
  allowPositionals: true,
  options: {
    folder: { type: 'string', default: path.join(root, '../shared/data') },
    layouts: { type: 'string', default: path.join(os.tmpdir(), 'captionscape-quality') },
    epochs: { type: 'string', default: '1000' },
    only: { type: 'string' },
    sequential: { type: 'boolean', default: false },
  },
})
const { folder, layouts } = values
const nEpochs = Number(values.epochs)
const RESULTS = path.join(root, 'bench/results/quality.md')
const N_NEIGHBORS = [10, 30, 60]
const SETS = [
  { name: 'digits', file: 'digits_64_f32.npy', title: '1,797 handwritten digits, 64-d' },
  {
    name: 'laion10k',
    file: 'laion10k_lsa64_f16.npy',
    title: '10,000 LAION captions, latent semantic vectors, 64-d',
  },
  {
    name: 'glosses',
    file: 'glosses_64_f16.npy',
    title: '5,000 definitions of WordNet, latent semantic vectors, 64-d',
  },
  { name: 'patches', file: 'patches_64_f16.npy', title: '5,000 patches of photographs, 8 × 8 pixels' },
].filter(({ name }) => positionals.length === 0 || positionals.includes(name))
const ENGINES = [
  { name: 'Captionscape', at: layouts, prefix: 'captionscape' },
  { name: 'sequential descent', at: layouts, prefix: 'sequential' },
  { name: 'umap-learn 0.5.3', at: folder, prefix: 'umap-learn' },
]

const f = (value) => value.toFixed(3)
const bytesOf = async (...file) => new Uint8Array(await readFile(path.join(...file)))

async function layOut() {
  const { page, version, close } = await openBench('quality.html')
  try {
    for (const { name, file } of SETS) {
      const vectors = await readFile(path.join(folder, file), 'base64')
      const request = { vectors, nNeighbors: N_NEIGHBORS, nEpochs }
      const made = await page.evaluate((r) => globalThis.measure(r), request)
      for (const [i, k] of N_NEIGHBORS.entries()) await keep(`captionscape_${name}_nn${k}`, made.layouts[i])
      await keep(`start_${name}`, made.start)
      const by = `${made.adapter}, Chromium ${version}, ${new Date().toISOString().slice(0, 10)}`
      await writeFile(path.join(layouts, `${name}.txt`), by)
    }
  } finally {
    await close()
  }
}

/** Float32 [n, 2] in base64 as a `.npy` file. */
async function keep(name, base64) {
  const data = Buffer.from(base64, 'base64')
  const fields = `{'descr': '<f4', 'fortran_order': False, 'shape': (${data.length / 8}, 2), }`
  const head = Buffer.from(`\u0093NUMPY\u0001\u0000\u0076\u0000${fields.padEnd(117)}\n`, 'latin1')
  await writeFile(path.join(layouts, `${name}.npy`), Buffer.concat([head, data]))
}

/** Sequential descent from this engine's start. */
async function descend({ name, file }, descended) {
  const vectors = await bytesOf(folder, file)
  const start = await bytesOf(layouts, `start_${name}.npy`)
  for (const k of N_NEIGHBORS) {
    const made = descended(vectors, start, k, nEpochs)
    await keep(`sequential_${name}_nn${k}`, Buffer.from(made.buffer).toString('base64'))
  }
}

/** Measures of the layouts that are there. */
async function measuresOf({ name, file }, judge) {
  const rows = ENGINES.flatMap(({ name: engine, at, prefix }) =>
    N_NEIGHBORS.map((k) => ({
      engine,
      layout: `nn${k}`,
      at: path.join(at, `${prefix}_${name}_nn${k}.npy`),
    })),
  ).filter(({ at }) => existsSync(at))
  const made = await Promise.all(rows.map(({ at }) => bytesOf(at)))
  const judged = judge(await bytesOf(folder, file), made)
  return rows.map((row, i) => ({ ...row, ...judged[i] }))
}

/** A section of the results, with the worst differences of this engine's layouts to those of the others first. */
function sectionOf(title, by, rows) {
  const of = (name) => rows.filter(({ engine }) => engine === name)
  const worst = (name, measure) => {
    const theirs = of(name)
    return f(Math.min(...of(ENGINES[0].name).map((row, i) => measure(row) - measure(theirs[i]))))
  }
  const against = ENGINES.slice(1)
    .filter(({ name }) => of(name).length > 0)
    .map(
      ({ name }) =>
        `against ${name} trustworthiness **${worst(name, (row) => row.trustworthiness)}**, kept of 30 **${worst(name, (row) => row.kept[1])}**`,
    )
  const lines = rows.map(
    (r) =>
      `| ${r.engine} | ${r.layout} | ${f(r.trustworthiness)} | ${r.kept.map(f).join(' | ')} | ${f(r.triplets)} | ${r.width.toFixed(1)} | ${r.maxOverP99.toFixed(2)} |`,
  )
  return `## ${title}

The worst of three layouts ${against.join('; ')}. Made by ${by}, ${nEpochs} epochs.

| engine | layout | trustworthiness | kept of 10 | of 30 | of 60 | triplets | width | max / p99 |
|---|---|---|---|---|---|---|---|---|
${lines.join('\n')}
`
}

/** The text with the section of this title replaced, or added at the end. */
function withSection(text, title, section) {
  const begin = text.indexOf(`## ${title}\n`)
  if (begin < 0) return `${text.trimEnd()}\n\n${section}`
  const end = text.indexOf('\n## ', begin)
  return text.slice(0, begin) + section + (end < 0 ? '' : text.slice(end))
}

await mkdir(layouts, { recursive: true })
if (values.only !== 'figures') await layOut()
if (values.only === 'layouts') process.exit()
const server = await createServer({
  root,
  logLevel: 'warn',
  appType: 'custom',
  server: { middlewareMode: true, hmr: false },
})
try {
  const { descend: descended, judge } = await server.ssrLoadModule('/bench/quality-judge.ts')
  for (const set of SETS) {
    if (values.sequential) await descend(set, descended)
    const by = await readFile(path.join(layouts, `${set.name}.txt`), 'utf8')
    const section = sectionOf(set.title, by, await measuresOf(set, judge))
    await writeFile(RESULTS, withSection(await readFile(RESULTS, 'utf8'), set.title, section))
    console.log(section)
  }
} finally {
  await server.close()
}
