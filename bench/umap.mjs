// node bench/umap.mjs [points] [epochs] [original | standard]: this engine against umap-js and Embedding Atlas on the same vectors, in one browser,
// one after the other.
// Writes bench/results/umap.md. Before: npm ci --prefix bench.
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { openBench, root } from './page.mjs'

const nPoints = Number(process.argv[2] ?? 2000)
const settings = process.argv[4] ?? 'original'
const nEpochs = Number(process.argv[3] ?? (settings === 'standard' ? 500 : 1000))

const { page, version, close } = await openBench('umap.html')
try {
  const { adapter, outcomes, nNeighbors, negativeSampleRate } = await page.evaluate(
    ([n, epochs, named]) => globalThis.measure(n, epochs, named),
    [nPoints, nEpochs, settings],
  )
  const [ours, ...theirs] = outcomes
  const fixed = (values) => values.map((v) => v.toFixed(3)).join(' / ')
  const ratios = theirs.map((o) => `**${(o.seconds / ours.seconds).toFixed(1)} ×** the speed of ${o.engine}`)
  const text = `# UMAP against peers

\`node bench/umap.mjs ${nPoints} ${nEpochs} ${settings}\`: ${nPoints.toLocaleString('en')} captions of the sample's grammar (lexical vectors, 64-d), n_neighbors ${nNeighbors.join(', ')}, ${nEpochs}
epochs, negative sample rate ${negativeSampleRate}, min_dist 0.1. All in the same page, one after the other; the peers make each layout anew.
Times are of one run each.

${ratios.join('; ')}.

| | seconds, all layouts | trustworthiness (k = 15), ${nNeighbors.map((k) => `nn${k}`).join(' / ')} |
|---|---|---|
${outcomes.map((o) => `| ${o.engine} | ${o.seconds.toFixed(1)} | ${fixed(o.trustworthiness)} |`).join('\n')}

This engine by stage: ${Object.entries(ours.stages)
    .map(([stage, seconds]) => `${stage} ${seconds.toFixed(2)} s`)
    .join(', ')}.

Adapter: ${adapter}. Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}. Chromium ${version}, ${new Date().toISOString().slice(0, 10)}.

${adapter.includes('swiftshader') ? 'Not measured here: a real GPU, and Embedding Atlas’s WebGPU path, which a software adapter does not do justice.' : ''}
`
  await writeFile(path.join(root, 'bench/results/umap.md'), text)
  console.log(text)
} finally {
  await close()
}
