import { InputError, throwIfCancelled } from '../../shared/core/errors.ts'

/** Random access to the bytes of a file, wherever it lies. */
export interface ByteSource {
  /** For people: the file's name, without its folder or host. */
  readonly name: string
  readonly byteLength: number
  /** Where it comes from, if from one address. */
  readonly address?: string
  /** What tells this state of a file at an address from others, as far as its server shows it; known after the first read. */
  readonly version?: () => string
  /**
   * The bytes `[start, end)` as a buffer of their own.
   * @throws {NetworkError} they did not come. @throws {InputError} they are not there any more.
   * @throws {CancelledError} the signal was aborted.
   */
  read(start: number, end: number, signal?: AbortSignal): Promise<Uint8Array<ArrayBuffer>>
}

/** A file of the user's own disk, read slice by slice. */
export function fileSource(file: File): ByteSource {
  return {
    name: file.name,
    byteLength: file.size,
    async read(start, end, signal) {
      throwIfCancelled(signal)
      try {
        return new Uint8Array(await file.slice(start, end).arrayBuffer())
      } catch (cause) {
        // Browsers refuse slices of a file that was changed, moved or unmounted since it was chosen.
        throw new InputError(
          `Read: ${file.name} can no longer be read (bytes ${start} to ${end} of ${file.size})`,
          'It was probably changed or moved since you chose it. Open it again.',
          { cause },
        )
      } finally {
        throwIfCancelled(signal)
      }
    },
  }
}
