/** Bytes changed at random by a seed, as a bad disk or a bad writer might: some set, some flipped, a piece cut out or all after it. */
export function createMutator(seed: number): (bytes: Uint8Array, from: number) => Uint8Array<ArrayBuffer> {
  let state = seed >>> 0
  const random = (n: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * n)
  }
  return (bytes, from) => {
    const changed = new Uint8Array(bytes)
    for (let i = 0; i <= random(3); i++) {
      const at = from + random(bytes.length - from)
      changed[at] = [random(256), changed[at] ^ (1 << random(8)), 0, 127, 128, 255][random(6)]
    }
    if (random(6) > 0) return changed
    const at = random(bytes.length)
    if (random(2) === 0) return changed.slice(0, at)
    return Uint8Array.from([...changed.subarray(0, at), ...changed.subarray(at + 1 + random(40))])
  }
}
