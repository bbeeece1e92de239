/** A filter in a link: which values of a column pass, in words that stay true when the file is read again. */
export interface FilterText {
  readonly column: string
  /** `3..10`, dates in ISO 8601, `cat,dog`, or `-cat,dog` for all but these. */
  readonly passes: string
}

/** Reads `column:passes`, parted by slashes; undefined where a part is neither. */
export function readFilters(text: string): readonly FilterText[] | undefined {
  const parts = text.split('/').map((part) => /^([^:]+):(.+)$/.exec(part))
  try {
    return parts.map((part) => {
      if (!part) throw new URIError('a filter without a column')
      return { column: decodeURIComponent(part[1]), passes: part[2] }
    })
  } catch {
    // A stray “%”, or a part without a colon.
    return undefined
  }
}

/** The inverse of {@link readFilters}. */
export function writeFilters(filters: readonly FilterText[]): string {
  return filters.map(({ column, passes }) => `${encodeURIComponent(column)}:${passes}`).join('/')
}
