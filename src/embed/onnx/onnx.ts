import { concat, fields, int, message, text } from './protobuf.ts'

/** The numbers of ONNX's `TensorProto.DataType` that occur here. */
export const FLOAT = 1
export const INT32 = 6
export const INT64 = 7

/** What the patch needs to know of a model: names, operators and wiring, no weights. */
export interface Outline {
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
  const inputs: { name: string; type: number }[] = []
  const outputs: string[] = []
  const widths = new Map<string, number>()
  const nodes: Node[] = []
  for (const part of fields(bytes)) {
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
  return { inputs, outputs, widths, nodes }
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

/** CLIP's text model, whose vector is that of the end token; or a sentence encoder, which says how it pools. */
export type ModelKind = 'clip' | 'sentence'

/** The output to ask of a patched model, and what it holds. */
export interface Patched {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** `text_embeds` only where no way to CLIP's `pooler_output` was found. */
  readonly output: 'pooler_output' | 'text_embeds' | 'sentence_embedding' | typeof UNIT
  readonly inputs: readonly { readonly name: string; readonly type: number }[]
  /** Whether each run takes {@link POOLING}. */
  readonly needsPooling: boolean
  /** Width of that output; null where the file does not state it. */
  readonly nDims: number | null
}

/** Added input, [batch, length] float32: the share of each token in its text's vector; rows add up to 1. */
export const POOLING = 'captionscape/pooling'
/** Added input, [nDims, nComponents] float32. */
export const PROJECTION = 'captionscape/projection'
/** Added input, [nComponents] float32. */
export const OFFSET = 'captionscape/offset'
/** Added output, [batch, nComponents] float32: the text's vector · projection + offset. */
export const VECTORS = 'captionscape/vectors'

/** What a session can feed; text generators take more. */
const INPUTS = new Set(['input_ids', 'attention_mask', 'token_type_ids', 'position_ids'])
const HIDDEN = ['last_hidden_state', 'token_embeddings']
/** Added output, [batch, nDims] float32: the `sentence_embedding` that a model offers, scaled to length 1. */
const UNIT = 'captionscape/unit'
/** Shapes for Reshape, where 0 keeps a dimension: [batch, n] → [batch, 1, n], [batch, 1, n] → [batch, n, 1] and → [batch, n]. */
const ROW = 'captionscape/row'
const COLUMN = 'captionscape/column'
const VECTOR = 'captionscape/vector'

/**
 * Makes one float32 vector a text an output of a text model: CLIP's `pooler_output`, or the `sentence_embedding`
 * [batch, nDims]. Exports differ: some offer it, some of CLIP's only `text_embeds` (the tensor before the projection
 * is what we want), some only `last_hidden_state` (its rows are pooled by weights that each run brings: all on CLIP's
 * end token, or what a sentence encoder's configuration says). Nothing is decoded or re-encoded: where a singular
 * message occurs twice, protobuf parsers merge the two, so one more `graph { … }` appended to the file adds nodes and
 * an output. Behind it comes the projection, whose matrix is an input, so that one session serves any.
 *
 * @param normalizes a sentence encoder's vectors are scaled to length 1, whether or not the export does it
 * @throws {RangeError} where the bytes are not a whole ONNX model, or not such a text model.
 */
export function patchText(bytes: Uint8Array<ArrayBuffer>, kind: ModelKind, normalizes = false): Patched {
  const outline = readOutline(bytes)
  const { inputs, outputs, widths } = outline
  const names = inputs.map(({ name }) => name)
  if (!names.includes('input_ids'))
    throw new RangeError(`onnx: the model has no input_ids; it takes ${names.join()}`)
  const unknown = names.filter((name) => !INPUTS.has(name))
  if (unknown.length > 0)
    throw new RangeError(`onnx: the model also takes ${unknown.slice(0, 3).join()}, as text encoders do not`)
  const added: Uint8Array[] = []
  const wanted = kind === 'clip' ? 'pooler_output' : 'sentence_embedding'
  const isOffered = outputs.includes(wanted)
  const hidden = HIDDEN.find((name) => outputs.includes(name))
  let source = isOffered ? wanted : kind === 'clip' ? findPooler(outline) : null
  const needsPooling = source === null && hidden !== undefined
  const scales = normalizes && kind === 'sentence'
  if (source === null && hidden !== undefined) {
    added.push(...writePooling(hidden, scales))
    source = 'captionscape/pooled'
  } else if (source !== null && scales) {
    added.push(...writeScaling(source))
    source = 'captionscape/pooled'
  }
  if (source === null && !(kind === 'clip' && outputs.includes('text_embeds')))
    throw new RangeError(`onnx: the model has no text embedding among its outputs: ${outputs.join()}`)
  const output = source === null ? 'text_embeds' : isOffered && scales ? UNIT : wanted
  const isAdded = source !== null && (!isOffered || scales)
  const float = isAdded ? output : 'captionscape/float'
  added.push(writeNode('Cast', [source ?? 'text_embeds'], [float], writeAttribute('to', FLOAT)))
  if (isAdded) added.push(writeValue(12, output))
  added.push(
    writeValue(11, PROJECTION, 'captionscape_dims', 'captionscape_components'),
    writeValue(11, OFFSET, 'captionscape_components'),
    writeNode('MatMul', [float, PROJECTION], ['captionscape/projected']),
    writeNode('Add', ['captionscape/projected', OFFSET], [VECTORS]),
    writeValue(12, VECTORS),
  )
  const nDims =
    widths.get(isOffered ? wanted : output) ?? (isOffered ? null : (widths.get(hidden ?? '') ?? null))
  return { bytes: concat([bytes, message(7, ...added)]), output, inputs, needsPooling, nDims }
}

/** Weights · hidden states, by operators that are the same in every operator set, and scaled if asked for. */
function writePooling(hidden: string, normalizes: boolean): Uint8Array[] {
  const summed = 'captionscape/summed'
  const parts = [
    writeValue(11, POOLING, 'captionscape_rows', 'captionscape_tokens'),
    writeShape(ROW, 0, 1, -1),
    writeShape(VECTOR, 0, -1),
    writeNode('Cast', [hidden], ['captionscape/hidden'], writeAttribute('to', FLOAT)),
    writeNode('Reshape', [POOLING, ROW], ['captionscape/weights']),
    writeNode('MatMul', ['captionscape/weights', 'captionscape/hidden'], [summed]),
  ]
  if (normalizes) parts.push(...writeDivision(summed))
  parts.push(writeNode('Reshape', [normalizes ? SCALED : summed, VECTOR], ['captionscape/pooled']))
  return parts
}

/** Vectors [batch, nDims] by their lengths. */
function writeScaling(vectors: string): Uint8Array[] {
  return [
    writeShape(ROW, 0, 1, -1),
    writeShape(VECTOR, 0, -1),
    writeNode('Cast', [vectors], ['captionscape/hidden'], writeAttribute('to', FLOAT)),
    writeNode('Reshape', ['captionscape/hidden', ROW], ['captionscape/summed']),
    ...writeDivision('captionscape/summed'),
    writeNode('Reshape', [SCALED, VECTOR], ['captionscape/pooled']),
  ]
}

const SCALED = 'captionscape/scaled'

/** Vectors [batch, 1, nDims] by their lengths. */
function writeDivision(summed: string): Uint8Array[] {
  return [
    writeShape(COLUMN, 0, -1, 1),
    writeNode('Reshape', [summed, COLUMN], ['captionscape/transposed']),
    writeNode('MatMul', [summed, 'captionscape/transposed'], ['captionscape/squares']),
    writeNode('Sqrt', ['captionscape/squares'], ['captionscape/norm']),
    writeNode('Div', [summed, 'captionscape/norm'], [SCALED]),
  ]
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

/** A `TensorProto` of int64 numbers, shape [values], as a field of a graph. */
function writeShape(name: string, ...values: number[]): Uint8Array {
  const data = BigInt64Array.from(values, BigInt)
  return message(
    5,
    int(1, values.length),
    int(2, INT64),
    text(8, name),
    message(9, new Uint8Array(data.buffer)),
  )
}
