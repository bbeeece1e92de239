/** How a kernel uses a buffer: its parameters, data that it reads, data that it writes. */
type BindingKind = 'uniform' | 'read' | 'read_write'

/**
 * A compute kernel as it stands in its `.wgsl` file, and what TypeScript knows of it; `test/architecture` holds the two
 * against each other.
 */
export interface KernelSource {
  /** `stage.kernel`, for error messages and GPU debuggers. */
  readonly label: string
  /** The kernel first, shared parts after it, so that an error's line is the kernel's line. */
  readonly wgsl: readonly string[]
  /** In `@binding` order; the first is always the uniform `params`. */
  readonly bindings: readonly ['uniform', ...Exclude<BindingKind, 'uniform'>[]]
  /** Members of the WGSL struct `Params` in order; scalars only, so that member m lies at byte 4·m. */
  readonly params: Readonly<Record<string, 'u32' | 'f32'>>
}

/** The parameters of one dispatch. */
export type Params<S extends KernelSource> = { readonly [name in keyof S['params']]: number }

/** A compiled kernel. */
export interface Kernel<S extends KernelSource> {
  readonly source: S
  readonly pipeline: GPUComputePipeline
  readonly layout: GPUBindGroupLayout
}

/** Threads a workgroup of every kernel that has one thread a row; the WGSL's `WORKGROUP_SIZE`. */
export const WORKGROUP_SIZE = 64

const compiled = new WeakMap<GPUDevice, Map<string, Promise<GPUComputePipeline>>>()

/**
 * Compiles a kernel, once a device.
 *
 * @throws {Error} that names the kernel: with the compiler's first message and its line when the WGSL does not compile,
 *   with the driver's when it makes no pipeline of it.
 */
export async function createKernel<S extends KernelSource>(device: GPUDevice, source: S): Promise<Kernel<S>> {
  const kernels = compiled.get(device) ?? new Map<string, Promise<GPUComputePipeline>>()
  compiled.set(device, kernels)
  let pipeline = kernels.get(source.label)
  if (!pipeline) {
    pipeline = compile(device, source)
    kernels.set(source.label, pipeline)
  }
  return { source, pipeline: await pipeline, layout: (await pipeline).getBindGroupLayout(0) }
}

async function compile(
  device: GPUDevice,
  { label, wgsl, bindings }: KernelSource,
): Promise<GPUComputePipeline> {
  const types = { uniform: 'uniform', read: 'read-only-storage', read_write: 'storage' } as const
  // Otherwise a session on the device would tell the same fault before, without the line.
  device.pushErrorScope('validation')
  const layout = device.createBindGroupLayout({
    label,
    entries: bindings.map((kind, binding) => ({
      binding,
      visibility: GPUShaderStage.COMPUTE,
      buffer: { type: types[kind], hasDynamicOffset: kind === 'uniform' },
    })),
  })
  const module = device.createShaderModule({ label, code: wgsl.join('\n') })
  const scope = device.popErrorScope()
  const { messages } = await module.getCompilationInfo()
  const fault = messages.find(({ type }) => type === 'error')
  if (fault) throw new Error(`${label}: line ${fault.lineNum}: ${fault.message}`)
  const invalid = await scope
  if (invalid) throw new Error(`${label}: ${invalid.message}`)
  const constants: Record<string, number> = {}
  if (/override WORKGROUP_SIZE\b/.test(wgsl.join('\n'))) constants['WORKGROUP_SIZE'] = WORKGROUP_SIZE
  try {
    return await device.createComputePipelineAsync({
      label,
      layout: device.createPipelineLayout({ label, bindGroupLayouts: [layout] }),
      compute: { module, entryPoint: 'main', constants },
    })
  } catch (cause) {
    throw new Error(`${label}: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
  }
}

/** Packs the parameters of one dispatch as the WGSL struct `Params` has them. */
export function packParams<S extends KernelSource>(
  source: S,
  params: Params<S>,
  view: DataView,
  at: number,
): void {
  let offset = at
  for (const [name, type] of Object.entries(source.params)) {
    const value = params[name]
    if (type === 'f32') view.setFloat32(offset, value, true)
    else view.setUint32(offset, value, true)
    offset += 4
  }
}
