import { DeviceError } from '../../shared/core/errors.ts'

/**
 * Asks for GPU memory, and whether it was given: WebGL says so only to who asks, and draws nothing otherwise.
 *
 * @param what it is for, as in “the GPU has no memory for …”
 * @throws {DeviceError} there is not enough
 */
export function allocate(gl: WebGL2RenderingContext, what: string, bytes: number, ask: () => void): void {
  // Errors of earlier calls are none of this one's.
  isOutOfMemory(gl)
  ask()
  if (isOutOfMemory(gl))
    throw new DeviceError(
      `Map: the GPU has no memory for ${what} (${inMegabytes(bytes)})`,
      'Open fewer rows (limit in Settings), close other tabs, or make the window smaller.',
    )
}

/** Takes all errors that have been noted. */
function isOutOfMemory(gl: WebGL2RenderingContext): boolean {
  let isOut = false
  // A context that is lost repeats itself.
  for (let error = gl.getError(); error !== gl.NO_ERROR && !gl.isContextLost(); error = gl.getError())
    isOut ||= error === gl.OUT_OF_MEMORY
  return isOut
}

function inMegabytes(bytes: number): string {
  return `${Math.max(1, Math.round(bytes / 1e6)).toLocaleString('en')} MB`
}
