const collator = new Intl.Collator('en', { numeric: true })

/** Orders names as people do: part-2 before part-10. */
export const naturally = (a: string, b: string): number =>
  collator.compare(a, b) || (a < b ? -1 : Number(a > b))
