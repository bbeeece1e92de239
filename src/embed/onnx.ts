import { concat, fields, int, message, text } from './protobuf.ts'

/** The numbers of ONNX's `TensorProto.DataType` that occur here. */
export const FLOAT = 1
export const INT32 = 6
export const INT64 = 7

/** What the patch needs to know of a model: names, operators and wiring, no weights. */
export interface Outline {
  /** Version of the default operator set. */
  readonly opset: number
  readonly inputs: readonly { readonly name: string; readonly type: number }[]
  readonly outputs: readonly string[]
  /** Last dimension of the outputs that state it as a number. */
  readonly widths: ReadonlyMap<string, number>
  readonly nodes: readonly Node[]
}

interface Node {
  readonly op: string
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

const decoder = new TextDecoder()

/**
 * The outline of a serialized `ModelProto` (field numbers of onnx.proto3).
 * @throws {RangeError} where the bytes are not a whole ONNX model.
 */
export function readOutline(bytes: Uint8Array): Outline {
  let opset = 0
  const inputs: { name: string; type: number }[] = []
  const outputs: string[] = []
  const widths = new Map<string, number>()
  const nodes: Node[] = []
  for (const part of fields(bytes)) {
    if (part.number === 8) {
      let domain = ''
      let version = 0
      for (const field of fields(bytes, part.start, part.end)) {
        if (field.number === 1) domain = string(bytes, field)
        if (field.number === 2) version = field.value
      }
      if (domain === '' || domain === 'ai.onnx') opset = version
    }
    if (part.number !== 7) continue
    for (const field of fields(bytes, part.start, part.end)) {
      if (field.number === 1) nodes.push(readNode(bytes, field.start, field.end))
      else if (field.number === 11) inputs.push(readValue(bytes, field.start, field.end))
      else if (field.number === 12) {
        const { name, width } = readValue(bytes, field.start, field.end)
        outputs.push(name)
        if (width > 0) widths.set(name, width)
      }
    }
  }
  if (nodes.length === 0) throw new RangeError('onnx: the file holds no graph')
  return { opset, inputs, outputs, widths, nodes }
}

function string(bytes: Uint8Array, { start, end }: { start: number; end: number }): string {
  return decoder.decode(bytes.subarray(start, end))
}

function readNode(bytes: Uint8Array, start: number, end: number): Node {
  const node = { op: '', inputs: [] as string[], outputs: [] as string[] }
  for (const field of fields(bytes, start, end)) {
    if (field.number === 1) node.inputs.push(string(bytes, field))
    else if (field.number === 2) node.outputs.push(string(bytes, field))
    else if (field.number === 4) node.op = string(bytes, field)
  }
  return node
}

/**
 * Name, element type and last dimension (0 where it is not a number) of a `ValueInfoProto`: type (2) →
 * tensor_type (1) → elem_type (1), shape (2) → dim (1) → dim_value (1).
 */
function readValue(
  bytes: Uint8Array,
  start: number,
  end: number,
): { name: string; type: number; width: number } {
  const value = { name: '', type: 0, width: 0 }
  for (const field of fields(bytes, start, end)) {
    if (field.number === 1) value.name = string(bytes, field)
    if (field.number !== 2) continue
    for (const type of fields(bytes, field.start, field.end)) {
      if (type.number !== 1) continue
      for (const tensor of fields(bytes, type.start, type.end)) {
        if (tensor.number === 1) value.type = tensor.value
        if (tensor.number !== 2) continue
        for (const dim of fields(bytes, tensor.start, tensor.end)) {
          value.width = 0
          for (const size of fields(bytes, dim.start, dim.end))
            if (size.number === 1) value.width = size.value
        }
      }
    }
  }
  return value
}

/**
 * Operators that only rescale or retype; on the way from `text_embeds` to CLIP's projection and on to its
 * input.
 */
const THROUGH = new Set([
  'Cast',
  'Identity',
  'Mul',
  'Add',
  'DynamicQuantizeLinear',
  'QuantizeLinear',
  'DequantizeLinear',
])
/** The forms that exporters give the projection `text_embeds = pooler_output · W`. */
const PROJECTIONS = new Set([
  'MatMul',
  'Gemm',
  'FusedMatMul',
  'MatMulInteger',
  'MatMulNBits',
  'MatMulBnb4',
  'MatMulIntegerToFloat',
  'DynamicQuantizeMatMul',
])

/**
 * The tensor [batch, nDims] that is CLIP's `pooler_output`, where the export computes it without offering it:
 * what enters the projection that gives `text_embeds`. Null where there is no such projection.
 */
function findPooler(outline: Outline): string | null {
  const producers = new Map<string, Node>()
  for (const node of outline.nodes) for (const name of node.outputs) producers.set(name, node)
  const projection = findProjection('text_embeds', producers, 8)
  if (!projection) return null
  let name = projection.inputs[0]
  for (let hop = 0; hop < 4; hop++) {
    // Quantized exports round the pooled output just before the projection; the float tensor is what we are
    // after.
    const node = producers.get(name)
    if (!node || !node.op.endsWith('QuantizeLinear')) return name
    name = node.inputs[0]
  }
  return null
}

function findProjection(name: string, producers: Map<string, Node>, depth: number): Node | null {
  const node = producers.get(name)
  if (!node || depth === 0) return null
  if (PROJECTIONS.has(node.op)) return node
  if (!THROUGH.has(node.op)) return null
  for (const input of node.inputs) {
    const found = findProjection(input, producers, depth - 1)
    if (found) return found
  }
  return null
}

/** The output to ask of a patched model, and what it holds. */
export interface Patched {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `text_embeds` only where no way to `pooler_output` was found. */
  readonly output: 'pooler_output' | 'text_embeds'
  readonly inputs: readonly { readonly name: string; readonly type: number }[]
  /** Width of that output; null where the file does not state it. */
  readonly nDims: number | null
}

/** Added input, [nDims, nComponents] float32. */
export const PROJECTION = 'captionscape/projection'
/** Added input, [nComponents] float32. */
export const OFFSET = 'captionscape/offset'
/** Added output, [batch, nComponents] float32: the text's vector · projection + offset. */
export const VECTORS = 'captionscape/vectors'

/**
 * Makes `pooler_output` [batch, nDims] float32 an output of a CLIP text model. Exports differ: some offer it,
 * some only `text_embeds` (the tensor before the projection is what we want), some only `last_hidden_state`
 * (its row at the first end token, `eotId`). Nothing is decoded or re-encoded: where a singular message
 * occurs twice, protobuf parsers merge the two, so one more `graph { … }` appended to the file adds nodes and
 * an output. Behind it comes the projection, whose matrix is an input, so that one session serves any.
 *
 * @throws {RangeError} where the bytes are not a whole ONNX model, or not a CLIP text model.
 */
export function patchPooler(bytes: Uint8Array<ArrayBuffer>, eotId: number): Patched {
  const outline = readOutline(bytes)
  const { opset, inputs, outputs, widths } = outline
  if (!inputs.some((input) => input.name === 'input_ids'))
    throw new RangeError(
      `onnx: the model has no input_ids; it takes ${inputs.map((input) => input.name).join()}`,
    )
  const added: Uint8Array[] = []
  const isOffered = outputs.includes('pooler_output')
  let source = isOffered ? 'pooler_output' : outputs.includes('text_embeds') ? findPooler(outline) : null
  // `batch_dims` and `select_last_index` came with operator set 12.
  if (source === null && outputs.includes('last_hidden_state') && opset >= 12) {
    const type = inputs.find((input) => input.name === 'input_ids')?.type ?? INT64
    added.push(
      writeInitializer('captionscape/eot', type, eotId),
      writeNode('Equal', ['input_ids', 'captionscape/eot'], ['captionscape/is_eot']),
      writeNode('Cast', ['captionscape/is_eot'], ['captionscape/is_eot_int'], writeAttribute('to', INT32)),
      writeNode(
        'ArgMax',
        ['captionscape/is_eot_int'],
        ['captionscape/eot_at'],
        concat([
          writeAttribute('axis', 1),
          writeAttribute('keepdims', 1),
          writeAttribute('select_last_index', 0),
        ]),
      ),
      writeNode(
        'GatherND',
        ['last_hidden_state', 'captionscape/eot_at'],
        ['captionscape/pooled'],
        writeAttribute('batch_dims', 1),
      ),
    )
    source = 'captionscape/pooled'
  }
  const output = source === null ? 'text_embeds' : 'pooler_output'
  if (source === null && !outputs.includes('text_embeds'))
    throw new RangeError(`onnx: the model has no text embedding among its outputs: ${outputs.join()}`)
  const isAdded = source !== null && !isOffered
  const float = isAdded ? 'pooler_output' : 'captionscape/float'
  added.push(writeNode('Cast', [source ?? 'text_embeds'], [float], writeAttribute('to', FLOAT)))
  if (isAdded) added.push(writeValue(12, 'pooler_output'))
  added.push(
    writeValue(11, PROJECTION, 'captionscape_dims', 'captionscape_components'),
    writeValue(11, OFFSET, 'captionscape_components'),
    writeNode('MatMul', [float, PROJECTION], ['captionscape/projected']),
    writeNode('Add', ['captionscape/projected', OFFSET], [VECTORS]),
    writeValue(12, VECTORS),
  )
  const nDims = widths.get(output) ?? (source === null ? null : (widths.get('last_hidden_state') ?? null))
  return { bytes: concat([bytes, message(7, ...added)]), output, inputs, nDims }
}

/** A float32 `ValueInfoProto` as a graph's input (11) or output (12); without dimensions they are inferred. */
function writeValue(field: 11 | 12, name: string, ...dims: string[]): Uint8Array {
  const shape = dims.length ? [message(2, ...dims.map((dim) => message(1, text(2, dim))))] : []
  return message(field, text(1, name), message(2, message(1, int(1, FLOAT), ...shape)))
}

/** `NodeProto` as a field of a graph. */
function writeNode(
  op: string,
  inputs: string[],
  outputs: string[],
  attributes = new Uint8Array(0),
): Uint8Array {
  const names = [...inputs.map((name) => text(1, name)), ...outputs.map((name) => text(2, name))]
  return message(1, ...names, text(3, `captionscape/${op}/${outputs[0]}`), text(4, op), attributes)
}

/** An integer `AttributeProto`, already wrapped as a field of a node. */
function writeAttribute(name: string, value: number): Uint8Array<ArrayBuffer> {
  return concat([message(5, text(1, name), int(3, value), int(20, 2))])
}

/** A `TensorProto` of one integer, shape [1], as a field of a graph. */
function writeInitializer(name: string, type: number, value: number): Uint8Array {
  const data = type === INT32 ? Int32Array.of(value) : BigInt64Array.of(BigInt(value))
  return message(5, int(1, 1), int(2, type), text(8, name), message(9, new Uint8Array(data.buffer)))
}
