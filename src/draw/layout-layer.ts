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

interface LayoutLayerProps extends LayerProps {
  /** Binary data: `getPosition0 … getPosition2` [n, 2] float32 and `getFillColor` [n, 4] unorm8. */
  data: { readonly length: number; readonly attributes: Readonly<Record<string, BinaryAttribute>> }
  /** The share of each slot in what is shown; they add up to 1. */
  weights: readonly [number, number, number]
  /** CSS pixels. */
  pointSize: number
  /** 0–1, on top of the color's own. */
  alpha: number
}

const block = `\
layout(std140) uniform layoutsUniforms {
  vec4 weights;
  float pointSize;
  float alpha;
} layouts;
`

const layoutsModule = {
  name: 'layouts',
  vs: block,
  fs: block,
  uniformTypes: { weights: 'vec4<f32>', pointSize: 'f32', alpha: 'f32' },
} as const

const defaultProps = {
  weights: { type: 'array', value: [1, 0, 0], compare: true },
  pointSize: { type: 'number', value: 3 },
  alpha: { type: 'number', value: 1 },
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
    if (!params.changeFlags.extensionsChanged) return
    this.model()?.destroy()
    const attributes = this.getAttributeManager()
    const model = new Model(this.context.device, {
      ...this.getShaders(),
      id: this.props.id,
      topology: 'point-list',
      bufferLayout: attributes?.getBufferLayouts({ isInstanced: false }) ?? [],
      isInstanced: false,
      vertexCount: 0,
      parameters: { depthCompare: 'always', depthWriteEnabled: false },
    })
    this.setState({ model })
    attributes?.invalidateAll()
  }

  override draw(): void {
    const model = this.model()
    if (!model) return
    const { weights, pointSize, alpha } = this.props
    model.setVertexCount(this.getNumInstances())
    model.shaderInputs.setProps({ layouts: { weights: [...weights, 0], pointSize, alpha } })
    model.draw(this.context.renderPass)
  }

  private model(): Model | undefined {
    return (this.state as { model?: Model } | undefined)?.model
  }
}
