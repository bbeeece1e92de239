/** Browsers open six connections to a host over HTTP/1.1; more would wait there, where nothing can be reordered. */
const MAX_REQUESTS = 6

let running = 0
const waiting: (() => void)[] = []

/** Runs at most six requests at once, all open files together. */
export async function inTurn<T>(work: () => Promise<T>): Promise<T> {
  if (running >= MAX_REQUESTS) await new Promise<void>((resolve) => waiting.push(resolve))
  else running++
  try {
    return await work()
  } finally {
    const next = waiting.shift()
    if (next) next()
    else running--
  }
}
