import type { GraphBuffers } from '../common/buffers.ts'
import { createRandom } from '../../shared/math/random.ts'
import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer } from '../../gpu/slices.ts'
import type { Context, Vectors } from '../../shared/core/types.ts'
import { findComponents } from './components.ts'
import { eigenvectors } from './eigenvectors.ts'
import { placeComponents } from './place-components.ts'
import { principalAxes } from './principal-axes.ts'

/** Half the width of a start, as in umap-learn. */
const EXTENT = 10
const NOISE = 1e-4

export interface StartOptions {
  readonly seed: number
  /** Weight of an edge that counts, in 1/65,535. */
  readonly least: number
}

/**
 * Where the points start: the spectral embedding of the graph's largest component, scaled to at most 10, with the other
 * components beside it; plus N(0, 1e-4), which parts identical points. Where the eigenvectors do not converge, the
 * principal axes of the vectors, and a notice.
 *
 * @returns [nPoints, 2], the same for the same seed
 * @throws {CancelledError} within a slice, {DeviceError} when the device fails.
 */
export async function findStart(
  session: GpuSession,
  slicer: Slicer,
  graph: GraphBuffers,
  vectors: Vectors,
  { seed, least, signal, onNotice }: StartOptions & Pick<Context, 'signal' | 'onNotice'>,
): Promise<Float32Array<ArrayBuffer>> {
  const components = await findComponents(session, graph, least, signal)
  const spectral = await eigenvectors(session, slicer, graph, components, { seed, least, signal })
  let start = spectral.vectors
  if (!start) {
    onNotice?.(
      `The spectral start did not converge (residual ${spectral.residual.toExponential(1)}); ` +
        'the layouts start from the principal axes instead.',
    )
    start = await principalAxes(session, vectors, { seed, signal })
  } else if (components.sizes.length > 1) {
    start = placeComponents(components, start, await principalAxes(session, vectors, { seed, signal }))
  }
  return scaled(start, seed)
}

function scaled(start: Float64Array, seed: number): Float32Array<ArrayBuffer> {
  const { normal } = createRandom(seed ^ 0x5bd1e995)
  let reach = 0
  for (let i = 0; i < start.length; i++) reach = Math.max(reach, Math.abs(start[i]))
  const scale = EXTENT / (reach || 1)
  const positions = new Float32Array(start.length)
  for (let i = 0; i < start.length; i++) positions[i] = scale * start[i] + NOISE * normal()
  return positions
}
