// npm run bench:gpu:report -- FOLDER…: what came back of a GPU day (r.jsonl and card.txt of each part) as bench/results/gpu.md, or, from a
// software adapter, as bench/results/gpu-software.md.
import { existsSync, readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { fileURLToPath } from 'node:url'
import { rules } from './rules.mjs'
import { count, fixed, seconds, table } from './tables.mjs'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../..')
const folders = process.argv.slice(2)
if (!folders.length) throw new Error('report: node bench/gpu/report.mjs FOLDER…, each with an r.jsonl')
const textOf = (name) =>
  folders.flatMap((folder) => {
    const file = path.join(folder, name)
    return existsSync(file) ? [readFileSync(file, 'utf8').trim()] : []
  })
const lines = textOf('r.jsonl').flatMap((text) => text.split('\n').map((line) => JSON.parse(line)))
const all = (what, filter = () => true) =>
  lines.filter((line) => line.what === what && !line.failed && filter(line))
const one = (what, filter) => all(what, filter).at(-1)

const adapter = one('adapter')
const browser = one('browser')
const described = JSON.stringify([adapter?.description, adapter?.architecture, browser?.webgpu])
const isSoftware = /swiftshader|llvmpipe|lavapipe/i.test(described)
const isTrial = lines.some((line) => line.step === 'begin' && line.mode === 'trial')
const [begin] = lines.filter((line) => line.step === 'begin')

/** Embedding Atlas and umap-learn against this engine, by setting. */
function ratios() {
  const layouts = all('layout', (line) => line.nPoints)
  const rows = layouts
    .filter((line) => line.engine === 'captionscape')
    .map((ours) => {
      const same = (line) =>
        ['nPoints', 'nNeighbors', 'nEpochs', 'negativeSampleRate'].every((name) => line[name] === ours[name])
      const peer = (engine) => layouts.find((line) => line.engine === engine && same(line))
      const beside = (engine) => {
        const found = peer(engine)
        return found
          ? `**${(found.seconds / ours.seconds).toPrecision(2)} ×** (${seconds(found.seconds)})`
          : '–'
      }
      const atlas = peer('embedding-atlas')
      const quality = [ours, atlas, peer('umap-learn')]
        .map((line) => fixed(line?.trustworthiness))
        .join(' / ')
      const onCpu = atlas && !atlas.computePasses ? ', on the CPU' : ''
      return [
        count(ours.nPoints),
        `k ${ours.nNeighbors}, ${ours.nEpochs} epochs, rate ${ours.negativeSampleRate}`,
        seconds(ours.seconds),
        beside('embedding-atlas') + onCpu,
        beside('umap-learn'),
        quality,
      ]
    })
  return table(
    [
      'points',
      'setting',
      'this engine',
      'Embedding Atlas, WebGPU',
      'umap-learn, all cores',
      'trustworthiness of the three',
    ],
    rows,
  )
}

function fits() {
  return table(
    [
      'points',
      'setting',
      'seconds',
      'neighbors / graphs / start / layouts',
      'recall',
      'bytes a point',
      'trustworthiness',
      'sd',
      'max/p99',
      'bytes',
    ],
    all('fit').map((fit) => [
      count(fit.nPoints),
      fit.setting ?? 'first',
      seconds(fit.seconds),
      ['Neighbors', 'Graphs', 'Start', 'Lay out'].map((stage) => fixed(fit.stages[stage], 2)).join(' / '),
      fit.recall === null ? 'exact' : fixed(fit.recall),
      fit.bytesPerPoint.toFixed(0),
      ...['trustworthiness', 'sd', 'maxOverP99'].map((name) =>
        fit.layouts.map((layout) => fixed(layout[name], name === 'sd' ? 1 : 3)).join(' / '),
      ),
      `\`${fit.fingerprint}\`${fit.layouts.every(({ isFinite }) => isFinite) ? '' : ', **not finite**'}`,
    ]),
  )
}

function repeats() {
  const twice = all('fit', (fit) => fit.step.startsWith('fit, small'))
  if (twice.length < 2) return ''
  const isSame = twice.every((fit) => fit.fingerprint === twice[0].fingerprint)
  return `The same fit again gave ${isSame ? 'the same bytes' : '**other bytes**'}.\n`
}

/** Milliseconds an epoch by arrangement; plain = 1. */
function descents() {
  const found = lines.filter((line) => line.what === 'descent' && line.msPerEpoch)
  const key = (line) => `${line.nPoints} ${line.order ?? ''} ${line.robustness ?? ''}`
  const groups = [...new Set(found.map(key))]
  return groups
    .map((group) => {
      const own = found.filter((line) => key(line) === group)
      const ks = [...new Set(own.map(({ k }) => k))]
      const [{ nPoints, order, robustness }] = own
      const cell = (variant, k) => {
        const line = own.find((each) => each.variant === variant && each.k === k)
        const plain = own.find((each) => each.variant === 'plain' && each.k === k)
        if (!line) return '–'
        const ratio = plain ? `${(plain.msPerEpoch / line.msPerEpoch).toFixed(2)} ×` : ''
        return `${line.msPerEpoch.toPrecision(3)} ms, ${ratio}${line.failed ? ', **other bytes**' : ''}`
      }
      const of = `${count(nPoints)} points${order ? `, ${order} by cluster` : ''}${robustness === false ? ', without bounds checks' : ''}`
      const names = [...new Set(own.map(({ variant }) => variant))]
      const thousand = ks.reduce(
        (sum, k) => sum + (own.find((line) => line.variant === 'plain' && line.k === k)?.msPerEpoch ?? 0),
        0,
      )
      return `**${of}** (1,000 plain epochs of ${ks.map((k) => `k ${k}`).join(', ')} would take ${seconds(thousand)})\n\n${table(
        ['arrangement', ...ks.map((k) => `k ${k}`)],
        names.map((name) => [name, ...ks.map((k) => cell(name, k))]),
      )}`
    })
    .join('\n\n')
}

function steps() {
  const stages = lines.filter((line) =>
    ['exact neighbors', 'inverted file', 'graph', 'spectral start'].includes(line.what),
  )
  return table(
    ['points', 'rows', 'stage', 'seconds', 'outside the GPU’s slices', 'longest slice', 'more'],
    stages.map((line) => [
      count(line.nPoints),
      line.order ?? 'shuffled',
      line.what,
      line.failed ? `given up after ${line.capped} s` : seconds(line.seconds),
      seconds(line.outsideSlices),
      line.slices
        ? `${Math.max(0, ...Object.values(line.slices).map(({ most }) => most)).toFixed(0)} ms`
        : '–',
      [
        line.tflops && `${line.tflops.toPrecision(3)} TFLOP/s`,
        line.nProbes && `${line.nProbes} of ${line.nClusters} clusters`,
        line.nEdges && `${count(line.nEdges)} entries`,
        line.nProducts &&
          `${line.nProducts} products, residual ${line.residual.toExponential(1)}, gap ${line.gap.toExponential(1)}`,
      ]
        .filter(Boolean)
        .join(', '),
    ]),
  )
}

function recalls() {
  const pair = ({ mean, lowestDecile }) => `${fixed(mean)} / ${fixed(lowestDecile)}`
  return table(
    [
      'points',
      'rows',
      'queries',
      'at 30: mean / lowest decile',
      'at 60 (59 others)',
      'truth against float64',
    ],
    all('recall').map((line) => [
      count(line.nPoints),
      line.order,
      count(line.queries),
      pair(line.at30),
      pair(line.at60),
      line.checkedInFloat64.toExponential(1),
    ]),
  )
}

function slices() {
  const shown = lines.filter((line) => line.slices && line.nPoints >= (isTrial ? 1500 : 1e6))
  return table(
    ['points', 'rows', 'slices of', 'ms', 'slices', 'longest, ms'],
    shown.flatMap((line) =>
      Object.entries(line.slices).map(([label, share]) => [
        count(line.nPoints),
        line.order ?? 'shuffled',
        label,
        share.ms.toFixed(0),
        count(share.slices),
        share.most.toFixed(0),
      ]),
    ),
  )
}

function others() {
  const compiled = all('compile').sort((a, b) => b.ms - a.ms)
  const sums = compiled.filter(({ kernel }) => kernel.startsWith('all'))
  const longest = compiled.find(({ kernel }) => !kernel.startsWith('all'))
  const dispatches = lines.filter((line) => line.us !== undefined)
  const readback = one('readback')
  const memory = one('memory')
  return [
    ...sums.map(({ kernel, ms }) => `- Kernels compiled, ${kernel}: ${ms.toFixed(0)} ms.`),
    longest && `- The longest: \`${longest.kernel}\`, ${longest.ms.toFixed(0)} ms.`,
    ...dispatches.map(
      ({ what, us }) => `- ${what[0].toUpperCase()}${what.slice(1)}: ${us.toPrecision(3)} µs each.`,
    ),
    readback && `- Readback: ${readback.gbPerSecond.toPrecision(3)} GB/s.`,
    memory &&
      `- Most memory at ${count(memory.nPoints)} points by step: ${(memory.bytes / 2 ** 30).toPrecision(3)} GiB.`,
  ]
    .filter(Boolean)
    .join('\n')
}

function page() {
  const sample = all('sample on screen').map((line) => `${seconds(line.seconds)} (${line.turn} visit)`)
  const embedded = [...all('captions by words'), ...all('captions by CLIP')]
  const hover = one('hover')
  return `${sample.length ? `Sample on screen, from a browser that runs: ${sample.join(', ')}.\n\n` : ''}${table(
    ['captions', 'encoder', 'captions a second', 'whole, s', 'stages'],
    embedded.map((line) => [
      count(line.captions),
      line.model ?? 'by words',
      count(Math.round(line.captionsPerSecond ?? 0)),
      seconds(line.seconds),
      line.stages.map(({ stage, ms }) => `${stage} ${(ms / 1000).toFixed(2)}`).join(', '),
    ]),
  )}

${table(
  ['points', 'drawn by', 'ms a frame', 'points a frame', 'first picture, ms', 'all points, ms'],
  all('frames').map((line) => [
    count(line.nPoints),
    line.name,
    line.msPerFrame.toFixed(1),
    count(line.pointsAFrame),
    line.firstMs.toFixed(0),
    line.wholeMs.toFixed(0),
  ]),
)}

${hover ? `Hover over ${count(hover.captions)} captions: from the pointer’s move to the caption ${fixed(hover.medianMs, 1)} ms in the median of ${hover.shown}, ${fixed(hover.mostMs, 1)} at most.` : ''}`
}

/** What failed, was cut short or left out, and what no part of the day does. */
function missing() {
  const notDone = lines.filter((line) => line.failed || line.skipped)
  const parts = ['a', 'b'].filter((part) => !lines.some((line) => line.part === part))
  return [
    ...parts.map((part) => `- Part ${part}: not run.`),
    ...notDone.map(
      (line) =>
        `- ${[line.step, line.what, line.engine, line.nPoints && `${count(line.nPoints)} points`, line.k && `k ${line.k}`, line.variant].filter(Boolean).join(', ')}: ${String(
          line.failed ?? line.skipped,
        )
          .split('\n')[0]
          .slice(0, 200)}`,
    ),
    '- Other tiles of the neighbors’ kernel, grouped negatives, three fits in one dispatch, segments of long rows, cheaper arithmetic: not written yet.',
    '- PyTorch’s captions a second and TorchDR on the same card: not part of the day.',
    ...(isSoftware ? ['- A real GPU.'] : []),
  ].join('\n')
}

const card = [...new Set(textOf('card.txt'))].join('; ')
const { vendor, architecture, description } = adapter ?? {}
const head = isSoftware
  ? `# The GPU day, tried on a software adapter

**No GPU has been measured.** These numbers say that every step of the day runs and what its report looks like, and nothing about
speed: a software adapter computes on the processor, which other work shared. ${isTrial ? 'The sizes are a trial’s.' : ''}`
  : '# The GPU day'
const text = `${head}

\`npm run bench:gpu\`, then both parts on the machine, then \`npm run bench:gpu:report\`: bench/gpu/README.md says how. Adapter: ${[vendor, architecture, description].filter(Boolean).join(' ') || 'not told'}${card ? `; card: ${card}` : ''}.
Browser: ${browser ? `Chromium ${browser.version}, WebGL on ${browser.webgl}, ${browser.flags.join(' ') || 'no flags of its own'}` : 'not run'}. Processor: ${begin.cores} × ${begin.cpu}.

## Beside others, on the same vectors with the same epochs and rate

${ratios()}

## Whole fits

${fits()}

${repeats()}
“original” is k 10, 30 and 60 with 20 negatives, “standard” what the libraries publish: k 15, 500 epochs, 5 negatives. Trustworthiness at k 15 within 2,000 rows.

## By step

${steps()}

${recalls()}

## The descent by arrangement of its kernel

Milliseconds an epoch without waiting in between; beside it the plain kernel’s time over the arrangement’s.

${descents()}

## What follows from the rules of the study

${isSoftware ? 'As the rules would read, were this a GPU; nothing follows from a software adapter:\n\n' : ''}${rules(lines)}

## The page

${page()}

## Compiling, dispatches, memory

${others()}

## Slices at the largest sizes

${slices()}

## Not measured

${missing()}
`
const target = path.join(root, 'bench/results', isSoftware ? 'gpu-software.md' : 'gpu.md')
await writeFile(target, text)
console.log(`${path.relative(root, target)}: ${lines.length} results`)
