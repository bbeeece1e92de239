/** Where FNV-1a begins (Fowler, Noll and Vo). http://www.isthe.com/chongo/tech/comp/fnv/ */
export const FNV_START = 0x811c9dc5

/** A step of FNV-1a; the hash is an integer of 32 bits, with sign. */
export function fnvStep(hash: number, value: number): number {
  return Math.imul(hash ^ value, 0x01000193)
}

/** FNV-1a over the values [begin, end), from what came before them; an integer of 32 bits, with sign. */
export function fnv(
  values: ArrayLike<number>,
  hash = FNV_START,
  begin = 0,
  end: number = values.length,
): number {
  let now = hash
  for (let i = begin; i < end; i++) now = fnvStep(now, values[i])
  return now
}

/** 64 bits over some arrays, in two lanes: enough to tell the contents of two files apart. */
export function fingerprint(...arrays: readonly ArrayLike<number>[]): string {
  let a = FNV_START
  let b = 0x9e3779b9
  for (const values of arrays) {
    for (let i = 0; i < values.length; i++) {
      a = fnvStep(a, values[i])
      b = Math.imul(b ^ values[i], 0x85ebca6b) ^ (b >>> 13)
    }
  }
  return `${a >>> 0} ${b >>> 0}`
}
