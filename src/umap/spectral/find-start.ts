import type { GraphBuffers } from '../common/buffers.ts'
import { createRandom } from '../../shared/math/random.ts'
import type { GpuSession } from '../../gpu/session.ts'
import type { Slicer } from '../../gpu/slices.ts'
import type { Context, StartQuality, Vectors } from '../../shared/core/types.ts'
import { type Components, findComponents } from './components.ts'
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

/** Where the points start, and how good that is. */
export interface Start {
  /** [nPoints, 2] */
  readonly positions: Float32Array<ArrayBuffer>
  readonly quality: StartQuality
}

/**
 * Where the points start: the spectral embedding of the graph's largest component, scaled to at most 10, with the other
 * components beside it; plus N(0, 1e-4), which parts identical points. Where the eigenvectors do not converge, the
 * principal axes of the vectors, and a notice.
 *
 * @returns the same for the same seed
 * @throws {CancelledError} within a slice, {DeviceError} when the device fails.
 */
export async function findStart(
  session: GpuSession,
  slicer: Slicer,
  graph: GraphBuffers,
  vectors: Vectors,
  { seed, least, signal, onNotice }: StartOptions & Pick<Context, 'signal' | 'onNotice'>,
): Promise<Start> {
  const components = await findComponents(session, graph, least, signal)
  const { vectors: found, ...quality } = await eigenvectors({
    session,
    slicer,
    graph,
    components,
    seed,
    least,
    signal,
  })
  if (!found) {
    onNotice?.(
      `The spectral start did not converge (residual ${quality.residual.toExponential(1)}); ` +
        'the layouts start from the principal axes instead.',
    )
  }
  return { positions: await arrange(session, vectors, components, found, { seed, signal }), quality }
}

/**
 * Positions from eigenvectors.
 * @param found [nPoints, 2] on the largest component, which become the positions; null for principal axes
 */
export async function arrange(
  session: GpuSession,
  vectors: Vectors,
  components: Components,
  found: Float32Array<ArrayBuffer> | null,
  { seed, signal }: { readonly seed: number; readonly signal?: AbortSignal },
): Promise<Float32Array<ArrayBuffer>> {
  if (found && components.sizes.length === 1) return scaled(found, seed)
  const axes = await principalAxes(session, vectors, { seed, signal })
  return scaled(found ? placeComponents(components, found, axes) : axes, seed)
}

/** In place. */
function scaled(start: Float32Array<ArrayBuffer>, seed: number): Float32Array<ArrayBuffer> {
  const { normal } = createRandom(seed ^ 0x5bd1e995)
  let reach = 0
  for (let i = 0; i < start.length; i++) reach = Math.max(reach, Math.abs(start[i]))
  const scale = EXTENT / (reach || 1)
  for (let i = 0; i < start.length; i++) start[i] = scale * start[i] + NOISE * normal()
  return start
}
