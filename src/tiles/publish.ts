import type { FileMetaData } from 'hyparquet'
import { throwIfCancelled } from '../shared/core/errors.ts'
import { type Column, findLayouts } from '../read/parquet/columns.ts'
import type { ByteSource } from '../read/sources/source.ts'
import type { Layout } from '../shared/core/types.ts'
import { MANIFEST_NAME, type TiledLayout, writeManifest } from './manifest.ts'
import { assignLevels, writePoints } from './write-points.ts'
import { writeText } from './write-text.ts'

const LEVEL_SEED = 1

/** One file of a folder. */
export interface FolderFile {
  /** Relative to the folder. */
  readonly path: string
  readonly bytes: Uint8Array<ArrayBuffer>
}

/** What the file itself does not say of the map. */
export interface PublishOptions {
  readonly caption: string | null
  readonly encoder: string | null
  readonly source: string | null
  readonly parameters: Readonly<Record<string, unknown>>
}

/**
 * An open file with its layouts as a folder that any static host serves (docs/scale.md).
 * @param layouts [nRows, 2] each
 * @throws as {@link writeText}
 */
export async function publish(
  source: ByteSource,
  metadata: FileMetaData,
  columns: readonly Column[],
  layouts: readonly Layout[],
  options: PublishOptions,
  signal?: AbortSignal,
): Promise<FolderFile[]> {
  const nRows = layouts[0].positions.length / 2
  const levels = assignLevels(nRows, LEVEL_SEED)
  const files: FolderFile[] = []
  const tiled: TiledLayout[] = []
  for (const { name, positions } of layouts) {
    throwIfCancelled(signal)
    const { file, bounds } = writePoints(positions, levels)
    const path = `points_${name.replace(/[^\w.-]/g, '_')}.parquet`
    files.push({ path, bytes: file })
    tiled.push({ name, bounds, files: [{ path, levels: null, bounds: null }] })
  }
  const leftOut = new Set(findLayouts(columns).flatMap(({ x, y }) => [x.name, y.name]))
  const text = await writeText(source, metadata, columns, { nRows, leftOut }, signal)
  files.push({ path: 'text.parquet', bytes: text })
  const manifest = writeManifest({
    name: source.name.replace(/\.(parquet|parq)$/i, ''),
    rows: nRows,
    layouts: tiled,
    text: [{ path: 'text.parquet', rows: nRows }],
    license: null,
    ...options,
  })
  return [{ path: MANIFEST_NAME, bytes: new TextEncoder().encode(manifest) }, ...files]
}
