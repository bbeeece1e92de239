import type { GraphBuffers } from '../common/buffers.ts'
import { fill } from '../../gpu/kernels.ts'
import type { GpuSession } from '../../gpu/session.ts'
import { lastSets } from './last-set.ts'
import { throwIfCancelled } from '../../shared/core/errors.ts'
import { compress, hook } from './kernels.ts'

/** Connected components, the largest first (ties by smallest member). */
export interface Components {
  /** [nPoints] component of each point */
  readonly componentOf: Uint32Array
  /** [nComponents] points in each, descending */
  readonly sizes: readonly number[]
}

/**
 * Labels the connected components of a graph's last set on the GPU.
 *
 * @param least weight of an edge that counts, in 1/65,535
 * @throws {CancelledError} between two rounds, {DeviceError} when the device fails.
 */
export async function findComponents(
  session: GpuSession,
  graph: GraphBuffers,
  least: number,
  signal: AbortSignal | undefined,
): Promise<Components> {
  const { nPoints } = graph
  const labels = session.buffer('spectral.labels', nPoints * 4)
  const changes = session.buffer('spectral.changes', 4)
  try {
    const number = await session.bind(fill, [labels])
    session.submit((commands) => commands.rows(number, { begin: 0, end: nPoints, first: 0, step: 1 }))
    const hooks = await Promise.all(
      lastSets(graph).map(async ({ buffers, rows }) => ({
        kernel: await session.bind(hook, [...buffers, labels, changes]),
        params: { ...rows, least },
      })),
    )
    const boundCompress = await session.bind(compress, [labels])
    for (;;) {
      throwIfCancelled(signal)
      session.device.queue.writeBuffer(changes, 0, new Uint32Array([0]))
      session.submit((commands) => {
        for (const { kernel, params } of hooks) commands.rows(kernel, params)
        commands.rows(boundCompress, { begin: 0, end: nPoints })
      })
      if (new Uint32Array(await session.read(changes, 4))[0] === 0) break
    }
    return bySize(new Uint32Array(await session.read(labels, nPoints * 4)))
  } finally {
    session.free(labels, changes)
  }
}

/** Renumbers labels by descending size of their components. */
function bySize(labels: Uint32Array): Components {
  const nPoints = labels.length
  // By label, which is that of a member: sizes, then ranks.
  const ofLabel = new Uint32Array(nPoints)
  for (let row = 0; row < nPoints; row++) ofLabel[labels[row]]++
  const order: { readonly label: number; readonly size: number }[] = []
  for (let label = 0; label < nPoints; label++) {
    if (ofLabel[label] > 0) order.push({ label, size: ofLabel[label] })
  }
  order.sort((a, b) => b.size - a.size || a.label - b.label)
  for (const [rank, { label }] of order.entries()) ofLabel[label] = rank
  const componentOf = new Uint32Array(nPoints)
  for (let row = 0; row < nPoints; row++) componentOf[row] = ofLabel[labels[row]]
  return { componentOf, sizes: order.map(({ size }) => size) }
}
