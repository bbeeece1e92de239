import { symmetricEigen } from '../../shared/math/symmetric-eigen.ts'

/** Vectors that are iterated together: two are wanted, the others carry the subspace past close eigenvalues. */
export const BLOCK = 8
/** Amplification of the filter, in float32 no more than its 24 bits can use. */
const MAX_GAIN = 1e6
const MAX_DEGREE = 40

/** next = alpha·A·basis + beta·basis + gamma·next */
export interface Recurrence {
  readonly alpha: number
  readonly beta: number
  readonly gamma: number
}

/**
 * Eight vectors over the vertices of a weighted graph, with the transition matrix A = D^-1 W and the inner product that is
 * weighted by degree, in which A is symmetric; its eigenvector of value 1 is the constant vector.
 */
export interface Block {
  /** Of all vertices that take part. */
  readonly sumOfDegrees: number
  /** basis = p(A)·basis, with the Chebyshev polynomial of this even degree on [-1, cut] for p */
  readonly filter: (degree: number, cut: number) => Promise<void>
  /** product = A·basis */
  readonly multiply: () => Promise<void>
  /** [72] inner products of the basis with itself or with the product, then those of the constant vector 1 */
  readonly inner: (other: 'basis' | 'product') => Promise<Float64Array>
  /** basis = (basis − 1·alongᵀ)·matrix, and with `both` the product too. @param matrix [8, 8] @param along [8] */
  readonly rotate: (matrix: Float64Array, along: Float64Array, both?: boolean) => Promise<void>
  /** Lengths of product − values·basis, column by column; the product is lost. */
  readonly residuals: (values: Float64Array) => Promise<Float64Array>
}

/** How good the vectors are after a round. */
export interface Convergence {
  readonly round: number
  /** Ritz values, descending, without that of the constant vector. */
  readonly values: Float64Array
  /** Of the worse of the two wanted vectors, 2-norm. */
  readonly residual: number
  /** From the second value to the third: the angle to the true plane is at most residual / gap (Davis and Kahan 1970). */
  readonly gap: number
  /** Sparse products with the whole block so far. */
  readonly nProducts: number
}

interface IterateOptions {
  /** Upper end of what the first filter damps. */
  readonly cut: number
  /** Degree of the filter, even. */
  readonly degree: (round: number, cut: number) => number
  readonly isDone: (convergence: Convergence) => boolean
}

/**
 * Turns the first two vectors of a block into the two leading eigenvectors after the constant one, by Chebyshev-filtered subspace
 * iteration (Zhou, Saad, Tiago and Chelikowsky 2006).
 */
export async function iterate(block: Block, { cut, degree, isDone }: IterateOptions): Promise<Convergence> {
  let nProducts = 0
  for (let round = 0; ; round++) {
    const steps = degree(round, cut)
    await block.filter(steps, cut)
    await orthonormalize(block)
    // Rayleigh and Ritz: the best approximations within the subspace, and how good they are.
    await block.multiply()
    nProducts += steps + 1
    const { values, vectors } = symmetricEigen(symmetric(await block.inner('product')), BLOCK)
    await block.rotate(vectors, new Float64Array(BLOCK), true)
    const [first, second] = await block.residuals(values)
    const residual = Math.max(first, second)
    const convergence = { round, values, residual, gap: values[1] - values[2], nProducts }
    if (isDone(convergence)) return convergence
    cut = Math.min(1 - 1e-6, Math.max(-0.9, values[BLOCK - 1]))
  }
}

/** Degree at which the filter amplifies the top of the spectrum, 1, over [-1, cut] by MAX_GAIN at most; even. */
export function degreeFor(cut: number): number {
  const top = (1 - (cut - 1) / 2) / ((1 + cut) / 2)
  return Math.max(4, 2 * Math.floor(Math.min(MAX_DEGREE, Math.acosh(MAX_GAIN) / Math.acosh(top)) / 2))
}

/** One step of the Chebyshev polynomial on [-1, cut]. */
export function chebyshev(step: number, cut: number): Recurrence {
  const half = (1 + cut) / 2
  const center = (cut - 1) / 2
  const scale = step === 0 ? 1 / half : 2 / half
  return { alpha: scale, beta: -center * scale, gamma: step === 0 ? 0 : -1 }
}

/**
 * Takes the constant vector out and makes the block orthonormal by the eigenvectors of its Gram matrix, which bears nearly
 * dependent columns (Stathopoulos and Wu 2002); twice, since once loses half of float32's digits.
 */
async function orthonormalize(block: Block): Promise<void> {
  for (let pass = 0; pass < 2; pass++) {
    const sums = await block.inner('basis')
    const along = sums.slice(BLOCK * BLOCK).map((sum) => sum / block.sumOfDegrees)
    const inner = symmetric(sums)
    const cells = (visit: (p: number, q: number, at: number) => void): void => {
      for (let at = 0; at < BLOCK * BLOCK; at++) visit(Math.floor(at / BLOCK), at % BLOCK, at)
    }
    cells((p, q, at) => (inner[at] -= along[p] * along[q] * block.sumOfDegrees))
    // The filter makes columns of very different lengths: to unit length first, or the short ones drown in rounding.
    const lengths = along.map((_, p) => Math.sqrt(Math.max(inner[(BLOCK + 1) * p], 1e-300)))
    cells((p, q, at) => (inner[at] /= lengths[p] * lengths[q]))
    const { values, vectors } = symmetricEigen(inner, BLOCK)
    cells((p, q, at) => (vectors[at] /= lengths[p] * Math.sqrt(Math.max(values[q], 1e-12))))
    await block.rotate(vectors, along)
  }
}

/** The [8, 8] of inner products, without what rounding made of their symmetry. */
function symmetric(sums: Float64Array): Float64Array {
  return Float64Array.from({ length: BLOCK * BLOCK }, (_, at) => {
    const mirrored = (at % BLOCK) * BLOCK + Math.floor(at / BLOCK)
    return (sums[at] + sums[mirrored]) / 2
  })
}
