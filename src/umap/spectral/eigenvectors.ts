import type { GraphBuffers } from '../common/buffers.ts'
import type { Commands } from '../../gpu/commands.ts'
import type { GpuSession } from '../../gpu/session.ts'
import { rowsOf, type Slicer } from '../../gpu/slices.ts'
import type { Components } from './components.ts'
import { lastSets } from './last-set.ts'
import { degrees, gram, multiply, random, residual, rotate } from './kernels.ts'
import { symmetricEigen } from '../../shared/math/symmetric-eigen.ts'

/** Vectors that are iterated together: two are wanted, the others carry the subspace past close eigenvalues. */
const BLOCK = 6
const CHUNK = 256
/** Components up to this size are solved on the CPU: a block of six has no room in them. */
const DENSE = 64
const MAX_ROUNDS = 20
const MAX_DEGREE = 40
/** Amplification of the filter, in float32 no more than its 24 bits can use. */
const MAX_GAIN = 1e6
/** Residual at which a start that has not converged is still smooth enough to be used. */
const USABLE = 1e-2

/** next = alpha·A·basis + beta·basis + gamma·next */
interface Recurrence {
  readonly alpha: number
  readonly beta: number
  readonly gamma: number
}

export interface SpectralResult {
  /** [nPoints, 2] eigenvectors 1 and 2 on the largest component, 0 elsewhere; null when they did not converge */
  readonly vectors: Float64Array | null
  /** Sparse products with the whole block. */
  readonly nProducts: number
  /** Of the worse of the two vectors, 2-norm. */
  readonly residual: number
}

/**
 * The two smoothest nontrivial eigenvectors of the normalized Laplacian I - D^-1/2 W D^-1/2 on the largest component
 * (UMAP's spectral start; Belkin and Niyogi 2003), by Chebyshev-filtered subspace iteration (Zhou, Saad, Tiago and
 * Chelikowsky 2006) with the known vector √degree deflated.
 *
 * @throws {CancelledError} within a slice, {DeviceError} when the device fails.
 */
export async function eigenvectors(
  session: GpuSession,
  slicer: Slicer,
  graph: GraphBuffers,
  components: Components,
  { seed, least, signal }: { readonly seed: number; readonly least: number; readonly signal?: AbortSignal },
): Promise<SpectralResult> {
  if (components.sizes[0] <= DENSE) {
    return { vectors: await denseVectors(session, graph, components, least), nProducts: 0, residual: 0 }
  }
  const { nPoints } = graph
  const sets = lastSets(graph)
  const blockBytes = nPoints * BLOCK * 4
  const nChunks = Math.ceil(nPoints / CHUNK)
  const rootDegrees = session.buffer('spectral.rootDegrees', nPoints * 4)
  const trivial = session.buffer('spectral.trivial', nPoints * 4)
  const blocks = [
    session.buffer('spectral.block', blockBytes),
    session.buffer('spectral.next', blockBytes),
  ] as const
  const mix = session.buffer('spectral.mix', 42 * 4)
  const parts = session.buffer('spectral.parts', nChunks * 42 * 4)
  const { queue } = session.device
  const all = { begin: 0, end: nPoints }
  try {
    const boundDegrees = await Promise.all(
      sets.map(({ buffers: [bounds, , weights] }) => session.bind(degrees, [bounds, weights, rootDegrees])),
    )
    /** Even steps write block 0. */
    const steps = await Promise.all(
      [0, 1].map((to) =>
        Promise.all(
          sets.map(({ buffers }) =>
            session.bind(multiply, [...buffers, rootDegrees, blocks[1 - to], blocks[to]]),
          ),
        ),
      ),
    )
    /** A step over the rows [from, to), in all parts that they lie in. */
    const step = (
      commands: Commands,
      target: number,
      from: number,
      to: number,
      recurrence: Recurrence,
    ): void => {
      for (const [index, { rows }] of sets.entries()) {
        const [begin, end] = [Math.max(from, rows.begin), Math.min(to, rows.end)]
        if (begin < end) commands.rows(steps[target][index], { ...rows, least, ...recurrence, begin, end })
      }
    }
    const selfProducts = await session.bind(gram, [blocks[0], blocks[0], trivial, parts])
    const crossProducts = await session.bind(gram, [blocks[0], blocks[1], trivial, parts])
    const residualProducts = await session.bind(gram, [blocks[1], blocks[1], trivial, parts])
    const boundRotate = await session.bind(rotate, [mix, trivial, blocks[0]])
    const boundRotateProduct = await session.bind(rotate, [mix, trivial, blocks[1]])
    const boundResidual = await session.bind(residual, [mix, blocks[0], blocks[1]])

    /** [42] inner products, added up in float64. */
    const products = async (bound: typeof selfProducts): Promise<Float64Array> => {
      session.submit((commands) => commands.groups(bound, { nPoints, firstGroup: 0 }, nChunks))
      const data = new Float32Array(await session.read(parts, nChunks * 42 * 4))
      const sums = new Float64Array(42)
      for (let first = 0; first < data.length; first += 42) {
        for (let i = 0; i < 42; i++) sums[i] += data[first + i]
      }
      return sums
    }
    /**
     * Takes the trivial vector out and makes the block orthonormal by the eigenvectors of its Gram matrix, which bears
     * nearly dependent columns (Stathopoulos and Wu 2002); twice, since once loses half of float32's digits.
     */
    const orthonormalize = async (): Promise<void> => {
      for (let pass = 0; pass < 2; pass++) {
        const sums = await products(selfProducts)
        const along = sums.subarray(36)
        const inner = new Float64Array(36)
        for (let p = 0; p < 6; p++) {
          for (let q = 0; q < 6; q++)
            inner[6 * p + q] = (sums[6 * p + q] + sums[6 * q + p]) / 2 - along[p] * along[q]
        }
        // The filter makes columns of very different lengths: to unit length first, or the short ones drown in rounding.
        const lengths = Float64Array.from({ length: BLOCK }, (_, p) =>
          Math.sqrt(Math.max(inner[7 * p], 1e-300)),
        )
        for (let p = 0; p < 6; p++) for (let q = 0; q < 6; q++) inner[6 * p + q] /= lengths[p] * lengths[q]
        const { values, vectors } = symmetricEigen(inner, BLOCK)
        const matrix = new Float32Array(42)
        for (let p = 0; p < 6; p++) {
          for (let q = 0; q < 6; q++) {
            matrix[6 * p + q] = vectors[6 * p + q] / (lengths[p] * Math.sqrt(Math.max(values[q], 1e-12)))
          }
        }
        matrix.set(along, 36)
        queue.writeBuffer(mix, 0, matrix)
        session.submit((commands) => commands.rows(boundRotate, all))
      }
    }
    const filter = async (degree: number, cut: number): Promise<void> => {
      const half = (1 + cut) / 2
      const center = (cut - 1) / 2
      await slicer.run(
        {
          label: `spectral.multiply ${graph.nEdges}`,
          total: degree * nPoints,
          encode: (commands, begin, end) => {
            for (const { row, from, to } of rowsOf(begin, end, nPoints)) {
              const scale = row === 0 ? 1 / half : 2 / half
              const coefficients = { alpha: scale, beta: -center * scale, gamma: row === 0 ? 0 : -1 }
              step(commands, (row + 1) % 2, from, to, coefficients)
            }
          },
        },
        signal,
      )
    }

    session.submit((commands) => {
      for (const [index, { rows }] of sets.entries()) commands.rows(boundDegrees[index], { ...rows, least })
    })
    const roots = new Float32Array(await session.read(rootDegrees, nPoints * 4))
    session.write(trivial, 0, trivialVector(roots, components))
    const boundRandom = await session.bind(random, [trivial, blocks[0]])
    session.submit((commands) => commands.rows(boundRandom, { ...all, seed: seed >>> 0 }))
    await orthonormalize()

    let cut = 0.9
    let nProducts = 0
    let worst = Number.POSITIVE_INFINITY
    for (let round = 0; round < MAX_ROUNDS; round++) {
      const degree = degreeFor(cut)
      await filter(degree, cut)
      await orthonormalize()
      // Rayleigh and Ritz: the best approximations within the subspace, and how good they are.
      session.submit((commands) => step(commands, 1, 0, nPoints, { alpha: 1, beta: 0, gamma: 0 }))
      nProducts += degree + 1
      const sums = await products(crossProducts)
      const inner = new Float64Array(36)
      for (let p = 0; p < 6; p++) {
        for (let q = 0; q < 6; q++) inner[6 * p + q] = (sums[6 * p + q] + sums[6 * q + p]) / 2
      }
      const { values, vectors } = symmetricEigen(inner, BLOCK)
      const turn = new Float32Array(42)
      turn.set(vectors)
      queue.writeBuffer(mix, 0, turn)
      session.submit((commands) => {
        commands.rows(boundRotate, all)
        commands.rows(boundRotateProduct, all)
      })
      queue.writeBuffer(mix, 0, Float32Array.from(values))
      session.submit((commands) => commands.rows(boundResidual, all))
      const squares = await products(residualProducts)
      worst = Math.sqrt(Math.max(squares[0], squares[7]))
      // The angle to the true subspace is at most residual / gap (Davis and Kahan 1970); where the gap is below what
      // float32 resolves, any mixture of the vectors on its two sides is as good.
      if (!(worst > Math.max(3e-6, 0.02 * (values[1] - values[2])))) break
      cut = Math.min(1 - 1e-6, Math.max(-0.9, values[BLOCK - 1]))
    }
    const isUsable = worst <= USABLE
    return {
      vectors: isUsable ? await firstTwo(session, blocks[0], nPoints) : null,
      nProducts,
      residual: worst,
    }
  } finally {
    session.free(rootDegrees, trivial, ...blocks, mix, parts)
  }
}

/** Degree at which the filter amplifies the top of the spectrum, 1, over [-1, cut] by MAX_GAIN at most; even. */
function degreeFor(cut: number): number {
  const top = (1 - (cut - 1) / 2) / ((1 + cut) / 2)
  return Math.max(4, 2 * Math.floor(Math.min(MAX_DEGREE, Math.acosh(MAX_GAIN) / Math.acosh(top)) / 2))
}

function trivialVector(rootDegrees: Float32Array, { componentOf }: Components): Float32Array<ArrayBuffer> {
  const vector = new Float32Array(rootDegrees.length)
  let squares = 0
  for (let row = 0; row < vector.length; row++) {
    if (componentOf[row] === 0) squares += rootDegrees[row] ** 2
  }
  const norm = Math.hypot(1e-300, Math.sqrt(squares))
  for (let row = 0; row < vector.length; row++) {
    if (componentOf[row] === 0) vector[row] = rootDegrees[row] / norm
  }
  return vector
}

async function firstTwo(session: GpuSession, block: GPUBuffer, nPoints: number): Promise<Float64Array> {
  const values = new Float32Array(await session.read(block, nPoints * BLOCK * 4))
  const pairs = new Float64Array(2 * nPoints)
  for (let row = 0; row < nPoints; row++) {
    pairs[2 * row] = values[BLOCK * row]
    pairs[2 * row + 1] = values[BLOCK * row + 1]
  }
  return pairs
}

/** The same for a component of at most 64 points, in float64; with fewer than three points the missing axes are 0. */
async function denseVectors(
  session: GpuSession,
  graph: GraphBuffers,
  { componentOf, sizes }: Components,
  least: number,
): Promise<Float64Array> {
  const { nPoints } = graph
  const edges = new Map<number, readonly (readonly [number, number])[]>()
  for (const { buffers, rows } of lastSets(graph)) {
    const [boundsData, columnsData, weightsData] = await session.readAll(
      buffers.map((buffer) => ({ buffer, bytes: buffer.size })),
    )
    const bounds = new Uint32Array(boundsData)
    const columns = new Uint32Array(columnsData)
    const weights = new Uint16Array(weightsData)
    for (let row = rows.begin; row < rows.end; row++) {
      if (componentOf[row] !== 0) continue
      const at = 2 * ((row - rows.begin + 1) * rows.nSets - 1)
      const own = Array.from({ length: bounds[at + 1] }, (_, i) => bounds[at] + i)
      edges.set(
        row,
        own.filter((i) => weights[i] >= least).map((i) => [columns[i], weights[i] / 65_535] as const),
      )
    }
  }
  const size = sizes[0]
  const members: number[] = []
  const indexOf = new Map<number, number>()
  for (let row = 0; row < nPoints; row++) {
    if (componentOf[row] !== 0) continue
    indexOf.set(row, members.length)
    members.push(row)
  }
  const matrix = new Float64Array(size * size)
  for (const [i, row] of members.entries()) {
    for (const [column, weight] of edges.get(row) ?? []) {
      matrix[i * size + (indexOf.get(column) as number)] = weight
    }
  }
  const roots = members.map((_, i) =>
    Math.sqrt(matrix.subarray(i * size, (i + 1) * size).reduce((a, b) => a + b, 0)),
  )
  for (let i = 0; i < size; i++) for (let j = 0; j < size; j++) matrix[i * size + j] /= roots[i] * roots[j]
  const { vectors } = symmetricEigen(matrix, size)
  const pairs = new Float64Array(2 * nPoints)
  for (const [i, row] of members.entries()) {
    for (let axis = 0; axis < 2; axis++) {
      pairs[2 * row + axis] = axis + 1 < size ? vectors[i * size + axis + 1] : 0
    }
  }
  return pairs
}
