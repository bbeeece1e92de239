import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import wabt from 'wabt'
import { CancelledError } from '../../src/shared/core/errors.ts'
import { fold, isWordLetter } from '../../src/shared/text/fold.ts'
import { parseQuery } from '../../src/shared/text/query.ts'
import { SCAN_WASM } from '../../src/search/scan-wasm.ts'
import { createTextIndex } from '../../src/search/text-index.ts'
import type { Captions } from '../../src/shared/core/types.ts'
import { toArena } from '../fixtures/arena.ts'

/** The captions in several parts, handed over in chunks. */
async function indexOf(captions: readonly string[], nParts = 1, chunkRows = 7) {
  const perPart = Math.ceil(captions.length / nParts)
  const parts = Array.from({ length: nParts }, (_, i) => captions.slice(i * perPart, (i + 1) * perPart))
  const index = await createTextIndex(parts.map((part) => ({ nRows: part.length, nBytes: 10 })))
  for (const part of parts) {
    for (let row = 0; row < part.length; row += chunkRows)
      index.append(toArena(part.slice(row, row + chunkRows)))
  }
  return index
}

async function find(captions: readonly string[], query: string): Promise<number[]> {
  return [...(await (await indexOf(captions)).search(parseQuery(query)))]
}

/** The same by strings. */
function reference(captions: readonly string[], query: string): number[] {
  const terms = parseQuery(query)
  return captions.map(fold).flatMap((text, row) => {
    const holds = terms.every((term) => {
      let found = false
      for (let at = text.indexOf(term.text); at >= 0 && !found; at = text.indexOf(term.text, at + 1)) {
        const before = Array.from(text.slice(0, at)).at(-1) ?? ''
        const after = text.slice(at + term.text.length)
        found = !(term.wordStart && isWordLetter(before)) && !(term.wordEnd && isWordLetter(after))
      }
      return found !== term.excluded
    })
    return holds ? [row] : []
  })
}

describe('text search', () => {
  it('has the bytes that its source compiles to', async () => {
    const source = readFileSync('src/search/scan.wat', 'utf8')
    const { buffer } = (await wabt()).parseWat('scan.wat', source, { simd: true }).toBinary({})
    expect(Buffer.from(buffer).toString('base64')).toBe(SCAN_WASM)
  })

  it.each([
    ['é', ['café', 'CAFÉ', 'cafe', 'cafe\u0301', 'coffee'], [0, 1, 2, 3, 4]],
    ['cafe', ['café', 'CAFÉ', 'cafe', 'cafe\u0301', 'caf'], [0, 1, 2, 3]],
    ['STRASSE', ['Straße', 'STRAẞE', 'strasse', 'Strase'], [0, 1, 2]],
    ['istanbul', ['İstanbul', 'ISTANBUL', 'ıstanbul', 'stanbul'], [0, 1, 2]],
    ['οδοσ', ['ΟΔΟΣ', 'οδός', 'Ὁδός', 'οδη'], [0, 1, 2]],
    ['ёлка', ['ЁЛКА', 'елка', 'ёлка', 'полка'], [0, 1, 2]],
    ['東京', ['東京タワー', '京都', '京東'], [0]],
    ['か', ['か', 'が', 'か\u3099'], [0]],
    ['が', ['か', 'が', 'か\u3099'], [1, 2]],
    ['한', ['한국', '한국'.normalize('NFD'), '하나'], [0, 1]],
    ['abc', ['ＡＢＣ', 'xabcx', 'ab c'], [0, 1]],
    ['søren', ['Soren', 'SØREN', 'soeren'], [0, 1]],
    ['ﬁre', ['fire', 'ﬁre', 'fir'], [0, 1]],
    ['🐈', ['a 🐈 sits', 'a 🐕 sits'], [0]],
    ["it's", ['it’s', "IT'S", 'its'], [0, 1]],
    ['red car', ['a car in red', 'red carpet', 'red', 'car'], [0, 1]],
    ['"red car"', ['a red car.', 'red carpet', 'bored car', 'Red\ncar'], [0, 3]],
    ['"red ca', ['a red car.', 'red carpet', 'bored car'], [0, 1]],
    ['"cat"', ['cat', 'cats', 'a cat!', 'écat', 'caté', 'cat_1', '猫cat猫'], [0, 2, 6]],
    ['"東京"', ['東京タワー', '京都'], [0]],
    ['cat -dog', ['cat', 'cat and dog', 'dog'], [0]],
    ['-dog', ['cat', 'hot dogs', ''], [0, 2]],
    ['-"dog"', ['cat', 'hot dogs', 'dog'], [0, 1]],
    ['t-shirt', ['a t-shirt', 't shirt', 'T‑Shirt'], [0, 2]],
  ] as const)('finds %s', async (query, captions, rows) => {
    expect(await find(captions, query)).toEqual(rows)
    expect(reference(captions, query)).toEqual(rows)
  })

  it('finds nothing across the border of two captions', async () => {
    expect(await find(['the red', 'car', '', 'x'], 'redcar')).toEqual([])
    expect(await find(['ab', 'ab', 'a', 'b'], 'ab')).toEqual([0, 1])
  })

  it('agrees with a search by strings on odd captions, in one part and in several', async () => {
    let seed = 5
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
      return Math.floor((seed / 2 ** 32) * n)
    }
    const pieces =
      'a|B|red|Car| | |-|_|7|\n|é|e\u0301|ß|İ|ς|Σ|й|и\u0306|東|京|が|か\u3099|한|\u1112\u1161\u11ab|ท|ี่|हि|ﷺ|🐈|𝐀|❤️|’|ﬁ|\u200d'.split(
        '|',
      )
    const make = (length: number): string =>
      Array.from({ length }, () => pieces[random(pieces.length)]).join('')
    const captions = Array.from({ length: 700 }, (_, i) => make(i % 50 === 0 ? 200 : random(12)))
    const one = await indexOf(captions, 1, 1000)
    const several = await indexOf(captions, 4, 33)
    for (let i = 0; i < 100; i++) {
      const letters = Array.from(captions[random(captions.length)])
      const from = random(Math.max(1, letters.length))
      const word = letters.slice(from, from + 1 + random(5)).join('')
      const query = [word, `"${word}"`, `-${word} a`, `${word} ${make(1)}`, `"${word}`][i % 5]
      const expected = reference(captions, query)
      expect([...(await one.search(parseQuery(query)))], query).toEqual(expected)
      expect([...(await several.search(parseQuery(query)))], query).toEqual(expected)
    }
  })

  it('takes bytes that are not UTF-8', async () => {
    const arena: Captions = {
      bytes: Uint8Array.of(0xff, 0x61, 0xc3, 0x62, 0xf4, 0x9f, 0x80, 0x80, 0x63),
      offsets: Uint32Array.of(0, 2, 4, 9),
    }
    const index = await createTextIndex([{ nRows: 3, nBytes: 9 }])
    index.append(arena)
    expect([...(await index.search(parseQuery('b')))]).toEqual([1])
    expect([...(await index.search(parseQuery('c')))]).toEqual([2])
  })

  it('finds a needle in the middle of a caption of megabytes', async () => {
    const long = `${'lorem ipsum '.repeat(200_000)}needle é${' dolor'.repeat(1000)}`
    expect(await find(['no', long, 'yes'], 'needle e')).toEqual([1])
  })

  it('gives way to a newer search', async () => {
    const index = await indexOf(['a', 'b'])
    const controller = new AbortController()
    const first = index.search(parseQuery('a'), controller.signal)
    controller.abort()
    await expect(first).rejects.toBeInstanceOf(CancelledError)
    expect([...(await index.search(parseQuery('b')))]).toEqual([1])
  })
})
