import type { ColumnValues } from '../../../workers/read.ts'
import type { ColumnFilter } from './column-filter.ts'

/** Values that have no name of their own, and rows without one. */
const OTHERS = '*'
const NONE = '~'

/** A filter as text; the shorter of the lists of what passes and what does not. */
export function textOf(filter: ColumnFilter, values: ColumnValues): string {
  if (filter.kind === 'range') {
    const write = (value: number): string =>
      values.kind === 'date' ? new Date(value).toISOString() : String(value)
    return `${write(filter.least)}..${write(filter.most)}`
  }
  if (values.kind !== 'category') return ''
  const codes = Array.from({ length: values.names.length + 2 }, (_, code) => code)
  const off = codes.filter((code) => filter.off.has(code))
  const on = codes.filter((code) => !filter.off.has(code))
  const list = (some: readonly number[]): string => some.map((code) => nameOf(code, values.names)).join()
  return on.length > 0 && on.length < off.length ? list(on) : `-${list(off)}`
}

/** The filter that a text means for a column; null where it means none there, as where none of its names is there. */
export function filterOf(text: string, values: ColumnValues): ColumnFilter | null {
  if (values.kind !== 'category') {
    const [least, most, ...rest] = text.split('..').map((bound) => {
      if (bound === '') return Number.NaN
      return values.kind === 'date' ? Date.parse(bound) : Number(bound)
    })
    return rest.length === 0 && least <= most ? { kind: 'range', least, most } : null
  }
  const isOff = text.startsWith('-')
  const codes = new Map<string, number>()
  for (let code = 0; code < values.names.length + 2; code++) codes.set(nameOf(code, values.names), code)
  const named = (isOff ? text.slice(1) : text).split(',').flatMap((name) => codes.get(name) ?? [])
  if (named.length === 0) return null
  const all = [...codes.values()]
  return { kind: 'categories', off: new Set(isOff ? named : all.filter((code) => !named.includes(code))) }
}

/** A category's name, so that no sign in it is taken for one of the list's own. */
function nameOf(code: number, names: readonly string[]): string {
  if (code === names.length) return OTHERS
  if (code > names.length) return NONE
  return encodeURIComponent(names[code]).replace(/^-/, '%2D').replace(/\*/g, '%2A').replace(/~/g, '%7E')
}
