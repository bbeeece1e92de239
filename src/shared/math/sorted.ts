/** Index of the first of the ascending values [begin, end) that is at least `least`; `end` where there is none. */
export function lowerBound(values: ArrayLike<number>, least: number, begin = 0, end = values.length): number {
  let [low, high] = [begin, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle] < least) low = middle + 1
    else high = middle
  }
  return low
}

/** Index of the first of the ascending values [begin, end) that is above `most`; `end` where there is none. */
export function upperBound(values: ArrayLike<number>, most: number, begin = 0, end = values.length): number {
  let [low, high] = [begin, end]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (values[middle] <= most) low = middle + 1
    else high = middle
  }
  return low
}

/** Whether ascending values hold one. */
export function contains(values: ArrayLike<number>, value: number): boolean {
  const at = lowerBound(values, value)
  return at < values.length && values[at] === value
}

/** Numbers in either of two ascending sets. */
export function union(a: Uint32Array, b: Uint32Array): Uint32Array<ArrayBuffer> {
  const both = new Uint32Array(a.length + b.length)
  let [i, j, n] = [0, 0, 0]
  while (i < a.length && j < b.length) {
    const least = Math.min(a[i], b[j])
    if (a[i] === least) i++
    if (b[j] === least) j++
    both[n++] = least
  }
  for (; i < a.length; i++) both[n++] = a[i]
  for (; j < b.length; j++) both[n++] = b[j]
  return both.slice(0, n)
}

/** Numbers of an ascending set that are not in another. */
export function difference(a: Uint32Array, b: Uint32Array): Uint32Array<ArrayBuffer> {
  const rest = new Uint32Array(a.length)
  let n = 0
  for (let i = 0, j = 0; i < a.length; i++) {
    while (j < b.length && b[j] < a[i]) j++
    if (j === b.length || b[j] !== a[i]) rest[n++] = a[i]
  }
  return rest.slice(0, n)
}
