import { InputError } from '../shared/core/errors.ts'

/** Name of the file that makes a folder a map. */
export const MANIFEST_NAME = 'map.json'
/** What `format` says. */
const FORMAT = 'captionscape-map'
const VERSION = 1

/** Points of the coarsest level; each finer one makes the sum four times as many. */
export const FIRST_LEVEL = 32_768

/** World coordinates minX, minY, maxX, maxY. */
export type Box = readonly [number, number, number, number]

/** A file of points, and what is known of it before it is opened. */
export interface PointFile {
  /** Relative to the folder. */
  readonly path: string
  /** Coarsest and finest level in it; null where the file alone knows. */
  readonly levels: readonly [number, number] | null
  /** Where its points lie; null where the file alone knows. */
  readonly bounds: Box | null
}

/** One layout of a published map. */
export interface TiledLayout {
  readonly name: string
  readonly bounds: Box
  /** One file, or shards. */
  readonly files: readonly PointFile[]
}

/** A part of the rows' other columns: rows in id order, the first of a file follows the last of the file before. */
interface TextFile {
  readonly path: string
  readonly rows: number
}

/** `map.json`: what a published folder holds (docs/scale.md). */
export interface Manifest {
  readonly name: string
  readonly rows: number
  readonly layouts: readonly TiledLayout[]
  /** Name of the column of captions; null where there is none. */
  readonly caption: string | null
  readonly text: readonly TextFile[]
  /** Where the data come from, for people. */
  readonly source: string | null
  readonly license: string | null
  /** What made the layouts, for people. */
  readonly encoder: string | null
  readonly parameters: Readonly<Record<string, unknown>>
}

/** The text of `map.json`. */
export function writeManifest(manifest: Manifest): string {
  return `${JSON.stringify({ format: FORMAT, version: VERSION, ...manifest }, null, 2)}\n`
}

/**
 * Reads `map.json`.
 * @param where its address, for people
 * @throws {InputError} it is none, of a later version, or lacks something.
 */
export function parseManifest(text: string, where: string): Manifest {
  const fail = (fact: string): never => {
    throw new InputError(
      `Map folder: ${where} ${fact}`,
      'Check the address; docs/scale.md says what the file of a map folder must hold.',
    )
  }
  let json: unknown
  try {
    json = JSON.parse(text)
  } catch {
    return fail('is not JSON')
  }
  const map = json as Partial<Record<keyof Manifest | 'format' | 'version', unknown>> | null
  if (map === null || typeof map !== 'object' || map.format !== FORMAT)
    return fail(`does not say “format”: “${FORMAT}”`)
  if (map.version !== VERSION) {
    return fail(`has version ${String(map.version)}, and this page reads version ${VERSION}`)
  }
  const { rows } = map
  if (typeof rows !== 'number' || !Number.isInteger(rows) || rows < 1)
    return fail(`says ${String(rows)} for “rows”, which must be a whole number above 0`)
  const layouts = list(map.layouts).map((entry): TiledLayout => {
    const { name, bounds, files } = record(entry)
    const box = boxOf(bounds)
    if (typeof name !== 'string' || !name) return fail('has a layout without a name')
    if (!box) return fail(`has no “bounds” of four numbers for the layout ${name}`)
    const points = list(files).map((file): PointFile => {
      const { path, levels, bounds: part } = record(file)
      if (!isInside(path))
        return fail(`names a file of ${name} by ${String(path)}, which must lie in the folder`)
      const [from, to] = list(levels)
      return {
        path,
        levels: typeof from === 'number' && typeof to === 'number' ? [from, to] : null,
        bounds: boxOf(part),
      }
    })
    if (!points.length) return fail(`names no file for the layout ${name}`)
    return { name, bounds: box, files: points }
  })
  if (!layouts.length) return fail('has no layouts')
  const parts = list(map.text).map((file): TextFile => {
    const { path, rows: nRows } = record(file)
    if (!isInside(path)) return fail(`names a text file by ${String(path)}, which must lie in the folder`)
    if (typeof nRows !== 'number' || !Number.isInteger(nRows)) return fail(`does not say the rows of ${path}`)
    return { path, rows: nRows }
  })
  const held = parts.reduce((sum, part) => sum + part.rows, 0)
  if (parts.length && held !== rows) return fail(`has ${rows} rows, but its text files have ${held}`)
  return {
    name: stringOr(map.name) ?? 'map',
    rows,
    layouts,
    caption: stringOr(map.caption),
    text: parts,
    source: stringOr(map.source),
    license: stringOr(map.license),
    encoder: stringOr(map.encoder),
    parameters: record(map.parameters),
  }
}

const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : [])
const record = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {}
const stringOr = (value: unknown): string | null => (typeof value === 'string' ? value : null)

function boxOf(value: unknown): Box | null {
  const numbers = list(value)
  const isBox = numbers.length === 4 && numbers.every((v) => typeof v === 'number' && Number.isFinite(v))
  return isBox ? (numbers as unknown as Box) : null
}

/** A map may be published by anyone: its files must not lead the page to other hosts. */
function isInside(path: unknown): path is string {
  return (
    typeof path === 'string' && /^[^/:?#\\]+(\/[^/:?#\\]+)*$/.test(path) && !path.split('/').includes('..')
  )
}
