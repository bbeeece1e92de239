import { makeSample } from '../../src/sample/captions.ts'
import { clipModelFiles, clipTokenizerFile } from '../../test/fixtures/clip-model.ts'
import { createTokenizer } from '../../src/embed/tokenizers/tokenizer.ts'
import { writeParquet } from '../../test/read/write-parquet.ts'
import { makeModel } from '../embed-model.ts'

/** Different captions by the sample's grammar. */
export function makeCaptions(count: number, seed: number): readonly string[] {
  const texts = new Set<string>()
  for (let round = 0; texts.size < count; round++) {
    for (const { text } of makeSample({ nRows: count, seed: seed + round })) {
      if (text && texts.size < count) texts.add(text)
    }
  }
  return [...texts]
}

/** A Parquet file of captions. */
export async function captionFile(captions: readonly string[]): Promise<Uint8Array> {
  const file = writeParquet([{ name: 'TEXT', data: [...captions], type: 'STRING' }])
  return new Uint8Array(await file.arrayBuffer())
}

/** A model's folder by path: the tests' small one in float32, or ViT-B/32's size with random weights in half floats. */
export function modelFolder(size: 'small' | 'full'): Map<string, Uint8Array> {
  if (size === 'small') return clipModelFiles()
  const files = clipModelFiles()
  const { onnx, config } = makeModel('full', ['text_embeds'], 'fp16')
  // The small model's tokenizer: its end token is its largest id there too, and so in every caption.
  const tokenizer = clipTokenizerFile()
  const { padId } = createTokenizer(tokenizer)
  const encoder = new TextEncoder()
  const full = { ...(config as object), eos_token_id: padId, max_position_embeddings: 77, vocab_size: 49_408 }
  files.set('config.json', encoder.encode(JSON.stringify(full)))
  files.delete('onnx/text_model.onnx')
  files.set('onnx/text_model_fp16.onnx', onnx)
  return files
}
