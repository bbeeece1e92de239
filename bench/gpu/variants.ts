import { WORKGROUP_SIZE, type KernelSource } from '../../src/gpu/kernel.ts'
import { epoch } from '../../src/umap/optimize/kernels.ts'
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

/** What the plain kernel does with a due edge, and within that its loop over negatives. */
function edgeOf(main: string): { readonly edge: string; readonly loop: string } {
  const edge = between(main, '    let tail =', '    edge++;\n  }\n')
  return { edge, loop: `${between(edge, '    for (var negative', '    }\n')}    }\n` }
}

function between(text: string, first: string, after: string): string {
  const begin = text.indexOf(first)
  const end = text.indexOf(after, begin)
  if (begin < 0 || end < 0) throw new Error(`variants: epoch.wgsl has no passage from “${first.trim()}”`)
  return text.slice(begin, end)
}

/**
 * The loop over negatives by four: the positions of four are asked for before the first is needed; they act in the same order,
 * by the plain loop's own three statements.
 */
function byFour(loop: string): string {
  const [, step, choose, move, ...rest] = loop.trim().split('\n')
  if (rest.length !== 1) throw new Error('variants: the loop over negatives has not three statements')
  const four = [1, 2, 3, 4]
  const rename = (statement: string, i: number): string =>
    statement.replace('positions[other]', `place${i}`).replaceAll(/\bother\b/g, `other${i}`)
  return [
    '    var due = negatives(rate);',
    '    for (; due >= 4u; due -= 4u) {',
    ...four.flatMap((i) => [step, rename(choose, i), `let place${i} = positions[other${i}];`]),
    ...four.map((i) => rename(move, i)),
    '    }',
    '    for (; due > 0u; due--) {',
    step,
    choose,
    move,
    '    }',
    '',
  ].join('\n')
}

const plain = partsOfPlain()
const { edge, loop } = edgeOf(plain.main)
const batched = byFour(loop)

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

const withQueue = (negatives: string): string =>
  queue.replace('    //EDGE\n', () => edge.replace(loop, () => negatives))

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
