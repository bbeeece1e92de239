import { afterEach, describe, expect, it } from 'vitest'
import { CaptionSearch } from '../../../src/engine/find/caption-search.ts'
import { CancelledError } from '../../../src/shared/core/errors.ts'
import { toArena } from '../../fixtures/arena.ts'

const captions = Array.from(
  { length: 5000 },
  (_, i) => `${i % 3 ? 'Red' : 'blue'} ${'very '.repeat(i % 40)}café ${i}`,
)
let search: CaptionSearch | null = null
afterEach(() => {
  search?.end()
  search = null
})

describe('search workers', () => {
  it.each([1, 3])('find the rows of the whole, %i of them', async (nWorkers) => {
    search = new CaptionSearch(toArena(captions), nWorkers)
    const rows = await search.search('red "CAFE 4321"', false)
    expect([...rows]).toEqual([4321])
    const many = await search.search('-red', false)
    expect([...many]).toEqual(captions.flatMap((caption, row) => (caption.startsWith('blue') ? [row] : [])))
  })

  it('leave a typed query for a newer one, and answer a script all the same', async () => {
    search = new CaptionSearch(toArena(captions), 2)
    const older = search.search('red', true)
    const asked = search.search('blue', false)
    const newer = search.search('café 77', true)
    await expect(older).rejects.toBeInstanceOf(CancelledError)
    expect(await asked).toHaveLength(1667)
    expect((await newer).length).toBeGreaterThan(10)
  })

  it('hold captions of no letters, and none at all', async () => {
    search = new CaptionSearch(toArena(['', '', '']), 2)
    expect([...(await search.search('-x', false))]).toEqual([0, 1, 2])
    expect([...(await search.search('x', false))]).toEqual([])
  })
})
