import { readFile } from 'node:fs/promises'
import { type FileMetaData, parquetMetadata, parquetReadObjects } from 'hyparquet'
import { compressors } from 'hyparquet-compressors'
import { describe, expect, test } from 'vitest'
import { createReader } from '../../src/read/reader.ts'
import { makeSample, SAMPLE } from '../../src/sample/captions.ts'
import { expand } from '../../src/sample/grammar.ts'
import { sampleParquet } from '../../src/sample/parquet.ts'

const rows = makeSample(SAMPLE)
const texts = rows.map(({ text }) => text ?? '').filter((text) => text !== '')
const count = (pattern: RegExp) => texts.filter((text) => pattern.test(text)).length

describe('the generator', () => {
  test('gives the same rows for the same seed, and others for another', () => {
    expect(makeSample(SAMPLE)).toEqual(rows)
    expect(makeSample({ nRows: 50, seed: 2 })).not.toEqual(rows.slice(0, 50))
  })

  test('covers at least 50 topics, each with at least 40 rows', () => {
    const perTopic = new Map<string, number>()
    for (const { topic } of rows) perTopic.set(topic, (perTopic.get(topic) ?? 0) + 1)
    expect(perTopic.size).toBeGreaterThanOrEqual(50)
    expect(Math.min(...perTopic.values())).toBeGreaterThanOrEqual(40)
  })

  test('repeats some captions exactly, but few', () => {
    const repeats = texts.length - new Set(texts).size
    expect(repeats).toBeGreaterThan(100)
    expect(repeats).toBeLessThan(400)
  })

  test('has captions longer than the 77 tokens that CLIP reads', () => {
    // A word is a token at least, and CLIP adds two.
    expect(texts.filter((text) => text.split(/\s+/).length > 75).length).toBeGreaterThan(40)
  })

  test('has empty captions, both null and the empty string', () => {
    expect(rows.some(({ text }) => text === null)).toBe(true)
    expect(rows.some(({ text }) => text === '')).toBe(true)
  })

  test.each([
    ['any non-ASCII', /[^\p{ASCII}]/u, 600],
    ['Latin with accents', /[à-ÿ]/i, 200],
    ['Japanese', /[\u3040-\u30ff]/, 20],
    ['Chinese', /\p{Script=Han}/u, 40],
    ['Cyrillic', /\p{Script=Cyrillic}/u, 20],
    ['Arabic', /\p{Script=Arabic}/u, 15],
    ['emoji', /\p{Extended_Pictographic}/u, 50],
    ['tags', /<\/?[a-z]+[^>]*>/i, 30],
    ['entities', /&(amp|quot);/, 10],
    ['script in attributes', /onerror=/, 5],
    ['doubled quotes', /^".*"$/, 50],
  ])('has captions with %s', (_, pattern, least) => {
    expect(count(pattern)).toBeGreaterThanOrEqual(least)
  })

  test('leaves no template unexpanded', () => {
    expect(count(/[{}]/)).toBe(0)
  })

  test('gives pictures plausible sizes', () => {
    for (const { width, height } of rows) {
      expect(Math.min(width, height)).toBeGreaterThan(90)
      expect(Math.max(width, height)).toBeLessThan(3000)
    }
  })
})

test('templates expand names, alternatives, numbers and optional parts', () => {
  const words = [{ a: ['{b} x'], b: ['y'] }]
  expect(expand('{a} {7..7} {c|c} {?maybe} .', words, () => 0.9)).toBe('y x 7 c.')
  expect(() => expand('{nothing}', words, () => 0)).toThrow('no words called nothing')
})

test('the file keeps captions and layouts, with how they were made', async () => {
  const positions = Float32Array.from({ length: 2 * 100 }, (_, i) => i / 3)
  const buffer = sampleParquet(rows.slice(0, 100), [{ name: 'nn10', positions }], { seed: 7 }, 'lexical')
  const file = new File([buffer], 'sample.parquet')
  const opened = await createReader().open({ kind: 'file', file }, { text: null, limit: null }, {})
  expect(opened.layouts).toEqual([{ name: 'nn10', positions }])
  expect(opened.textColumn).toBe('TEXT')
  expect(opened.encoder).toBe('lexical')
  expect(keyValue(parquetMetadata(buffer))).toEqual({ seed: 7 })
})

test('public/sample.parquet holds the generator’s rows; npm run sample brings it up to date', async () => {
  const bytes = await readFile('public/sample.parquet')
  expect(bytes.byteLength).toBeLessThan(500_000)
  const file = new Uint8Array(bytes).buffer
  const stored = await parquetReadObjects({
    file,
    compressors,
    columns: ['id', 'TEXT', 'topic', 'WIDTH', 'HEIGHT'],
  })
  expect(stored.map((row) => ({ ...row, TEXT: row.TEXT ?? null }))).toEqual(
    rows.map(({ id, text, topic, width, height }) => ({
      id,
      TEXT: text,
      topic,
      WIDTH: width,
      HEIGHT: height,
    })),
  )
  expect(keyValue(parquetMetadata(file))).toMatchObject({
    rows: rows.length,
    seed: SAMPLE.seed,
    license: 'MIT',
  })
})

function keyValue(metadata: FileMetaData): unknown {
  return JSON.parse(metadata.key_value_metadata?.find(({ key }) => key === 'captionscape')?.value ?? 'null')
}
