/** “1,234,567” with the locale's separators; rates below 10 keep one decimal. */
export function formatCount(value: number): string {
  return value.toLocaleString(undefined, { maximumFractionDigits: value < 10 ? 1 : 0 })
}

/** “12.3 MB”. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  const step = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** step
  return `${value.toLocaleString(undefined, { maximumFractionDigits: value < 100 && step > 0 ? 1 : 0 })} ${units[step]}`
}

/** “8 s”, “3 min”, “1 h 20 min”. */
export function formatDuration(ms: number): string {
  const seconds = Math.max(1, Math.round(ms / 1000))
  if (seconds < 100) return `${seconds} s`
  const minutes = Math.round(seconds / 60)
  if (minutes < 60) return `${minutes} min`
  return `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** Writes the values of a column; dates without the time of day where they span days. @param width of what they span */
export function formatNumbers(kind: 'number' | 'date', width: number): (value: number) => string {
  if (kind === 'date') {
    const withTime = width < 3 * 86_400_000
    const format = new Intl.DateTimeFormat(undefined, {
      dateStyle: 'medium',
      ...(withTime ? { timeStyle: 'short' } : {}),
      timeZone: 'UTC',
    })
    return (value) => format.format(value)
  }
  const format = new Intl.NumberFormat(undefined, { maximumSignificantDigits: 4 })
  return (value) => format.format(value)
}
