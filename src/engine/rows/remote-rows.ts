import { createStore, type StoreApi } from 'zustand/vanilla'
import { CancelledError } from '../../shared/core/errors.ts'
import type { Status } from '../status/status.ts'
import type { StreamedMap } from './streamed-map.ts'

/** Whether the captions of a map held in part can be had, and how far they are. */
export interface RemoteCaptionsView {
  /** `none` where there is nothing to offer, as for files of one's own. */
  readonly state: 'none' | 'offered' | 'fetching' | 'held' | 'too-large'
  /** All captions, as they are stored. */
  readonly bytes: number
  /** Bytes that need not be fetched any more. */
  readonly done: number
  /** They are there on the next visit too. */
  readonly isKept: boolean
}

const NONE: RemoteCaptionsView = {
  state: 'none',
  bytes: 0,
  done: 0,
  isKept: false,
}

/** Who hears of what has come. */
interface Told {
  /** Columns that can be asked for are known. */
  columnsCame(): void
  /** The map holds all captions now. */
  captionsCame(): void
}

/** What can be fetched of the rows of a map held in part: its columns, and all captions at once. */
export class RemoteRows {
  readonly view: StoreApi<RemoteCaptionsView> = createStore<RemoteCaptionsView>()(() => NONE)
  private map: StreamedMap | null = null
  private costs = new Map<string, number>()
  private readonly told: Told
  private readonly status: Pick<Status, 'report'>

  constructor(told: Told, status: Pick<Status, 'report'>) {
    this.told = told
    this.status = status
  }

  /** Looks what another map has; captions that an earlier visit kept are taken at once. Null for none held in part. */
  async open(map: StreamedMap | null): Promise<void> {
    this.map = map
    this.costs.clear()
    this.view.setState(NONE)
    if (!map) return
    try {
      const columns = await map.findColumns()
      if (map !== this.map) return
      this.costs = new Map(columns.map(({ name, bytes }) => [name, bytes]))
      this.told.columnsCame()
      const { bytes, kept, isTooLarge } = await map.captionsCost()
      if (map !== this.map || (bytes === 0 && !isTooLarge)) return
      this.view.setState({
        state: isTooLarge ? 'too-large' : 'offered',
        bytes,
        done: kept,
      })
      if (isTooLarge || kept < bytes) return
      // The points come first.
      await map.settled()
      if (map === this.map) await this.fetch()
    } catch (error) {
      if (map === this.map && !(error instanceof CancelledError)) this.status.report(error)
    }
  }

  /** Bytes to fetch before a column is there; 0 for one that is. */
  costOf(column: string): number {
    return this.costs.get(column) ?? 0
  }

  /** Fetches all captions. */
  async fetch(): Promise<void> {
    const { map } = this
    if (!map || this.view.getState().state !== 'offered') return
    this.view.setState({ state: 'fetching' })
    try {
      const isKept = await map.fetchCaptions(({ done }) => {
        if (map === this.map && this.view.getState().state === 'fetching') this.view.setState({ done })
      })
      if (map !== this.map) return
      this.view.setState({ state: 'held', isKept })
      this.told.captionsCame()
    } catch (error) {
      if (map !== this.map) return
      const kept = await map.captionsCost().then(
        (cost) => cost.kept,
        () => 0,
      )
      if (map !== this.map) return
      this.view.setState({ state: 'offered', done: kept })
      if (!(error instanceof CancelledError)) this.status.report(error)
    }
  }

  cancel(): void {
    this.map?.stopCaptions()
  }
}
