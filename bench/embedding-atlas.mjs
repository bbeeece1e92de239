// Not in TypeScript: the package is in bench/package.json, which neither the build nor the tests install.
import { createUMAP } from 'embedding-atlas'

/** One layout by Embedding Atlas, [nPoints, 2]; `gpu` asks for its WebGPU path. */
export async function embeddingAtlas(
  points,
  nDims,
  { nNeighbors, nEpochs, negativeSampleRate, minDist, seed, gpu },
) {
  const umap = await createUMAP(points.length / nDims, nDims, 2, Float32Array.from(points), {
    nNeighbors,
    nEpochs,
    negativeSampleRate,
    minDist,
    seed,
    gpu,
  })
  await umap.run()
  const layout = Float32Array.from(umap.embedding)
  umap.destroy()
  return layout
}
