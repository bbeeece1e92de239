import { createRandom } from '../shared/math/random.ts'
import { commonWords } from './common-words.ts'
import { foreignTopics } from './foreign-topics.ts'
import { expand, pick, type Random, type Topic } from './grammar.ts'
import { longCaptions, longWords } from './long-captions.ts'
import { topics } from './topics.ts'

/** One row of the sample. */
export interface SampleRow {
  readonly id: number
  /** Null where the picture has no alt text; real files have both nulls and empty strings. */
  readonly text: string | null
  /** What the caption is about; it is not part of the caption. */
  readonly topic: string
  /** px */
  readonly width: number
  /** px */
  readonly height: number
}

/** What the published sample is made with. */
export const SAMPLE = { nRows: 6000, seed: 1 } as const

// Shares of the rows; the rest is plain captions of the English topics.
const FOREIGN = 0.09
const LONG = 0.012
const REPEATED = 0.03
const EMPTY = 0.004

/** Captions of the project's own making in the manner of alt text found on the web; the same seed gives the same rows. */
export function makeSample({ nRows, seed }: { readonly nRows: number; readonly seed: number }): SampleRow[] {
  const random = createRandom(seed).uniform
  const rows: SampleRow[] = []
  const seen = new Set<string | null>()
  for (let id = 0; id < nRows; id++) {
    const caption = makeCaption(rows, seen, random)
    seen.add(caption.text)
    rows.push({ id, ...caption, ...makeSize(random) })
  }
  return rows
}

interface Caption {
  readonly text: string | null
  readonly topic: string
}

function makeCaption(
  earlier: readonly SampleRow[],
  seen: ReadonlySet<string | null>,
  random: Random,
): Caption {
  const kind = random()
  if (kind < EMPTY) return { text: random() < 0.5 ? null : '', topic: pick(topics, random).name }
  if (kind < EMPTY + REPEATED && earlier.length > 0) {
    const { text, topic } = pick(earlier, random)
    return { text, topic }
  }
  const long = kind < EMPTY + REPEATED + LONG
  const foreign = !long && kind < EMPTY + REPEATED + LONG + FOREIGN
  const write = long ? writeLong : foreign ? writeForeign : writePlain
  const caption = write(random)
  // Repeats are made on purpose above; those by chance mostly go away when it is asked once more.
  return seen.has(caption.text) ? write(random) : caption
}

function writeLong(random: Random): Caption {
  const { topic, template } = pick(longCaptions, random)
  return { text: expand(template, [longWords, commonWords], random), topic }
}

function writeForeign(random: Random): Caption {
  const topic = pick(foreignTopics, random)
  return { text: capitalize(say(topic, random)), topic: topic.name }
}

function writePlain(random: Random): Caption {
  const topic = pick(topics, random)
  return { text: dress(capitalize(say(topic, random)), random), topic: topic.name }
}

const say = (topic: Topic, random: Random) =>
  expand(pick(topic.templates, random), [topic.words, commonWords], random)

const capitalize = (text: string) => text.charAt(0).toUpperCase() + text.slice(1)

/** What sites do to a caption: stock phrases, shop phrases, file names, HTML left over, and all cases. */
const dressings: readonly (readonly [share: number, dress: (text: string, random: Random) => string])[] = [
  [0.06, (text, random) => `${text} - ${expand('{stock}', [commonWords], random)}`],
  [0.04, (text, random) => `${text} | ${expand('{maker}', [commonWords], random)}`],
  [0.03, (text, random) => `Buy ${text} Online - ${expand('{shop}', [commonWords], random)}`],
  [0.03, (text, random) => fileName(text, random)],
  [0.03, (text) => text.toLowerCase()],
  [0.015, (text) => text.toUpperCase()],
  [
    0.03,
    (text) =>
      text.replace(/(^|\s)(\p{Ll})/gu, (_, space: string, letter: string) => space + letter.toUpperCase()),
  ],
  [0.02, (text) => `${text.slice(0, Math.max(24, text.length - 14)).trimEnd()}...`],
  [0.02, (text) => `"${text.replaceAll('"', '""')}"`],
  [0.008, (text) => `<b>${text}</b>`],
  [
    0.008,
    (text) =>
      text
        .replace(/ and | with /, ' &amp; ')
        .replaceAll('“', '&quot;')
        .replaceAll('”', '&quot;'),
  ],
  [0.004, (text) => `${text}<br/><a href="#top">back to top</a>`],
  [0.003, (text) => `<img src="x" onerror="alert(1)" alt="${text.slice(0, 40)}">`],
  [0.02, (text, random) => `${text} ${pick(['✨', '🔥', '❤️', '📷', '🎉', '🌍', '👌🏽', '😍'], random)}`],
  [0.02, (text, random) => `${text} #${1000 + Math.floor(random() * 900_000)}`],
  [0.01, (text) => `  ${text}  `],
]

function dress(text: string, random: Random): string {
  let left = random()
  for (const [share, change] of dressings) {
    if (left < share) return change(text, random)
    left -= share
  }
  return text
}

function fileName(text: string, random: Random): string {
  const words = text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/[^A-Za-z0-9]+/g, ' ')
    .trim()
    .split(' ')
  const separator = pick(['_', '-', ' '], random)
  return `${words.slice(0, 6).join(separator)}${separator}${1 + Math.floor(random() * 60)}.${pick(['jpg', 'JPG', 'png', 'jpeg'], random)}`
}

/** Sizes in which pictures are found on the web, most of them thumbnails and stock sizes. */
const sizes: readonly (readonly [width: number, height: number])[] = [
  [600, 400],
  [1024, 683],
  [500, 500],
  [800, 800],
  [300, 450],
  [640, 480],
  [1200, 800],
  [236, 354],
  [450, 320],
  [1920, 1080],
  [736, 1104],
  [1000, 1500],
]

function makeSize(random: Random): { width: number; height: number } {
  const [width, height] = pick(sizes, random)
  if (random() < 0.6) return { width, height }
  const scale = 0.5 + random()
  return { width: Math.round(width * scale), height: Math.round(height * scale * (0.9 + 0.2 * random())) }
}
