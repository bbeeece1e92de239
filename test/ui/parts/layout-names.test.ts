import { expect, test } from 'vitest'
import { sayLayout } from '../../../src/ui/parts/layout-names.ts'

test.each([
  [
    ['nn10', 'nn30', 'nn60'],
    ['Fine', 'Balanced', 'Broad'],
  ],
  [
    ['nn60', 'nn15'],
    ['Broad', 'Fine'],
  ],
  [['nn10'], [null]],
  [
    ['tsne', 'nn30', 'nn60'],
    [null, null, null],
  ],
  [
    ['nn5', 'nn10', 'nn30', 'nn60'],
    [null, null, null, null],
  ],
])('layouts %j are called %j', (names, said) => {
  expect(names.map((name) => sayLayout(name, names))).toEqual(said)
})
