import { DeviceError, LostDeviceError } from '../shared/core/errors.ts'
import { type Bound, Commands, PARAMS_BYTES } from './commands.ts'
import { createKernel, type Kernel, type KernelSource } from './kernel.ts'

const ADVICE_LOST =
  'Close other pages that use the GPU, then press “Try again”; with fewer rows the GPU has less to do.'
const ADVICE_MEMORY = 'Open fewer rows (?limit=), or use a GPU with more memory.'
const ADVICE_FAULT =
  'This is a fault of Captionscape or of the graphics driver. Update the driver; if it stays, report it.'

/** No part of a split array is larger: what a driver allocates at once may be less than what it lets a shader bind. */
const PART_BYTES = 2 ** 31
/** Arrays are written and read in pieces of this size: a call copies all that it is given at once. */
const TRANSFER_BYTES = 32 * 2 ** 20

/** Limits below those of a device, as tests of the seams set them. */
export interface GpuLimits {
  /** Bytes of a storage buffer. */
  readonly bytesPerBuffer?: number
  /** Workgroups of a dispatch, along each axis. */
  readonly groupsPerDispatch?: number
  /** Bytes that are written or read at once, a multiple of four. */
  readonly bytesPerTransfer?: number
}

/** What is known of a device beside what it says itself. */
interface Watch {
  readonly sessions: Set<GpuSession>
  lost: LostDeviceError | null
}

const watches = new WeakMap<GPUDevice, Watch>()

/** The promise of a device's loss keeps all that waits for it as long as the device lives: so only one waits, for all sessions. */
function watchOf(device: GPUDevice): Watch {
  const known = watches.get(device)
  if (known) return known
  const watch: Watch = { sessions: new Set(), lost: null }
  watches.set(device, watch)
  void device.lost.then(({ reason, message }) => {
    watch.lost = lost(`${reason || 'unknown'}: ${message}`)
    for (const session of watch.sessions) session.fail(watch.lost)
  })
  return watch
}

/**
 * One run's hold on a device: it makes buffers and gives all of them back at once, encodes dispatches, reads results,
 * and turns what WebGPU only reports aside (a lost device, a validation error, lack of memory) into a thrown error.
 */
export class GpuSession {
  readonly device: GPUDevice
  readonly #buffers = new Set<GPUBuffer>()
  #bytes = 0
  #peakBytes = 0
  /** Bytes that a storage buffer may have. */
  readonly bytesPerBuffer: number
  /** Bytes that a part of a split array may have. */
  readonly bytesPerPart: number
  /** Workgroups that a dispatch may have along each axis. */
  readonly groupsPerDispatch: number
  readonly #bytesPerTransfer: number
  readonly #params: GPUBuffer
  #fault: DeviceError | null = null
  #readMs = 0
  #isOpen = true

  constructor(device: GPUDevice, limits: GpuLimits = {}) {
    const { bytesPerBuffer = Infinity, groupsPerDispatch = Infinity } = limits
    this.device = device
    const { maxBufferSize, maxStorageBufferBindingSize, maxComputeWorkgroupsPerDimension } = device.limits
    this.bytesPerBuffer = Math.min(bytesPerBuffer, maxBufferSize, maxStorageBufferBindingSize)
    this.bytesPerPart = Math.min(PART_BYTES, this.bytesPerBuffer)
    this.#bytesPerTransfer = limits.bytesPerTransfer ?? TRANSFER_BYTES
    this.groupsPerDispatch = Math.min(groupsPerDispatch, maxComputeWorkgroupsPerDimension)
    device.addEventListener('uncapturederror', this.#onError)
    const watch = watchOf(device)
    this.#fault = watch.lost
    this.#params = this.buffer('gpu.params', PARAMS_BYTES, GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST)
    watch.sessions.add(this)
  }

  /** The most memory that the session's buffers have held at once. */
  get peakBytes(): number {
    return this.#peakBytes
  }

  /** Milliseconds that this thread has spent on copying what was read back. */
  get readMs(): number {
    return this.#readMs
  }

  /** True once the device can do no more work. */
  get isBroken(): boolean {
    return this.#fault !== null
  }

  /** True once the device is gone; what was read from it before is right. */
  get isLost(): boolean {
    return this.#fault instanceof LostDeviceError
  }

  /** Ends the session for this reason, unless there was one before. */
  fail(fault: DeviceError): void {
    this.#fault ??= fault
  }

  /** @throws {DeviceError} when the device was lost or reported an error since the session began. */
  check(): void {
    if (this.#fault) throw this.#fault
    if (!this.#isOpen) throw new Error('gpu: the session is closed')
  }

  /** A zeroed buffer; by default a storage buffer that can be copied from and to. @throws {DeviceError} when too big. */
  buffer(label: string, bytes: number, usage = STORAGE): GPUBuffer {
    this.check()
    const limit = usage === STORAGE ? this.bytesPerBuffer : this.device.limits.maxBufferSize
    if (bytes > limit) {
      throw new DeviceError(`gpu: ${bytes} bytes for ${label} exceed the ${limit} of this GPU`, ADVICE_MEMORY)
    }
    const buffer = this.device.createBuffer({ label, size: Math.max(16, Math.ceil(bytes / 4) * 4), usage })
    this.#buffers.add(buffer)
    this.#bytes += buffer.size
    this.#peakBytes = Math.max(this.#peakBytes, this.#bytes)
    return buffer
  }

  /** A buffer with the given content, whose length is a multiple of four bytes. */
  upload(label: string, data: Uint32Array | Float32Array | Uint16Array): GPUBuffer {
    const buffer = this.buffer(label, data.byteLength)
    this.write(buffer, 0, data)
    return buffer
  }

  /** Puts data, a multiple of four bytes, into a buffer from the byte `offset` on. */
  write(buffer: GPUBuffer, offset: number, data: Uint32Array | Float32Array | Uint16Array): void {
    const bytes = new Uint8Array(data.buffer as ArrayBuffer, data.byteOffset, data.byteLength)
    for (let at = 0; at < bytes.length; at += this.#bytesPerTransfer) {
      const piece = Math.min(this.#bytesPerTransfer, bytes.length - at)
      this.device.queue.writeBuffer(buffer, offset + at, bytes, at, piece)
    }
  }

  /** Gives buffers back before the session ends. */
  free(...buffers: readonly GPUBuffer[]): void {
    for (const buffer of buffers) {
      buffer.destroy()
      if (this.#buffers.delete(buffer)) this.#bytes -= buffer.size
    }
  }

  /** The first `bytes` bytes of a buffer, once all work submitted so far is done. */
  async read(buffer: GPUBuffer, bytes = buffer.size): Promise<ArrayBuffer> {
    const [data] = await this.readAll([{ buffer, bytes }])
    return data
  }

  /**
   * Pieces of several buffers, once all work submitted so far is done; of the same moment where nothing else is submitted
   * until they have come. Offsets and lengths are multiples of four.
   */
  async readAll(
    parts: readonly { readonly buffer: GPUBuffer; readonly offset?: number; readonly bytes: number }[],
  ): Promise<ArrayBuffer[]> {
    this.check()
    const data = parts.map(({ bytes }) => new Uint8Array(bytes))
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
    const size = Math.min(this.#bytesPerTransfer, total)
    const staging = this.buffer('gpu.staging', size, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST)
    let pieces: { readonly from: number; readonly into: Uint8Array }[] = []
    let encoder = this.device.createCommandEncoder({ label: 'gpu.read' })
    let at = 0
    const fetch = async (): Promise<void> => {
      this.device.queue.submit([encoder.finish()])
      await this.#map(staging)
      const begun = performance.now()
      const mapped = staging.getMappedRange()
      for (const { from, into } of pieces) into.set(new Uint8Array(mapped, from, into.length))
      staging.unmap()
      this.#readMs += performance.now() - begun
      pieces = []
      encoder = this.device.createCommandEncoder({ label: 'gpu.read' })
      at = 0
    }
    for (const [index, { buffer, offset = 0, bytes }] of parts.entries()) {
      for (let done = 0; done < bytes; ) {
        const piece = Math.min(bytes - done, size - at)
        encoder.copyBufferToBuffer(buffer, offset + done, staging, at, piece)
        pieces.push({ from: at, into: data[index].subarray(done, done + piece) })
        done += piece
        at += piece
        if (at === size) await fetch()
      }
    }
    if (pieces.length > 0) await fetch()
    this.free(staging)
    this.check()
    return data.map(({ buffer }) => buffer)
  }

  /** Copies whole buffers into others of their size, once all work submitted so far is done. */
  copy(pairs: readonly { readonly from: GPUBuffer; readonly to: GPUBuffer }[]): void {
    this.check()
    const encoder = this.device.createCommandEncoder({ label: 'gpu.copy' })
    for (const { from, to } of pairs) encoder.copyBufferToBuffer(from, 0, to, 0, from.size)
    this.device.queue.submit([encoder.finish()])
  }

  async #map(staging: GPUBuffer): Promise<void> {
    try {
      await staging.mapAsync(GPUMapMode.READ)
    } catch (cause) {
      await this.#settle()
      throw this.#lostBy(cause)
    }
  }

  /** Compiles kernels side by side, so that none is waited for when it is first used; what fails is told then. */
  warm(sources: readonly KernelSource[]): void {
    for (const source of sources) this.kernel(source).catch(() => {})
  }

  kernel<S extends KernelSource>(source: S): Promise<Kernel<S>> {
    this.check()
    return createKernel(this.device, source)
  }

  /** Compiles a kernel and joins it with its storage buffers, in `@binding` order from binding 1 on. */
  async bind<S extends KernelSource>(source: S, buffers: readonly GPUBuffer[]): Promise<Bound<S>> {
    const kernel = await this.kernel(source)
    const bytes = Math.max(16, Object.keys(source.params).length * 4)
    const group = this.device.createBindGroup({
      label: source.label,
      layout: kernel.layout,
      entries: [
        { binding: 0, resource: { buffer: this.#params, size: bytes } },
        ...buffers.map((buffer, index) => ({ binding: index + 1, resource: { buffer } })),
      ],
    })
    return { kernel, group }
  }

  /** Encodes and submits dispatches; they run one after the other and see each other's writes. */
  submit(encode: (commands: Commands) => void): void {
    this.check()
    const commands = new Commands(this.device, this.#params, this.groupsPerDispatch)
    encode(commands)
    commands.flush()
  }

  /** Waits until all submitted work is done. @throws {DeviceError} when it went wrong. */
  async done(): Promise<void> {
    try {
      await this.device.queue.onSubmittedWorkDone()
    } catch (cause) {
      await this.#settle()
      throw this.#lostBy(cause)
    }
    this.check()
  }

  /** Gives back all memory. The device stays: it belongs to the caller. */
  close(): void {
    this.#isOpen = false
    watchOf(this.device).sessions.delete(this)
    this.device.removeEventListener('uncapturederror', this.#onError)
    for (const buffer of this.#buffers) buffer.destroy()
    this.#buffers.clear()
  }

  readonly #onError = ({ error }: GPUUncapturedErrorEvent): void => {
    const isMemory = error instanceof GPUOutOfMemoryError
    this.#fault ??= new DeviceError(
      isMemory ? 'gpu: the GPU has not enough free memory for these points' : `gpu: ${error.message}`,
      isMemory ? ADVICE_MEMORY : ADVICE_FAULT,
      { cause: error },
    )
  }

  /** Where WebGPU's process has ended, what waits for it fails before anything says that the device is lost. */
  #lostBy(cause: unknown): DeviceError {
    this.#fault ??= lost(String(cause))
    return this.#fault
  }

  /** Lets the events of a failing device arrive, so that the error thrown is the first cause. */
  async #settle(): Promise<void> {
    await new Promise((resolve) => setTimeout(resolve, 0))
    this.check()
  }
}

const STORAGE = 0x80 | 0x04 | 0x08 // GPUBufferUsage.STORAGE | COPY_SRC | COPY_DST; the global is not there in Node

function lost(why: string): LostDeviceError {
  return new LostDeviceError(`gpu: the device was lost (${why})`, ADVICE_LOST)
}
