import type { Column } from '../parquet/columns.ts'
import { ASSISTANTS, SPEAKERS, type Step, type TextLeaf } from './leaf.ts'

/** More paths than these are data, not columns. */
const MOST_PATHS = 100
const MOST_DEPTH = 8
/** A column is JSON where so many of its filled values are. */
const LEAST_SHARE = 0.8

/** A JSON object or list; null for any other text. */
export function parseNested(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return null
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/**
 * The texts in the JSON of a column, by a sample of its values: `meta.caption`, `captions[]`, `messages[].content`.
 * @param values '' for null
 * @param isOffered whose turns of a conversation are leaves of their own, beside everybody's
 * @returns none where most values are not JSON
 */
export function jsonLeaves(
  column: Column,
  values: readonly string[],
  isOffered: (speaker: string) => boolean = (speaker) => ASSISTANTS.has(speaker),
): TextLeaf[] {
  const filled = values.filter((value) => value.trim() !== '')
  const parsed = filled.map(parseNested).filter((value) => value !== null)
  if (filled.length === 0 || parsed.length < LEAST_SHARE * filled.length) return []
  const found = new Map<string, TextLeaf>()
  const visit = (value: unknown, at: Omit<TextLeaf, 'column' | 'from'>, steps: readonly Step[]): void => {
    if (steps.length > MOST_DEPTH || found.size >= MOST_PATHS) return
    if (typeof value === 'string') {
      if (!found.has(at.path)) found.set(at.path, { ...at, column, from: { kind: 'json', steps } })
    } else if (Array.isArray(value)) {
      for (const element of value.slice(0, 16)) {
        const who = speakerOf(element)
        if (who && isOffered(who.is))
          visit(element, { ...at, path: `${at.path}[${who.is}]`, inList: true, speaker: who.is }, [
            ...steps,
            { list: who },
          ])
        visit(element, { ...at, path: `${at.path}[]`, inList: true }, [...steps, { list: null }])
      }
    } else if (typeof value === 'object' && value !== null) {
      for (const [name, member] of Object.entries(value)) {
        const names = [...at.names, name]
        visit(member, { ...at, names, path: `${at.path}.${name}` }, [...steps, { name }])
      }
    }
  }
  const { name } = column
  for (const value of parsed) visit(value, { path: name, names: [name], inList: false, speaker: null }, [])
  return [...found.values()]
}

/** Whose turn an element of a conversation is. */
function speakerOf(element: unknown): { readonly member: string; readonly is: string } | null {
  if (typeof element !== 'object' || element === null) return null
  const found = Object.entries(element).find(([name, is]) => SPEAKERS.has(name) && typeof is === 'string')
  return found ? { member: found[0], is: found[1] as string } : null
}

/**
 * The texts at the end of some steps, with their places in the row's lists.
 * @param value what a row's JSON holds
 */
export function* textsAt(
  value: unknown,
  steps: readonly Step[],
): Generator<{ readonly text: string | null; readonly place: number }> {
  let place = 0
  yield* follow(value, 0)
  function* follow(at: unknown, next: number): Generator<{ text: string | null; place: number }> {
    if (next === steps.length) {
      yield { text: typeof at === 'string' ? at : null, place: place++ }
      return
    }
    const step = steps[next]
    if ('name' in step) {
      const isObject = typeof at === 'object' && at !== null && Object.hasOwn(at, step.name)
      yield* follow(isObject ? (at as Record<string, unknown>)[step.name] : null, next + 1)
    } else if (Array.isArray(at))
      for (const element of at) {
        const { list } = step
        if (list === null || (element as Record<string, unknown> | null)?.[list.member] === list.is)
          yield* follow(element, next + 1)
        else place++
      }
  }
}
