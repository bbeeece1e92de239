import { DeviceError, LostDeviceError } from '../shared/core/errors.ts'
import {
  createKernel,
  type Kernel,
  type KernelSource,
  packParams,
  type Params,
  WORKGROUP_SIZE,
} from './kernel.ts'

/** A kernel with its buffers. */
export interface Bound<S extends KernelSource> {
  readonly kernel: Kernel<S>
  readonly group: GPUBindGroup
}

/** Rows of one dispatch: WebGPU guarantees 65,535 workgroups along each axis. */
const MAX_ROWS = 65_535 * WORKGROUP_SIZE
/** Parameter blocks a submit; one takes 256 bytes, the alignment that WebGPU guarantees to suffice. */
const SLOTS = 1024
const SLOT_BYTES = 256

const ADVICE_LOST =
  'Close other pages that use the GPU, then press “Try again”; with fewer rows the GPU has less to do.'
const ADVICE_MEMORY = 'Open fewer rows (?limit=), or use a GPU with more memory.'
const ADVICE_FAULT =
  'This is a fault of Captionscape or of the graphics driver. Update the driver; if it stays, report it.'

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
  readonly #params: GPUBuffer
  #fault: DeviceError | null = null
  #isOpen = true

  /** @param bytesPerBuffer to hold buffers below what the device allows, as tests of the seams do */
  constructor(device: GPUDevice, bytesPerBuffer = Number.POSITIVE_INFINITY) {
    this.device = device
    const { maxBufferSize, maxStorageBufferBindingSize } = device.limits
    this.bytesPerBuffer = Math.min(bytesPerBuffer, maxBufferSize, maxStorageBufferBindingSize)
    device.addEventListener('uncapturederror', this.#onError)
    const watch = watchOf(device)
    this.#fault = watch.lost
    this.#params = this.buffer(
      'gpu.params',
      SLOTS * SLOT_BYTES,
      GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    )
    watch.sessions.add(this)
  }

  /** The most memory that the session's buffers have held at once. */
  get peakBytes(): number {
    return this.#peakBytes
  }

  /** True once the device can do no more work. */
  get isBroken(): boolean {
    return this.#fault !== null
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
    this.device.queue.writeBuffer(buffer, 0, data as Uint32Array<ArrayBuffer>)
    return buffer
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

  /** Pieces of several buffers of the same moment; offsets are multiples of four. */
  async readAll(
    parts: readonly { readonly buffer: GPUBuffer; readonly offset?: number; readonly bytes: number }[],
  ): Promise<ArrayBuffer[]> {
    this.check()
    const total = parts.reduce((sum, { bytes }) => sum + bytes, 0)
    const staging = this.buffer('gpu.staging', total, GPUBufferUsage.MAP_READ | GPUBufferUsage.COPY_DST)
    const encoder = this.device.createCommandEncoder({ label: 'gpu.read' })
    let at = 0
    for (const { buffer, offset = 0, bytes } of parts) {
      if (bytes > 0) encoder.copyBufferToBuffer(buffer, offset, staging, at, bytes)
      at += bytes
    }
    this.device.queue.submit([encoder.finish()])
    try {
      await staging.mapAsync(GPUMapMode.READ)
    } catch (cause) {
      await this.#settle()
      throw this.#lostBy(cause)
    }
    const mapped = staging.getMappedRange()
    at = 0
    const data = parts.map(({ bytes }) => mapped.slice(at, (at += bytes)))
    this.free(staging)
    this.check()
    return data
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
    const commands = new Commands(this.device, this.#params)
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

/** Dispatches on their way into one or more submits. */
export class Commands {
  readonly #device: GPUDevice
  readonly #params: GPUBuffer
  readonly #view = new DataView(new ArrayBuffer(SLOTS * SLOT_BYTES))
  #encoder: GPUCommandEncoder | null = null
  #pass: GPUComputePassEncoder | null = null
  #slot = 0

  constructor(device: GPUDevice, params: GPUBuffer) {
    this.#device = device
    this.#params = params
  }

  /** Runs [x, y] workgroups. */
  dispatch<S extends KernelSource>({ kernel, group }: Bound<S>, params: Params<S>, x: number, y = 1): void {
    if (this.#slot === SLOTS) this.flush()
    this.#encoder ??= this.#device.createCommandEncoder()
    this.#pass ??= this.#encoder.beginComputePass()
    packParams(kernel.source, params, this.#view, this.#slot * SLOT_BYTES)
    this.#pass.setPipeline(kernel.pipeline)
    this.#pass.setBindGroup(0, group, [this.#slot * SLOT_BYTES])
    this.#pass.dispatchWorkgroups(x, y)
    this.#slot++
  }

  /** Runs one thread for each row in [begin, end), in as many dispatches as their size limit demands. */
  rows<S extends KernelSource>(bound: Bound<S>, params: Params<S> & Rows): void {
    for (let begin = params.begin; begin < params.end; begin += MAX_ROWS) {
      const end = Math.min(params.end, begin + MAX_ROWS)
      this.dispatch(bound, { ...params, begin, end }, Math.ceil((end - begin) / WORKGROUP_SIZE))
    }
  }

  /** Fills a buffer with zeros. */
  clear(buffer: GPUBuffer): void {
    this.#encoder ??= this.#device.createCommandEncoder()
    this.#pass?.end()
    this.#pass = null
    this.#encoder.clearBuffer(buffer)
  }

  flush(): void {
    if (!this.#encoder) return
    this.#pass?.end()
    this.#device.queue.writeBuffer(this.#params, 0, this.#view.buffer, 0, this.#slot * SLOT_BYTES)
    this.#device.queue.submit([this.#encoder.finish()])
    this.#encoder = null
    this.#pass = null
    this.#slot = 0
  }
}

function lost(why: string): LostDeviceError {
  return new LostDeviceError(`gpu: the device was lost (${why})`, ADVICE_LOST)
}

interface Rows {
  readonly begin: number
  readonly end: number
}
