/** Endings of file names, parts of addresses and names of the sites that captions were gathered from: never the name of a topic. */
const NOISE = words(
  `jpg jpeg png gif webp svg pdf psd eps html htm php www http https com net org img dsc pinterest ebay etsy amazon
  aliexpress walmart flickr shutterstock istock istockphoto alamy dreamstime depositphotos wikipedia wikimedia youtube
  facebook instagram twitter tumblr blogspot wordpress johnlewis thumbnail thumbnails`,
)

/** Function words of other languages that English lists lack; of three letters and more, since shorter words name nothing. */
const FOREIGN = words(
  `les des une aux est pour avec dans sur par plus vos nos ses son und der die das den dem des ein eine einer für mit von
  zum zur auf aus bei ist nicht del los las una uno con por para sin sus que como más het een van voor met uit dei della
  delle degli gli per con che dos das uma com pelo och för med till från av som på eller dla nad lub jak pod`,
)

/** Words that fit anything, so that another one names a topic better where there is one. */
const PLAIN = words(
  `new best set sets free used great real high low pro old time times day days good big small little mini year years custom
  true view views super hot color colors colour size sizes style styles pack piece pieces image images picture pictures
  photo photos design designs collection vol inch sale buy online shop price item quality beautiful amazing awesome nice
  perfect different close make making way ways thing things lot like love part parts home page site download
  review reviews number type types kind titled title online description untitled unknown various`,
)

function words(list: string): ReadonlySet<string> {
  return new Set(list.split(/\s+/))
}

/** Whether a word, in lower case, can be part of a topic's name at all. */
export function canName(word: string): boolean {
  return !NOISE.has(word) && !FOREIGN.has(word)
}

/** Whether every word of a term fits anything. */
export function isPlain(term: string): boolean {
  return term.split(' ').every((word) => PLAIN.has(word))
}

/** Whether a word of a term fits anything. */
export function hasPlain(term: string): boolean {
  return term.split(' ').some((word) => PLAIN.has(word))
}
