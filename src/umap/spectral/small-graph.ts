import { createRandom } from '../../shared/math/random.ts'
import { symmetricEigen } from '../../shared/math/symmetric-eigen.ts'
import { BLOCK, type Block, chebyshev, type Convergence, degreeFor, iterate } from './subspace.ts'

/** A connected weighted graph on the CPU, as a symmetric matrix in compressed sparse rows. */
export interface SmallGraph {
  /** [nVertices + 1] */
  readonly rowStarts: Uint32Array
  readonly columns: Uint32Array
  readonly weights: Float64Array
}

/** Graphs of so few vertices are solved densely: a block has hardly room in them. */
const DENSE = 64
const MAX_ROUNDS = 40

/** The eigenvectors of D^-1 W after the constant one. */
interface SmallSolution extends Pick<Convergence, 'residual' | 'gap'> {
  /** [nVertices, 8], of length 1 where squares are weighted by degree; 0 where the graph has no more */
  readonly vectors: Float64Array
  /** [nVertices] */
  readonly degrees: Float64Array
  /** The eigenvalue of the last of them. */
  readonly cut: number
}

/**
 * The leading eigenvectors of a graph of some thousand vertices, in float64.
 *
 * @param seed of the vectors that the iteration starts from
 */
export async function solveSmall(graph: SmallGraph, seed: number): Promise<SmallSolution> {
  const nVertices = graph.rowStarts.length - 1
  const degrees = Float64Array.from({ length: nVertices }, (_, row) =>
    graph.weights.subarray(graph.rowStarts[row], graph.rowStarts[row + 1]).reduce((a, b) => a + b, 0),
  )
  if (nVertices <= DENSE) return { ...solveDense(graph, degrees), degrees }
  const { normal } = createRandom(seed)
  const block = new SmallBlock(graph, degrees, Float64Array.from({ length: nVertices * BLOCK }, normal))
  const { residual, gap, values } = await iterate(block, {
    cut: 0.9,
    degree: (_, cut) => degreeFor(cut),
    isDone: (found) => found.residual <= Math.max(1e-9, 1e-3 * found.gap) || found.round + 1 === MAX_ROUNDS,
  })
  return { vectors: block.basis, degrees, residual, gap, cut: values[BLOCK - 1] }
}

function solveDense(
  { rowStarts, columns, weights }: SmallGraph,
  degrees: Float64Array,
): Omit<SmallSolution, 'degrees'> {
  const size = degrees.length
  const roots = degrees.map((degree) => Math.sqrt(degree || 1))
  const matrix = new Float64Array(size * size)
  for (let row = 0; row < size; row++) {
    for (let edge = rowStarts[row]; edge < rowStarts[row + 1]; edge++) {
      matrix[row * size + columns[edge]] = weights[edge] / (roots[row] * roots[columns[edge]])
    }
  }
  const { values, vectors } = symmetricEigen(matrix, size)
  const block = Float64Array.from({ length: size * BLOCK }, (_, at) => {
    const [row, q] = [Math.floor(at / BLOCK), at % BLOCK]
    return q + 1 < size ? vectors[row * size + q + 1] / roots[row] : 0
  })
  return { vectors: block, residual: 0, gap: (values[2] ?? 0) - (values[3] ?? 0), cut: values[BLOCK] ?? 0 }
}

/** A {@link Block} on the CPU. */
class SmallBlock implements Block {
  readonly sumOfDegrees: number
  readonly #graph: SmallGraph
  readonly #degrees: Float64Array
  /** [nVertices, 8] */
  basis: Float64Array
  #next: Float64Array

  constructor(graph: SmallGraph, degrees: Float64Array, basis: Float64Array) {
    this.#graph = graph
    this.#degrees = degrees
    this.sumOfDegrees = degrees.reduce((sum, degree) => sum + degree, 0)
    this.basis = basis
    this.#next = new Float64Array(basis.length)
  }

  filter(degree: number, cut: number): Promise<void> {
    for (let step = 0; step < degree; step++) {
      const { alpha, beta, gamma } = chebyshev(step, cut)
      this.#step(alpha, beta, gamma)
      ;[this.basis, this.#next] = [this.#next, this.basis]
    }
    return Promise.resolve()
  }

  multiply(): Promise<void> {
    this.#step(1, 0, 0)
    return Promise.resolve()
  }

  inner(other: 'basis' | 'product'): Promise<Float64Array> {
    const right = other === 'basis' ? this.basis : this.#next
    const sums = new Float64Array(BLOCK * (BLOCK + 1))
    for (const [row, degree] of this.#degrees.entries()) {
      for (let q = 0; q < BLOCK; q++) {
        const weighted = degree * right[row * BLOCK + q]
        for (let p = 0; p < BLOCK; p++) sums[p * BLOCK + q] += weighted * this.basis[row * BLOCK + p]
        sums[BLOCK * BLOCK + q] += weighted
      }
    }
    return Promise.resolve(sums)
  }

  rotate(matrix: Float64Array, along: Float64Array, both = false): Promise<void> {
    for (const block of both ? [this.basis, this.#next] : [this.basis]) {
      for (let at = 0; at < block.length; at += BLOCK) {
        const row = block.slice(at, at + BLOCK).map((value, p) => value - along[p])
        for (let q = 0; q < BLOCK; q++) {
          let sum = 0
          for (let p = 0; p < BLOCK; p++) sum += row[p] * matrix[p * BLOCK + q]
          block[at + q] = sum
        }
      }
    }
    return Promise.resolve()
  }

  residuals(values: Float64Array): Promise<Float64Array> {
    const squares = new Float64Array(BLOCK)
    for (const [at, value] of this.#next.entries()) {
      const q = at % BLOCK
      squares[q] += this.#degrees[(at - q) / BLOCK] * (value - values[q] * this.basis[at]) ** 2
    }
    return Promise.resolve(squares.map(Math.sqrt))
  }

  #step(alpha: number, beta: number, gamma: number): void {
    const { rowStarts, columns, weights } = this.#graph
    const [basis, next] = [this.basis, this.#next]
    const sums = new Float64Array(BLOCK)
    for (const [row, degree] of this.#degrees.entries()) {
      sums.fill(0)
      for (let edge = rowStarts[row]; edge < rowStarts[row + 1]; edge++) {
        const from = columns[edge] * BLOCK
        for (let q = 0; q < BLOCK; q++) sums[q] += weights[edge] * basis[from + q]
      }
      for (let q = 0; q < BLOCK; q++) {
        const at = row * BLOCK + q
        next[at] = (alpha / (degree || 1)) * sums[q] + beta * basis[at] + gamma * next[at]
      }
    }
  }
}
