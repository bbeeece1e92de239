/** A seeded source of numbers; the same seed gives the same sequence on every machine. */
export interface Random {
  /** Uniform in [0, 1). */
  readonly uniform: () => number
  /** Standard normal, by Box and Muller's method. */
  readonly normal: () => number
}

/**
 * Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough for matrices of some millions of
 * entries.
 */
export function createRandom(seed: number): Random {
  let state = seed | 0
  let spare: number | null = null
  const uniform = (): number => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
  const normal = (): number => {
    if (spare !== null) {
      const value = spare
      spare = null
      return value
    }
    const radius = Math.sqrt(-2 * Math.log(1 - uniform()))
    const angle = 2 * Math.PI * uniform()
    spare = radius * Math.sin(angle)
    return radius * Math.cos(angle)
  }
  return { uniform, normal }
}
