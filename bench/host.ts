import inspector from 'node:inspector/promises'
import process from 'node:process'
import { UmapRun } from '../src/umap/fit.ts'
import { mixture } from './gpu/data.ts'
import { standInDevice } from './host-device.ts'

/** JavaScript of one stage. */
export interface HostStage {
  readonly name: string
  /** Processor seconds, those of the stand-in taken off. */
  readonly cpu: number
}

export interface HostOutcome {
  readonly nPoints: number
  readonly stages: readonly HostStage[]
  readonly bytesWritten: number
  readonly bytesRead: number
  readonly submits: number
  /** Processor seconds by function, by its share of the samples, the longest first. */
  readonly functions: readonly { readonly name: string; readonly seconds: number }[]
}

/** The sorts of JavaScript in a fit, in the order in which it comes to them. */
const STAGES: Readonly<Record<string, string>> = {
  'nearest neighbors': 'neighbors',
  graphs: 'graph',
  start: 'start',
}

/** Of the stand-in, and of the profiler. */
const STAND_IN = ['fillFrom', 'standInWords', 'gridWeight', 'submit', 'cpuUsage', '(idle)', '(program)']

/** Everything but the dispatches of a fit as the page makes it: three layouts, 1000 epochs, live positions. */
export async function measureHost(nPoints: number): Promise<HostOutcome> {
  const vectors = mixture(nPoints)
  const { device, traffic } = standInDevice(nPoints)
  const stages: HostStage[] = []
  let name = 'vectors looked through'
  let cpu = process.cpuUsage()
  let own = 0
  const turn = (next: string): void => {
    if (next === name) return
    const { user, system } = process.cpuUsage(cpu)
    stages.push({ name, cpu: (user + system) / 1e6 - (traffic.ownMs - own) / 1000 })
    name = next
    cpu = process.cpuUsage()
    own = traffic.ownMs
  }
  const session = new inspector.Session()
  session.connect()
  await session.post('Profiler.enable')
  await session.post('Profiler.setSamplingInterval', { interval: 2000 })
  await session.post('Profiler.start')
  // What making the vectors left to collect and to compile is no part of it.
  await new Promise((resolve) => setTimeout(resolve, 3000))
  cpu = process.cpuUsage()
  const run = new UmapRun(device, vectors, { method: 'approximate' })
  await run.fit({
    onProgress: ({ stage, detail }) => turn(STAGES[detail ?? ''] ?? (stage === 'Lay out' ? 'descent' : name)),
    onLayouts: () => {},
  })
  turn('end')
  run.close()
  const { profile } = await session.post('Profiler.stop')
  session.disconnect()
  return {
    nPoints,
    stages,
    bytesWritten: traffic.bytesWritten,
    bytesRead: traffic.bytesRead,
    submits: traffic.submits,
    functions: byFunction(
      profile,
      stages.reduce((sum, stage) => sum + stage.cpu, 0),
    ),
  }
}

function byFunction(
  { nodes, samples = [] }: inspector.Profiler.Profile,
  seconds: number,
): HostOutcome['functions'] {
  const nameOf = new Map(nodes.map(({ id, callFrame }) => [id, callFrame.functionName || '(anonymous)']))
  const counts = new Map<string, number>()
  for (const id of samples) {
    const name = nameOf.get(id) ?? '?'
    if (!STAND_IN.includes(name)) counts.set(name, (counts.get(name) ?? 0) + 1)
  }
  const all = [...counts.values()].reduce((sum, count) => sum + count, 0)
  return [...counts]
    .map(([name, count]) => ({ name, seconds: (count / all) * seconds }))
    .sort((a, b) => b.seconds - a.seconds)
    .slice(0, 25)
}
