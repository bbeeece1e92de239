import { describe, expect, test } from 'vitest'
import { Finder } from '../../../src/engine/find/search.ts'
import type { Params } from '../../../src/engine/link/params.ts'
import { CancelledError, InputError } from '../../../src/shared/core/errors.ts'
import type { Captions } from '../../../src/shared/core/types.ts'
import { toArena } from '../../fixtures/arena.ts'

/** A finder over captions that can be exchanged, whose searches are answered by hand. */
function finder() {
  const asked: { captions: Captions; answer: (rows: number[]) => void; refuse: (error: Error) => void }[] = []
  const data: { captions: Captions | null } = { captions: toArena(['a cat', 'a dog']) }
  const linked: Partial<Params>[] = []
  const visited: number[] = []
  const reported: unknown[] = []
  let nFound = 0
  let nMade = 0
  const made = new Finder(
    {
      data,
      meaning: {
        find: (_text, _k, onStep) => {
          const step = { stage: 'Embed', unit: 'bytes', detail: 'Downloading the model' } as const
          onStep?.({ ...step, done: 45, total: 100 })
          return Promise.reject(new InputError('This map came without vectors.', 'Lay out again.'))
        },
      },
      stage: { visit: (row) => visited.push(row), showRows: () => {} },
      link: { set: (patch) => linked.push(patch) },
      status: { report: (error) => reported.push(error) },
      createSearch: (captions) => {
        nMade++
        return {
          search: () =>
            new Promise((resolve, reject) => {
              asked.push({ captions, answer: (rows) => resolve(Uint32Array.from(rows)), refuse: reject })
            }),
          end: () => {},
        }
      },
    },
    () => nFound++,
  )
  const question = async (n: number) => {
    while (asked.length < n) await new Promise((done) => setTimeout(done, 5))
    return asked[n - 1]
  }
  const settled = () => new Promise((done) => setTimeout(done, 5))
  return {
    made,
    data,
    question,
    settled,
    linked,
    visited,
    reported,
    nFound: () => nFound,
    nMade: () => nMade,
  }
}

test('what was typed is searched, linked and counted, and its hits can be walked through', async () => {
  const { made, question, settled, linked, visited } = finder()
  made.setQuery('a')
  expect(made.view.getState().state).toBe('waiting')
  ;(await question(1)).answer([0, 1])
  await settled()
  expect(made.view.getState()).toMatchObject({ state: 'found', count: 2, at: null })
  expect(linked.at(-1)).toMatchObject({ q: 'a', by: 'words' })
  made.go(1)
  expect(visited).toEqual([1])
  expect([...(made.marked ?? [])]).toEqual([0, 1])
  made.setQuery('')
  expect(made.marked).toBeNull()
})

describe('an answer that comes late is not taken', () => {
  test('for a newer question', async () => {
    const { made, question, settled } = finder()
    made.setQuery('a')
    const first = await question(1)
    made.setQuery('dog')
    const second = await question(2)
    first.answer([0, 1])
    await settled()
    expect(made.view.getState().state).toBe('waiting')
    second.answer([1])
    await settled()
    expect([...made.rows]).toEqual([1])
  })

  test('for the same question of the next file', async () => {
    const { made, data, question, settled, nFound } = finder()
    made.setQuery('a')
    const old = await question(1)
    data.captions = toArena(['a house'])
    made.reset('a', 'words', 200)
    const fresh = await question(2)
    expect(fresh.captions).toBe(data.captions)
    const before = nFound()
    old.answer([0, 1])
    await settled()
    expect(nFound()).toBe(before)
    expect(made.rows).toHaveLength(0)
    fresh.answer([0])
    await settled()
    expect([...made.rows]).toEqual([0])
  })

  test('nor is its failure told', async () => {
    const { made, data, question, settled, reported } = finder()
    made.setQuery('a')
    const old = await question(1)
    data.captions = toArena(['a house'])
    made.reset(null, 'words', 200)
    old.refuse(new Error('the worker of the file before was ended'))
    await settled()
    expect(reported).toEqual([])
    expect(made.view.getState().state).toBe('off')
  })
})

test('a search by meaning says which model it waits for, and how much of it has come, in tens', async () => {
  const { made, settled } = finder()
  const steps = new Set<string>()
  made.view.subscribe(({ step }) => steps.add(step))
  made.setBy('meaning')
  made.setQuery('pets')
  while (made.view.getState().state !== 'impossible') await settled()
  expect([...steps]).toEqual(['', 'Downloading the model, 40 %'])
  made.setQuery('cats')
  expect(made.view.getState()).toMatchObject({ state: 'waiting', step: '' })
})

test('what cannot be answered says why, and is asked again when that may have changed', async () => {
  const { made, question, settled } = finder()
  made.setBy('meaning')
  made.setQuery('pets')
  while (made.view.getState().state !== 'impossible') await settled()
  expect(made.view.getState().why).toMatch(/without vectors/)
  made.setBy('words')
  ;(await question(1)).refuse(new CancelledError())
  await settled()
  expect(made.view.getState().state).toBe('waiting')
})

test('workers that have failed are given up: the next question is asked of new ones', async () => {
  const { made, question, settled, reported, nMade } = finder()
  made.setQuery('a')
  ;(await question(1)).refuse(new Error('out of memory'))
  await settled()
  expect(reported).toHaveLength(1)
  made.setQuery('dog')
  ;(await question(2)).answer([1])
  await settled()
  expect([...made.rows]).toEqual([1])
  expect(nMade()).toBe(2)
})
