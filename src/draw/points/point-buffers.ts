import type { ColorSource } from '../color/color.ts'
import { allocate } from './gpu-memory.ts'
import type { Shuffle } from '../../shared/places/shuffle.ts'

/** Position buffers that stay on the GPU at most; a blend of up to so many layouts can be shown. */
const SLOTS = 3
/** Bytes of GPU memory for places and colors; beyond, fewer layouts stay resident. */
const MOST_BYTES = 512e6
const PLACE_BYTES = 8
const COLOR_BYTES = 4
const COLOR_LOCATION = 3
/** Points put into order at once: few enough for a frame, enough for the reads to stay in cache (src/shared/places/shuffle.ts). */
const CHUNK = 1 << 17
/** So few are put into order at once, and are there with the next frame. */
const AT_ONCE = 250_000

/** Places of a layout; null for an empty slot. */
export type Placed = { readonly name: string; readonly positions: Float32Array } | null

/** Places [n, 2] by row, or colors. */
type Source = Float32Array | ColorSource

/** A buffer on the GPU, in the order of the shuffle, and how far it holds its source. */
interface Held {
  /** Null until there is something to hold. */
  buffer: WebGLBuffer | null
  readonly bytes: number
  /** Of the attribute in the shader. */
  readonly location: number
  source: Source | null
  /** A layout in the making is the same one with every step. */
  name: string | null
  /** Where writing goes on, around and around, so that sources that follow each other quickly all get their turn. */
  next: number
  left: number
  /** Points from the first on that have been written at all. */
  valid: number
}

/** Layouts that stay on the GPU for n points: 28 bytes a point with three, 20 with two, 12 with one. */
export function slotsFor(n: number): number {
  for (let slots = SLOTS; slots > 1; slots--)
    if (n * (slots * PLACE_BYTES + COLOR_BYTES) <= MOST_BYTES) return slots
  return 1
}

/** Places and colors of n points on the GPU, brought there in a random order and in parts. */
export class PointBuffers {
  readonly n: number
  readonly shuffle: Shuffle
  /** Grows when what is drawn has changed. */
  version = 0
  /** Points in the present version. */
  private shown = 0
  private readonly gl: WebGL2RenderingContext
  private readonly places: Held[]
  private readonly colors: Held
  private readonly vertexArray: WebGLVertexArrayObject
  private scratch: ArrayBuffer | null = null

  constructor(gl: WebGL2RenderingContext, shuffle: Shuffle) {
    this.gl = gl
    this.shuffle = shuffle
    this.n = shuffle.n
    this.places = Array.from({ length: slotsFor(this.n) }, (_, slot) => hold(PLACE_BYTES, slot))
    this.colors = hold(COLOR_BYTES, COLOR_LOCATION)
    this.vertexArray = gl.createVertexArray()
  }

  destroy(): void {
    for (const { buffer } of [...this.places, this.colors]) this.gl.deleteBuffer(buffer)
    this.gl.deleteVertexArray(this.vertexArray)
  }

  /** Takes what is to be held from now on; what is there already stays, and is drawn until newer places are there. */
  setSources(places: readonly Placed[], colors: ColorSource): void {
    for (const [slot, held] of this.places.entries()) {
      const placed = places[slot] ?? null
      this.setSource(held, placed?.positions ?? null, placed?.name ?? null)
    }
    this.setSource(this.colors, colors, null)
  }

  /** Points to draw, the first ones of the order. @param weights of the slots */
  toDraw(weights: readonly number[]): number {
    return Math.min(this.shown, this.drawable(weights))
  }

  private drawable(weights: readonly number[]): number {
    return Math.min(this.colors.valid, ...this.used(weights).map(({ valid }) => valid))
  }

  /**
   * Brings more of the sources to the GPU, those in use first.
   * @param ms stop after so long, but do something
   * @returns whether all that is in use is there
   * @throws {DeviceError} the GPU has no memory for it
   */
  fill(weights: readonly number[], ms: number): boolean {
    const until = performance.now() + ms
    const used = new Set([this.colors, ...this.used(weights)])
    const waiting = (): Held[] => {
      const all = [...used, ...this.places].filter(({ source, left }) => source && left > 0)
      // Evenly, so that the first points can be shown soon.
      const first = all.filter((held) => used.has(held))
      return first.length > 0 ? first.sort((a, b) => b.left - a.left) : all
    }
    let isNew = false
    for (let [held] = waiting(); held; [held] = waiting()) {
      this.write(held)
      isNew ||= used.has(held)
      if (!this.isSmall && performance.now() > until) break
    }
    const isDone = [...used].every(({ source, left }) => !source || left === 0)
    const there = this.drawable(weights)
    // Each new picture costs; one of twice the points is worth it.
    if (isNew && (isDone || there >= 2 * this.shown)) {
      this.shown = there
      this.version++
    }
    return isDone
  }

  /** So few points that they are brought there at once. */
  get isSmall(): boolean {
    return this.n <= AT_ONCE
  }

  /** Whether anything is still on its way to the GPU. */
  get isComplete(): boolean {
    return [...this.places, this.colors].every(({ source, left }) => !source || left === 0)
  }

  /** Makes ready to draw by the layouts that have a weight; the others are not read. */
  bind(weights: readonly number[]): void {
    const { gl } = this
    gl.bindVertexArray(this.vertexArray)
    for (let slot = 0; slot < SLOTS; slot++) {
      if (this.places[slot]?.buffer && weights[slot] !== 0) gl.enableVertexAttribArray(slot)
      else gl.disableVertexAttribArray(slot)
    }
  }

  private used(weights: readonly number[]): Held[] {
    return this.places.filter((_, slot) => weights[slot] !== 0)
  }

  /**
   * One after the other: a GPU clears what it gives, and the page waits for that.
   * @throws {DeviceError} there is no memory for it
   */
  private create(held: Held): WebGLBuffer {
    const { gl } = this
    const buffer = gl.createBuffer()
    gl.bindVertexArray(this.vertexArray)
    gl.bindBuffer(gl.ARRAY_BUFFER, buffer)
    const bytes = Math.max(1, this.n) * held.bytes
    const what = `the ${held === this.colors ? 'colors' : 'places'} of ${this.n.toLocaleString('en')} points`
    try {
      allocate(gl, what, bytes, () => gl.bufferData(gl.ARRAY_BUFFER, bytes, gl.DYNAMIC_DRAW))
    } catch (error) {
      gl.bindVertexArray(null)
      gl.deleteBuffer(buffer)
      throw error
    }
    if (held === this.colors) {
      gl.enableVertexAttribArray(held.location)
      gl.vertexAttribPointer(held.location, 4, gl.UNSIGNED_BYTE, true, 0, 0)
    } else gl.vertexAttribPointer(held.location, 2, gl.FLOAT, false, 0, 0)
    gl.bindVertexArray(null)
    return buffer
  }

  private setSource(held: Held, source: Source | null, name: string | null): void {
    if (held.source === source) return
    if (held.name !== name) {
      held.next = 0
      held.valid = 0
    }
    held.name = name
    held.source = source
    held.left = source ? this.n : 0
  }

  /** Writes one part. */
  private write(held: Held): void {
    const { shuffle, n } = this
    const { source, next } = held
    if (!source) return
    const end = Math.min(n, next + CHUNK)
    this.scratch ??= new ArrayBuffer(Math.min(n, CHUNK) * PLACE_BYTES)
    if (source instanceof Float32Array) {
      const part = new Float32Array(this.scratch, 0, 2 * (end - next))
      shuffle.visit(next, end, (slot, row) => {
        const at = 2 * (slot - next)
        part[at] = source[2 * row]
        part[at + 1] = source[2 * row + 1]
      })
      this.send(held, part)
    } else {
      const part = new Uint8Array(this.scratch, 0, 4 * (end - next))
      shuffle.visit(next, end, (slot, row) => source.write(row, part, 4 * (slot - next)))
      this.send(held, part)
    }
    held.left -= Math.min(held.left, end - next)
    held.valid = Math.max(held.valid, end)
    held.next = end === n ? 0 : end
    if (held.left === 0 && this.isComplete) this.scratch = null
  }

  private send(held: Held, part: Float32Array | Uint8Array): void {
    const { gl } = this
    held.buffer ??= this.create(held)
    gl.bindVertexArray(null)
    gl.bindBuffer(gl.ARRAY_BUFFER, held.buffer)
    gl.bufferSubData(gl.ARRAY_BUFFER, held.next * held.bytes, part)
  }
}

function hold(bytes: number, location: number): Held {
  return { buffer: null, bytes, location, source: null, name: null, next: 0, left: 0, valid: 0 }
}
