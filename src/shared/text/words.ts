/**
 * English words that say nothing of a topic: scikit-learn's list (BSD), after the Glasgow information
 * retrieval group's (http://ir.dcs.gla.ac.uk/resources/linguistic_utils/stop_words), without its one-letter
 * words.
 */
const STOP_WORDS = new Set(
  `about above across after afterwards again against all almost alone along already also although always am
  among amongst amoungst amount an and another any anyhow anyone anything anyway anywhere are around as at
  back be became because become becomes becoming been before beforehand behind being below beside besides
  between beyond bill both bottom but by call can cannot cant co con could couldnt cry de describe detail
  do done down due during each eg eight either eleven else elsewhere empty enough etc even ever every
  everyone everything everywhere except few fifteen fifty fill find fire first five for former formerly
  forty found four from front full further get give go had has hasnt have he hence her here hereafter
  hereby herein hereupon hers herself him himself his how however hundred ie if in inc indeed interest
  into is it its itself keep last latter latterly least less ltd made many may me meanwhile might mill
  mine more moreover most mostly move much must my myself name namely neither never nevertheless next nine
  no nobody none noone nor not nothing now nowhere of off often on once one only onto or other others
  otherwise our ours ourselves out over own part per perhaps please put rather re same see seem seemed
  seeming seems serious several she should show side since sincere six sixty so some somehow someone
  something sometime sometimes somewhere still such system take ten than that the their them themselves
  then thence there thereafter thereby therefore therein thereupon these they thick thin third this those
  though three through throughout thru thus to together too top toward towards twelve twenty two un under
  until up upon us very via was we well were what whatever when whence whenever where whereafter whereas
  whereby wherein whereupon wherever whether which while whither who whoever whole whom whose why will
  with within without would yet you your yours yourself yourselves`.split(/\s+/),
)

/** Whether a word, in lower case, says nothing of a topic. */
export function isStopWord(word: string): boolean {
  return STOP_WORDS.has(word)
}

// Two letters or more, with their combining marks, and not part of a code such as “b07xyz”.
const WORD = /(?<![\p{L}\p{M}\p{N}_])\p{L}[\p{L}\p{M}]+(?![\p{L}\p{M}\p{N}_])/gu

// Scripts that are written without spaces between words.
const UNSPACED =
  '\\p{scx=Han}\\p{scx=Hiragana}\\p{scx=Katakana}\\p{scx=Thai}\\p{scx=Lao}\\p{scx=Khmer}\\p{scx=Myanmar}'
/** Finds a character of a script that is written without spaces between words. */
export const HAS_UNSPACED = new RegExp(`[${UNSPACED}]`, 'u')
const RUNS = new RegExp(`[${UNSPACED}]+|[^${UNSPACED}]+`, 'gu')

/**
 * The words of a caption that can carry its topic: NFKC, lower case, two letters or more, no English stop
 * words. Runs of scripts without spaces become pairs of characters: dictionaries (`Intl.Segmenter`) differ
 * between browsers, and the map should not.
 */
export function splitWords(caption: string): string[] {
  const words: string[] = []
  for (const word of caption.normalize('NFKC').toLowerCase().match(WORD) ?? []) {
    if (!HAS_UNSPACED.test(word)) {
      if (!STOP_WORDS.has(word)) words.push(word)
      continue
    }
    for (const run of word.match(RUNS) ?? []) {
      const characters = Array.from(run)
      if (!HAS_UNSPACED.test(run) || characters.length < 3) words.push(run)
      else for (let i = 1; i < characters.length; i++) words.push(characters[i - 1] + characters[i])
    }
  }
  return words
}
