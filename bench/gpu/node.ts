// Part a of the GPU day, in Node on Dawn: node day-a.js RESULTS [full | trial] [seconds]. bench/gpu/README.md says how.
import os from 'node:os'
import process from 'node:process'
import { UMAP_STANDARD } from '../../src/umap/common/options.ts'
import { UmapRun } from '../../src/umap/fit.ts'
import { mixture } from './data.ts'
import { recordFit } from './measure.ts'
import { withGpu } from './node-gpu.ts'
import { Recorder, type StepContext } from './record.ts'
import { SIZES } from './sizes.ts'
import { largeByStep, middleByStep, smallDescent, sortedByStep, uncheckedDescent } from './steps-descent.ts'
import { compileKernels, describeAdapter, emptyDispatches, exactNeighbors, firstFit } from './steps-small.ts'

const [results = 'r.jsonl', mode = 'full', budget = '340'] = process.argv.slice(2)
const sizes = SIZES[mode === 'trial' ? 'trial' : 'full']
const recorder = new Recorder(results, 'a', Number(budget))
const { small, middle, nEpochs, standardEpochs } = sizes

/** A whole fit, as the page does it. */
async function whole(
  context: StepContext,
  nPoints: number,
  what: string,
  options: ConstructorParameters<typeof UmapRun>[2],
): Promise<void> {
  await withGpu(async (device) => {
    // Compiles, as any visit's first seconds do.
    const warm = new UmapRun(device, mixture(500), { ...options, nEpochs: 2 })
    await warm.fit({ signal: context.signal })
    warm.close()
    const vectors = mixture(nPoints)
    const run = new UmapRun(device, vectors, options)
    await recordFit(run, vectors, { setting: what, ...options }, context)
    run.close()
  })
}

// What Dawn cannot stop (a hanging driver) ends with the process; all lines are written by then.
setTimeout(
  () => {
    recorder.write('end', { failed: 'out of time' })
    process.exit(3)
  },
  1000 * (Number(budget) + 10),
).unref()
process.on('uncaughtException', (error) => recorder.write('uncaught', { failed: String(error) }))
process.on('unhandledRejection', (error) => recorder.write('uncaught', { failed: String(error) }))

recorder.write('begin', {
  mode,
  budget: Number(budget),
  sizes,
  cpu: os.cpus()[0].model.trim(),
  cores: os.cpus().length,
  memory: os.totalmem(),
  node: process.version,
})
// The caps add up to more than the budget: on a fast GPU most steps stay far below theirs, and the last takes what is left.
await recorder.step('adapter', 15, describeAdapter)
await recorder.step('compile', 25, compileKernels)
await recorder.step('first fit', 20, (context) => firstFit(sizes, context))
await recorder.step('exact neighbors', 20, (context) => exactNeighbors(sizes, context))
await recorder.step('descent, small', 35, (context) => smallDescent(sizes, context))
await recorder.step('descent, unchecked', 15, (context) => uncheckedDescent(sizes, context))
await recorder.step('dispatches', 15, (context) => emptyDispatches(sizes, context))
await recorder.step('steps, middle', 60, (context) => middleByStep(sizes, context))
await recorder.step('fit, small', 25, (context) => whole(context, small, 'original', { nEpochs }))
await recorder.step('fit, small, again', 25, (context) => whole(context, small, 'original', { nEpochs }))
await recorder.step('fit, standard', 30, (context) =>
  whole(context, middle, 'standard', { ...UMAP_STANDARD, nEpochs: standardEpochs }),
)
await recorder.step('fit, middle', 50, (context) => whole(context, middle, 'original', { nEpochs }))
await recorder.step('steps, large', 150, (context) => largeByStep(sizes, context), 40)
await recorder.step('steps, sorted', 40, (context) => sortedByStep(sizes, context))
recorder.write('end', { done: true })
process.exit(0)
