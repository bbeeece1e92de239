import {
  type ClipFormat,
  type ClipOutput,
  type ClipShape,
  type ClipWeights,
  clipReference,
  makeClipWeights,
  writeClipModel,
} from '../test/fixtures/clip-graph.ts'
import { clipModelFiles, clipTokenizerFile, poolerReference } from '../test/fixtures/clip-model.ts'
import { createTokenizer } from '../src/embed/tokenizers/tokenizer.ts'

/** The tests' small model, or the text encoder of ViT-B/32 in its full size with random weights. */
export type Size = 'small' | 'full'

/** ViT-B/32's text encoder: 63 million weights. */
const FULL: ClipShape = {
  hidden: 512,
  heads: 8,
  layers: 12,
  inner: 2048,
  projected: 512,
  vocab: 49_408,
  maxLength: 77,
}

let full: ClipWeights | null = null

function fullWeights(): ClipWeights {
  full ??= makeClipWeights(FULL, 32, () => 0.3)
  return full
}

/** A model's file as an exporter would write it, before it is patched, and what a session needs to know beside it. */
export function makeModel(size: Size, outputs: readonly ClipOutput[], format: ClipFormat) {
  if (size === 'full') {
    const onnx = writeClipModel(fullWeights(), outputs, format)
    const config = {
      architectures: ['CLIPTextModelWithProjection'],
      model_type: 'clip_text_model',
      hidden_size: FULL.hidden,
      num_attention_heads: FULL.heads,
      num_hidden_layers: FULL.layers,
    }
    return { onnx, config: config as unknown, eotId: FULL.vocab - 1, nDims: FULL.hidden }
  }
  const files = clipModelFiles(outputs, format)
  const config: unknown = JSON.parse(new TextDecoder().decode(files.get('config.json')))
  const onnx = new Uint8Array(files.get('onnx/text_model.onnx') ?? [])
  return { onnx, config, eotId: createTokenizer(clipTokenizerFile()).padId, nDims: 32 }
}

/** `pooler_output` of one caption's ids in float64. */
export function referenceOf(size: Size, ids: readonly number[]): ArrayLike<number> {
  return size === 'full' ? clipReference(fullWeights(), ids) : poolerReference(ids)
}
