// node bench/embed.mjs [--full] [captions]: the encoder's tokenizer, batches, parity and speed. Parity with the tests' small model
// in every number format, export layout and backend; with --full also the text encoder of ViT-B/32 in its size, with random
// weights: parity, and captions a second beside onnxruntime-node on the same files (some 10 minutes on two cores).
// Writes bench/results/embedding.md. Before: npm ci --prefix bench. Captions and CLIP's tokenizer are read from ../shared/data.
import { readFileSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import os from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { gzipSync } from 'node:zlib'
import { AutoTokenizer, env } from '@huggingface/transformers'
import ort from 'onnxruntime-node'
import { createServer } from 'vite'
import { openBench, root } from './page.mjs'

const isFull = process.argv.includes('--full')
const nTimed = Number(process.argv.find((argument) => /^\d+$/.test(argument)) ?? 96)
const FORMATS = ['fp32', 'fp16', 'q8', 'q4', 'q4f16']
const LAYOUTS = [
  ['text_embeds'],
  ['text_embeds', 'last_hidden_state'],
  ['last_hidden_state', 'pooler_output'],
  ['last_hidden_state'],
]
// The budgets of src/embed/clip/clip.ts.
const CPU_TOKENS = 256
const GPU_TOKENS = 4096
const N_SMALL = 48
const N_FULL = 8
const N_FULL_GPU = 4
const ROUNDS = 5

const server = await createServer({
  root,
  logLevel: 'warn',
  server: { middlewareMode: true, watch: null },
  appType: 'custom',
})
const load = async (file) => server.ssrLoadModule(`/${file}`)
const { makeModel, referenceOf } = await load('bench/embed-model.ts')
const { packBatch } = await load('src/embed/clip/batches.ts')
const { tokenizeChunk } = await load('src/embed/clip/chunks.ts')
const { OFFSET, patchText, POOLING, PROJECTION } = await load('src/embed/onnx/onnx.ts')
const { clipRules, poolingWeights, tokenMask } = await load('src/embed/models/pooling.ts')
const { createTokenizer } = await load('src/embed/tokenizers/tokenizer.ts')
const { toArena } = await load('test/fixtures/arena.ts')
const { clipTokenizerFile } = await load('test/fixtures/clip-model.ts')
const { realCaptions, sharedData } = await load('test/fixtures/real-captions.ts')

const versionOf = (folder) =>
  JSON.parse(readFileSync(path.join(root, folder, 'package.json'), 'utf8')).version
const clipFolder = 'clip-vit-base-patch32'
const tokenizers = {
  small: createTokenizer(clipTokenizerFile()),
  full: createTokenizer(
    JSON.parse(readFileSync(path.join(sharedData, clipFolder, 'tokenizer.json'), 'utf8')),
  ),
}
const captions = await realCaptions()
const distinct = [...new Set(captions)]

/** Captions as the page gives them to the model: sorted by length, in batches; `order` is theirs. */
function planOf(size, texts, budget) {
  const tokenizer = tokenizers[size]
  const { tokens, plan } = tokenizeChunk(toArena(texts), tokenizer, budget)
  const batches = plan.batches.map((batch) => ({
    ids: Array.from(packBatch(tokens, plan.order, batch, tokenizer.padId)),
    nRows: batch.end - batch.start,
    length: batch.length,
  }))
  const ids = Array.from(plan.order, (i) => [
    ...tokens.ids.subarray(tokens.offsets[i], tokens.offsets[i + 1]),
  ])
  const padded = batches.reduce((sum, { nRows, length }) => sum + nRows * length, 0)
  return { batches, ids, padded, real: tokens.ids.length }
}

/** The same file and batches in onnxruntime-node. */
async function runInNode({ size, format, outputs, batches, repeats }, threads) {
  const { onnx, eotId, nDims } = makeModel(size, outputs, format)
  const { bytes, output, needsPooling } = patchText(onnx, 'clip')
  const options = { executionProviders: ['cpu'], intraOpNumThreads: threads, logSeverityLevel: 3 }
  const session = await ort.InferenceSession.create(bytes, options)
  const unused = {
    [PROJECTION]: new ort.Tensor('float32', new Float32Array(nDims), [nDims, 1]),
    [OFFSET]: new ort.Tensor('float32', new Float32Array(1), [1]),
  }
  const seconds = []
  const rows = []
  for (let round = 0; round < repeats; round++) {
    const started = performance.now()
    rows.length = 0
    for (const { ids, nRows, length } of batches) {
      const feed = new ort.Tensor('int64', BigInt64Array.from(ids, BigInt), [nRows, length])
      const feeds = { input_ids: feed, ...unused }
      if (needsPooling) {
        const mask = tokenMask(Int32Array.from(ids), length, clipRules(eotId))
        feeds[POOLING] = new ort.Tensor('float32', poolingWeights(mask, length, 'last'), [nRows, length])
      }
      const result = await session.run(feeds, [output])
      for (let i = 0; i < nRows; i++) rows.push([...result[output].data.subarray(i * nDims, (i + 1) * nDims)])
    }
    seconds.push((performance.now() - started) / 1000)
  }
  await session.release()
  return { output, rows, seconds }
}

/** Greatest absolute difference and least cosine between rows and their references. */
function compare(rows, references) {
  let worst = 0
  let cosine = 1
  for (const [i, row] of rows.entries()) {
    let [ab, aa, bb] = [0, 0, 0]
    for (const [d, a] of row.entries()) {
      const b = references[i][d]
      worst = Math.max(worst, Math.abs(a - b))
      ab += a * b
      aa += a * a
      bb += b * b
    }
    cosine = Math.min(cosine, ab / Math.sqrt(aa * bb))
  }
  return { worst, cosine }
}

function parityOf(result, references) {
  if (result.error) return `– (${result.error.replace(/\s+/g, ' ').replaceAll('|', '/').slice(0, 90)})`
  if (result.rows.flat().some((value) => !Number.isFinite(value))) return 'not finite'
  const { worst, cosine } = compare(result.rows, references)
  return `${worst.toExponential(1)}, ${cosine.toFixed(7)}`
}

const rate = (n, seconds) => (n / seconds).toLocaleString('en', { maximumSignificantDigits: 3 })
const table = (head, rows) =>
  [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n')

/** Megabytes of onnxruntime's builds, compressed as hosts do. */
function buildSizes() {
  const builds = [
    ['', 'WebAssembly'],
    ['.jspi', 'WebGPU, where the browser suspends WebAssembly by itself (Chromium 137 and newer)'],
    ['.asyncify', 'WebGPU elsewhere'],
  ]
  return table(
    ['build', 'fetched for', 'MB, gzip'],
    builds.map(([name, use]) => {
      const file = `node_modules/onnxruntime-web/dist/ort-wasm-simd-threaded${name}.wasm`
      const { length } = gzipSync(readFileSync(path.join(root, file)), { level: 9 })
      return [`\`ort-wasm-simd-threaded${name}\``, use, (length / 1e6).toFixed(1)]
    }),
  )
}

async function measureTokenizers() {
  env.allowRemoteModels = false
  env.localModelPath = sharedData
  const library = await AutoTokenizer.from_pretrained(clipFolder)
  const encoder = new TextEncoder()
  const encoded = captions.map((caption) => encoder.encode(caption))
  const ids = new Int32Array(77)
  const ways = {
    ours: () => {
      for (const bytes of encoded) tokenizers.full.encodeBytes(bytes, 0, bytes.length, ids, 0)
    },
    library: () => {
      for (const caption of captions) library.encode(caption)
    },
  }
  const best = { ours: Infinity, library: Infinity }
  for (let round = 0; round < ROUNDS; round++)
    for (const [name, way] of Object.entries(ways)) {
      const started = performance.now()
      way()
      best[name] = Math.min(best[name], (performance.now() - started) / 1000)
    }
  return best
}

/** Tokens that the model is given for each real one: by the page's batches, and by plain ones of 256 captions. */
function measurePadding() {
  const lines = [1000, distinct.length].map((n) => {
    const [cpu, gpu] = [CPU_TOKENS, GPU_TOKENS].map((budget) => planOf('full', distinct.slice(0, n), budget))
    const lengths = distinct.slice(0, n).map((caption) => tokenizers.full.encode(caption).length)
    let plain = 0
    for (let start = 0; start < n; start += 256) {
      const batch = lengths.slice(start, start + 256)
      plain += batch.length * Math.max(...batch)
    }
    const ratio = (padded) => (padded / cpu.real).toFixed(2)
    return [
      n.toLocaleString('en'),
      `**${ratio(cpu.padded)}** (${cpu.batches.length} batches)`,
      `**${ratio(gpu.padded)}** (${gpu.batches.length} batches)`,
      ratio(plain),
      ratio(77 * n),
    ]
  })
  return table(
    [
      'captions',
      `budget ${CPU_TOKENS}`,
      `budget ${GPU_TOKENS}`,
      'file order, 256 a batch, to its longest',
      'all to 77',
    ],
    lines,
  )
}

async function measureParity(page, threads, size) {
  const layouts = size === 'small' ? LAYOUTS : [LAYOUTS[0]]
  const planned = planOf(size, distinct.slice(0, size === 'small' ? N_SMALL : N_FULL), CPU_TOKENS)
  const few = size === 'small' ? planned : planOf(size, distinct.slice(0, N_FULL_GPU), CPU_TOKENS)
  const references = planned.ids.map((ids) => referenceOf(size, ids))
  const fewReferences = size === 'small' ? references : few.ids.map((ids) => referenceOf(size, ids))
  const lines = []
  for (const format of FORMATS)
    for (const outputs of layouts) {
      const one = { size, format, outputs, batches: planned.batches, repeats: 1 }
      const inPage = async (backend, { batches }) =>
        page.evaluate((asked) => globalThis.measure(asked), { ...one, backend, batches })
      const wasm = await inPage('wasm', planned)
      // The page refuses the quantized formats on WebGPU; one layout shows what they would give.
      const isAsked = format === 'fp32' || outputs === layouts[0]
      const gpu = isAsked ? await inPage('webgpu', few) : null
      const node = await runInNode(one, threads)
      lines.push([
        format,
        outputs.map((name) => `\`${name}\``).join(', '),
        parityOf(wasm, references),
        gpu ? parityOf(gpu, fewReferences) : '',
        parityOf(node, references),
      ])
      console.log(lines.at(-1).join(' | '))
    }
  return table(['format', 'outputs of the file', 'WebAssembly', 'WebGPU', 'onnxruntime-node'], lines)
}

async function measureSpeed(page, threads) {
  const planned = planOf('full', distinct.slice(0, nTimed), CPU_TOKENS)
  const lines = []
  for (const format of ['q8', 'fp32', 'q4', 'fp16']) {
    const asked = { size: 'full', format, outputs: LAYOUTS[0], batches: planned.batches, repeats: ROUNDS }
    const best = { page: Infinity, web: Infinity, node: Infinity }
    // By turns: other work on the machine slows each.
    for (let turn = 0; turn < 2; turn++) {
      const ours = await page.evaluate((one) => globalThis.measure(one), { ...asked, backend: 'wasm' })
      if (ours.error) throw new Error(ours.error)
      best.page = Math.min(best.page, ...ours.seconds)
      best.web = Math.min(best.web, ...(await page.evaluate((one) => globalThis.measurePeer(one), asked)))
      best.node = Math.min(best.node, ...(await runInNode(asked, threads)).seconds)
    }
    lines.push([
      format,
      `**${(best.web / best.page).toFixed(2)} ×**`,
      `${(best.node / best.page).toFixed(2)} ×`,
      ...[best.page, best.web, best.node].map(
        (seconds) => `${rate(nTimed, seconds)}, ${rate(planned.real, seconds)}`,
      ),
    ])
    console.log(lines.at(-1).join(' | '))
  }
  const head = [
    'format',
    'to onnxruntime-web',
    'to onnxruntime-node',
    'page',
    'onnxruntime-web',
    'onnxruntime-node',
  ]
  return { text: table(head, lines), ...planned }
}

const { page, version, close } = await openBench('embed.html')
try {
  const { threads, gpu } = await page.evaluate(() => globalThis.about())
  const tokenizing = await measureTokenizers()
  const padding = measurePadding()
  const small = await measureParity(page, threads, 'small')
  const full = isFull ? await measureParity(page, threads, 'full') : null
  const speed = isFull ? await measureSpeed(page, threads) : null
  const n = captions.length
  const isSoftware = gpu?.isSoftware ?? true
  const text = `# Embedding

\`node bench/embed.mjs${isFull ? ` --full ${nTimed}` : ''}\`

## Tokenizer

**${(tokenizing.library / tokenizing.ours).toFixed(0)} ×** the speed of transformers.js ${versionOf('node_modules/@huggingface/transformers')} (target 5 ×): ${rate(n, tokenizing.ours)} captions a second from UTF-8 to ids,
against ${rate(n, tokenizing.library)} from strings. ${n.toLocaleString('en')} real captions, one thread of Node, the best of ${ROUNDS} rounds each, by turns. That the ids
are equal is a test (test/embed/tokenizers/tokenizer.test.ts).

## Padding

Tokens given to the model for each real one (target 1.2), distinct real captions.

${padding}

## Parity

Greatest absolute difference and least cosine of \`pooler_output\` (found by src/embed/onnx/onnx.ts) to a float64 reference
with the unrounded weights, in the page's batches; so a quantized format's figures are the price of its rounding. On WebGPU one layout of each format is run.

The tests' small model (2 layers, 32 dimensions), ${N_SMALL} real captions:

${small}
${
  full
    ? `
The text encoder of ViT-B/32 in its size (12 layers, 512 dimensions, 63 million random weights), ${N_FULL} real captions (WebGPU: ${N_FULL_GPU}):

${full}

`
    : ''
}The page itself refuses q8, q4 and q4f16 on WebGPU. With this version of onnxruntime-web and this adapter q8 and q4 came out right there; that they
came out wrong or slow was found on others. fp16 needs \`shader-f16\`, which this adapter has not; an fp16 file on WebAssembly is what comes nearest.
${
  speed
    ? `
## Speed

The page's worker against onnxruntime-web as it comes (the same backend: a worker of the same browser, the same WebAssembly file; target
0.8 ×) and against native code (onnxruntime-node ${versionOf('bench/node_modules/onnxruntime-node')}, CPU): the same full-size file, batches and ${threads} threads, ${nTimed} real captions, ${speed.real.toLocaleString('en')} tokens
(${speed.padded.toLocaleString('en')} padded); the best of ${2 * ROUNDS} rounds each, ${ROUNDS} at a time by turns. Captions a second, real tokens a second. WebAssembly has vectors of 128
bits and no fused multiply-add, native code up to 512 with it: where there is no GPU, that is the price of a browser.

${speed.text}
`
    : ''
}
## Builds

One of them is fetched, from the page's own host. The one for the processor holds no instructions of relaxed SIMD (an engine without them, V8 11.3 of Node 20,
takes it), which a fused multiply-add in WebAssembly would need; onnxruntime-web publishes no build that does.

${buildSizes()}

Adapter: ${gpu?.description ?? 'none'}. Machine: ${os.cpus().length} × ${os.cpus()[0].model.trim()}, shared with other work. Chromium ${version}, Node ${process.version}, onnxruntime-web ${versionOf('node_modules/onnxruntime-web')}, ${new Date().toISOString().slice(0, 10)}.

${isSoftware ? 'Not measured here: a real GPU, so neither fp16 on WebGPU, nor captions a second there, nor PyTorch beside it; and the hub’s own files, whose weights are not random.' : ''}
`
  await writeFile(path.join(root, 'bench/results/embedding.md'), text)
  console.log(text)
} finally {
  await close()
  await server.close()
}
process.exit(0)
