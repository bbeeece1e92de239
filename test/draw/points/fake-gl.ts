const OUT_OF_MEMORY = 0x0505

/** A WebGL2 context that draws nothing and has so many bytes of memory. */
export function fakeGl(memory: number) {
  const calls: string[] = []
  const objects = { made: 0, deleted: 0 }
  let left = memory
  let error = 0
  const take = (bytes: number): void => {
    if (bytes > left) error = OUT_OF_MEMORY
    else left -= bytes
  }
  const known: Record<string, unknown> = {
    NO_ERROR: 0,
    OUT_OF_MEMORY,
    RGBA8: 4,
    RGBA16F: 8,
    RGBA32F: 16,
    SIGNALED: 1,
    drawingBufferWidth: 100,
    drawingBufferHeight: 50,
    isContextLost: () => false,
    getExtension: () => null,
    getParameter: () => [0, 0, 100, 50],
    getProgramParameter: () => true,
    getSyncParameter: () => 1,
    getError: () => {
      const found = error
      error = 0
      return found
    },
    bufferData: (_: number, data: number | ArrayBufferView) =>
      take(typeof data === 'number' ? data : data.byteLength),
    texStorage2D: (_: number, _levels: number, format: number, width: number, height: number) =>
      take(format * width * height),
  }
  const gl = new Proxy(known, {
    get: (target, name: string) => {
      if (name in target) return target[name]
      if (/^[A-Z_0-9]+$/.test(name)) return name
      return () => {
        calls.push(name)
        if (name.startsWith('create')) objects.made++
        if (name.startsWith('delete')) objects.deleted++
        return name.startsWith('create') ? {} : null
      }
    },
  }) as unknown as WebGL2RenderingContext
  return { gl, calls, objects }
}
