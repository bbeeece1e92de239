import { expect, test } from 'vitest'
import { legendSvg } from '../../../src/engine/color/legend-svg.ts'

test('a legend of categories names those that are on, as text and never as markup', () => {
  const svg = legendSvg(
    {
      kind: 'category',
      column: 'topic',
      nDistinct: 3,
      entries: [
        { code: 0, name: '<b>cats & dogs</b>\u0007', count: 1234, color: 'rgb(1 2 3)', isOn: true },
        { code: 1, name: 'hidden', count: 5, color: 'rgb(4 5 6)', isOn: false },
      ],
    },
    'dark',
  )
  expect(svg).toContain('&lt;b&gt;cats &amp; dogs&lt;/b&gt; </text>')
  expect(svg).toContain('fill="rgb(1 2 3)"')
  expect(svg).toContain('1,234')
  expect(svg).not.toContain('hidden')
})

test('a legend of numbers is a ramp between the least and the most', () => {
  const histogram = { least: 0.5, most: 20, counts: [1, 2], nNone: 0, mean: 1 }
  const svg = legendSvg(
    { kind: 'number', column: 'score', histogram, scale: 'quantile', least: 0.5, most: 20 },
    'light',
  )
  expect(svg.match(/<stop /g)).toHaveLength(17)
  expect(svg).toMatch(/>0\.5<.*>20</s)
  expect(svg).toContain('by rank')
})
