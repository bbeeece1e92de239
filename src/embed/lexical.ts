import type { Captions, Context, Timing, Vectors } from '../types.ts'
export async function embedLexically(
  captions: Captions,
  seed: number,
  context: Context,
): Promise<{ vectors: Vectors; timings: Timing[] }> {
  await Promise.resolve()
  void captions
  void seed
  void context
  throw new Error('soon')
}
