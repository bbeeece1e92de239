import { execFileSync, spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { writeFile } from 'node:fs/promises'
import path from 'node:path'
import process from 'node:process'
import { createInterface } from 'node:readline'
import { npyHeader } from '../../src/shared/core/npy.ts'
import { mixture } from './data.ts'
import { onPage, type Visit } from './page-steps.ts'
import type { StepContext } from './record.ts'

interface OnPage {
  measure: (engine: string, setting: unknown) => Promise<Readonly<Record<string, unknown>>>
}

/** Layouts of the same vectors, with the same epochs and rate, by this engine and by Embedding Atlas's WebGPU path. */
export async function comparePeers(visit: Visit, context: StepContext): Promise<void> {
  const standard = { nNeighbors: 15, nEpochs: 500, negativeSampleRate: 5 }
  const original = { nNeighbors: 30, nEpochs: 1000, negativeSampleRate: 20 }
  const settings = visit.isTrial
    ? [{ nPoints: 500, nNeighbors: 15, nEpochs: 5, negativeSampleRate: 2 }]
    : [
        { nPoints: 10_000, ...standard },
        { nPoints: 100_000, ...standard },
        { nPoints: 10_000, ...original },
        { nPoints: 1_000_000, ...standard },
        { nPoints: 100_000, ...original },
      ]
  for (const setting of settings) {
    for (const engine of ['captionscape', 'embedding-atlas']) {
      if (context.left() < 3) {
        context.record({ what: 'layout', engine, ...setting, skipped: 'no time left' })
        continue
      }
      try {
        // One that takes more than half of what is left leaves the rest to the others.
        const signal = AbortSignal.any([context.signal, AbortSignal.timeout(Math.ceil(500 * context.left()))])
        const outcome = await onPage(visit, 'bench/gpu/peers.html', { ...context, signal }, async (page) => {
          await page.waitForFunction(() => 'measure' in globalThis)
          return page.evaluate(([by, how]) => (globalThis as unknown as OnPage).measure(by, how), [
            engine,
            setting,
          ] as const)
        })
        context.record({ what: 'layout', ...outcome })
      } catch (error) {
        context.record({ what: 'layout', engine, ...setting, failed: String(error).slice(0, 300) })
      }
    }
  }
}

/** umap-learn on all cores, on the same vectors, where the machine has a Python with NumPy, numba and scikit-learn. */
export async function comparePython(day: string, isTrial: boolean, context: StepContext): Promise<void> {
  const packages = path.join(day, 'python')
  // Unpacked: numba keeps what it compiles beside a module, which it cannot within an archive.
  for (const name of readdirSync(day).filter((file) => file.endsWith('.whl'))) {
    execFileSync('python3', ['-m', 'zipfile', '-e', path.join(day, name), packages], { timeout: 20_000 })
  }
  const sizes = isTrial ? [500] : [10_000, 100_000]
  for (const nPoints of sizes) {
    const { data, nDims } = mixture(nPoints)
    await writeFile(
      path.join(day, `mixture-${nPoints}.npy`),
      Buffer.concat([npyHeader([nPoints, nDims], '<f2'), new Uint8Array(data.buffer)]),
    )
  }
  const child = spawn(
    'python3',
    [path.join(day, 'peers.py'), day, isTrial ? 'trial' : 'full', ...sizes.map(String)],
    {
      env: { ...process.env, PYTHONPATH: packages, LD_LIBRARY_PATH: process.env['SYSTEM_LIBRARIES'] },
      stdio: ['ignore', 'pipe', 'pipe'],
      signal: context.signal,
      killSignal: 'SIGKILL',
    },
  )
  let faults = ''
  child.stderr.on('data', (text) => (faults = (faults + String(text)).slice(-400)))
  createInterface({ input: child.stdout }).on('line', (line) => {
    if (line.startsWith('{')) context.record(JSON.parse(line) as Record<string, unknown>)
  })
  const code = await new Promise((resolve, reject) => child.on('error', reject).on('close', resolve))
  if (code !== 0) throw new Error(`python3 ended with ${String(code)}: ${faults}`)
}
