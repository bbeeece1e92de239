import { createServer, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { fetchModel, isDefaultModel, resolveModel } from '../../../src/embed/models/model.ts'
import { OFFSET, patchText, POOLING, readOutline, PROJECTION, VECTORS } from '../../../src/embed/onnx/onnx.ts'
import { concat, int, message, text } from '../../../src/embed/onnx/protobuf.ts'
import type { Progress } from '../../../src/shared/core/types.ts'
import type { ClipOutput } from '../../fixtures/clip-graph.ts'
import { clipModelFiles } from '../../fixtures/clip-model.ts'

const page = 'https://example.org/map/'

describe('resolveModel', () => {
  test('takes the hub’s CLIP ViT-B/32 by default, and any other by its id', () => {
    const source = resolveModel(null, page)
    expect(source.base).toBe('https://huggingface.co/Xenova/clip-vit-base-patch32/resolve/main/')
    expect(isDefaultModel(source)).toBe(true)
    expect(resolveModel('owner/other.model', page)).toMatchObject({ name: 'owner/other.model', isHub: true })
  })

  test.each([
    ['/models/x', 'https://example.org/models/x/'],
    ['./models/x', 'https://example.org/map/models/x/'],
    ['../x/', 'https://example.org/x/'],
    ['https://host.example/a/b?c#d', 'https://host.example/a/b/'],
  ])('sees the folder %s from the page', (model, base) => {
    expect(resolveModel(model, page)).toEqual({ name: base, base, isHub: false, folder: null })
  })

  test.each(['ftp://host/x', 'javascript:alert(1)', 'http://'])('refuses %s', (model) => {
    expect(() => resolveModel(model, page)).toThrow(expect.objectContaining({ name: 'InputError' }))
  })
})

describe('fetchModel', () => {
  let server: Server
  let origin: string
  const files = clipModelFiles()

  beforeAll(async () => {
    server = createServer((request, response) => {
      const [, folder, ...rest] = (request.url ?? '').split('/')
      const path = rest.join('/')
      const isOnnx = path.endsWith('.onnx')
      const file = files.get(path)
      if (folder === 'html') send(response, 200, 'text/html', '<!doctype html>')
      else if (folder === 'page' && !file) send(response, 200, 'text/html; charset=utf-8', '<!doctype html>')
      else if (folder === 'private') send(response, 401, 'text/plain', 'Invalid username or password.')
      else if (folder === 'text' && !isOnnx) send(response, 200, 'application/json', 'no JSON')
      else if (folder === 'short' && isOnnx) {
        response.writeHead(200, { 'content-length': 1_000_000 })
        response.write('some of it', () => response.destroy())
      } else if (folder === 'slow' && isOnnx) response.writeHead(200).write('some of it')
      else if (file) send(response, 200, 'application/octet-stream', file)
      else send(response, 404, 'text/plain', 'not here')
    })
    await new Promise<void>((done) => server.listen(0, done))
    origin = `http://localhost:${(server.address() as AddressInfo).port}`
  })
  afterAll(() => {
    server.closeAllConnections()
    server.close()
  })

  function send(response: ServerResponse, status: number, type: string, body: string | Uint8Array) {
    response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) }).end(body)
  }
  const from = (folder: string) => resolveModel(`${origin}/${folder}`, page)

  test('reads a folder’s files and reports the bytes of the model', async () => {
    const progress: Progress[] = []
    const model = await fetchModel(from('models'), ['fp32'], { onProgress: (step) => progress.push(step) })
    const onnx = files.get('onnx/text_model.onnx')
    expect(model).toMatchObject({ dtype: 'fp32', maxLength: 77 })
    expect(Buffer.from(model.onnx).equals(onnx ?? new Uint8Array())).toBe(true)
    const total = onnx?.length
    expect(progress.at(-1)).toEqual({
      stage: 'Embed',
      unit: 'bytes',
      detail: 'Downloading the model',
      done: total,
      total,
    })
  })

  test.each(['models', 'page'])(
    'takes the next number format where one is missing, and says so (%s)',
    async (folder) => {
      const notices: string[] = []
      const model = await fetchModel(from(folder), ['q8', 'fp32'], {
        onNotice: (notice) => notices.push(notice),
      })
      expect(model.dtype).toBe('fp32')
      expect(notices).toEqual([expect.stringMatching(/does not come in q8: fp32 is used/)])
    },
  )

  test.each([
    ['a missing file', 'models', 'NetworkError', /text_model_q4\.onnx answered 404/],
    ['a web page in its place', 'html', 'InputError', /html\/config\.json answered 200 with a web page/],
    ['a refusal', 'private', 'NetworkError', /private\/config\.json answered 401/],
    ['something that is not JSON', 'text', 'InputError', /text\/config\.json is not JSON/],
    [
      'a connection that breaks',
      'short',
      'NetworkError',
      /short\/onnx\/text_model_q4\.onnx (cannot be reached|broke off)/,
    ],
  ])('names the address for %s, and says what to do', async (_, folder, name, expected) => {
    const fetched = fetchModel(from(folder), ['q4'], {}, undefined, {
      delayMs: 5,
      stallMs: 2000,
      limitMs: 100,
    })
    await expect(fetched).rejects.toMatchObject({
      name,
      message: expect.stringMatching(expected),
      advice: expect.stringMatching(/Try again.*\?model=.*lexical/),
    })
  })

  test('names the address of a server that does not answer', async () => {
    const fetched = fetchModel(resolveModel('http://localhost:1/x', page), ['q4'], {})
    await expect(fetched).rejects.toMatchObject({
      name: 'NetworkError',
      message: expect.stringContaining('http://localhost:1/x/config.json'),
    })
  })

  test('ends a download when the user cancels', async () => {
    const controller = new AbortController()
    const fetched = fetchModel(from('slow'), ['fp32'], {
      signal: controller.signal,
      onProgress: () => controller.abort(),
    })
    await expect(fetched).rejects.toMatchObject({ name: 'CancelledError' })
  })
})

describe('patchText', () => {
  const onnx = (...outputs: ClipOutput[]) =>
    new Uint8Array(clipModelFiles(outputs).get('onnx/text_model.onnx') ?? [])

  test.each<ClipOutput[][]>([
    [['text_embeds']],
    [['last_hidden_state']],
    [['text_embeds', 'last_hidden_state']],
  ])('adds pooler_output to the outputs %j and leaves the rest as it was', (outputs) => {
    const before = onnx(...outputs)
    const { bytes, output, needsPooling } = patchText(before, 'clip')
    expect(output).toBe('pooler_output')
    expect(Buffer.from(bytes.subarray(0, before.length)).equals(before)).toBe(true)
    const outline = readOutline(bytes)
    expect(outline.outputs).toEqual([...outputs, 'pooler_output', VECTORS])
    const added = outputs.includes('text_embeds') ? [] : [POOLING]
    expect(needsPooling).toBe(added.length > 0)
    expect(outline.inputs.map(({ name }) => name)).toEqual(['input_ids', ...added, PROJECTION, OFFSET])
    expect(bytes.length - before.length).toBeLessThan(2000)
  })

  test('projects the pooler_output that a model offers, and tells its width', () => {
    const before = onnx('last_hidden_state', 'pooler_output')
    const { bytes, output, nDims } = patchText(before, 'clip')
    expect(output).toBe('pooler_output')
    expect(nDims).toBe(32)
    const { outputs, nodes } = readOutline(bytes)
    expect(outputs).toEqual(['last_hidden_state', 'pooler_output', VECTORS])
    expect(nodes.slice(-3).map(({ op, inputs }) => [op, inputs[0]])).toEqual([
      ['Cast', 'pooler_output'],
      ['MatMul', 'captionscape/float'],
      ['Add', 'captionscape/projected'],
    ])
  })

  test('refuses what is no whole model', () => {
    const bytes = onnx('text_embeds')
    expect(() => patchText(bytes.slice(0, 5000), 'clip')).toThrow(RangeError)
    expect(() => patchText(new TextEncoder().encode('<html>'), 'clip')).toThrow(RangeError)
    expect(() => patchText(new Uint8Array(0), 'clip')).toThrow(RangeError)
  })

  /** A model of a few nodes, without weights. */
  function graph(...nodes: [op: string, inputs: string[], output: string][]): Uint8Array<ArrayBuffer> {
    const written = nodes.map(([op, inputs, output]) =>
      message(1, ...inputs.map((name) => text(1, name)), text(2, output), text(4, op)),
    )
    const value = (field: number, name: string) => message(field, text(1, name))
    const parts = [...written, value(11, 'input_ids'), value(12, 'text_embeds')]
    return concat([message(7, ...parts), message(8, text(1, ''), int(2, 14))])
  }

  test('finds the pooled tensor before a quantized projection', () => {
    const bytes = graph(
      ['Gather', ['hidden', 'end'], 'pooled'],
      ['DynamicQuantizeLinear', ['pooled'], 'rounded'],
      ['MatMulInteger', ['rounded', 'weight'], 'product'],
      ['Cast', ['product'], 'cast'],
      ['Mul', ['scale', 'weight_scale'], 'scales'],
      ['Mul', ['scales', 'cast'], 'text_embeds'],
    )
    const { nodes } = readOutline(patchText(bytes, 'clip').bytes)
    expect(nodes.at(-3)).toEqual({ op: 'Cast', inputs: ['pooled'], outputs: ['pooler_output'] })
  })

  test('finds the pooled tensor before a half-float projection', () => {
    const bytes = graph(
      ['Gather', ['hidden', 'end'], 'pooled'],
      ['MatMul', ['pooled', 'weight'], 'half'],
      ['Cast', ['half'], 'text_embeds'],
    )
    const { nodes } = readOutline(patchText(bytes, 'clip').bytes)
    expect(nodes.at(-3)?.inputs).toEqual(['pooled'])
  })

  test('refuses what generates text', () => {
    const value = (name: string) => message(11, text(1, name))
    const node = message(1, text(1, 'input_ids'), text(2, 'logits'), text(4, 'Gather'))
    const bytes = message(
      7,
      node,
      value('input_ids'),
      value('past_key_values.0.key'),
      message(12, text(1, 'logits')),
    )
    expect(() => patchText(concat([bytes]), 'sentence')).toThrow(/also takes past_key_values\.0\.key/)
  })

  test('takes the sentence_embedding that a model offers, and no BERT’s pooler_output', () => {
    const value = (field: number, name: string) => message(field, text(1, name))
    const node = message(1, text(1, 'input_ids'), text(2, 'last_hidden_state'), text(4, 'Gather'))
    const model = (...outputs: string[]) =>
      concat([message(7, node, value(11, 'input_ids'), ...outputs.map((name) => value(12, name)))])
    expect(patchText(model('last_hidden_state', 'sentence_embedding'), 'sentence')).toMatchObject({
      output: 'sentence_embedding',
      needsPooling: false,
    })
    const { bytes, output, needsPooling } = patchText(
      model('last_hidden_state', 'pooler_output'),
      'sentence',
      true,
    )
    expect([output, needsPooling]).toEqual(['sentence_embedding', true])
    expect(readOutline(bytes).nodes.map(({ op }) => op)).toContain('Sqrt')
    expect(() => patchText(model('pooler_output'), 'sentence')).toThrow(/no text embedding/)
    const scaled = patchText(model('sentence_embedding'), 'sentence', true)
    expect(scaled).toMatchObject({ output: 'captionscape/unit', needsPooling: false })
    expect(readOutline(scaled.bytes).nodes.map(({ op }) => op)).toContain('Sqrt')
  })

  test('falls back to text_embeds where nothing tells what was pooled', () => {
    const bytes = graph(['MatMul', ['pooled', 'weight'], 'raw'], ['Div', ['raw', 'norm'], 'text_embeds'])
    expect(patchText(bytes, 'clip').output).toBe('text_embeds')
  })
})
