import { type Kernel, type KernelSource, packParams, type Params, WORKGROUP_SIZE } from './kernel.ts'

/** A kernel with its buffers. */
export interface Bound<S extends KernelSource> {
  readonly kernel: Kernel<S>
  readonly group: GPUBindGroup
}

/** Parameter blocks a submit; one takes 256 bytes, the alignment that WebGPU guarantees to suffice. */
const SLOTS = 1024
const SLOT_BYTES = 256
/** Bytes of the buffer that holds them. */
export const PARAMS_BYTES = SLOTS * SLOT_BYTES

/** Dispatches on their way into one or more submits. */
export class Commands {
  readonly #device: GPUDevice
  readonly #params: GPUBuffer
  readonly #groupsPerDispatch: number
  readonly #view = new DataView(new ArrayBuffer(SLOTS * SLOT_BYTES))
  #encoder: GPUCommandEncoder | null = null
  #pass: GPUComputePassEncoder | null = null
  #slot = 0

  constructor(device: GPUDevice, params: GPUBuffer, groupsPerDispatch: number) {
    this.#device = device
    this.#params = params
    this.#groupsPerDispatch = groupsPerDispatch
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

  /**
   * Runs the rows in [begin, end), in as many dispatches as their size limit demands.
   * @param perGroup rows of a workgroup; one for each thread by default
   */
  rows<S extends KernelSource>(bound: Bound<S>, params: Params<S> & Rows, perGroup = WORKGROUP_SIZE): void {
    const most = this.#groupsPerDispatch * perGroup
    for (let begin = params.begin; begin < params.end; begin += most) {
      const end = Math.min(params.end, begin + most)
      this.dispatch(bound, { ...params, begin, end }, Math.ceil((end - begin) / perGroup))
    }
  }

  /** Runs the workgroups [0, n); the kernel adds `firstGroup` to a workgroup's number. */
  groups<S extends KernelSource>(bound: Bound<S>, params: Params<S> & Groups, n: number): void {
    for (let firstGroup = 0; firstGroup < n; firstGroup += this.#groupsPerDispatch) {
      this.dispatch(bound, { ...params, firstGroup }, Math.min(this.#groupsPerDispatch, n - firstGroup))
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

interface Rows {
  readonly begin: number
  readonly end: number
}

interface Groups {
  readonly firstGroup: number
}
