import type { MapApi } from '../../../workers/map.ts'
import type { IndexWorker } from '../../draw/finding/place-index.ts'
import { Hand } from '../run/hand.ts'

/** The map worker as the maps on the page ask it, started with the first layout that is worth it and then kept. */
export function createIndexWorker(): IndexWorker {
  let hand: Hand<MapApi> | null = null
  const api = (): Hand<MapApi>['api'] => {
    hand ??= new Hand<MapApi>(
      new Worker(new URL('../../../workers/map.ts', import.meta.url), { type: 'module' }),
    )
    return hand.api
  }
  return {
    build: async (id, positions) => ({ ...(await api().buildIndex(id, positions)), positions }),
    gather: (id, box) => api().gather(id, box),
  }
}
