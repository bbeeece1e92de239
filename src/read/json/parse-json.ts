import { InputError } from '../../shared/core/errors.ts'

/** Numbers that Python's json writes and JSON has no word for. */
const NOT_NUMBERS = /"(?:[^"\\]|\\.)*"|-?\b(?:NaN|Infinity)\b/g

/**
 * JSON, in which NaN and infinities are nulls.
 * @param firstLine of the text in its file, from 1
 * @throws {InputError} with line and column
 */
export function parseJson(name: string, text: string, firstLine: number): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    const plain = /\b(NaN|Infinity)\b/.test(text) ? tryJson(withoutNaN(text)) : undefined
    if (plain !== undefined) return plain
    const reason = cause instanceof Error ? cause.message : String(cause)
    const at = placeOf(reason, text)
    const before = text.slice(0, at).split('\n')
    const line = firstLine + before.length - 1
    const column = before[before.length - 1].length + 1
    throw new InputError(
      `Read: line ${line}, column ${column} of ${name} is not JSON: ${reason.replace(/ in JSON at position.*/, '')}`,
      'Correct the line, or save the rows as JSON Lines (one object a line) or as Parquet.',
      { cause },
    )
  }
}

/** JSON, or undefined where it is none. */
export function tryJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

const withoutNaN = (text: string): string =>
  text.replace(NOT_NUMBERS, (found) => (found.startsWith('"') ? found : 'null'))

/** V8 gives a position, or up to ten characters before and after the place; others say neither, or line and column. */
function placeOf(reason: string, text: string): number {
  const position = /position (\d+)/.exec(reason)?.[1]
  if (position !== undefined) return Number(position)
  const around = /, (\.\.\.)?"(.*?)"(\.\.\.)? is not valid JSON$/s.exec(reason)
  if (!around) return text.length
  return text.indexOf(around[2]) + (around[1] ? 10 : around[2].length > 10 ? 10 : around[2].length)
}
