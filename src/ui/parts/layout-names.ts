const SCALES: Readonly<Record<number, readonly string[]>> = {
  2: ['Fine', 'Broad'],
  3: ['Fine', 'Balanced', 'Broad'],
}

/**
 * What a layout shows, in plain words, by the neighbors it was fitted to: the fewer, the finer its groups.
 * @param name `nn30`
 * @param all names of the map's layouts
 * @returns null where the names do not say, or more than three would need words
 */
export function sayLayout(name: string, all: readonly string[]): string | null {
  const nNeighbors = (layout: string): number => Number(/^nn(\d+)$/.exec(layout)?.[1] ?? Number.NaN)
  const ascending = all.map(nNeighbors).sort((a, b) => a - b)
  if (ascending.some(Number.isNaN)) return null
  return SCALES[all.length]?.[ascending.indexOf(nNeighbors(name))] ?? null
}
