import type { EmbedApi } from '../../../workers/embed.ts'
import type { MapApi } from '../../../workers/map.ts'
import type { ReadApi } from '../../../workers/read.ts'
import type { SearchApi } from '../../../workers/search.ts'
import type { TilesApi } from '../../../workers/tiles.ts'
import type { TopicsApi } from '../../../workers/topics.ts'
import type { UmapApi } from '../../../workers/umap.ts'
import { Hand } from './hand.ts'

/** Starts the workers of the page; tests give others. */
export interface Workers {
  read(): Hand<ReadApi>
  embed(): Hand<EmbedApi>
  umap(): Hand<UmapApi>
  tiles(): Hand<TilesApi>
  map(): Hand<MapApi>
  search(): Hand<SearchApi>
  topics(): Hand<TopicsApi>
}

// Each address stands as a whole where its worker is made: that is how the build finds it.

/** Those of the page. */
export const pageWorkers: Workers = {
  read: () =>
    new Hand(
      new Worker(new URL('../../../workers/read.ts', import.meta.url), { type: 'module' }),
      'reads files',
    ),
  embed: () =>
    new Hand(
      new Worker(new URL('../../../workers/embed.ts', import.meta.url), { type: 'module' }),
      'embeds captions',
    ),
  umap: () =>
    new Hand(
      new Worker(new URL('../../../workers/umap.ts', import.meta.url), { type: 'module' }),
      'lays out',
    ),
  tiles: () =>
    new Hand(
      new Worker(new URL('../../../workers/tiles.ts', import.meta.url), { type: 'module' }),
      'fetches maps',
    ),
  map: () =>
    new Hand(
      new Worker(new URL('../../../workers/map.ts', import.meta.url), { type: 'module' }),
      'finds points',
    ),
  search: () =>
    new Hand(
      new Worker(new URL('../../../workers/search.ts', import.meta.url), { type: 'module' }),
      'searches',
    ),
  topics: () =>
    new Hand(
      new Worker(new URL('../../../workers/topics.ts', import.meta.url), { type: 'module' }),
      'finds topics',
    ),
}
