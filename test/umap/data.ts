import { commands } from 'vitest/browser'
import { fromHalf, toHalf } from '../../src/shared/math/half.ts'
import { createRandom } from '../../src/shared/math/random.ts'
import type { Vectors } from '../../src/shared/core/types.ts'
import { parseNpy } from '../reference/npy.ts'

/** Half-float vectors from numbers [nPoints, nDims]. */
export function toVectors(values: ArrayLike<number>, nDims: number): Vectors {
  return { data: Uint16Array.from(values, toHalf), nPoints: values.length / nDims, nDims }
}

/** The numbers that half-float vectors stand for, [nPoints, nDims]. */
export function toNumbers({ data }: Vectors): Float64Array {
  return Float64Array.from(data, fromHalf)
}

/** Points around `nClusters` centers. */
export function clusters(nPoints: number, nDims: number, nClusters: number, seed: number): Vectors {
  const { normal } = createRandom(seed)
  const centers = Float64Array.from({ length: nClusters * nDims }, () => normal())
  const values = new Float64Array(nPoints * nDims)
  for (let i = 0; i < values.length; i++) {
    const row = Math.floor(i / nDims)
    values[i] = centers[(row % nClusters) * nDims + (i % nDims)] + 0.5 * normal()
  }
  return toVectors(values, nDims)
}

/** Vectors of a `.npy` file in the shared data folder; null where the folder is not there. */
export async function sharedVectors(name: string): Promise<Vectors | null> {
  const file = await sharedArray(name)
  if (!file) return null
  const { shape, data } = file
  const [nPoints, nDims] = shape
  if (data instanceof Uint16Array) return { data, nPoints, nDims }
  return toVectors(data, nDims)
}

/** Numbers of a `.npy` file in the shared data folder; null where the folder is not there. */
export async function sharedBytes(name: string): Promise<ArrayLike<number> | null> {
  return (await sharedArray(name))?.data ?? null
}

async function sharedArray(name: string): Promise<ReturnType<typeof parseNpy> | null> {
  let encoded: string
  try {
    encoded = await commands.readFile(`../shared/data/${name}`, 'base64')
  } catch {
    return null
  }
  return parseNpy(Uint8Array.from(atob(encoded), (character) => character.charCodeAt(0)))
}
