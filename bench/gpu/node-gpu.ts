import path from 'node:path'
import process from 'node:process'

interface WebGpuPackage {
  readonly create: (flags: readonly string[]) => GPU
  readonly globals: Readonly<Record<string, unknown>>
}

/** Dawn's binding: the package `webgpu` in the folder that the environment's WEBGPU names. */
const binding = (await import(
  /* @vite-ignore */ path.join(process.env['WEBGPU'] ?? 'webgpu', 'index.js')
)) as WebGpuPackage
Object.assign(globalThis, binding.globals)
// Adapters end with the instance that gave them.
const instances: GPU[] = []

export interface NodeGpu {
  readonly device: GPUDevice
  readonly adapter: GPUAdapter
}

/**
 * A device with all that its adapter can do, of an adapter of its own.
 *
 * @param flags of Dawn, as `enable-dawn-features=disable_robustness`
 * @throws {Error} where there is no adapter.
 */
export async function openGpu(flags: readonly string[] = []): Promise<NodeGpu> {
  const gpu = binding.create(flags)
  instances.push(gpu)
  const adapter = await gpu.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter)
    throw new Error('Dawn finds no adapter: does the Vulkan driver’s file lie where VK_DRIVER_FILES says?')
  const requiredLimits: Record<string, number> = {}
  for (const name in adapter.limits) {
    const value: unknown = adapter.limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number') requiredLimits[name] = value
  }
  return { device: await adapter.requestDevice({ requiredLimits }), adapter }
}

/** A device for one step, given back after it, whatever happened: a step that lost its device does not harm the next. */
export async function withGpu(
  work: (device: GPUDevice) => Promise<void>,
  flags: readonly string[] = [],
): Promise<void> {
  const { device } = await openGpu(flags)
  try {
    await work(device)
  } finally {
    device.destroy()
  }
}
