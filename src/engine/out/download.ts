/** Firefox reads a file after the click has been handled, and a large one takes its time. */
const READ_MS = 60_000

/** Saves a file under a name, as a download. */
export function download(name: string, file: Blob): void {
  const url = URL.createObjectURL(file)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  setTimeout(() => URL.revokeObjectURL(url), READ_MS)
}
