/** Lines that are named; more would fill the page. */
const NAMED = 10

/** Counts the rows of a file that were read, and those that could not be. */
export interface BadRows {
  readonly nRows: number
  readonly nBad: number
  good(n: number): void
  /** @param line or place in a list, from 1 */
  bad(line: number): void
  /** “3 of 120 rows of a.csv could not be read: lines 12, 40, 77”, null where all could. */
  message(name: string, noun?: 'line' | 'element'): string | null
}

export function countBadRows(): BadRows {
  let nRows = 0
  const lines: number[] = []
  return {
    get nRows() {
      return nRows
    },
    get nBad() {
      return lines.length
    },
    good: (n) => {
      nRows += n
    },
    bad: (line) => {
      nRows++
      lines.push(line)
    },
    message(name, noun = 'line') {
      if (lines.length === 0) return null
      const named = lines.slice(0, NAMED).join(', ')
      const more = lines.length > NAMED ? ` and ${(lines.length - NAMED).toLocaleString('en')} more` : ''
      const of = `${lines.length.toLocaleString('en')} of ${nRows.toLocaleString('en')} rows of ${name}`
      return `${of} could not be read: ${noun}${lines.length === 1 ? '' : 's'} ${named}${more}`
    },
  }
}
