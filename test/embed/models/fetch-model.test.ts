import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import process from 'node:process'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { clipModelFiles } from '../../fixtures/clip-model.ts'
import { sentenceModelFiles } from '../../fixtures/sentence-model.ts'
import { Hub } from '../../hub/hub.ts'

const models = new Map<string, ReadonlyMap<string, Uint8Array>>([
  [
    'small/clip',
    new Map([...clipModelFiles(), ['onnx/text_model_fp16.onnx', new Uint8Array(70_000).fill(7)]]),
  ],
  ['small/sentence', sentenceModelFiles('cls_token', true)],
])
const hub = new Hub()
let endpoint: string
let into: string

beforeAll(async () => {
  into = await mkdtemp(path.join(tmpdir(), 'captionscape-model-'))
  for (const [id, files] of models) hub.addModel(id, files)
  endpoint = await hub.startPlain()
})

afterAll(async () => {
  hub.stop()
  await rm(into, { recursive: true })
})

async function run(...args: string[]): Promise<{ code: number | null; output: string }> {
  hub.asked.length = 0
  const child = spawn(process.execPath, ['src/embed/models/fetch-model.mjs', ...args, '--into', into], {
    env: { ...process.env, HF_ENDPOINT: endpoint },
  })
  let output = ''
  for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => (output += String(text)))
  const code = await new Promise<number | null>((done) => child.on('close', done))
  return { code, output }
}

test('fetches CLIP, goes on where a download broke off, and fetches nothing twice', async () => {
  hub.broken.set('text_model.onnx', { after: 50_000 })
  const { code, output } = await run('small/clip')
  expect(code).toBe(0)
  expect(output).toContain('It does not come in q8.')
  expect(output).toContain('?model=models/small/clip/')
  for (const [name, bytes] of models.get('small/clip') ?? [])
    expect((await readFile(path.join(into, 'small/clip', name))).equals(bytes)).toBe(true)
  const bytes = hub.asked.filter(({ host }) => host !== 'huggingface.co')
  expect(bytes.map(({ range }) => range)).toEqual([null, 'bytes=50000-', null])
  await run('small/clip', '--dtype', 'fp32')
  expect(hub.asked).toEqual([])
})

test('fetches what a sentence encoder says of its pooling, and keeps nothing damaged', async () => {
  hub.damaged.set('model.onnx', 1)
  const { code, output } = await run('small/sentence', '--dtype', 'fp32')
  expect(code).toBe(0)
  expect(output).toContain('came damaged: its SHA-256 is not the one that the hub tells; it is tried again')
  for (const [name, bytes] of models.get('small/sentence') ?? [])
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
