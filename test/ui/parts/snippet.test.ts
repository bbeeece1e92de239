import { expect, test } from 'vitest'
import { findHits, parseQuery } from '../../../src/shared/text/query.ts'
import { snippetOf } from '../../../src/ui/parts/snippet.ts'

/** Half of a letter beyond the BMP. */
const LONE = /\p{Surrogate}/u

const snippet = (caption: string, query: string): string =>
  snippetOf(caption, findHits(caption, parseQuery(query)))
    .map((part) => (part.isHit ? `[${part.text}]` : part.text))
    .join('')

test('a snippet marks every hit of a short caption', () => {
  expect(snippet('A red car, a RED house', 'red')).toBe('A [red] car, a [RED] house')
  expect(snippet('nothing', '-red')).toBe('nothing')
})

test('a snippet of a long caption begins before its first hit, at a word', () => {
  const long = `${'many words before it '.repeat(20)}needle${' and after'.repeat(40)}`
  expect(snippet(long, 'needle')).toMatch(/^…\w+ .*\[needle\] and after.*…$/)
  expect(snippet(long, 'needle').length).toBeLessThan(160)
})

test('a snippet never cuts a letter in two', () => {
  const cats = '🐈'.repeat(300)
  for (const query of ['-x', '🐈']) expect(snippet(cats, query)).not.toMatch(LONE)
  expect(snippet(`${'🐕'.repeat(101)}x${'🐈'.repeat(101)}`, 'x')).not.toMatch(LONE)
})
