/** Where the map is looked at from. */
export interface Camera {
  /** World coordinates of the canvas center. */
  readonly x: number
  readonly y: number
  /** log2 of CSS pixels a world unit. */
  readonly zoom: number
}

/** CSS pixels at each edge of the canvas that panels cover. */
export interface Insets {
  readonly left: number
  readonly right: number
  readonly top: number
  readonly bottom: number
}

const MARGIN_PX = 28
/** A map of one point, or of points in one place, is shown as if it were this wide. */
const MIN_WORLD = 1e-3

/** The camera that shows a box whole, in the part of the canvas that no panel covers. */
export function fitCamera(
  box: readonly [number, number, number, number],
  width: number,
  height: number,
  insets: Insets,
): Camera {
  const freeWidth = Math.max(40, width - insets.left - insets.right - 2 * MARGIN_PX)
  const freeHeight = Math.max(40, height - insets.top - insets.bottom - 2 * MARGIN_PX)
  const boxWidth = box[2] - box[0]
  const boxHeight = box[3] - box[1]
  const alone = Math.max(boxWidth, boxHeight) < MIN_WORLD
  const scale = alone
    ? Math.min(freeWidth, freeHeight) / 20
    : Math.min(freeWidth / Math.max(boxWidth, MIN_WORLD), freeHeight / Math.max(boxHeight, MIN_WORLD))
  return {
    x: (box[0] + box[2]) / 2 - (insets.left - insets.right) / 2 / scale,
    y: (box[1] + box[3]) / 2 + (insets.top - insets.bottom) / 2 / scale,
    zoom: Math.log2(scale),
  }
}

/** World coordinates to CSS pixels from the canvas's top left corner; world y points up. */
export function toScreen(
  camera: Camera,
  width: number,
  height: number,
  x: number,
  y: number,
): [number, number] {
  const scale = 2 ** camera.zoom
  return [width / 2 + (x - camera.x) * scale, height / 2 - (y - camera.y) * scale]
}

/** The inverse of {@link toScreen}. */
export function toWorld(
  camera: Camera,
  width: number,
  height: number,
  px: number,
  py: number,
): [number, number] {
  const scale = 2 ** camera.zoom
  return [camera.x + (px - width / 2) / scale, camera.y - (py - height / 2) / scale]
}

/** The camera after zooming by `steps` (log2) while the world point under (px, py) stays there. */
export function zoomAt(
  camera: Camera,
  width: number,
  height: number,
  px: number,
  py: number,
  steps: number,
): Camera {
  const [x, y] = toWorld(camera, width, height, px, py)
  const shrink = 2 ** -steps
  return { x: x + (camera.x - x) * shrink, y: y + (camera.y - y) * shrink, zoom: camera.zoom + steps }
}

/** Between two cameras, t in [0, 1]. Pan keeps pace with zoom, so that the target does not swing out of view. */
export function betweenCameras(from: Camera, to: Camera, t: number): Camera {
  const zoom = from.zoom + (to.zoom - from.zoom) * t
  const dz = to.zoom - from.zoom
  const pan = Math.abs(dz) < 1e-6 ? t : (1 - 2 ** (-dz * t)) / (1 - 2 ** -dz)
  return { x: from.x + (to.x - from.x) * pan, y: from.y + (to.y - from.y) * pan, zoom }
}

/** A camera beside the one that shows the whole layout. */
export interface RelativeLook {
  /** From the middle of the layout to what is looked at, pixels at the zoom that shows the whole. */
  readonly x: number
  readonly y: number
  /** Steps nearer. */
  readonly zoom: number
}

/**
 * How a camera looks at a layout, in terms that are good for another layout and another window.
 * @param fitted the camera that shows the whole layout
 * @param offset of the window's free part from its middle, CSS pixels
 */
export function relativeLook(
  camera: Camera,
  fitted: Camera,
  offset: readonly [number, number],
): RelativeLook {
  const [x, y] = lookedAt(camera, offset)
  const [x0, y0] = lookedAt(fitted, offset)
  const scale = 2 ** fitted.zoom
  return { x: (x - x0) * scale, y: (y - y0) * scale, zoom: camera.zoom - fitted.zoom }
}

/** The inverse of {@link relativeLook}, for another layout or window. */
export function fromRelativeLook(
  look: RelativeLook,
  fitted: Camera,
  offset: readonly [number, number],
): Camera {
  const [x0, y0] = lookedAt(fitted, offset)
  const zoom = fitted.zoom + look.zoom
  const scale = 2 ** fitted.zoom
  const [dx, dy] = [offset[0] / 2 ** zoom, offset[1] / 2 ** zoom]
  return { x: x0 + look.x / scale - dx, y: y0 + look.y / scale + dy, zoom }
}

/** World coordinates in the middle of the free part. */
function lookedAt({ x, y, zoom }: Camera, offset: readonly [number, number]): [number, number] {
  const scale = 2 ** zoom
  return [x + offset[0] / scale, y - offset[1] / scale]
}
