// A picture as a PNG of 256 colors: a third of the bytes of a full one, and nothing that one would see.
import { deflateSync } from 'node:zlib'

/** Bits of each channel that the palette is chosen by. */
const BITS = 7

/**
 * @param rgba pixels, [height, width, 4], opaque
 * @returns {Buffer}
 */
export function palettePng(rgba, width, height) {
  const palette = choosePalette(rgba)
  const indexOf = new Map()
  const lines = Buffer.alloc(height * (width + 1))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      const i = 4 * (y * width + x)
      const color = (rgba[i] << 16) | (rgba[i + 1] << 8) | rgba[i + 2]
      let index = indexOf.get(color)
      if (index === undefined) {
        index = nearest(palette, rgba[i], rgba[i + 1], rgba[i + 2])
        indexOf.set(color, index)
      }
      lines[y * (width + 1) + 1 + x] = index
    }
  }
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, 3, 0, 0, 0], 8)
  return Buffer.concat([
    Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk('IHDR', header),
    chunk('PLTE', Buffer.from(palette.flat())),
    chunk('IDAT', deflateSync(lines, { level: 9 })),
    chunk('IEND', Buffer.alloc(0)),
  ])
}

/** Median cut (Heckbert 1982): the box with the widest spread of its pixels is cut at their middle. */
function choosePalette(rgba) {
  const bins = new Map()
  for (let i = 0; i < rgba.length; i += 4) {
    const [r, g, b] = [rgba[i], rgba[i + 1], rgba[i + 2]]
    const key = ((r >> (8 - BITS)) << (2 * BITS)) | ((g >> (8 - BITS)) << BITS) | (b >> (8 - BITS))
    const bin = bins.get(key) ?? { n: 0, sum: [0, 0, 0] }
    bin.n++
    bin.sum[0] += r
    bin.sum[1] += g
    bin.sum[2] += b
    bins.set(key, bin)
  }
  const colors = [...bins.values()].map(({ n, sum }) => ({ n, at: sum.map((s) => s / n) }))
  const boxes = [boxOf(colors)]
  while (boxes.length < 256) {
    const widest = boxes.reduce((best, box, i) => (box.score > boxes[best].score ? i : best), 0)
    const { colors: inside, axis, score } = boxes[widest]
    if (score <= 0) break
    inside.sort((a, b) => a.at[axis] - b.at[axis])
    // Many pixels of one color must not take all the cuts.
    const half = inside.reduce((sum, { n }) => sum + Math.sqrt(n), 0) / 2
    let cut = 0
    for (let sum = 0; cut < inside.length - 1 && sum < half; cut++) sum += Math.sqrt(inside[cut].n)
    cut = Math.max(1, cut)
    boxes.splice(widest, 1, boxOf(inside.slice(0, cut)), boxOf(inside.slice(cut)))
  }
  return boxes.map(({ colors: inside }) => {
    const n = inside.reduce((sum, color) => sum + color.n, 0)
    return [0, 1, 2].map((c) => Math.round(inside.reduce((sum, { n: k, at }) => sum + k * at[c], 0) / n))
  })
}

function boxOf(colors) {
  const widths = [0, 1, 2].map((c) => {
    const values = colors.map(({ at }) => at[c])
    return Math.max(...values) - Math.min(...values)
  })
  const axis = widths.indexOf(Math.max(...widths))
  const weight = Math.sqrt(colors.reduce((sum, { n }) => sum + Math.sqrt(n), 0))
  return { colors, axis, score: colors.length < 2 ? 0 : widths[axis] * weight }
}

function nearest(palette, r, g, b) {
  let best = 0
  let bestDistance = Infinity
  for (const [index, [pr, pg, pb]] of palette.entries()) {
    const distance = 3 * (pr - r) ** 2 + 6 * (pg - g) ** 2 + (pb - b) ** 2
    if (distance < bestDistance) {
      best = index
      bestDistance = distance
    }
  }
  return best
}

function chunk(type, data) {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const framed = Buffer.alloc(body.length + 8)
  framed.writeUInt32BE(data.length, 0)
  framed.set(body, 4)
  framed.writeUInt32BE(crc32(body), body.length + 4)
  return framed
}

function crc32(bytes) {
  let crc = ~0
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
