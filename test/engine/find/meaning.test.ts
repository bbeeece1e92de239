import { expect, test } from 'vitest'
import { Meaning } from '../../../src/engine/find/meaning.ts'
import type { Encoder } from '../../../src/engine/run/encoder.ts'
import type { Session } from '../../../src/engine/run/session.ts'
import { InputError } from '../../../src/shared/core/errors.ts'

/** Over a map of three captions by words; `query` is what the lexical encoder makes of a text. */
function byWords(query: Uint16Array): Meaning {
  const shown = {
    embedding: { encoder: 'lexical', projection: null },
    pointOf: Uint32Array.of(0, 1, 2, 1),
    likeness: () => Promise.resolve(Float32Array.of(0.1, 0.9, 0)),
  }
  const encoder = {
    likeness: () => Promise.resolve(null),
    queries: () => Promise.resolve({ data: query, nPoints: 1, nDims: query.length }),
  }
  return new Meaning({ shown: shown as unknown as Session }, encoder as unknown as Encoder, {
    isWorking: false,
  })
}

test('a map by words finds the likest captions, copies of one beside each other', async () => {
  const { rows, scores } = await byWords(Uint16Array.of(0, 0x3c00)).find('dog', 2)
  expect([...rows]).toEqual([1, 3, 0])
  expect([...scores].map((score) => score.toFixed(1))).toEqual(['0.9', '0.9', '0.1'])
})

test('of words that it does not know it says so, rather than that all captions are as like', async () => {
  const found = byWords(new Uint16Array(2)).find('qwerty', 2)
  await expect(found).rejects.toThrow(InputError)
  await expect(found).rejects.toThrow(/No word of this is one that the map was made by/)
})
