import { WORKGROUP_SIZE } from '../../gpu/kernel.ts'
import type { Arrangement as Name } from '../common/options.ts'
import { epoch, epochByFour, epochDynamic, epochDynamicByFour } from './kernels.ts'

/** A kernel of the epoch. */
export type EpochKernel = typeof epoch | typeof epochByFour | typeof epochDynamic | typeof epochDynamicByFour

/** One way to arrange the work of an epoch; all give the same bytes. */
export interface Arrangement {
  readonly name: Name
  readonly kernel: EpochKernel
  /** Rows of a workgroup; `ROWS` of epoch-dynamic.wgsl. */
  readonly rows: number
}

/** The arrangements that can win on one GPU or another, the plain one first. */
export const ARRANGEMENTS: readonly Arrangement[] = [
  { name: 'plain', kernel: epoch, rows: WORKGROUP_SIZE },
  { name: 'by-four', kernel: epochByFour, rows: WORKGROUP_SIZE },
  { name: 'dynamic', kernel: epochDynamic, rows: 256 },
  { name: 'dynamic-by-four', kernel: epochDynamicByFour, rows: 256 },
]

/** Expected to win on GPUs whose warps have 32 lanes, by a simulated schedule: taken where nothing was measured. */
export const DEFAULT_ARRANGEMENT: Name = 'dynamic-by-four'

/** @throws {Error} for a name that is in no table. */
export function arrangementOf(name: Name): Arrangement {
  const found = ARRANGEMENTS.find((arrangement) => arrangement.name === name)
  if (!found) throw new Error(`optimize: there is no arrangement “${name}”`)
  return found
}
