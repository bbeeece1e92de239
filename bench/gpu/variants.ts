import type { KernelSource } from '../../src/gpu/kernel.ts'
import { type Arrangement, ARRANGEMENTS, type EpochKernel } from '../../src/umap/optimize/arrangements.ts'

/** An arrangement of the epoch's kernel that is timed: those of the engine, and others made of them. */
export interface Variant extends Omit<Arrangement, 'name'> {
  readonly name: string
  /** Whether it gives the same bytes as the plain kernel; those that leave work out only tell what that work costs. */
  readonly isSame: boolean
}

const byName = new Map(ARRANGEMENTS.map((arrangement) => [arrangement.name, arrangement]))

/** An arrangement with another text. */
function changed(
  name: string,
  of: Arrangement['name'],
  change: (wgsl: string) => string,
  { isSame = true, rows }: { readonly isSame?: boolean; readonly rows?: number } = {},
): Variant {
  const arrangement = byName.get(of) as Arrangement
  const before = arrangement.kernel.wgsl.join('\n')
  const after = change(before)
  if (after === before) throw new Error(`variants: nothing of ${of} is changed for “${name}”`)
  const kernel: KernelSource = { ...arrangement.kernel, label: `optimize.epoch ${name}`, wgsl: [after] }
  return { name, kernel: kernel as EpochKernel, rows: rows ?? arrangement.rows, isSame }
}

const sized = (size: number) => (wgsl: string) =>
  wgsl.replace('override WORKGROUP_SIZE: u32;', `const WORKGROUP_SIZE = ${size}u;`)
const taking = (rows: number) => (wgsl: string) =>
  wgsl.replace('const ROWS = 256u;', `const ROWS = ${rows}u;`)

/** The engine's arrangements, other sizes of them, and two that leave work out. */
export const variants: readonly Variant[] = [
  ...ARRANGEMENTS.map((arrangement) => ({ ...arrangement, isSame: true })),
  ...[32, 128, 256].map((size) =>
    changed(`plain, workgroups of ${size}`, 'plain', sized(size), { rows: size }),
  ),
  ...[128, 512].map((rows) => changed(`dynamic, ${rows} rows`, 'dynamic', taking(rows), { rows })),
  changed('dynamic-by-four, 512 rows', 'dynamic-by-four', taking(512), { rows: 512 }),
  changed('no negatives', 'plain', (wgsl) => wgsl.replace('var negative = count;', 'var negative = 0u;'), {
    isSame: false,
  }),
  changed('no pulls on tails', 'plain', (wgsl) => wgsl.replaceAll(/^ *atomicAdd\(&pulls.*\n/gm, ''), {
    isSame: false,
  }),
]
