// npm run model -- <hub id> [--dtype fp32,fp16,q8]: fetches a model's files from the Hugging Face hub into
// public/models/<hub id>/, to be served by one's own host. HF_ENDPOINT names another hub, HF_TOKEN opens private models.
import { createHash } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { runnerImport } from 'vite'

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), '../../..')
const USAGE = 'npm run model -- <owner/name> [--dtype fp32,fp16,q8] [--revision main] [--into public/models]'
const TRIES = 5
const FIRST_WAIT_MS = 500

/** A TypeScript module of this project; Node 20 cannot load one by itself. */
async function load(file) {
  const { module } = await runnerImport(path.join(root, file), { root, configFile: false, logLevel: 'warn' })
  return module
}

/** What is of no use to try again. */
class Refusal extends Error {}

function readArguments() {
  const options = {
    dtype: { type: 'string', default: 'fp32,fp16,q8' },
    revision: { type: 'string', default: 'main' },
    into: { type: 'string', default: path.join(root, 'public/models') },
  }
  const { values, positionals } = parseArgs({ options, allowPositionals: true })
  const [id] = positionals
  if (positionals.length !== 1 || !/^[A-Za-z0-9][\w.-]*\/[\w.-]+$/.test(id))
    throw new Refusal(`Usage: ${USAGE}`)
  return { ...values, id, dtypes: values.dtype.split(',').map((name) => name.trim()) }
}

/** The SHA-256 that the hub tells of large files, before it redirects; an ETag is a version and nothing else. */
function digestOf(headers) {
  return /^"?([0-9a-f]{64})"?$/.exec(headers.get('x-linked-etag') ?? '')?.[1] ?? null
}

async function sha256(file) {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return hash.digest('hex')
}

async function sizeOf(file) {
  return stat(file).then(
    ({ size }) => size,
    () => 0,
  )
}

/** Size and digest of a file on the hub, before it redirects to where the file is; null where there is none. */
async function look(url, headers) {
  const response = await fetch(url, { method: 'HEAD', headers, redirect: 'manual' })
  if (response.status === 404) return null
  if (response.status === 401 || response.status === 403)
    throw new Refusal(
      `${url} answered ${response.status}: there is no such model, or it is not public (set HF_TOKEN).`,
    )
  if (response.status >= 400) throw new Error(`${url} answered ${response.status}`)
  const size = Number(response.headers.get('x-linked-size') ?? Number.NaN)
  return { size, digest: digestOf(response.headers) }
}

/** One try: goes on with what an earlier one left. */
async function attempt(url, target, headers) {
  const known = await look(url, headers)
  if (!known) return false
  const part = `${target}.part`
  const from = await sizeOf(part)
  const isWhole = from > 0 && from === known.size
  if (!isWhole) {
    const range = from > 0 ? { Range: `bytes=${from}-` } : {}
    const response = await fetch(url, { headers: { ...headers, ...range } })
    if (response.status === 416) {
      await rm(part)
      throw new Error(`${url} has become shorter`)
    }
    if (!response.ok || !response.body) throw new Error(`${url} answered ${response.status}`)
    const flags = from > 0 && response.status === 206 ? 'a' : 'w'
    await pipeline(Readable.fromWeb(response.body), createWriteStream(part, { flags }))
  }
  const size = await sizeOf(part)
  if (known.size > 0 && size !== known.size) {
    if (size > known.size) await rm(part)
    throw new Error(`${url} broke off after ${size} of ${known.size} bytes`)
  }
  if (known.digest && (await sha256(part)) !== known.digest) {
    await rm(part)
    throw new Error(`${url} came damaged: its SHA-256 is not the one that the hub tells`)
  }
  await rename(part, target)
  return true
}

/** Whether a file of the model exists; downloads it unless it is there already. */
async function fetchFile(base, name, folder, headers) {
  const target = path.join(folder, name)
  if ((await sizeOf(target)) > 0) return true
  await mkdir(path.dirname(target), { recursive: true })
  for (let tried = 1; ; tried++) {
    try {
      const isThere = await attempt(`${base}${name}`, target, headers)
      if (isThere) console.log(`  ${name}, ${((await sizeOf(target)) / 1e6).toFixed(1)} MB`)
      return isThere
    } catch (error) {
      if (error instanceof Refusal || tried === TRIES) throw error
      console.log(`  ${error.message}; it is tried again`)
      await sleep(FIRST_WAIT_MS * 2 ** tried)
    }
  }
}

async function readJson(file) {
  return JSON.parse(await readFile(file, 'utf8'))
}

async function main() {
  const { id, dtypes, revision, into } = readArguments()
  const { kindOf, onnxStem, poolingPath, transformerPath } = await load('src/embed/models/model-files.ts')
  const { DTYPE_SUFFIXES } = await load('src/embed/models/backend.ts')
  const unknown = dtypes.filter((dtype) => !Object.hasOwn(DTYPE_SUFFIXES, dtype))
  if (unknown.length > 0)
    throw new Refusal(
      `--dtype can be ${Object.keys(DTYPE_SUFFIXES).join(', ')}, and not ${unknown.join(', ')}.`,
    )
  const endpoint = (process.env.HF_ENDPOINT ?? 'https://huggingface.co').replace(/\/+$/, '')
  const base = `${endpoint}/${id}/resolve/${encodeURIComponent(revision)}/`
  const headers = process.env.HF_TOKEN ? { Authorization: `Bearer ${process.env.HF_TOKEN}` } : {}
  const folder = path.join(into, id)
  const get = async (name) => fetchFile(base, name, folder, headers)
  const need = async (name) => {
    if (!(await get(name))) throw new Refusal(`${id} has no ${name}: it was not made for transformers.js.`)
  }
  console.log(`${id} → ${path.relative(process.cwd(), folder)}`)
  await need('config.json')
  await need('tokenizer.json')
  await get('tokenizer_config.json')
  const kind = kindOf(await readJson(path.join(folder, 'config.json')))
  if (kind === 'sentence') {
    const modules = (await get('modules.json')) ? await readJson(path.join(folder, 'modules.json')) : null
    await get(poolingPath(modules))
    await get(transformerPath(modules))
    await get('config_sentence_transformers.json')
  }
  const missing = []
  for (const dtype of dtypes)
    if (!(await get(`${onnxStem(kind)}${DTYPE_SUFFIXES[dtype]}.onnx`))) missing.push(dtype)
  if (missing.length === dtypes.length)
    throw new Refusal(`${id} has no ${onnxStem(kind)}*.onnx in ${dtypes.join(', ')}.`)
  if (missing.length > 0) console.log(`It does not come in ${missing.join(', ')}.`)
  console.log(
    `\nOpen the page with ?model=models/${id}/, or build it with VITE_MODEL=models/${id}/ to make it the default.`,
  )
}

try {
  await main()
} catch (error) {
  console.error(error instanceof Refusal ? error.message : `The model could not be fetched: ${error.message}`)
  process.exitCode = 1
}
