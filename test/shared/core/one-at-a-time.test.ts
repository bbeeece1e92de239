import { expect, test } from 'vitest'
import { CancelledError, InputError } from '../../../src/shared/core/errors.ts'
import { OneAtATime } from '../../../src/shared/core/one-at-a-time.ts'

/** A task that stops some turns after it is told to, as between two slices on a GPU. */
function slow(log: string[], name: string) {
  return async (signal: AbortSignal): Promise<string> => {
    log.push(`${name} begins`)
    for (let turn = 0; turn < 5 && !signal.aborted; turn++) await new Promise((done) => setTimeout(done, 5))
    await new Promise((done) => setTimeout(done, 5))
    log.push(`${name} ends`)
    if (signal.aborted) throw new CancelledError()
    return name
  }
}

test('a fit ends an estimate that runs, and begins once that has stopped', async () => {
  const [tasks, log] = [new OneAtATime('umap'), [] as string[]]
  const estimate = tasks.run(slow(log, 'estimate'), { givesWay: true })
  const fit = tasks.run(slow(log, 'fit'))
  await expect(estimate).rejects.toThrow(CancelledError)
  expect(await fit).toBe('fit')
  expect(log).toEqual(['estimate begins', 'estimate ends', 'fit begins', 'fit ends'])
})

test('of estimates that overlap the last one answers, and none says that another runs', async () => {
  const [tasks, log] = [new OneAtATime('umap'), [] as string[]]
  const all = ['a', 'b', 'c'].map((name) => tasks.run(slow(log, name), { givesWay: true }))
  const settled = await Promise.allSettled(all)
  expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  for (const one of settled) if (one.status === 'rejected') expect(one.reason).toBeInstanceOf(CancelledError)
})

test('an estimate gives way to a fit that runs; another fit is refused', async () => {
  const [tasks, log] = [new OneAtATime('umap'), [] as string[]]
  const fit = tasks.run(slow(log, 'fit'))
  await expect(tasks.run(slow(log, 'estimate'), { givesWay: true })).rejects.toThrow(CancelledError)
  await expect(tasks.run(slow(log, 'other'))).rejects.toThrow(InputError)
  expect(await fit).toBe('fit')
})

test('Cancel reaches a fit that still waits for an estimate to stop', async () => {
  const [tasks, log] = [new OneAtATime('umap'), [] as string[]]
  const estimate = tasks.run(slow(log, 'estimate'), { givesWay: true })
  const fit = tasks.run(slow(log, 'fit'))
  tasks.cancel()
  await expect(estimate).rejects.toThrow(CancelledError)
  await expect(fit).rejects.toThrow(CancelledError)
  expect(log).not.toContain('fit begins')
})

test('what failed lets the next one begin', async () => {
  const tasks = new OneAtATime('umap')
  await expect(tasks.run(() => Promise.reject(new Error('no')))).rejects.toThrow('no')
  expect(await tasks.run(() => Promise.resolve(1))).toBe(1)
})
