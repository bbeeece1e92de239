import { expect, test } from 'vitest'
import { CaptionSearch } from '../../../src/engine/find/caption-search.ts'
import { Hand } from '../../../src/engine/workers/hand.ts'
import { CancelledError, NetworkError } from '../../../src/shared/core/errors.ts'
import type { SearchApi } from '../../../workers/search.ts'
import { toArena } from '../../fixtures/arena.ts'
import { FakeWorker } from '../fake-worker.ts'

function searched(api: object | null, nWorkers: number) {
  const made: FakeWorker[] = []
  const workers = {
    search() {
      const worker = new FakeWorker(api)
      made.push(worker)
      return new Hand<SearchApi>(worker.worker, 'searches')
    },
  }
  return { search: new CaptionSearch(toArena(['a cat', 'a dog', 'a cow', 'a hen']), nWorkers, workers), made }
}

const holding = { begin: () => {}, append: () => {} }

test('the rows of all workers are rows of the whole', async () => {
  const { search, made } = searched({ ...holding, search: () => Uint32Array.of(1) }, 2)
  expect([...(await search.search('x', false))]).toEqual([1, 3])
  search.end()
  expect(made.every(({ isTerminated }) => isTerminated)).toBe(true)
})

test('a search settles where one of its workers does not load, and where it is ended', async () => {
  const { search, made } = searched(null, 2)
  const asked = search.search('x', false)
  made[1].fail()
  await expect(asked).rejects.toThrow(NetworkError)

  const other = searched({ ...holding, search: () => new Promise(() => {}) }, 1)
  const running = other.search.search('x', false)
  await new Promise((done) => setTimeout(done, 20))
  other.search.end()
  await expect(running).rejects.toThrow(CancelledError)
})
