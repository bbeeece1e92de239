import createScatterplot from 'regl-scatterplot'

/**
 * regl-scatterplot on a canvas in `container`, its points colored one by one as the map's are.
 *
 * @param positions [n, 2] in −1 … 1
 * @param colors [n, 4] sRGB + alpha bytes; it takes up to 256 colors by a value, so the red channel stands for them
 */
export async function reglScatterplot(container, positions, colors, pointSize) {
  const canvas = document.createElement('canvas')
  container.append(canvas)
  const { clientWidth: width, clientHeight: height } = container
  const plot = createScatterplot({ canvas, width, height, pointSize, aspectRatio: width / height })
  const n = positions.length / 2
  const [x, y, z] = [new Float32Array(n), new Float32Array(n), new Float32Array(n)]
  for (let row = 0; row < n; row++) {
    x[row] = positions[2 * row]
    y[row] = positions[2 * row + 1]
    z[row] = colors[4 * row] / 255
  }
  const ramp = Array.from({ length: 16 }, (_, i) => [i / 15, 0.5, 1 - i / 15, 1])
  void plot.set({ colorBy: 'valueA', pointColor: ramp, opacity: 0.5 })
  await plot.draw({ x, y, z })
  const { canvas: drawn } = plot.get('renderer')
  const gl = drawn.getContext('webgl2') ?? drawn.getContext('webgl')
  if (!gl) throw new Error('regl-scatterplot has no context any more')
  return {
    gl,
    look(dx, dy, zoom) {
      const k = 2 ** zoom
      // prettier-ignore
      plot.view([k, 0, 0, 0, 0, k, 0, 0, 0, 0, 1, 0, (-2 * dx) / width, (2 * dy) / height, 0, 1], {
        preventEvent: true,
      })
    },
  }
}
