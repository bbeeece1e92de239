import process from 'node:process'

// A WebGPU device that computes nothing: it takes buffers without their data, copies what is written into one scratch
// buffer, as WebGPU does before `writeBuffer` returns, and reads back numbers of the right kind. So what is left of a fit is
// its JavaScript. The clock is put forward by what the dispatches would take, so that slices are as many as on a GPU.

/** Nanoseconds of a workgroup of 64, on a GPU that does three fits of 12 million points in about 100 s. */
const GROUP_NS = 170
const STAGING_BYTES = 32 * 2 ** 20

interface StandInBuffer {
  readonly label: string
  readonly size: number
  /** Only of those that are mapped. */
  readonly data: ArrayBuffer | null
}

/** What passed between JavaScript and the GPU so far. */
export interface Traffic {
  bytesWritten: number
  bytesRead: number
  submits: number
  /** Milliseconds of the processor that the stand-in itself took. */
  ownMs: number
}

/** The least cluster count that the engine takes for so many points. */
const clustersOf = (nPoints: number): number => Math.max(1, Math.min(4096, Math.round(Math.sqrt(nPoints))))

const floatBits = (value: number): number => new Uint32Array(Float32Array.of(value).buffer)[0]
const [TINY, TWO, THREE] = [1e-15, 2, 3].map(floatBits)

/** Weight between two cells of a grid of 32 × 64. */
function gridWeight(at: number): number {
  const [a, b] = [at >>> 11, at & 2047]
  const squared = ((a & 31) - (b & 31)) ** 2 + ((a >>> 5) - (b >>> 5)) ** 2
  return squared > 36 ? 0 : Math.round(1e6 * Math.exp(-squared / 6))
}

/** What the 32-bit words from `first` on are in a buffer of this name. */
function standInWords(label: string, nPoints: number, first: number, words: Uint32Array): void {
  const nClusters = clustersOf(nPoints)
  const end = first + words.length
  if (label === 'neighbors.nearest') {
    for (let at = first; at < end; at++) words[at - first] = (Math.imul(at, 0x9e3779b1) >>> 8) % nClusters
  } else if (label.startsWith('neighbors.ids')) {
    // Lists of near clusters: any will do.
    for (let at = first; at < end; at++) words[at - first] = at % nClusters
  } else if (label === 'graph.counts') {
    for (let at = first; at < end; at++) words[at - first] = 10 + ((Math.imul(at, 0x9e3779b1) >>> 12) & 31)
  } else if (label === 'spectral.labels') {
    // One row in some thousand is in a small component of its own.
    for (let at = first; at < end; at++) words[at - first] = (at >>> 5) % 1024 === 1023 ? at - (at & 31) : 0
  } else if (label === 'spectral.parts') {
    // [chunks, 8 · 9] inner products: an orthonormal block whose residual is small, so that one round suffices.
    for (let at = first; at < end; at++) words[at - first] = at % 72 < 64 && (at % 72) % 9 === 0 ? TINY : 0
  } else if (label.startsWith('spectral.weights')) {
    // [2,048, 2,048] the graph of clusters, in two halves of 64-bit integers: a grid of 32 × 64, tied to what is near.
    for (let at = first; at < end; at++) words[at - first] = label.endsWith('low') ? gridWeight(at) : 0
  } else if (label.endsWith('maxPulls')) words.fill(60)
  else if (label === 'spectral.rootDegrees') {
    for (let at = first; at < end; at++) words[at - first] = at & 1 ? TWO : THREE
  } else if (/^(spectral|optimize)\./.test(label) && label !== 'spectral.changes') {
    // Floats between -1 and 1.
    for (let at = first; at < end; at++) {
      words[at - first] = (Math.imul(at, 0x9e3779b1) & 0x807fffff) | 0x3f000000
    }
  } else words.fill(0)
}

/** @param nPoints of the fit that will run on it */
export function standInDevice(nPoints: number): { readonly device: GPUDevice; readonly traffic: Traffic } {
  Object.assign(globalThis, {
    GPUBufferUsage: { MAP_READ: 1, COPY_SRC: 4, COPY_DST: 8, UNIFORM: 64, STORAGE: 128 },
    GPUMapMode: { READ: 1 },
    GPUShaderStage: { COMPUTE: 4 },
  })
  const traffic: Traffic = { bytesWritten: 0, bytesRead: 0, submits: 0, ownMs: 0 }
  const realNow = performance.now.bind(performance)
  let ahead = 0
  /** When all that was submitted will be done. */
  let busyUntil = 0
  performance.now = () => realNow() + ahead
  /** Comes when what was submitted so far is done, in the order in which it was asked for, and puts the clock forward. */
  const done = (): Promise<void> => {
    const at = busyUntil
    return new Promise((resolve) => {
      setImmediate(() => {
        ahead = Math.max(ahead, at - realNow())
        resolve()
      })
    })
  }
  const scratch = new Uint8Array(STAGING_BYTES)
  const own = <T>(work: () => T): T => {
    const begun = process.cpuUsage()
    try {
      return work()
    } finally {
      const { user, system } = process.cpuUsage(begun)
      traffic.ownMs += (user + system) / 1000
    }
  }
  const fillFrom = (
    from: StandInBuffer,
    offset: number,
    to: StandInBuffer,
    at: number,
    bytes: number,
  ): void => {
    if (to.data) standInWords(from.label, nPoints, offset / 4, new Uint32Array(to.data, at, bytes / 4))
  }
  const makeEncoder = (): unknown => {
    let groups = 0
    const copies: (() => void)[] = []
    const pass = {
      setPipeline() {},
      setBindGroup() {},
      dispatchWorkgroups(x: number, y = 1) {
        groups += x * y
      },
      end() {},
    }
    return {
      beginComputePass: () => pass,
      clearBuffer() {},
      copyBufferToBuffer(from: StandInBuffer, offset: number, to: StandInBuffer, at: number, bytes: number) {
        copies.push(() => fillFrom(from, offset, to, at, bytes))
        if (to.data) traffic.bytesRead += bytes
      },
      finish: () => ({ groups, copies }),
    }
  }
  const none = (): Record<string, never> => ({})
  const queue = {
    writeBuffer(_: unknown, __: number, data: ArrayBufferView | ArrayBuffer, begin = 0, length?: number) {
      // Of typed arrays WebGPU counts elements, of buffers bytes.
      const unit = ArrayBuffer.isView(data) ? ((data as Uint8Array).BYTES_PER_ELEMENT ?? 1) : 1
      const [buffer, start] = ArrayBuffer.isView(data) ? [data.buffer, data.byteOffset] : [data, 0]
      const bytes = length === undefined ? data.byteLength - begin * unit : length * unit
      for (let at = 0; at < bytes; at += STAGING_BYTES) {
        const piece = Math.min(STAGING_BYTES, bytes - at)
        scratch.set(new Uint8Array(buffer as ArrayBuffer, start + begin * unit + at, piece))
      }
      traffic.bytesWritten += bytes
    },
    submit(lists: readonly { readonly groups: number; readonly copies: readonly (() => void)[] }[]) {
      own(() => {
        for (const { groups, copies } of lists) {
          busyUntil = Math.max(busyUntil, performance.now()) + (groups * GROUP_NS) / 1e6
          for (const copy of copies) copy()
        }
      })
      traffic.submits++
    },
    onSubmittedWorkDone: done,
  }
  const device = {
    limits: {
      maxBufferSize: 2 ** 38,
      maxStorageBufferBindingSize: 2 ** 32 - 4,
      maxComputeWorkgroupsPerDimension: 65_535,
    },
    lost: new Promise(() => {}),
    queue,
    addEventListener() {},
    removeEventListener() {},
    pushErrorScope() {},
    popErrorScope: () => Promise.resolve(null),
    createBindGroupLayout: none,
    createPipelineLayout: none,
    createBindGroup: none,
    createShaderModule: () => ({ getCompilationInfo: () => Promise.resolve({ messages: [] }) }),
    createComputePipelineAsync: () => Promise.resolve({ getBindGroupLayout: none }),
    createCommandEncoder: makeEncoder,
    createBuffer({ label, size, usage }: GPUBufferDescriptor): unknown {
      const isMapped = (usage & 1) !== 0 // GPUBufferUsage.MAP_READ
      const data = isMapped ? new ArrayBuffer(size) : null
      return {
        label,
        size,
        usage,
        data,
        destroy() {},
        mapAsync: done,
        getMappedRange: (at = 0, bytes = size - at) =>
          at === 0 && bytes === size ? data : data?.slice(at, at + bytes),
        unmap() {},
      }
    },
  }
  return { device: device as unknown as GPUDevice, traffic }
}
