import { expect, test } from 'vitest'
import { summarize } from './summary-reporter.mjs'

/** As much of a Vitest module as the summary looks at. */
function moduleOf(states: readonly { state: string; note?: string }[], { errors = 0, suiteErrors = 0 } = {}) {
  const tests = states.map((result, i) => ({ fullName: `test ${i}`, result: () => result }))
  const suite = { errors: () => Array.from({ length: suiteErrors }, () => new Error('hook')) }
  return {
    moduleId: `${process.cwd()}/test/some.test.ts`,
    errors: () => Array.from({ length: errors }, () => new Error('load')),
    children: { allTests: () => tests, allSuites: () => [suite] },
  }
}

test('the summary of a clean run is one line', () => {
  expect(summarize([moduleOf([{ state: 'passed' }, { state: 'passed' }])], 0)).toBe(
    '2 passed, 0 failed, 0 skipped',
  )
})

test('the summary lists what was skipped and why before its last line', () => {
  const module = moduleOf([{ state: 'skipped', note: 'no GPU' }, { state: 'skipped' }, { state: 'failed' }])
  expect(summarize([module], 0).split('\n')).toEqual([
    'Skipped:',
    '  test/some.test.ts > test 0: no GPU',
    '  test/some.test.ts > test 1: no reason given',
    '',
    '0 passed, 1 failed, 2 skipped',
  ])
})

test('a file that does not load, a failing hook and an unhandled error are failures', () => {
  const module = moduleOf([{ state: 'passed' }], { errors: 1, suiteErrors: 1 })
  expect(summarize([module], 1)).toBe('1 passed, 3 failed, 0 skipped')
})
