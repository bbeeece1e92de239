/** What every error of this project carries: a message (stage, fact, value, limit) and what to do next. */
abstract class CaptionscapeError extends Error {
  constructor(
    message: string,
    /** One or two sentences that tell the user what to do next. */
    readonly advice: string,
    options?: ErrorOptions,
  ) {
    super(message, options)
  }
}

/** The data or a parameter cannot be used as it is. */
export class InputError extends CaptionscapeError {
  override readonly name = 'InputError'
}

/** The GPU is missing, too small, or was lost. */
export class DeviceError extends CaptionscapeError {
  override readonly name = 'DeviceError'
}

/** The GPU was there and is gone: another try may find it again. */
export class LostDeviceError extends DeviceError {}

/** Something that had to come over the network did not. */
export class NetworkError extends CaptionscapeError {
  override readonly name = 'NetworkError'
}

/** The user pressed Cancel. What was done is kept. */
export class CancelledError extends CaptionscapeError {
  override readonly name = 'CancelledError'
  constructor(message = 'Cancelled', advice = 'Press Resume to go on from here.') {
    super(message, advice)
  }
}

const classes = { InputError, DeviceError, NetworkError, CancelledError } as const

/** The plain form in which an error crosses a worker boundary. */
export interface SerializedError {
  readonly name: string
  readonly message: string
  readonly advice: string | null
  readonly stack: string | null
}

/** An error as plain data; class and fields survive {@link deserializeError}. */
export function serializeError(error: unknown): SerializedError {
  if (!(error instanceof Error)) return { name: 'Error', message: String(error), advice: null, stack: null }
  return {
    name: error.name,
    message: error.message,
    advice: error instanceof CaptionscapeError ? error.advice : null,
    stack: error.stack ?? null,
  }
}

/** The inverse of {@link serializeError}. */
export function deserializeError(data: SerializedError): Error {
  const known = Object.hasOwn(classes, data.name) ? classes[data.name as keyof typeof classes] : null
  const error = known ? new known(data.message, data.advice ?? '') : new Error(data.message)
  if (data.stack !== null) error.stack = data.stack
  return error
}

/** What engines say when memory cannot be had: V8, SpiderMonkey, JavaScriptCore. */
const NO_MEMORY =
  /allocation failed|out of memory|allocation size overflow|invalid (typed )?array( buffer)? length|length out of range of buffer/i

const isOutOfMemory = (error: unknown): boolean =>
  error instanceof Error && !(error instanceof CaptionscapeError) && NO_MEMORY.test(error.message)

/** What the user is told of any error, ours or not. */
export function messageFor(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  return isOutOfMemory(error) ? `There is not enough memory for so much data (${message})` : message
}

/** What the user is told to do about any error, ours or not. */
export function adviceFor(error: unknown): string {
  if (error instanceof CaptionscapeError) return error.advice
  if (isOutOfMemory(error))
    return 'Open fewer rows (limit in Settings), close other tabs, or use a computer with more memory.'
  return 'This is a fault of Captionscape. Reload the page and try again; if it comes back, please report it.'
}

/** @throws {CancelledError} when the signal has been aborted. */
export function throwIfCancelled(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new CancelledError()
}
