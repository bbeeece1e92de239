import { Model } from '@luma.gl/engine'
import type { LayerContext, LayerProps, UpdateParameters } from 'deck.gl'
import { color, Layer, project32 } from 'deck.gl'
import fs from './layout-layer.fs.glsl?raw'
import vs from './layout-layer.vs.glsl?raw'

/** Position buffers that stay on the GPU; a blend of up to this many layouts can be shown. */
export const SLOTS = 3

export interface BinaryAttribute {
  readonly value: Float32Array | Uint8Array
  readonly size: number
  readonly normalized?: boolean
}

/** Rows drawn once more, on top of all and in this order, so that a dense map cannot hide them. */
export interface Marks {
  /** Shown rows, each once; a new array for other rows. */
  readonly rows: Uint32Array
  /** sRGB bytes, and how far they replace the point's own color, 0–255. */
  readonly tint: readonly [number, number, number, number]
  /** CSS pixels. */
  readonly pointSize: number
  /** 0–1. */
  readonly alpha: number
}

type IndexBuffer = ReturnType<LayerContext['device']['createBuffer']>
/** `GPUBufferUsage.INDEX`, which luma.gl takes for WebGL too. */
const INDEX = 0x10

/** Marks at once: what is selected below what is found. */
const MARK_LAYERS = 2

interface LayoutLayerProps extends LayerProps {
  /** Binary data: `getPosition0 … getPosition2` [n, 2] float32 and `getFillColor` [n, 4] unorm8. */
  data: { readonly length: number; readonly attributes: Readonly<Record<string, BinaryAttribute>> }
  /** The share of each slot in what is shown; they add up to 1. */
  weights: readonly [number, number, number]
  /** CSS pixels. */
  pointSize: number
  /** 0–1, on top of the color's own. */
  alpha: number
  /** Up to {@link MARK_LAYERS}; null leaves a place empty. */
  marks: readonly (Marks | null)[]
}

const block = `\
layout(std140) uniform layoutsUniforms {
  vec4 weights;
  vec4 tint;
  float pointSize;
  float alpha;
} layouts;
`

const layoutsModule = {
  name: 'layouts',
  vs: block,
  fs: block,
  uniformTypes: { weights: 'vec4<f32>', tint: 'vec4<f32>', pointSize: 'f32', alpha: 'f32' },
} as const

const defaultProps = {
  weights: { type: 'array', value: [1, 0, 0], compare: true },
  pointSize: { type: 'number', value: 3 },
  alpha: { type: 'number', value: 1 },
  marks: { type: 'array', value: [], compare: false },
  getPosition0: { type: 'accessor', value: [0, 0] },
  getPosition1: { type: 'accessor', value: [0, 0] },
  getPosition2: { type: 'accessor', value: [0, 0] },
  getFillColor: { type: 'accessor', value: [255, 255, 255, 255] },
}

/**
 * All points as one `gl.POINTS` call, with three layouts resident. Switching, and stopping a morph half way, changes
 * one uniform and uploads nothing. ScatterplotLayer draws two triangles an instance, 20 × the vertex work.
 */
export class LayoutLayer extends Layer<LayoutLayerProps> {
  static override layerName = 'LayoutLayer'
  static override defaultProps = defaultProps

  override getShaders() {
    return super.getShaders({ vs, fs, modules: [project32, color, layoutsModule] })
  }

  override initializeState(_context: LayerContext): void {
    const attributes = this.getAttributeManager()
    if (!attributes) return
    const positions = Object.fromEntries(
      Array.from({ length: SLOTS }, (_, slot) => [
        `p${slot}`,
        { size: 2, type: 'float32' as const, accessor: `getPosition${slot}` },
      ]),
    )
    attributes.add({
      ...positions,
      colors: { size: 4, type: 'unorm8', accessor: 'getFillColor', defaultValue: [255, 255, 255, 255] },
    })
  }

  override updateState(params: UpdateParameters<this>): void {
    super.updateState(params)
    if (params.changeFlags.extensionsChanged) {
      for (const model of this.getModels()) model.destroy()
      const models = Array.from({ length: 1 + MARK_LAYERS }, (_, i) => this.createModel(i))
      this.setState({ models })
      this.getAttributeManager()?.invalidateAll()
    }
    this.uploadMarks()
  }

  override draw(): void {
    const [points, ...markModels] = this.getModels()
    if (!points) return
    const { weights, pointSize, alpha, marks } = this.props
    const common = { weights: [...weights, 0] }
    points.setVertexCount(this.getNumInstances())
    points.shaderInputs.setProps({ layouts: { ...common, tint: [0, 0, 0, 0], pointSize, alpha } })
    points.draw(this.context.renderPass)
    for (const [i, model] of markModels.entries()) {
      const mark = marks[i]
      if (!mark?.rows.length) continue
      const tint = mark.tint.map((byte) => byte / 255)
      model.shaderInputs.setProps({
        layouts: { ...common, tint, pointSize: mark.pointSize, alpha: mark.alpha },
      })
      model.draw(this.context.renderPass)
    }
  }

  override finalizeState(context: LayerContext): void {
    for (const { indices } of this.markStates().values()) indices.destroy()
    super.finalizeState(context)
  }

  private createModel(index: number): Model {
    return new Model(this.context.device, {
      ...this.getShaders(),
      id: `${this.props.id}-${index}`,
      topology: 'point-list',
      bufferLayout: this.getAttributeManager()?.getBufferLayouts({ isInstanced: false }) ?? [],
      isInstanced: false,
      vertexCount: 0,
      parameters: { depthCompare: 'always', depthWriteEnabled: false },
    })
  }

  /** Marks are indices into the resident layouts: switching and morphing carry them along and upload nothing. */
  private uploadMarks(): void {
    const held = this.markStates()
    for (let i = 0; i < MARK_LAYERS; i++) {
      const rows = this.props.marks[i]?.rows ?? null
      const before = held.get(i)
      if (before?.rows === rows) continue
      before?.indices.destroy()
      held.delete(i)
      if (!rows?.length) continue
      const indices = this.context.device.createBuffer({
        id: `${this.props.id}-marks-${i}`,
        usage: INDEX,
        indexType: 'uint32',
        data: rows,
      })
      const model = this.getModels()[i + 1]
      model.setIndexBuffer(indices)
      model.setIndexCount(rows.length)
      held.set(i, { rows, indices })
    }
    this.setState({ marks: held })
  }

  private markStates(): Map<number, { readonly rows: Uint32Array; readonly indices: IndexBuffer }> {
    const state = this.state as
      | { marks?: Map<number, { rows: Uint32Array; indices: IndexBuffer }> }
      | undefined
    return state?.marks ?? new Map()
  }
}
