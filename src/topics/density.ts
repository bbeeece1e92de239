/** Points counted on a square grid, and later blurred. */
export interface Density {
  readonly columns: number
  readonly lines: number
  /** World coordinates of the corner of cell 0. */
  readonly minX: number
  readonly minY: number
  /** World units a side. */
  readonly cell: number
  /** [lines, columns] */
  readonly values: Float32Array
}

/** Cells that stay empty around the points, so that a blur does not run over the edge. */
const MARGIN = 4

/**
 * A histogram whose longer side has `resolution` cells; null where no point is finite.
 *
 * @param positions [n, 2]
 */
export function countPoints(positions: Float32Array, resolution: number): Density | null {
  let [minX, minY, maxX, maxY] = [Infinity, Infinity, -Infinity, -Infinity]
  for (let i = 0; i < positions.length; i += 2) {
    const [x, y] = [positions[i], positions[i + 1]]
    if (!Number.isFinite(x + y)) continue
    if (x < minX) minX = x
    if (x > maxX) maxX = x
    if (y < minY) minY = y
    if (y > maxY) maxY = y
  }
  if (minX > maxX) return null
  const cell = Math.max(maxX - minX, maxY - minY) / resolution || 1
  const columns = Math.floor((maxX - minX) / cell) + 1 + 2 * MARGIN
  const lines = Math.floor((maxY - minY) / cell) + 1 + 2 * MARGIN
  const density: Density = {
    columns,
    lines,
    minX: minX - MARGIN * cell,
    minY: minY - MARGIN * cell,
    cell,
    values: new Float32Array(columns * lines),
  }
  for (let i = 0; i < positions.length; i += 2) {
    const at = cellAt(density, positions[i], positions[i + 1])
    if (at >= 0) density.values[at]++
  }
  return density
}

/** The cell of a place, −1 for a point that is not finite or lies beyond the grid. */
export function cellAt({ columns, lines, minX, minY, cell }: Density, x: number, y: number): number {
  const column = Math.floor((x - minX) / cell)
  const line = Math.floor((y - minY) / cell)
  return column >= 0 && column < columns && line >= 0 && line < lines ? line * columns + column : -1
}

/**
 * A Gaussian blur by three box blurs along each axis (Wells 1986), which costs the same for any width.
 *
 * @param sigma standard deviation in cells
 */
export function blur(density: Density, sigma: number): Density {
  const { columns, lines } = density
  let values = Float32Array.from(density.values)
  for (const radius of boxes(sigma)) {
    values = boxBlur(values, columns, lines, 1, columns, radius)
    values = boxBlur(values, lines, columns, columns, 1, radius)
  }
  return { ...density, values }
}

/** Radii of three boxes whose variances, ((2r + 1)² − 1) / 12 each, add up to about sigma². */
function boxes(sigma: number): readonly number[] {
  const small = Math.max(0, Math.floor((Math.sqrt(4 * sigma * sigma + 1) - 1) / 2))
  const variance = (radius: number): number => ((2 * radius + 1) ** 2 - 1) / 12
  const nLarge = Math.round((sigma * sigma - 3 * variance(small)) / (variance(small + 1) - variance(small)))
  return [0, 1, 2].map((i) => (i < nLarge ? small + 1 : small))
}

/** Mean over 2·radius + 1 values along one axis, zeros beyond the edge. */
function boxBlur(
  values: Float32Array,
  length: number,
  nRuns: number,
  step: number,
  runStep: number,
  radius: number,
): Float32Array<ArrayBuffer> {
  const blurred = new Float32Array(values.length)
  const width = 2 * radius + 1
  for (let run = 0; run < nRuns; run++) {
    const first = run * runStep
    let sum = 0
    for (let i = 0; i < Math.min(radius, length); i++) sum += values[first + i * step]
    for (let i = 0; i < length; i++) {
      if (i + radius < length) sum += values[first + (i + radius) * step]
      blurred[first + i * step] = sum / width
      if (i >= radius) sum -= values[first + (i - radius) * step]
    }
  }
  return blurred
}
