import { expect, test } from 'vitest'
import { Link } from '../../../src/engine/link/link.ts'
import { DEFAULTS, type Params } from '../../../src/engine/link/params.ts'

function link(params: Partial<Params> = {}, encoderIsChosen = false) {
  const written: { params: Params; always: readonly string[] }[] = []
  const bar = {
    write: (now: Params, always: readonly string[]) => void written.push({ params: now, always }),
  }
  return { made: new Link({ ...DEFAULTS, ...params }, bar, encoderIsChosen), written }
}

test('what a part sets is written, what comes later waits for the next change', () => {
  const { made, written } = link()
  made.setLater({ encoder: 'lexical' })
  expect(written).toEqual([])
  made.set({ row: 3 })
  expect(written).toHaveLength(1)
  expect(written[0].params).toMatchObject({ encoder: 'lexical', row: 3 })
})

test('files of one’s own are in no link', () => {
  const { made, written } = link({ data: 'a.parquet', encoder: 'vectors', vectors: 'emb' })
  made.set({})
  expect(written.at(-1)?.params).toMatchObject({ encoder: 'vectors', vectors: 'emb' })
  made.setOwn({ vectors: true })
  made.set({})
  expect(written.at(-1)?.params).toMatchObject({ encoder: 'clip', vectors: null })
  made.setOwn({ vectors: false, model: true })
  made.set({ model: 'a/b', encoder: 'clip' })
  expect(written.at(-1)?.params.model).toBeNull()
  // What the page goes by is another thing.
  expect(made.params.model).toBe('a/b')
})

test('an encoder that was chosen is named even where it is the default', () => {
  const { made, written } = link({}, true)
  made.set({})
  expect(written.at(-1)?.always).toEqual(['encoder'])
})
