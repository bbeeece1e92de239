import { describe, expect, test } from 'vitest'
import { CAPTION, caption, rows, useForms } from './open-form.ts'

const forms = useForms()
const found = { column: 'caption', rows: 60, captions: [caption(0), caption(1), caption(2)] }

describe('places on a map are found under the names that tools give them', () => {
  test.each([
    ['projection', 'i::DOUBLE AS projection_x, -i::DOUBLE AS projection_y'],
    ['umap', 'i::FLOAT AS umap_x, -i::FLOAT AS umap_y'],
    ['umap', 'i::FLOAT AS umap_1, -i::FLOAT AS umap_2'],
    ['tsne', 'i::DOUBLE AS tsne_0, -i::DOUBLE AS tsne_1'],
    ['UMAP', 'i::DOUBLE AS UMAP1, -i::DOUBLE AS UMAP2'],
    ['umap', 'i::DOUBLE AS umapX, -i::DOUBLE AS umapY'],
    ['xy', 'i AS x, -i AS y'],
    ['nn60', 'i AS x_nn60, -i AS y_nn60'],
    ['umap', '[i::FLOAT, -i::FLOAT] AS umap'],
    ['umap', '[i::DOUBLE, -i::DOUBLE]::DOUBLE[2] AS umap'],
    ['anything', `{'x': i::DOUBLE, 'y': -i::DOUBLE} AS anything`],
  ])('%s of %s', async (name, columns) => {
    const file = await forms.parquet(`SELECT ${CAPTION} AS caption, ${columns} ${rows(60)}`)
    const form = await forms.open(file)
    expect(form.found).toEqual(found)
    expect(form.opened.layouts.map((layout) => layout.name)).toEqual([name])
    expect([...form.opened.layouts[0].positions.subarray(2, 6)]).toEqual([1, -1, 2, -2])
    expect(form.notices).toEqual([])
    expect(await form.exported('caption, x_nn10 AS x')).toHaveLength(60)
  })

  test.each([
    ['bounding boxes', 'i AS bbox_x, -i AS bbox_y'],
    ['scores in a row', 'i AS score_1, -i AS score_2'],
    ['a vector over columns', 'i AS emb_0, i AS emb_1, i AS emb_2'],
    ['sizes', '[640::FLOAT, 480::FLOAT] AS size'],
  ])('and not %s', async (_, columns) => {
    const file = await forms.parquet(`SELECT ${CAPTION} AS caption, ${columns} ${rows(60)}`)
    expect((await forms.open(file)).opened.layouts).toEqual([])
  })
})

test('around 1e7 they keep their detail', async () => {
  const file = await forms.parquet(
    `SELECT ${CAPTION} AS caption, 1e7 + i * 0.1 AS x, -5e7 + i * 0.01 AS y ${rows(60)}`,
  )
  const [{ positions }] = (await forms.open(file)).opened.layouts
  for (const [i, [dx, dy]] of [
    [1, [0.1, 0.01]],
    [59, [5.9, 0.59]],
  ] as const) {
    expect(positions[2 * i] - positions[0]).toBeCloseTo(dx, 5)
    expect(positions[2 * i + 1] - positions[1]).toBeCloseTo(dy, 5)
  }
})

test('rows without them are told, and have no place rather than 0', async () => {
  const file = await forms.parquet(
    `SELECT ${CAPTION} AS caption, CASE WHEN i % 7 > 0 THEN i END::DOUBLE AS x_nn10, CASE i % 11 WHEN 0 THEN 'nan'::DOUBLE ELSE i END AS y_nn10 ${rows(60)}`,
  )
  const { opened, notices } = await forms.open(file)
  const { positions } = opened.layouts[0]
  expect([...positions.subarray(0, 4)]).toEqual([Number.NaN, Number.NaN, 1, 1])
  expect([...positions.subarray(22, 24)]).toEqual([11, Number.NaN])
  expect(notices).toEqual([
    '14 rows have no coordinates and are not drawn: 0, 7, 11, 14, 21, 22, 28, 33, … (from 0), in “nn10”.',
  ])
})

test('a layout with all rows at one place is left out, and told', async () => {
  const file = await forms.parquet(
    `SELECT ${CAPTION} AS caption, 1::DOUBLE AS x_a, 1::DOUBLE AS y_a ${rows(60)}`,
  )
  const { opened, notices } = await forms.open(file)
  expect(opened.layouts).toEqual([])
  expect(notices).toEqual(['The layout “a” has all rows at one place, and is left out.'])
})
