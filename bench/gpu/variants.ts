import { WORKGROUP_SIZE, type KernelSource } from '../../src/gpu/kernel.ts'
import { epoch } from '../../src/umap/optimize/kernels.ts'
import batched from './wgsl/negatives-batched.wgsl?raw'
import queue from './wgsl/queue.wgsl?raw'

/** Another arrangement of the epoch's kernel, and how many rows a workgroup of it takes. */
export interface Variant {
  readonly name: string
  readonly kernel: typeof epoch
  readonly rows: number
  /** Whether it gives the same bytes as the plain kernel; those that leave work out only tell what that work costs. */
  readonly isSame: boolean
}

/** The plain kernel's text in three: what it declares, `main`, and the functions that all arrangements share. */
function partsOfPlain(): { readonly declared: string; readonly main: string; readonly shared: string } {
  const [wgsl] = epoch.wgsl
  const begin = wgsl.indexOf('@compute')
  const end = wgsl.indexOf('\n}\n', begin) + 3
  if (begin < 0 || end < 3)
    throw new Error('variants: epoch.wgsl has no main function that ends in a line of its own')
  return { declared: wgsl.slice(0, begin), main: wgsl.slice(begin, end), shared: wgsl.slice(end) }
}

/** The plain kernel's loop over the negatives of an edge. */
function negativesOf(main: string): string {
  const begin = main.indexOf('for (var negative')
  const end = main.indexOf('\n    }\n', begin) + 7
  if (begin < 0 || end < 7) throw new Error('variants: epoch.wgsl has no loop over negatives')
  return main.slice(begin, end)
}

const plain = partsOfPlain()
const loop = negativesOf(plain.main)

function variant(
  name: string,
  main: string,
  rows: number,
  { size = WORKGROUP_SIZE, isSame = true } = {},
): Variant {
  const text = (plain.declared + main + plain.shared)
    .replace('override WORKGROUP_SIZE: u32;', `const WORKGROUP_SIZE = ${size}u;`)
    .replace('override ROWS: u32;', `const ROWS = ${rows}u;`)
  const kernel = { ...epoch, label: `optimize.epoch ${name}`, wgsl: [text, ...epoch.wgsl.slice(1)] }
  return { name, kernel: kernel as KernelSource as typeof epoch, rows, isSame }
}

const withQueue = (negatives: string): string => queue.replace('//NEGATIVES', () => negatives.trim())

/** The arrangements of GPU.md §3 that give the same bytes, and two that leave work out. */
export const variants: readonly Variant[] = [
  variant('plain', plain.main, WORKGROUP_SIZE),
  ...[32, 128, 256].map((size) => variant(`plain, workgroups of ${size}`, plain.main, size, { size })),
  ...[128, 256, 512].map((rows) => variant(`A, dynamic rows, ${rows}`, withQueue(loop), rows)),
  variant(
    'B, negatives by four',
    plain.main.replace(loop, () => batched),
    WORKGROUP_SIZE,
  ),
  ...[256, 512].map((rows) => variant(`A+B, ${rows}`, withQueue(batched), rows)),
  variant('no negatives', plain.main.replace(loop, ''), WORKGROUP_SIZE, { isSame: false }),
  variant('no pulls on tails', plain.main.replaceAll(/^ *atomicAdd\(&pulls.*\n/gm, ''), WORKGROUP_SIZE, {
    isSame: false,
  }),
]
