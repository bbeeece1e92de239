/** Alternatives by name; what a template calls `{name}`. */
export type Words = Readonly<Record<string, readonly string[]>>

/** A subject that captions are about, with its own words and ways to say things. */
export interface Topic {
  readonly name: string
  readonly templates: readonly string[]
  readonly words: Words
}

/** Uniform in [0, 1). */
export type Random = () => number

/** The entries of a list written as `a|b|c`. */
export const list = (text: string): readonly string[] => text.split('|').map((entry) => entry.trim())

/** One of them. */
export function pick<T>(from: readonly T[], random: Random): T {
  return from[Math.floor(random() * from.length)]
}

/**
 * Writes a template out: `{name}` is one of the words of that name, `{a|b}` one of the alternatives, `{3..12}` a number,
 * `{?text}` the text or nothing. What comes in may hold braces again.
 * @param words looked up in order
 * @throws {Error} a name that no list has.
 */
export function expand(template: string, words: readonly Words[], random: Random): string {
  let text = template
  for (let match = innermost.exec(text); match; match = innermost.exec(text)) {
    const [whole, inner] = match
    text =
      text.slice(0, match.index) + replacement(inner, words, random) + text.slice(match.index + whole.length)
  }
  return text
    .replace(/\s+([,.!?;:])(?=\s|$)/g, '$1')
    .replace(/ {2,}/g, ' ')
    .trim()
}

const innermost = /\{([^{}]*)\}/

function replacement(inner: string, words: readonly Words[], random: Random): string {
  if (inner.startsWith('?')) return random() < 0.5 ? inner.slice(1) : ''
  if (inner.includes('|')) return pick(inner.split('|'), random)
  const range = /^(\d+)\.\.(\d+)$/.exec(inner)
  if (range)
    return String(Number(range[1]) + Math.floor(random() * (Number(range[2]) - Number(range[1]) + 1)))
  const found = words.find((lists) => Object.hasOwn(lists, inner))
  if (!found) throw new Error(`sample: no words called ${inner}`)
  return pick(found[inner], random)
}
