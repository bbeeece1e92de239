import { expose, transfer } from 'comlink'
import { agreementOf, densityOf } from '../src/agreement.ts'
import { registerErrorTransfer } from '../src/rpc.ts'

export interface MapApi {
  /** [n] share of neighbors kept between layouts [n, 2]; the first is the one on screen. */
  agreement(layouts: readonly Float32Array[]): Promise<Float64Array<ArrayBuffer>>
  /** [n] log2 density of one layout [n, 2]. */
  density(positions: Float32Array): Float64Array<ArrayBuffer>
}

registerErrorTransfer()

const api: MapApi = {
  async agreement(layouts) {
    const found = await agreementOf(layouts)
    return transfer(found, [found.buffer])
  },
  density(positions) {
    const found = densityOf(positions)
    return transfer(found, [found.buffer])
  },
}

expose(api)
