import type { LayerProps } from 'deck.gl'
import { Layer } from 'deck.gl'

interface SceneLayerProps extends LayerProps {
  /** Draws onto deck.gl’s context; the layer is told when there is another picture. */
  paint: () => void
}

/** Lets deck.gl call the map's own drawing: its place among deck's frames, without deck's attributes and models. */
export class SceneLayer extends Layer<SceneLayerProps> {
  static override layerName = 'SceneLayer'
  static override defaultProps = { paint: { type: 'function', value: () => {}, compare: true } }

  override initializeState(): void {}

  override draw(): void {
    this.props.paint()
  }
}
