import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { readModules } from './modules.ts'
import { arrowsOf, covers, drawPicture, readPicture, roomOf } from './rooms.ts'

const modules = readModules(['src', 'workers'])
const actual = arrowsOf(modules)
const [, picture = ''] = readFileSync('docs/architecture.md', 'utf8').match(/```rooms\n([\s\S]*?)```/) ?? []
const drawn = readPicture(picture)

/** How the picture would have to look, for who has to mend it. */
const MEND = `docs/architecture.md shows other arrows than there are. If they are meant, it reads:\n\n${drawPicture(actual)}\n`

test('every import from another room is drawn in docs/architecture.md', () => {
  const missing = [...actual].flatMap(([from, rooms]) =>
    [...rooms]
      .filter((to) => ![...(drawn.get(from) ?? [])].some((target) => covers(target, to)))
      .map((to) => `${from} → ${to}`),
  )
  expect(missing, MEND).toEqual([])
})

test('every arrow drawn there is used, and every room is there', () => {
  const unused = [...drawn].flatMap(([from, targets]) =>
    [...targets]
      .filter((target) => ![...(actual.get(from) ?? [])].some((to) => covers(target, to)))
      .map((target) => `${from} → ${target}`),
  )
  expect(unused, MEND).toEqual([])
  expect([...drawn.keys()].sort(), MEND).toEqual([...actual.keys()].sort())
})

test('arrows point down: a room stands above all that it imports, so that no rooms go round in a circle', () => {
  const order = [...drawn.keys()]
  const upward = [...drawn].flatMap(([from, targets]) =>
    order
      .filter((room) => room !== from && [...targets].some((target) => covers(target, room)))
      .filter((room) => order.indexOf(room) < order.indexOf(from) && actual.get(from)?.has(room))
      .map((room) => `${from} → ${room}`),
  )
  expect(upward).toEqual([])
})

test('no files import each other in a circle, not even for types', () => {
  const imports = new Map(
    modules.map(({ file, references }) => [
      file,
      references.filter(({ kind }) => kind !== 'url').map(({ target }) => target),
    ]),
  )
  // What imports nothing that is left is no part of a circle, nor is what only such files are imported by.
  const left = new Map(imports)
  for (let before = -1; before !== left.size; ) {
    before = left.size
    for (const [file, targets] of left) if (!targets.some((target) => left.has(target))) left.delete(file)
  }
  expect([...left.keys()]).toEqual([])
})

test('a room has at most some sixteen modules, and every room its paragraph', () => {
  const crowded = [...actual.keys()].filter(
    (room) => room !== 'main' && modules.filter(({ file }) => roomOf(file) === room).length > 16,
  )
  expect(crowded).toEqual([])
  const folders = readdirSync('src', { withFileTypes: true }).filter((entry) => entry.isDirectory())
  const text = readFileSync('docs/architecture.md', 'utf8')
  expect(folders.map(({ name }) => name).filter((name) => !text.includes(`\`src/${name}\``))).toEqual([])
})

test('the reader of pictures sees rooms, arrows and folders', () => {
  expect(readPicture('a → b, c/d\n\nb →\nnothing')).toEqual(
    new Map([
      ['a', new Set(['b', 'c/d'])],
      ['b', new Set()],
    ]),
  )
  expect([covers('c', 'c/d'), covers('c', 'cd'), covers('c/d', 'c')]).toEqual([true, false, false])
  expect(
    drawPicture(
      new Map([
        ['b', new Set()],
        ['a', new Set(['b', 'c/d'])],
        ['c/d', new Set()],
      ]),
    ),
  ).toBe('a → b, c\nb →\nc/d →')
})

test('every file that docs/architecture.md leads through is there', () => {
  const text = readFileSync('docs/architecture.md', 'utf8')
  const named = [...text.matchAll(/`((?:[a-z-]+\/)+[a-z0-9-]+(?:\.[a-z]+)*\.(?:tsx?|wgsl|glsl))`/g)].map(
    ([, file]) => file,
  )
  expect(named.length).toBeGreaterThan(40)
  const isThere = (file: string): boolean => [`src/${file}`, file].some((place) => existsSync(place))
  expect(named.filter((file) => !isThere(file))).toEqual([])
})
