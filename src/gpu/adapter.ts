import { DeviceError } from '../shared/core/errors.ts'

/** A device with everything that its adapter can do, and the adapter's name for people. */
export interface Gpu {
  readonly device: GPUDevice
  /** “nvidia ada-lovelace” */
  readonly adapter: string
  /** A software adapter, which computes on the CPU. */
  readonly isFallback: boolean
}

/**
 * The GPU of this machine, with all the limits of its adapter (a device requested without limits gets 128 MiB bindings
 * and 8 storage buffers a stage); null where there is none. A software adapter counts as none unless it is allowed.
 *
 * @throws {DeviceError} when the adapter is there but gives no device.
 */
export async function requestGpu({
  allowFallback,
}: {
  readonly allowFallback: boolean
}): Promise<Gpu | null> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: 'high-performance' })
  if (!adapter) return null
  if (isFallback(adapter) && !allowFallback) return null
  try {
    const device = await adapter.requestDevice({ requiredLimits: limitsOf(adapter) })
    return { device, adapter: nameOf(adapter.info), isFallback: isFallback(adapter) }
  } catch (cause) {
    throw new DeviceError(
      `gpu: the adapter “${nameOf(adapter.info)}” gave no device: ${String(cause)}`,
      'Close other pages that use the GPU, restart the browser, or update the graphics driver.',
      { cause },
    )
  }
}

/** Older Chromium has the flag on the adapter, newer on its info. */
function isFallback(adapter: GPUAdapter): boolean {
  const older = adapter as GPUAdapter & { readonly isFallbackAdapter?: boolean }
  return adapter.info.isFallbackAdapter ?? older.isFallbackAdapter ?? false
}

function limitsOf(adapter: GPUAdapter): Record<string, number> {
  const limits: Record<string, number> = {}
  for (const name in adapter.limits) {
    const value: unknown = adapter.limits[name as keyof GPUSupportedLimits]
    if (typeof value === 'number') limits[name] = value
  }
  return limits
}

function nameOf({ vendor, architecture, description }: GPUAdapterInfo): string {
  return [vendor, architecture].filter(Boolean).join(' ') || description || 'unknown GPU'
}
