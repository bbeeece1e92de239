import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import * as library from '../../src/umap/umap.ts'

const page = readFileSync('docs/library.md', 'utf8')
const example = readFileSync('test/umap/library.example.ts', 'utf8')

test('the page shows the example that a test runs, line by line', () => {
  const shown = [...page.matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code).join('\n')
  const regions = [...example.matchAll(/#region \w+\n(.*?)\n *\/\/ #endregion/gs)]
  expect(regions.length).toBe(3)
  for (const [, region] of regions) expect(shown).toContain(region.replace(/^ {2}/gm, ''))
})

test('the page imports from the entry, and only what it has', () => {
  const imports = [...page.matchAll(/import \{ (.*?) \} from '(.*?)'/g)]
  expect(imports.map(([, , from]) => from)).toEqual(['./src/umap/umap.ts'])
  for (const name of imports[0][1].split(', ')) expect(library).toHaveProperty(name)
})

test('the page has every option with its default', () => {
  for (const [name, value] of Object.entries(library.UMAP_DEFAULTS)) {
    const row = page.split('\n').find((line) => line.startsWith('|') && line.includes(`\`${name}\``))
    const shown = Array.isArray(value)
      ? `[${value.join(', ')}]`
      : typeof value === 'string'
        ? `'${value}'`
        : value
    expect(row ?? `no row for ${name}`).toContain(String(shown))
  }
})
