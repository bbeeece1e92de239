/**
 * Folding: two texts that a reader takes for the same word have the same folded form, whatever their case, accents,
 * width or Unicode normalization. Search compares folded forms and nothing else.
 */

/**
 * Marks that only modify a letter: accents, Arabic vowel signs, Hebrew points, variation selectors, and characters of no
 * width. Vowel signs of Indic and Thai writing and the Japanese voicing marks are letters to their readers, and stay.
 */
const DROPPED: readonly (readonly [number, number])[] = [
  [0xad, 0xad],
  [0x300, 0x36f],
  [0x591, 0x5bd],
  [0x5bf, 0x5bf],
  [0x5c1, 0x5c2],
  [0x5c4, 0x5c5],
  [0x5c7, 0x5c7],
  [0x64b, 0x65f],
  [0x670, 0x670],
  [0x6d6, 0x6dc],
  [0x6df, 0x6e4],
  [0x6e7, 0x6e8],
  [0x6ea, 0x6ed],
  [0x1ab0, 0x1aff],
  [0x1dc0, 0x1dff],
  [0x200b, 0x200b],
  [0x200e, 0x200f],
  [0x2060, 0x2060],
  [0x20d0, 0x20ff],
  [0xfe00, 0xfe0f],
  [0xfe20, 0xfe2f],
  [0xfeff, 0xfeff],
]

function bare(text: string): string {
  let kept = ''
  for (const letter of text) {
    const codePoint = letter.codePointAt(0) ?? 0
    if (!DROPPED.some(([first, last]) => codePoint >= first && codePoint <= last)) kept += letter
  }
  return kept
}

/** Letters that Unicode does not decompose though their readers see a plain letter with a stroke, and look-alike signs. */
const SAME: ReadonlyMap<string, string> = new Map([
  ['ß', 'ss'],
  ['ς', 'σ'],
  ['ı', 'i'],
  ['ø', 'o'],
  ['đ', 'd'],
  ['ð', 'd'],
  ['ł', 'l'],
  ['ħ', 'h'],
  ['ŧ', 't'],
  ['æ', 'ae'],
  ['œ', 'oe'],
  ['‘', "'"],
  ['’', "'"],
  ['ʼ', "'"],
  ['“', '"'],
  ['”', '"'],
  ['„', '"'],
  ['‐', '-'],
  ['‑', '-'],
  ['–', '-'],
  ['—', '-'],
  ['−', '-'],
  ['\t', ' '],
  ['\n', ' '],
  ['\r', ' '],
])

/** One code point folded: compatibility form, without accents, lower case. */
export function foldCodePoint(codePoint: number): string {
  const letters = bare(String.fromCodePoint(codePoint).normalize('NFKD')).toLowerCase()
  let folded = ''
  for (const letter of letters) folded += SAME.get(letter) ?? letter
  // Lower case may bring accents of its own (İ), and Hangul is compared by syllables.
  return bare(folded).normalize('NFKC')
}

/** A text folded: its composed form, code point by code point. */
export function fold(text: string): string {
  let folded = ''
  for (const letter of text.normalize('NFC')) folded += foldCodePoint(letter.codePointAt(0) ?? 0)
  return folded
}

/** Whether a letter or digit is part of a word. Writing without spaces has no word ends, so its letters are words alone. */
export function isWordLetter(letter: string): boolean {
  return (
    /^[\p{L}\p{N}\p{M}_]/u.test(letter) &&
    !/^[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}\p{Script=Myanmar}]/u.test(
      letter,
    )
  )
}
