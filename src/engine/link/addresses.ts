/**
 * The addresses in a text that people enter, each made absolute and parted by spaces: several are parted by white space,
 * or by commas where another address begins after them, since a comma may be part of one.
 * @param base what relative ones are relative to
 * @returns null where one is none that a page can read
 */
export function absoluteAddresses(text: string, base: string): string | null {
  const parts = text.split(/\s*,\s*(?=(?:https?|hf):\/\/)|[\s,]*\s[\s,]*/i).filter(Boolean)
  const urls = parts.map((part) => URL.parse(part, base))
  if (urls.length === 0 || urls.some((url) => !url || !/^(https?|hf):$/.test(url.protocol))) return null
  return urls.map((url) => url?.href).join(' ')
}
