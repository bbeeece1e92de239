import { expose, transfer } from 'comlink'
import { agreementOf, densityOf, keptOf } from '../src/agreement.ts'
import { registerErrorTransfer } from '../src/rpc.ts'

export interface MapApi {
  /** [n] share of neighbors kept between layouts [n, 2]; the first is the one on screen. */
  agreement(layouts: readonly Float32Array[]): Promise<Float64Array<ArrayBuffer>>
  /** [n] share of the nearest by the vectors, [n, k], that one layout [n, 2] keeps. */
  kept(
    positions: Float32Array,
    near: { readonly k: number; readonly ids: Uint32Array },
  ): Promise<Float64Array<ArrayBuffer>>
  /** [n] log2 density of one layout [n, 2]. */
  density(positions: Float32Array): Float64Array<ArrayBuffer>
}

registerErrorTransfer()

const api: MapApi = {
  async agreement(layouts) {
    const found = await agreementOf(layouts)
    return transfer(found, [found.buffer])
  },
  async kept(positions, near) {
    const found = await keptOf(positions, near)
    return transfer(found, [found.buffer])
  },
  density(positions) {
    const found = densityOf(positions)
    return transfer(found, [found.buffer])
  },
}

expose(api)
