import type { Bound, Commands } from '../../gpu/commands.ts'
import { fill } from '../../gpu/kernels.ts'
import type { GpuSession } from '../../gpu/session.ts'
import { rowsOf, type Slicer } from '../../gpu/slices.ts'
import type { GraphBuffers } from '../common/buffers.ts'
import { degrees, finish, gram, multiply, prolong, residual, rotate } from './kernels.ts'
import { lastSets } from './last-set.ts'
import { BLOCK, type Block, chebyshev, type Recurrence } from './subspace.ts'

const CHUNK = 256
const SUMS = BLOCK * (BLOCK + 1)
const ONE = 0x3f800000 // 1 as a float32

interface GpuBlockOptions {
  /** [nPoints] cluster of each point of the component, or OUTSIDE */
  readonly labels: GPUBuffer
  /** Weight of an edge that counts, in 1/65,535. */
  readonly least: number
  readonly signal?: AbortSignal
}

/** A {@link Block} over the points of one component, on the GPU: 0 at all others. */
export class GpuBlock implements Block {
  sumOfDegrees = 0
  readonly #session: GpuSession
  readonly #slicer: Slicer
  readonly #graph: GraphBuffers
  readonly #options: GpuBlockOptions
  readonly #degrees: GPUBuffer
  /** Basis and product; the steps of a filter write them in turn. */
  readonly #blocks: readonly [GPUBuffer, GPUBuffer]
  readonly #mix: GPUBuffer
  readonly #parts: GPUBuffer
  readonly #nChunks: number

  private constructor(session: GpuSession, slicer: Slicer, graph: GraphBuffers, options: GpuBlockOptions) {
    const { nPoints } = graph
    this.#session = session
    this.#slicer = slicer
    this.#graph = graph
    this.#options = options
    this.#nChunks = Math.ceil(nPoints / CHUNK)
    this.#degrees = session.buffer('spectral.degrees', nPoints * 4)
    this.#blocks = [
      session.buffer('spectral.block', nPoints * BLOCK * 4),
      session.buffer('spectral.next', nPoints * BLOCK * 4),
    ]
    this.#mix = session.buffer('spectral.mix', SUMS * 4)
    this.#parts = session.buffer('spectral.parts', this.#nChunks * SUMS * 4)
  }

  /** With the degrees of the component's points, and a basis of zeros. @throws {DeviceError} when the device fails. */
  static async create(
    session: GpuSession,
    slicer: Slicer,
    graph: GraphBuffers,
    options: GpuBlockOptions,
  ): Promise<GpuBlock> {
    const block = new GpuBlock(session, slicer, graph, options)
    const { labels, least } = options
    try {
      const ofParts = await Promise.all(
        lastSets(graph).map(async ({ buffers: [bounds, , weights], rows }) => ({
          kernel: await session.bind(degrees, [bounds, weights, labels, block.#degrees]),
          params: { ...rows, least },
        })),
      )
      const [basis] = block.#blocks
      const ones = await session.bind(fill, [basis])
      session.submit((commands) => {
        for (const { kernel, params } of ofParts) commands.rows(kernel, params)
        commands.rows(ones, { begin: 0, end: graph.nPoints * BLOCK, first: ONE, step: 0 })
      })
      block.sumOfDegrees = (await block.inner('basis'))[0]
      return block
    } catch (error) {
      block.free()
      throw error
    }
  }

  /** Sets the basis. @param values [nPoints, 8], 0 outside of the component */
  set(values: Float32Array): void {
    this.#session.write(this.#blocks[0], 0, values)
  }

  /** Gives every point the numbers of its cluster. @param coarse [nClusters, 8] */
  async prolong(coarse: Float64Array): Promise<void> {
    const numbers = this.#session.upload('spectral.coarse', Float32Array.from(coarse))
    try {
      const bound = await this.#session.bind(prolong, [this.#options.labels, numbers, this.#blocks[0]])
      const params = { begin: 0, end: this.#graph.nPoints, nClusters: coarse.length / BLOCK }
      this.#session.submit((commands) => commands.rows(bound, params))
    } finally {
      this.#session.free(numbers)
    }
  }

  async filter(degree: number, cut: number): Promise<void> {
    const { nPoints, nEdges } = this.#graph
    const steps = await Promise.all([this.#stepInto(1), this.#stepInto(0)])
    await this.#slicer.run(
      {
        label: `spectral.multiply ${nEdges}`,
        total: degree * nPoints,
        encode: (commands, begin, end) => {
          for (const { row, from, to } of rowsOf(begin, end, nPoints)) {
            steps[row % 2](commands, chebyshev(row, cut), from, to)
          }
        },
      },
      this.#options.signal,
    )
  }

  async multiply(): Promise<void> {
    const { nPoints, nEdges } = this.#graph
    const step = await this.#stepInto(1)
    await this.#slicer.run(
      {
        label: `spectral.multiply ${nEdges}`,
        total: nPoints,
        encode: (commands, begin, end) => step(commands, { alpha: 1, beta: 0, gamma: 0 }, begin, end),
      },
      this.#options.signal,
    )
  }

  inner(other: 'basis' | 'product'): Promise<Float64Array> {
    const [basis, product] = this.#blocks
    return this.#products(basis, other === 'basis' ? basis : product)
  }

  async rotate(matrix: Float64Array, along: Float64Array, both = false): Promise<void> {
    this.#session.device.queue.writeBuffer(this.#mix, 0, Float32Array.from([...matrix, ...along]))
    const bound = await Promise.all(
      this.#blocks.map((block) => this.#session.bind(rotate, [this.#mix, this.#degrees, block])),
    )
    this.#onRows(...(both ? bound : bound.slice(0, 1)))
  }

  async residuals(values: Float64Array): Promise<Float64Array> {
    this.#session.device.queue.writeBuffer(this.#mix, 0, Float32Array.from(values))
    const [basis, product] = this.#blocks
    this.#onRows(await this.#session.bind(residual, [this.#mix, basis, product]))
    const squares = await this.#products(product, product)
    return Float64Array.from({ length: BLOCK }, (_, q) => Math.sqrt(Math.max(0, squares[(BLOCK + 1) * q])))
  }

  /** [nPoints, 2] the first two vectors, as eigenvectors of D^-1/2 W D^-1/2 */
  async firstTwo(): Promise<Float32Array<ArrayBuffer>> {
    const [basis, pairs] = this.#blocks // the product is not needed any more
    this.#onRows(await this.#session.bind(finish, [this.#degrees, basis, pairs]))
    return new Float32Array(await this.#session.read(pairs, this.#graph.nPoints * 8))
  }

  /** Gives the memory back. */
  free(): void {
    this.#session.free(this.#degrees, ...this.#blocks, this.#mix, this.#parts)
  }

  #onRows(...kernels: readonly Bound<typeof rotate | typeof residual | typeof finish>[]): void {
    this.#session.submit((commands) => {
      for (const kernel of kernels) commands.rows(kernel, { begin: 0, end: this.#graph.nPoints })
    })
  }

  /** [72] inner products, added up in float64. */
  async #products(left: GPUBuffer, right: GPUBuffer): Promise<Float64Array> {
    const bound = await this.#session.bind(gram, [left, right, this.#degrees, this.#parts])
    const params = { nPoints: this.#graph.nPoints, firstGroup: 0 }
    this.#session.submit((commands) => commands.groups(bound, params, this.#nChunks))
    const data = new Float32Array(await this.#session.read(this.#parts, this.#nChunks * SUMS * 4))
    const sums = new Float64Array(SUMS)
    for (let first = 0; first < data.length; first += SUMS) {
      for (let i = 0; i < SUMS; i++) sums[i] += data[first + i]
    }
    return sums
  }

  /** A step into one of the two blocks over the rows [from, to), in all parts that they lie in. */
  async #stepInto(
    target: 0 | 1,
  ): Promise<(commands: Commands, recurrence: Recurrence, from: number, to: number) => void> {
    const { least } = this.#options
    const ofParts = await Promise.all(
      lastSets(this.#graph).map(async ({ buffers, rows }) => {
        const all = [...buffers, this.#degrees, this.#blocks[1 - target], this.#blocks[target]]
        return { kernel: await this.#session.bind(multiply, all), rows }
      }),
    )
    return (commands, recurrence, from, to) => {
      for (const { kernel, rows } of ofParts) {
        const [begin, end] = [Math.max(from, rows.begin), Math.min(to, rows.end)]
        if (begin < end) commands.rows(kernel, { ...rows, least, ...recurrence, begin, end })
      }
    }
  }
}
