import * as Comlink from 'comlink'
import { InputError } from '../src/errors.ts'
import type { Field } from '../src/read/row.ts'
import { urlSource } from '../src/read/url-source.ts'
import { registerErrorTransfer } from '../src/rpc.ts'
import { openFolder, type PartialMap } from '../src/tiles/folder.ts'
import { hubListing } from '../src/tiles/hub-twin.ts'
import { type LargeFile, openLargeFile } from '../src/tiles/large-file.ts'
import type { Box, Manifest } from '../src/tiles/manifest.ts'
import type { Points } from '../src/tiles/point-file.ts'
import type { Progress } from '../src/types.ts'

export type { Box, Manifest } from '../src/tiles/manifest.ts'
export type { Points } from '../src/tiles/point-file.ts'

export interface TilesApi {
  /** Opens a published map by the address of its folder or of its `map.json`. */
  openFolder(url: string): Promise<Manifest>
  /** Opens a large Parquet file with layouts. @param text name of the text column; null to find it */
  openFile(url: string, text: string | null): Promise<Manifest>
  /** See {@link PartialMap.view}. */
  view(layout: string, box: Box, onPoints: (points: Points) => void): Promise<void>
  row(row: number): Promise<readonly Field[]>
  caption(row: number): Promise<string>
  captionBytes(): number
  /** Reads all captions of a large file, where they cannot be had one by one. */
  fetchCaptions(onProgress: (progress: Progress) => void): Promise<void>
}

registerErrorTransfer()
let map: PartialMap | null = null
let large: LargeFile | null = null

function opened(): PartialMap {
  if (!map) throw new InputError('Map: none is open', 'Open a map first.')
  return map
}

const api: TilesApi = {
  async openFolder(url) {
    map = await openFolder(url)
    return map.manifest
  },
  async openFile(url, text) {
    const listing = hubListing(url)
    const open = (address: string) => urlSource(address, {})
    large = await openLargeFile(await open(url), text, listing === null ? {} : { hub: { listing, open } })
    map = large
    return large.manifest
  },
  view: (layout, box, onPoints) =>
    opened().view(layout, box, (points) => {
      const { ids, positions } = points
      onPoints(Comlink.transfer(points, ids ? [ids.buffer, positions.buffer] : [positions.buffer]))
    }),
  row: (row) => opened().row(row),
  caption: (row) => opened().caption(row),
  captionBytes: () => opened().captionBytes(),
  fetchCaptions: async (onProgress) => large?.fetchCaptions({ onProgress }),
}

Comlink.expose(api)
