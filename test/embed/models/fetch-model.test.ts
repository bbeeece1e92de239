import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clipModelFiles } from '../../fixtures/clip-model.ts'
import { sentenceModelFiles } from '../../fixtures/sentence-model.ts'

const clip = clipModelFiles()
const hub = new Map<string, ReadonlyMap<string, Uint8Array>>([
  ['small/clip', new Map([...clip, ['onnx/text_model_fp16.onnx', new Uint8Array(70_000).fill(7)]])],
  ['small/sentence', sentenceModelFiles('cls_token', true)],
])

let server: Server
let endpoint: string
let into: string
/** “GET /path bytes=…” */
let asked: string[] = []
/** Downloads that break off in their middle, and files of which the hub tells another digest; each once. */
const broken = new Set<string>()
const forged = new Set<string>()

beforeAll(async () => {
  into = await mkdtemp(path.join(tmpdir(), 'captionscape-model-'))
  // As the hub does: a redirect that tells size and digest, to a host that has the bytes.
  server = createServer((request, response) => {
    const url = request.url ?? ''
    asked.push(`${request.method} ${url} ${request.headers.range ?? ''}`.trim())
    const [, owner, name, kind, , ...rest] = url.split('/')
    const file = hub.get(`${owner}/${name}`)?.get(rest.join('/'))
    if (!hub.has(`${owner}/${name}`)) response.writeHead(401).end()
    else if (!file) response.writeHead(404).end()
    else if (kind === 'resolve') {
      const digest = createHash('sha256')
        .update(file)
        .update(forged.delete(url) ? 'x' : '')
        .digest('hex')
      const headers = { 'x-linked-size': file.length, 'x-linked-etag': `"${digest}"` }
      response.writeHead(302, { ...headers, location: url.replace('/resolve/', '/bytes/') }).end()
    } else {
      const from = Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0)
      response.writeHead(from > 0 ? 206 : 200, { 'content-length': file.length - from })
      if (!broken.delete(url)) response.end(file.subarray(from))
      else response.write(file.subarray(from, from + 50_000), () => setTimeout(() => response.destroy(), 50))
    }
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await rm(into, { recursive: true })
})

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  asked = []
  const child = spawn(process.execPath, ['src/embed/models/fetch-model.mjs', ...args, '--into', into], {
    env: { ...process.env, HF_ENDPOINT: endpoint },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { code, output }
}

test('fetches CLIP, goes on where a download broke off, and fetches nothing twice', async () => {
  broken.add('/small/clip/bytes/main/onnx/text_model.onnx')
  const { code, output } = await run('small/clip')
  expect(code).toBe(0)
  expect(output).toContain('It does not come in q8.')
  expect(output).toContain('?model=models/small/clip/')
  for (const [name, bytes] of hub.get('small/clip') ?? [])
    expect((await readFile(path.join(into, 'small/clip', name))).equals(bytes)).toBe(true)
  expect(asked).toContain('GET /small/clip/bytes/main/onnx/text_model.onnx bytes=50000-')
  await run('small/clip', '--dtype', 'fp32')
  expect(asked).toEqual([])
})

test('fetches what a sentence encoder says of its pooling, and keeps nothing damaged', async () => {
  forged.add('/small/sentence/resolve/main/onnx/model.onnx')
  const { code, output } = await run('small/sentence', '--dtype', 'fp32')
  expect(code).toBe(0)
  expect(output).toContain('came damaged: its SHA-256 is not the one that the hub tells; it is tried again')
  for (const [name, bytes] of hub.get('small/sentence') ?? [])
    expect((await readFile(path.join(into, 'small/sentence', name))).equals(bytes)).toBe(true)
})

test.each([
  [['nobody/nothing'], /no such model, or it is not public/],
  [['small/clip', '--dtype', 'q4'], /no onnx\/text_model\*\.onnx in q4/],
  [['small/clip', '--dtype', 'q3'], /--dtype can be fp32/],
  [['clip'], /Usage: npm run model/],
])('%j is refused in words', async (args, words) => {
  const { code, output } = await run(...args)
  expect(code).toBe(1)
  expect(output).toMatch(words)
})
