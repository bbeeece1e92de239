import { count } from './tables.mjs'

/** Gain from which an arrangement with the same bytes is taken at the middle size, and what it may lose at the small one. */
const GAIN = 1.15
const LOSS = 0.95
/** No negatives at least so much faster: group them first. */
const NEGATIVES = 4
/** Sorted rows at least so much faster in sparse products: keep the clusters' order. */
const SORTED = 1.5
/** TFLOP/s of the neighbors' kernel below which its products cannot lie in registers. */
const SPILLS = 15

/** What the study's rules say of a day's results, a line each. */
export function rules(lines) {
  const descents = lines.filter(
    (line) => line.what === 'descent' && line.msPerEpoch && line.robustness !== false,
  )
  const shuffled = descents.filter(({ order }) => order !== 'sorted')
  const sizes = [...new Set(shuffled.map(({ nPoints }) => nPoints))].sort((a, b) => a - b)
  const [small, middle = small] = sizes
  const totals = (nPoints, variant) => {
    const own = shuffled.filter((line) => line.nPoints === nPoints && line.variant === variant)
    return own.length ? own.reduce((sum, { msPerEpoch }) => sum + msPerEpoch, 0) : null
  }
  const gain = (nPoints, variant, by = 'plain') => {
    const [plain, other] = [totals(nPoints, by), totals(nPoints, variant)]
    return plain && other ? plain / other : null
  }
  const names = [
    ...new Set(shuffled.filter(({ hasSameBytes }) => hasSameBytes).map(({ variant }) => variant)),
  ]
  const found = names
    .filter((name) => name !== 'plain')
    .map((name) => ({ name, atSmall: gain(small, name), atMiddle: gain(middle, name) }))
    .filter(({ atSmall, atMiddle }) => atSmall && atMiddle)
    .sort((a, b) => b.atMiddle - a.atMiddle)
  const taken = found.filter(({ atSmall, atMiddle }) => atMiddle >= GAIN && atSmall >= LOSS)
  const told = ({ name, atSmall, atMiddle }) =>
    `${name} (${atMiddle.toFixed(2)} × and ${atSmall.toFixed(2)} ×)`
  const answers = []
  if (found.length) {
    answers.push(
      `Same bytes, all three k together, at ${count(middle)} and ${count(small)} points: ${taken.length ? `**take ${told(taken[0])}**` : `none gains ${GAIN} × there without losing 5 % here; the best is ${told(found[0])}`}.`,
    )
  }
  const batch = taken[0]?.name ?? 'plain'
  const without = gain(middle, 'no negatives', batch)
  if (without) {
    answers.push(
      `Without negatives an epoch takes 1/${without.toFixed(1)} of ${batch}’s time at ${count(middle)} points: ${without >= NEGATIVES ? '**group the negatives first**' : 'grouping the negatives is not the first thing to do'}.`,
    )
  }
  const perProduct = (order) => {
    const start = lines.find(
      (line) =>
        line.what === 'spectral start' && line.order === order && line.nPoints === middle && line.nProducts,
    )
    if (!start) return null
    const shares = Object.entries(start.slices).filter(([label]) => label.startsWith('spectral.multiply'))
    return shares.reduce((sum, [, { ms }]) => sum + ms, 0) / start.nProducts
  }
  const [mixed, sorted] = [perProduct('shuffled'), perProduct('sorted')]
  if (mixed && sorted) {
    answers.push(
      `A sparse product on rows sorted by cluster is ${(mixed / sorted).toFixed(2)} × as fast: ${mixed / sorted >= SORTED ? '**keep the clusters’ order to the end**' : 'the clusters’ order alone does not pay'}.`,
    )
  }
  const tflops = lines.find((line) => line.tflops)?.tflops
  if (tflops) {
    answers.push(
      `Neighbors at ${tflops.toPrecision(3)} TFLOP/s: ${tflops < SPILLS ? '**below 15: the tile’s products do not stay in registers, or the GPU is small; unroll it**' : 'the tile stays in registers'}.`,
    )
  }
  return answers.length
    ? answers.map((answer) => `- ${answer}`).join('\n')
    : 'Too little was measured for them.'
}
