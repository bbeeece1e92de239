// npm run bench:host [-- points…] [--against FILE]: the JavaScript of a fit, in Node without a GPU, on a device that computes
// nothing (bench/host-device.ts). 12 million points take 12 GB of memory. What was measured is kept in bench/.out/host.json; `--against`
// sets such a file of another version beside it. Writes bench/results/host.md.
import { spawnSync } from 'node:child_process'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'

const root = path.dirname(path.dirname(fileURLToPath(import.meta.url)))
const kept = path.join(root, 'bench/.out/host.json')
const [, , ...args] = process.argv

if (args[0] === '--one') {
  // In a process of its own, so that no size inherits another's heap or compiled code.
  const { measureHost } = await import('./.out/host.js')
  process.stdout.write(JSON.stringify(await measureHost(Number(args[1]))))
  process.exit(0)
}

const at = args.indexOf('--against')
const against = at < 0 ? null : JSON.parse(await readFile(args[at + 1], 'utf8'))
const sizes = (at < 0 ? args : args.toSpliced(at, 2)).map(Number)
if (!sizes.length) sizes.push(1_000_000)

await mkdir(path.join(root, 'bench/.out'), { recursive: true })
await build({
  root,
  configFile: false,
  logLevel: 'warn',
  publicDir: false,
  build: { ssr: 'bench/host.ts', outDir: 'bench/.out', emptyOutDir: false, target: 'node20' },
})
const commit = spawnSync('git', ['rev-parse', '--short', 'HEAD'], {
  cwd: root,
  encoding: 'utf8',
}).stdout.trim()
const outcomes = []
for (const size of sizes) {
  const { stdout, status, stderr } = spawnSync(
    process.execPath,
    ['--max-old-space-size=9000', fileURLToPath(import.meta.url), '--one', String(size)],
    { encoding: 'utf8', maxBuffer: 2 ** 26 },
  )
  if (status !== 0) throw new Error(stderr)
  outcomes.push(JSON.parse(stdout))
  console.log(outcomes.at(-1))
}
await writeFile(kept, JSON.stringify({ commit, outcomes }))

const sum = ({ stages }) => stages.reduce((all, { cpu }) => all + cpu, 0)
const tables = outcomes.map((now) => {
  const before = against?.outcomes.find(({ nPoints }) => nPoints === now.nPoints)
  const names = now.stages.map(({ name }) => name)
  const of = (outcome, name) => outcome.stages.find((stage) => stage.name === name)?.cpu ?? 0
  const line = (name, was, is) =>
    `| ${name} |${before ? ` ${was.toFixed(2)} | ${is.toFixed(2)} | ${(was / Math.max(is, 0.01)).toFixed(1)}× |` : ` ${is.toFixed(2)} |`}`
  return `## ${now.nPoints.toLocaleString('en')} points

| stage |${before ? ` before (${against.commit}), s | now (${commit}), s | ratio |` : ' s |'}
|---|---|${before ? '---|---|' : ''}
${names.map((name) => line(name, before ? of(before, name) : 0, of(now, name))).join('\n')}
${line('**in all**', before ? sum(before) : 0, sum(now))}

Written to the GPU ${(now.bytesWritten / 1e9).toFixed(2)} GB${before ? ` (${(before.bytesWritten / 1e9).toFixed(2)})` : ''}, read back ${(now.bytesRead / 1e9).toFixed(2)} GB${before ? ` (${(before.bytesRead / 1e9).toFixed(2)})` : ''}, ${now.submits.toLocaleString('en')} submits${before ? ` (${before.submits.toLocaleString('en')})` : ''}.
Longest functions, s by the clock: ${now.functions
    .filter(({ name }) => !name.startsWith('('))
    .slice(0, 8)
    .map(({ name, seconds }) => `\`${name}\` ${seconds.toFixed(2)}`)
    .join(', ')}.${
    before
      ? ` Before: ${before.functions
          .filter(({ name }) => !name.startsWith('('))
          .slice(0, 8)
          .map(({ name, seconds }) => `\`${name}\` ${seconds.toFixed(2)}`)
          .join(', ')}.`
      : ''
  }`
})
const text = `# JavaScript between vectors and result

\`npm run bench:host -- ${sizes.join(' ')}\`: a fit as the page makes it (n_neighbors 10, 30 and 60, 1000 epochs, approximate neighbors, live positions) in Node on a device
that computes nothing, so that its JavaScript is left: processor seconds by stage, garbage collection and copies to and from the GPU's buffers counted. Results that
kernels would give are made up (bench/host-device.ts says how); the clock is put forward by what the kernels would take on a large GPU, so that slices and
live positions are as many as there. Computed, not measured: that clock. Not measured: what WebGPU itself costs in a browser, where each submit crosses to another process.

The descent's share is that of positions alone: read for the map in the making, at most a hundredth of the time each, and kept every nine seconds for the case that the GPU is lost. The descent does not wait for
them. Before, it did, and nothing was kept.

${tables.join('\n\n')}

Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}, shared with other work. Node ${process.version}, ${new Date().toISOString().slice(0, 10)}.
`
await writeFile(path.join(root, 'bench/results/host.md'), text)
console.log(text)
