import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { DEFAULTS } from '../../../src/engine/link/params.ts'

test('docs/scripting.md has a row for each parameter of the address, and none for others', () => {
  const page = readFileSync('docs/scripting.md', 'utf8')
  const table = page.slice(page.indexOf('| parameter |'), page.indexOf('## `globalThis.captionscape`'))
  const rows = [...table.matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name)
  expect(rows.sort()).toEqual([...Object.keys(DEFAULTS), 'settings'].sort())
})
