import { describe, expect, it } from 'vitest'
import { findHits, MAX_TERM_BYTES, parseQuery } from '../../../src/shared/text/query.ts'

const marked = (caption: string, query: string): string[] =>
  findHits(caption, parseQuery(query)).map(([start, end]) => caption.slice(start, end))

describe('queries', () => {
  it('are terms, phrases and exclusions', () => {
    expect(parseQuery(' Red  “Golden  Dog” -CAR -"a b" "open wo')).toEqual([
      { text: 'red', wordStart: false, wordEnd: false, excluded: false },
      { text: 'golden dog', wordStart: true, wordEnd: true, excluded: false },
      { text: 'car', wordStart: false, wordEnd: false, excluded: true },
      { text: 'a b', wordStart: true, wordEnd: true, excluded: true },
      { text: 'open wo', wordStart: true, wordEnd: false, excluded: false },
    ])
  })

  it('say nothing where nothing is asked', () => {
    for (const query of ['', '  ', '"', '""', '-', '-""', '" "']) expect(parseQuery(query)).toEqual([])
  })

  it('are cut where they are longer than a needle may be', () => {
    const [term] = parseQuery('é東'.repeat(2000))
    expect(new TextEncoder().encode(term.text).length).toBeLessThanOrEqual(MAX_TERM_BYTES)
  })
})

describe('hits', () => {
  it('are marked in the caption as it is written', () => {
    expect(marked('Le CAFE\u0301 de la Straße', 'café strasse')).toEqual(['CAFE\u0301', 'Straße'])
    expect(marked('a cat, cats and Cat', '"cat"')).toEqual(['cat', 'Cat'])
    expect(marked('東京タワー', '京')).toEqual(['京'])
    expect(marked('aaaa', 'aa')).toEqual(['aaaa'])
    expect(marked('red car', 'car -red')).toEqual(['car'])
    expect(marked('𝐀 🐈‍⬛ b', 'a b')).toEqual(['𝐀', 'b'])
  })

  it('are none where the caption does not match', () => {
    expect(marked('nothing here', 'car')).toEqual([])
  })
})
