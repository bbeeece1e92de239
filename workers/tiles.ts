import * as Comlink from 'comlink'
import type { Field } from '../src/read/row.ts'
import { registerErrorTransfer } from '../src/rpc.ts'
import { type Folder, openFolder } from '../src/tiles/folder.ts'
import type { Box, Manifest } from '../src/tiles/manifest.ts'
import type { Points } from '../src/tiles/point-file.ts'
import { InputError } from '../src/errors.ts'

export type { Box, Manifest } from '../src/tiles/manifest.ts'
export type { Points } from '../src/tiles/point-file.ts'

export interface TilesApi {
  /** Opens a published map by the address of its folder or of its `map.json`. */
  open(url: string): Promise<Manifest>
  /** See {@link Folder.view}. */
  view(layout: string, box: Box, onPoints: (points: Points) => void): Promise<void>
  row(row: number): Promise<readonly Field[]>
  caption(row: number): Promise<string>
}

registerErrorTransfer()
let folder: Folder | null = null

function opened(): Folder {
  if (!folder) throw new InputError('Map folder: none is open', 'Open a map first.')
  return folder
}

const api: TilesApi = {
  async open(url) {
    folder = await openFolder(url)
    return folder.manifest
  },
  view: (layout, box, onPoints) =>
    opened().view(layout, box, (points) =>
      onPoints(Comlink.transfer(points, [points.ids.buffer, points.positions.buffer])),
    ),
  row: (row) => opened().row(row),
  caption: (row) => opened().caption(row),
}

Comlink.expose(api)
