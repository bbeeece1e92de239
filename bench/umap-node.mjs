// node bench/umap-node.mjs [epochs] [points]… [standard]: the engine in Node, on the package `webgpu` (Dawn). Before: npm ci --prefix bench.
// It bundles the engine into bench/.out/umap-node.js and runs it:
//   node bench/umap-node.mjs 1000 100000 1000000 12000000
// measures a real GPU. Without one, Chromium's software adapter serves:
//   VK_ICD_FILENAMES=/usr/lib/chromium/vk_swiftshader_icd.json XDG_RUNTIME_DIR=/tmp node bench/umap-node.mjs 200 2000
// Writes bench/results/umap-node.md.
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { create, globals } from 'webgpu'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const nEpochs = Number(process.argv[2] ?? 200)
const settings = process.argv.at(-1) === 'standard' ? 'standard' : 'original'
const sizes = process.argv
  .slice(3)
  .filter((text) => text !== 'standard')
  .map(Number)
if (!sizes.length) sizes.push(2000)

await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  build: { ssr: 'bench/umap-node.ts', outDir: 'bench/.out', emptyOutDir: false, target: 'node20' },
})
Object.assign(globalThis, globals)
const gpu = create([])
const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
if (!adapter) throw new Error('bench: Dawn finds no adapter; see the head of this file')
const requiredLimits = {}
for (const name in adapter.limits) {
  if (typeof adapter.limits[name] === 'number') requiredLimits[name] = adapter.limits[name]
}
const device = await adapter.requestDevice({ requiredLimits })
const { measure } = await import('./.out/umap-node.js')
const outcomes = []
for (const size of sizes) {
  outcomes.push(await measure(device, size, nEpochs, settings))
  console.log(outcomes.at(-1))
}
const stages = ['Neighbors', 'Graphs', 'Start', 'Lay out']
const { vendor, architecture, description } = adapter.info
const text = `# UMAP in Node

\`npm run bench:umap:node -- ${nEpochs} ${sizes.join(' ')} ${settings}\`: the same engine in Node on the package \`webgpu\` (Dawn), a mixture of 200 clusters in 64-d, n_neighbors
${settings === 'standard' ? '15' : '10, 30 and 60'}, ${nEpochs} epochs, negative sample rate ${settings === 'standard' ? 5 : 20}. Seconds by stage, one run each.

| points | ${stages.join(' | ')} | bytes a point | recall of neighbors | trustworthiness ${settings === 'standard' ? 'nn15' : 'nn10 / nn30 / nn60'} | bytes of the result |
|---|---|---|---|---|---|---|---|---|
${outcomes
  .map(
    (o) =>
      `| ${o.nPoints.toLocaleString('en')} | ${stages.map((s) => (o.stages[s] ?? 0).toFixed(2)).join(' | ')} | ${o.bytesPerPoint.toFixed(0)} | ${o.recall === null ? 'exact' : o.recall.toFixed(3)} | ${o.trustworthiness.map((t) => t.toFixed(3)).join(' / ')} | ${o.fingerprint} |`,
  )
  .join('\n')}

Adapter: ${[vendor, architecture, description].filter(Boolean).join(' ')}. Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}. Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.

${/swiftshader/i.test(architecture + description) ? 'Not measured here: a real GPU, so not 100k, 1M and 12M points either.' : ''}
`
await writeFile(path.join(root, 'bench/results/umap-node.md'), text)
console.log(text)
process.exit(0)
