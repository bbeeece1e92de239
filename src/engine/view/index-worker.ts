import type { MapApi } from '../../../workers/map.ts'
import type { IndexWorker } from '../../draw/finding/place-indexes.ts'
import type { Hand } from '../workers/hand.ts'
import { pageWorkers, type Workers } from '../workers/workers.ts'

/** The map worker as the maps on the page ask it, started with the first layout that is worth it and then kept. */
export function createIndexWorker(workers: Pick<Workers, 'map'> = pageWorkers): IndexWorker {
  let hand: Hand<MapApi> | null = null
  const api = (): Hand<MapApi>['api'] => {
    if (!hand || hand.isOver) hand = workers.map()
    return hand.api
  }
  return {
    build: async (id, positions) => ({ ...(await api().buildIndex(id, positions)), positions }),
    gather: (id, box) => api().gather(id, box),
    // A worker that is gone has forgotten all of them.
    forget: (id) => void hand?.api.forgetIndex(id).catch(() => {}),
  }
}
