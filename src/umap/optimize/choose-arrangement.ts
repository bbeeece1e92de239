import type { Commands } from '../../gpu/commands.ts'
import type { GpuSession } from '../../gpu/session.ts'
import type { ArrangementChoice } from '../../shared/core/types.ts'
import { ARRANGEMENT_NAMES, type Arrangement as Name } from '../common/options.ts'
import { type Arrangement, ARRANGEMENTS, DEFAULT_ARRANGEMENT } from './arrangements.ts'

/** A trial takes no longer, but for what is in flight then. */
const TRIAL_MS = 300
/** Work that a timer of the page can tell apart, and that fills the device. */
const PIECE_MS = 12
const FIRST_ROWS = 256
/** Moves of vertices in a run that is worth a trial: some seconds on a laptop's GPU. */
const WORTH_MOVES = 1e8
/** Another arrangement than the expected one is taken where it is so much faster. */
const GAIN = 1.05

/** Where choices are kept between visits, for one device and version of the engine. */
export interface ArrangementStore {
  readonly recall: (names: readonly string[]) => Promise<string | null>
  readonly keep: (name: string) => Promise<void>
}

/** Work of the run itself that can be done and undone. */
export interface ArrangementTrial {
  readonly nRows: number
  /** What encodes an epoch of the first `rows` rows. */
  readonly bind: (arrangement: Arrangement) => Promise<(commands: Commands, rows: number) => void>
  readonly undo: (commands: Commands) => void
}

interface ChooseOptions {
  readonly asked: Name | 'auto'
  /** Vertices of all layouts times epochs. */
  readonly nMoves: number
  readonly store?: ArrangementStore
}

/** What was measured on each device so far. */
const measured = new WeakMap<GPUDevice, ArrangementChoice>()

/**
 * The arrangement of the descent's kernel that suits this device: the one that was asked for; else the one found by an earlier
 * trial; else, where there is enough to do, the fastest of a trial of at most 300 ms with compiled kernels. A software adapter
 * takes the plain one: its lanes do not wait for each other.
 *
 * @throws {DeviceError} when the device fails.
 */
export async function chooseArrangement(
  session: GpuSession,
  trial: ArrangementTrial,
  { asked, nMoves, store }: ChooseOptions,
): Promise<ArrangementChoice> {
  if (asked !== 'auto') return { name: asked, why: 'asked' }
  if (isSoftware(session.device)) return { name: 'plain', why: 'software' }
  const known = measured.get(session.device)
  if (known) return known
  const kept = await store?.recall(ARRANGEMENT_NAMES)
  const name = ARRANGEMENT_NAMES.find((candidate) => candidate === kept)
  if (name) return { name, why: 'kept' }
  if (nMoves < WORTH_MOVES) return { name: DEFAULT_ARRANGEMENT, why: 'expected' }
  const choice = await measureArrangements(session, trial)
  measured.set(session.device, choice)
  await store?.keep(choice.name)
  return choice
}

/**
 * Times all arrangements on the same work, twice each, the better time counting.
 * @param budget milliseconds in all; what is not measured by then is not taken
 */
async function measureArrangements(
  session: GpuSession,
  { nRows, bind, undo }: ArrangementTrial,
  budget = TRIAL_MS,
): Promise<ArrangementChoice> {
  const all = await Promise.all(
    ARRANGEMENTS.map(async (arrangement) => ({ name: arrangement.name, encode: await bind(arrangement) })),
  )
  const timed = async (
    encode: (commands: Commands, rows: number) => void,
    rows: number,
    epochs: number,
  ): Promise<number> => {
    const began = performance.now()
    session.submit((commands) => {
      for (let i = 0; i < epochs; i++) encode(commands, rows)
    })
    await session.done()
    return performance.now() - began
  }
  // Some drivers finish compiling at a kernel's first use.
  for (const { encode } of all) await timed(encode, 1, 1)
  const until = performance.now() + budget
  const expected = all.find(({ name }) => name === DEFAULT_ARRANGEMENT) ?? all[0]
  let rows = Math.min(nRows, FIRST_ROWS)
  let epochs = 1
  let piece = await timed(expected.encode, rows, epochs)
  while (piece < PIECE_MS && performance.now() < until - budget / 2) {
    if (rows < nRows) rows = Math.min(nRows, 4 * rows)
    else epochs *= 2
    piece = await timed(expected.encode, rows, epochs)
  }
  const ms = new Map<Name, number>([[expected.name, piece]])
  for (let round = 0; round < 2; round++) {
    for (const { name, encode } of all) {
      if (performance.now() + piece > until) continue
      const took = await timed(encode, rows, epochs)
      ms.set(name, Math.min(took, ms.get(name) ?? Infinity))
    }
  }
  session.submit(undo)
  const ofExpected = ms.get(expected.name) ?? piece
  const [[fastest, least]] = [...ms].sort(([, a], [, b]) => a - b)
  const name = ofExpected >= GAIN * least ? fastest : expected.name
  return { name, why: 'measured', ms: Object.fromEntries(ms) }
}

function isSoftware({ adapterInfo }: GPUDevice): boolean {
  const info: Partial<GPUAdapterInfo> = adapterInfo ?? {} // older browsers have none
  return info.isFallbackAdapter ?? /swiftshader|llvmpipe/i.test(`${info.architecture} ${info.description}`)
}
