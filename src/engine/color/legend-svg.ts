import { cssColor, rampColor } from '../../draw/color/palette.ts'
import type { Theme } from '../../draw/color/color.ts'
import type { Legend } from './legend.ts'

const WIDTH = 320
const LINE = 22
const STOPS = 16
const INK = {
  dark: { ground: '#0b0d13', text: '#eceef4' },
  light: { ground: '#f5f3ee', text: '#171b24' },
} as const

/** The legend of the map's colors as an SVG file of its own, for figures. */
export function legendSvg(legend: Legend, theme: Theme): string {
  const { ground, text } = INK[theme]
  const lines: string[] = []
  const write = (x: number, y: number, what: string, more = ''): void => {
    lines.push(`<text x="${x}" y="${y}" fill="${text}"${more}>${escaped(what)}</text>`)
  }
  write(16, 26, legend.column.replace('@', ''), ' font-weight="600"')
  let height: number
  if (legend.kind === 'category') {
    const shown = legend.entries.filter(({ isOn }) => isOn)
    for (const [i, { name, count, color }] of shown.entries()) {
      const y = 44 + i * LINE
      lines.push(`<rect x="16" y="${y - 3}" width="12" height="12" rx="3" fill="${color}"/>`)
      write(36, y + 7, name)
      write(WIDTH - 16, y + 7, count.toLocaleString(), ' text-anchor="end"')
    }
    height = 52 + shown.length * LINE
  } else {
    const stops = Array.from({ length: STOPS + 1 }, (_, i) => {
      const color = cssColor(rampColor(i / STOPS, theme))
      return `<stop offset="${i / STOPS}" stop-color="${color}"/>`
    })
    const end = (value: number): string =>
      legend.kind === 'date'
        ? new Date(value).toISOString().slice(0, 10)
        : value.toLocaleString(undefined, { maximumSignificantDigits: 6 })
    lines.push(
      `<defs><linearGradient id="ramp">${stops.join('')}</linearGradient></defs>`,
      `<rect x="16" y="40" width="${WIDTH - 32}" height="14" rx="4" fill="url(#ramp)"/>`,
    )
    write(16, 74, end(legend.histogram.least))
    write(WIDTH - 16, 74, end(legend.histogram.most), ' text-anchor="end"')
    if (legend.scale === 'quantile') write(WIDTH / 2, 74, 'by rank', ' text-anchor="middle"')
    height = 90
  }
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${height}" viewBox="0 0 ${WIDTH} ${height}" font-family="system-ui, sans-serif" font-size="13">
<rect width="100%" height="100%" fill="${ground}"/>
${lines.join('\n')}
</svg>
`
}

/** Text of a file in an SVG. XML knows no control characters but tabs and line ends. */
function escaped(text: string): string {
  const plain = Array.from(text, (letter) => (letter < ' ' ? ' ' : letter)).join('')
  return plain.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}
