import type { Components } from './components.ts'

/** Distance kept between components, in units of a start that is 20 wide. */
const GAP = 0.5
/** Radius of the smallest components. */
const LEAST_RADIUS = 0.25
const GOLDEN_ANGLE = Math.PI * (3 - Math.sqrt(5))

/**
 * Puts the components of a disconnected graph beside the largest one without overlap: each becomes a disc with an area
 * in proportion to its points, arranged inside by principal axes, and moves away from the largest component in the
 * direction of its centroid until there is room. (umap-learn's `multi_component_layout` has the same aim.)
 *
 * @param largest [nPoints, 2] positions of the largest component's points; the others' are not read. It becomes the result.
 * @param principal [nPoints, 2] coordinates along the principal axes
 * @returns [nPoints, 2]
 */
export function placeComponents(
  { componentOf, sizes }: Components,
  largest: Float32Array<ArrayBuffer>,
  principal: Float32Array,
): Float32Array<ArrayBuffer> {
  const members = membersOf(componentOf, sizes)
  const positions = largest
  let reach = 0
  const rowsOfLargest = members[0]
  for (let i = 0; i < rowsOfLargest.length; i++) {
    const row = rowsOfLargest[i]
    reach = Math.max(reach, Math.abs(largest[2 * row]), Math.abs(largest[2 * row + 1]))
  }
  const scaleOfLargest = reach > 0 ? 10 / reach : 0
  let radius = 0
  for (let i = 0; i < rowsOfLargest.length; i++) {
    const row = rowsOfLargest[i]
    positions[2 * row] = scaleOfLargest * largest[2 * row]
    positions[2 * row + 1] = scaleOfLargest * largest[2 * row + 1]
    radius = Math.max(radius, positions[2 * row] ** 2 + positions[2 * row + 1] ** 2)
  }
  radius = Math.sqrt(radius)
  const origin = centroid(principal, rowsOfLargest)
  const discs: Disc[] = [{ x: 0, y: 0, radius }]
  for (let component = 1; component < sizes.length; component++) {
    const rows = members[component]
    const own = Math.max(LEAST_RADIUS, radius * Math.sqrt(sizes[component] / sizes[0]))
    const center = centroid(principal, rows)
    const dx = center.x - origin.x
    const dy = center.y - origin.y
    const isApart = Math.hypot(dx, dy) > 0
    const angle = isApart ? Math.atan2(dy, dx) : component * GOLDEN_ANGLE
    const disc = outward(discs, angle, own)
    discs.push(disc)
    let spread = 0
    for (const row of rows) {
      spread = Math.max(spread, Math.hypot(principal[2 * row] - center.x, principal[2 * row + 1] - center.y))
    }
    const scale = spread > 0 ? own / spread : 0
    for (const row of rows) {
      positions[2 * row] = disc.x + scale * (principal[2 * row] - center.x)
      positions[2 * row + 1] = disc.y + scale * (principal[2 * row + 1] - center.y)
    }
  }
  return positions
}

interface Disc {
  readonly x: number
  readonly y: number
  readonly radius: number
}

/** The nearest place on a ray from the origin where a disc touches no other. */
function outward(discs: readonly Disc[], angle: number, radius: number): Disc {
  const ux = Math.cos(angle)
  const uy = Math.sin(angle)
  const taken: { from: number; to: number }[] = []
  for (const disc of discs) {
    const apart = disc.radius + radius + GAP
    const middle = disc.x * ux + disc.y * uy
    const off = disc.x * uy - disc.y * ux
    if (Math.abs(off) >= apart) continue
    const half = Math.sqrt(apart * apart - off * off)
    taken.push({ from: middle - half, to: middle + half })
  }
  taken.sort((a, b) => a.from - b.from)
  let distance = 0
  for (const { from, to } of taken) {
    if (from > distance) break
    distance = Math.max(distance, to)
  }
  return { x: distance * ux, y: distance * uy, radius }
}

/** [nComponents] rows of each, ascending. */
function membersOf(componentOf: Uint32Array, sizes: readonly number[]): readonly Uint32Array[] {
  const members = sizes.map((size) => new Uint32Array(size))
  const next = new Uint32Array(sizes.length)
  for (let row = 0; row < componentOf.length; row++) {
    const component = componentOf[row]
    members[component][next[component]++] = row
  }
  return members
}

function centroid(points: Float32Array, rows: Uint32Array): { x: number; y: number } {
  let x = 0
  let y = 0
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]
    x += points[2 * row]
    y += points[2 * row + 1]
  }
  return { x: x / rows.length, y: y / rows.length }
}
