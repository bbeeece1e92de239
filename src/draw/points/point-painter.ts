import copyFs from './glsl/copy.frag.glsl?raw'
import densityFs from './glsl/density.frag.glsl?raw'
import diskFs from './glsl/disk.frag.glsl?raw'
import pointsVs from './glsl/points.vert.glsl?raw'
import screenVs from './glsl/screen.vert.glsl?raw'
import splatFs from './glsl/splat.frag.glsl?raw'
import { DeviceError } from '../../shared/core/errors.ts'
import type { Camera } from '../camera/camera.ts'
import { allocate } from './gpu-memory.ts'
import type { PointBuffers } from './point-buffers.ts'

/** A program with the places of its uniforms. */
interface Program {
  readonly handle: WebGLProgram
  readonly at: (name: string) => WebGLUniformLocation | null
}

/** A texture that can be drawn into. */
export interface Picture {
  readonly texture: WebGLTexture
  readonly framebuffer: WebGLFramebuffer
  readonly width: number
  readonly height: number
}

/** Where points are seen from. Sizes in device pixels are CSS pixels times `ratio`. */
export interface Lens {
  readonly camera: Camera
  /** CSS pixels. */
  readonly width: number
  readonly height: number
  readonly ratio: number
  readonly weights: readonly [number, number, number]
}

/** Which points to draw: a run of the order, or of a list of its places. */
export interface Run {
  readonly from: number
  readonly to: number
  /** Uint32 places on the GPU; null for the order itself. */
  readonly indices: WebGLBuffer | null
}

/** How density is summed, from the best that the device has. */
const SUMS = [
  // Half floats lose single points above 2,048 a pixel; bytes hold 16 points a pixel in steps of a sixteenth.
  { needs: ['EXT_color_buffer_float', 'EXT_float_blend'], format: 'RGBA32F', unit: 1 },
  { needs: ['EXT_color_buffer_float'], format: 'RGBA16F', unit: 1 },
  { needs: ['EXT_color_buffer_half_float'], format: 'RGBA16F', unit: 1 },
  { needs: [], format: 'RGBA8', unit: 1 / 16 },
] as const

const BYTES_A_PIXEL = { RGBA32F: 16, RGBA16F: 8, RGBA8: 4 } as const

/** The draw calls of the map, on the context that deck.gl has made. Knows nothing of rows. */
export class PointPainter {
  readonly gl: WebGL2RenderingContext
  private readonly disks: Program
  private readonly splats: Program
  private readonly copy: Program
  private readonly density: Program
  private readonly empty: WebGLVertexArrayObject
  private readonly sum: (typeof SUMS)[number]

  /** @throws {DeviceError} the shaders do not compile */
  constructor(gl: WebGL2RenderingContext) {
    this.gl = gl
    this.disks = link(gl, pointsVs, diskFs)
    this.splats = link(gl, pointsVs, splatFs)
    this.copy = link(gl, screenVs, copyFs)
    this.density = link(gl, screenVs, densityFs)
    this.empty = gl.createVertexArray()
    const has = (name: string): boolean => gl.getExtension(name) !== null
    this.sum = SUMS.find(({ needs }) => needs.every(has)) ?? SUMS[SUMS.length - 1]
  }

  /** A picture of covering points, or of sums. @throws {DeviceError} there is no memory for it */
  createPicture(kind: 'cover' | 'sum', width: number, height: number): Picture {
    const { gl } = this
    const texture = gl.createTexture()
    gl.bindTexture(gl.TEXTURE_2D, texture)
    const format = kind === 'sum' ? this.sum.format : 'RGBA8'
    const bytes = BYTES_A_PIXEL[format] * width * height
    try {
      allocate(gl, `a picture of ${width} × ${height} pixels`, bytes, () =>
        gl.texStorage2D(gl.TEXTURE_2D, 1, gl[format], width, height),
      )
    } catch (error) {
      gl.deleteTexture(texture)
      throw error
    }
    for (const filter of [gl.TEXTURE_MIN_FILTER, gl.TEXTURE_MAG_FILTER])
      gl.texParameteri(gl.TEXTURE_2D, filter, gl.NEAREST)
    const framebuffer = gl.createFramebuffer()
    const before = gl.getParameter(gl.FRAMEBUFFER_BINDING) as WebGLFramebuffer | null
    gl.bindFramebuffer(gl.FRAMEBUFFER, framebuffer)
    gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, texture, 0)
    gl.bindFramebuffer(gl.FRAMEBUFFER, before)
    return { texture, framebuffer, width, height }
  }

  deletePicture({ texture, framebuffer }: Picture): void {
    this.gl.deleteTexture(texture)
    this.gl.deleteFramebuffer(framebuffer)
  }

  /** Draws into a picture what the callback draws, and then into the screen again. */
  into(picture: Picture, clear: boolean, paint: () => void): void {
    const { gl } = this
    const before = gl.getParameter(gl.FRAMEBUFFER_BINDING) as WebGLFramebuffer | null
    const viewport = gl.getParameter(gl.VIEWPORT) as Int32Array
    gl.bindFramebuffer(gl.FRAMEBUFFER, picture.framebuffer)
    gl.viewport(0, 0, picture.width, picture.height)
    if (clear) gl.clearBufferfv(gl.COLOR, 0, [0, 0, 0, 0])
    paint()
    gl.bindFramebuffer(gl.FRAMEBUFFER, before)
    gl.viewport(viewport[0], viewport[1], viewport[2], viewport[3])
  }

  /** Points that cover each other. @param look.size CSS pixels @param look.tint sRGB bytes and how far they replace the color */
  drawDisks(
    buffers: PointBuffers,
    lens: Lens,
    run: Run,
    look: { readonly size: number; readonly alpha: number; readonly tint?: readonly number[] },
  ): void {
    const { gl, disks } = this
    gl.useProgram(disks.handle)
    gl.uniform1f(disks.at('alpha'), look.alpha)
    this.blendOver()
    this.drawPoints(disks, buffers, lens, run, look.size * lens.ratio + 1, look.tint)
  }

  /** Points that add up. @param size of the kernel, device pixels */
  drawSplats(buffers: PointBuffers, lens: Lens, run: Run, size: number): void {
    const { gl, splats } = this
    gl.useProgram(splats.handle)
    gl.uniform1f(splats.at('unit'), this.sum.unit)
    gl.enable(gl.BLEND)
    gl.blendEquation(gl.FUNC_ADD)
    gl.blendFunc(gl.ONE, gl.ONE)
    this.drawPoints(splats, buffers, lens, run, size)
  }

  /** Puts a picture of covering points over what is there. */
  drawPicture({ texture }: Picture, alpha: number): void {
    const { gl, copy } = this
    gl.useProgram(copy.handle)
    gl.uniform1f(copy.at('alpha'), alpha)
    this.drawScreen(copy, texture)
  }

  /**
   * Puts summed points over what is there.
   * @param share of the points that were summed
   * @param peak points a device pixel that are shown at full strength
   */
  drawDensity(
    { texture }: Picture,
    look: {
      readonly share: number
      readonly peak: number
      readonly isDark: boolean
      readonly alpha: number
    },
  ): void {
    const { gl, density } = this
    gl.useProgram(density.handle)
    gl.uniform1f(density.at('alpha'), look.alpha)
    gl.uniform1f(density.at('gain'), 1 / (this.sum.unit * look.share))
    gl.uniform1f(density.at('peak'), look.peak)
    gl.uniform1f(density.at('isDark'), look.isDark ? 1 : 0)
    this.drawScreen(density, texture)
  }

  /** @param places of the order @throws {DeviceError} there is no memory for them */
  createIndices(places: Uint32Array): WebGLBuffer {
    const { gl } = this
    const buffer = gl.createBuffer()
    gl.bindVertexArray(null)
    gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, buffer)
    const what = `a list of ${places.length.toLocaleString('en')} points`
    try {
      allocate(gl, what, places.byteLength, () =>
        gl.bufferData(gl.ELEMENT_ARRAY_BUFFER, places, gl.STATIC_DRAW),
      )
    } catch (error) {
      gl.deleteBuffer(buffer)
      throw error
    }
    return buffer
  }

  /** Calls back once the GPU has done all that it was asked for so far. */
  whenDone(done: () => void): void {
    const { gl } = this
    const sync = gl.fenceSync(gl.SYNC_GPU_COMMANDS_COMPLETE, 0)
    gl.flush()
    const ask = (): void => {
      if (sync && !gl.isContextLost() && gl.getSyncParameter(sync, gl.SYNC_STATUS) !== gl.SIGNALED) {
        setTimeout(ask, 1)
        return
      }
      gl.deleteSync(sync)
      done()
    }
    setTimeout(ask, 1)
  }

  destroy(): void {
    const { gl } = this
    for (const { handle } of [this.disks, this.splats, this.copy, this.density]) gl.deleteProgram(handle)
    gl.deleteVertexArray(this.empty)
  }

  private drawPoints(
    program: Program,
    buffers: PointBuffers,
    { camera, width, height, weights }: Lens,
    { from, to, indices }: Run,
    sizePx: number,
    tint: readonly number[] = [0, 0, 0, 0],
  ): void {
    if (to <= from) return
    const { gl } = this
    const [x, y] = [Math.fround(camera.x), Math.fround(camera.y)]
    const scale = 2 ** (camera.zoom + 1)
    gl.uniform4f(program.at('center'), x, y, camera.x - x, camera.y - y)
    gl.uniform2f(program.at('scale'), scale / width, scale / height)
    gl.uniform3fv(program.at('weights'), weights)
    gl.uniform4f(program.at('tint'), tint[0] / 255, tint[1] / 255, tint[2] / 255, tint[3] / 255)
    gl.uniform1f(program.at('sizePx'), sizePx)
    buffers.bind(weights)
    if (indices) {
      gl.bindBuffer(gl.ELEMENT_ARRAY_BUFFER, indices)
      gl.drawElements(gl.POINTS, to - from, gl.UNSIGNED_INT, 4 * from)
    } else gl.drawArrays(gl.POINTS, from, to - from)
    gl.bindVertexArray(null)
  }

  private drawScreen(program: Program, texture: WebGLTexture): void {
    const { gl } = this
    gl.activeTexture(gl.TEXTURE0)
    gl.bindTexture(gl.TEXTURE_2D, texture)
    gl.uniform1i(program.at('picture'), 0)
    gl.bindVertexArray(this.empty)
    this.blendOver()
    gl.drawArrays(gl.TRIANGLES, 0, 3)
    gl.bindVertexArray(null)
  }

  /** Colors come with their alpha multiplied in. */
  private blendOver(): void {
    const { gl } = this
    gl.enable(gl.BLEND)
    gl.disable(gl.DEPTH_TEST)
    gl.blendEquation(gl.FUNC_ADD)
    gl.blendFunc(gl.ONE, gl.ONE_MINUS_SRC_ALPHA)
  }
}

function link(gl: WebGL2RenderingContext, vs: string, fs: string): Program {
  const handle = gl.createProgram()
  const shaders = [gl.VERTEX_SHADER, gl.FRAGMENT_SHADER].map((type, i) => {
    const shader = gl.createShader(type)
    if (!shader) throw new DeviceError('Map: the context is lost', 'Reload the page.')
    gl.shaderSource(shader, [vs, fs][i])
    gl.compileShader(shader)
    gl.attachShader(handle, shader)
    return shader
  })
  gl.linkProgram(handle)
  if (!gl.getProgramParameter(handle, gl.LINK_STATUS) && !gl.isContextLost()) {
    const logs = [gl.getProgramInfoLog(handle), ...shaders.map((shader) => gl.getShaderInfoLog(shader))]
    throw new DeviceError(
      `Map: a shader cannot be compiled (${logs.filter(Boolean).join('; ')})`,
      'Update the browser or the graphics driver.',
    )
  }
  for (const shader of shaders) gl.deleteShader(shader)
  const places = new Map<string, WebGLUniformLocation | null>()
  return {
    handle,
    at(name) {
      let place = places.get(name)
      if (place === undefined) {
        place = gl.getUniformLocation(handle, name)
        places.set(name, place)
      }
      return place
    },
  }
}
