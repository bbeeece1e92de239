import { expect, test } from 'vitest'
import { Selection } from '../../../src/engine/select/selection.ts'
import { difference, union } from '../../../src/shared/math/sorted.ts'

const rows = (...values: number[]) => Uint32Array.from(values)

test('sets of rows unite and subtract', () => {
  expect([...union(rows(1, 3, 5), rows(2, 3, 9))]).toEqual([1, 2, 3, 5, 9])
  expect([...union(rows(), rows(4))]).toEqual([4])
  expect([...difference(rows(1, 3, 5), rows(2, 3, 9))]).toEqual([1, 5])
  expect([...difference(rows(1), rows())]).toEqual([1])
})

test('a selection replaces, adds, subtracts, toggles and goes back', () => {
  const seen: number[][] = []
  const selection = new Selection((now) => seen.push([...now]))
  selection.apply(rows(4, 7))
  selection.setMode('add')
  selection.apply(rows(1, 7))
  selection.apply(rows(4), 'subtract')
  selection.toggle(9)
  selection.toggle(1)
  expect([...selection.rows]).toEqual([7, 9])
  expect([selection.has(7), selection.has(1)]).toEqual([true, false])
  selection.undo()
  selection.undo()
  expect([...selection.rows]).toEqual([1, 7])
  selection.clear()
  selection.undo()
  expect(selection.view.getState()).toMatchObject({ count: 2, canUndo: true })
  expect(seen.at(-1)).toEqual([1, 7])
})

test('a selection forgets the steps that lie far back, and everything for other data', () => {
  const selection = new Selection(() => {})
  for (let row = 0; row < 50; row++) selection.toggle(row)
  for (let i = 0; i < 50; i++) selection.undo()
  expect(selection.view.getState()).toMatchObject({ count: 30, canUndo: false })
  selection.reset()
  expect(selection.view.getState()).toMatchObject({ count: 0, canUndo: false, tool: 'pan' })
})
