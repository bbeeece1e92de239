/** A number of things, with the locale's separators. */
export const count = (value) => Number(value).toLocaleString('en')

/** A number with so many decimals; a dash where there is none. */
export const fixed = (value, decimals = 3) => (typeof value === 'number' ? value.toFixed(decimals) : '–')

export const seconds = (value) =>
  typeof value === 'number' ? `${value < 10 ? value.toFixed(2) : value.toFixed(1)} s` : '–'

/** A table in Markdown, or a line that says that there is nothing. */
export function table(head, rows) {
  if (!rows.length) return 'Not measured.'
  const line = (cells) => `| ${cells.join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
