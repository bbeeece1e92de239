import type { ColumnInfo, ColumnValues } from '../../../workers/read.ts'
import { InputError } from '../../shared/core/errors.ts'
import type { Layout, Progress } from '../../shared/core/types.ts'
import type { RemoteRows } from '../rows/remote-rows.ts'
import type { Session } from '../run/session.ts'
import type { Workspace } from '../run/workspace.ts'
import type { Workers } from '../workers/workers.ts'
import type { Columns } from './coloring.ts'
import { computedValues, isComputed } from './computed-values.ts'

/** Values of so many bytes are kept; those that were asked for longest ago go first. */
const KEPT_BYTES = 256 * 2 ** 20

/** What the columns that the page computes are made from. */
interface ComputedFrom {
  /** The one on screen first. */
  layouts(): readonly Layout[]
  /** How like each row is to what is searched for by meaning, [nRows]; null without such a search. */
  scores(): Float32Array | null
  /** Layouts in the making say nothing yet. @throws {CancelledError} they will not be finished */
  untilLaidOut(): Promise<void>
}

/** The columns of the rows on the map, each read once for all who ask. */
export class MapColumns implements Columns {
  private readonly data: Workspace
  private readonly remote: RemoteRows
  private readonly workers: Workers
  private readonly from: ComputedFrom
  private of: Session | null = null
  private readonly kept = new Map<string, ColumnValues>()

  constructor(data: Workspace, remote: RemoteRows, workers: Workers, from: ComputedFrom) {
    this.data = data
    this.remote = remote
    this.workers = workers
    this.from = from
  }

  get nRows(): number {
    return this.data.nRows
  }

  get file(): string {
    return this.data.shown?.opened?.name ?? ''
  }

  get all(): readonly ColumnInfo[] {
    return this.data.rows?.columns ?? []
  }

  has(column: string): boolean {
    return this.isOfFile(column) || column.startsWith('@')
  }

  /** Whether a link may name it as a color of the map. */
  canColor(column: string): boolean {
    const { shown } = this.data
    return this.isOfFile(column) || (shown !== null && isComputed(column, shown))
  }

  costOf(column: string): number {
    return this.remote.costOf(column)
  }

  stop(): void {
    this.data.rows?.stopValues()
  }

  async values(column: string, onProgress: (progress: Progress) => void): Promise<ColumnValues> {
    const { shown } = this.data
    if (!shown?.rows) throw new InputError('Color: there is no map yet', 'Open a file first.')
    if (column.startsWith('@')) return this.compute(column, shown)
    if (this.of !== shown) this.kept.clear()
    this.of = shown
    const values = this.kept.get(column) ?? (await shown.rows.values(column, onProgress))
    if (this.of === shown) this.keep(column, values)
    return values
  }

  private isOfFile(column: string): boolean {
    return this.all.some(({ name }) => name === column)
  }

  private async compute(column: string, session: Session): Promise<ColumnValues> {
    await this.from.untilLaidOut()
    const [layouts, scores] = [this.from.layouts(), this.from.scores()]
    return computedValues(column, { session, layouts, scores, workers: this.workers })
  }

  private keep(column: string, values: ColumnValues): void {
    this.kept.delete(column)
    this.kept.set(column, values)
    let bytes = [...this.kept.values()].reduce((sum, one) => sum + bytesOf(one), 0)
    for (const [old, one] of this.kept) {
      if (bytes <= KEPT_BYTES) break
      this.kept.delete(old)
      bytes -= bytesOf(one)
    }
  }
}

function bytesOf(values: ColumnValues): number {
  return values.kind === 'category' ? values.codes.byteLength : values.values.byteLength
}
