import { createStore, type StoreApi } from 'zustand/vanilla'
import type { CaptionQuestion } from '../../../workers/read.ts'
import type { UmapEstimate } from '../../../workers/umap.ts'
import { adviceFor, CancelledError, messageFor } from '../../shared/core/errors.ts'
import type { Progress, Stage } from '../../shared/core/types.ts'

export type Phase = 'empty' | 'working' | 'ready' | 'cancelled' | 'error'

/** One stage as the progress list shows it. */
export interface StageState {
  readonly stage: Stage
  readonly state: 'waiting' | 'running' | 'done'
  readonly done: number
  readonly total: number
  readonly unit: Progress['unit']
  readonly detail: string | null
  /** Of the work, 0–1; by units where these cost alike. */
  readonly share: number
  /** Units a second, null until it can be told. */
  readonly rate: number | null
  /** Null until it can be told. */
  readonly leftMs: number | null
}

/** The ways out of an error that ended a run. */
export interface WaysOut {
  readonly canRetry: boolean
  readonly canUseLexical: boolean
  readonly canUseClip: boolean
  /** Rows that would fit, where there were too many. */
  readonly rowsThatFit: number | null
  /** Columns to choose the captions from. */
  readonly question: CaptionQuestion | null
}

/** An error as it is shown, with the ways out that apply to it. */
interface ShownError extends WaysOut {
  /** A sentence; addresses in it are told by their file and host. */
  readonly message: string
  readonly advice: string
  /** The message with its addresses, where it has some. */
  readonly detail: string | null
}

/** When a notice goes by itself: as the run stops, as another begins, or never. */
type Lasting = 'run' | 'map' | 'visit'

interface NoticeOptions {
  readonly canRetry?: boolean
  readonly lasts?: Lasting
}

interface Notice {
  readonly id: number
  readonly text: string
  readonly lasts: Lasting
  /** The run that it tells of can be tried again. */
  readonly canRetry: boolean
}

/** What the page is doing, as the panels show it. */
export interface StatusView {
  readonly phase: Phase
  /** The sentence in the page's status line. */
  readonly message: string
  readonly stages: readonly StageState[] | null
  /** The file that is worked on; '' before it is known. */
  readonly file: string
  readonly notices: readonly Notice[]
  readonly error: ShownError | null
  /** What laying out costs, where it was worth asking. */
  readonly estimate: UmapEstimate | null
}

const WORKING: Readonly<Record<Stage, string>> = {
  Read: 'Reading',
  Embed: 'Embedding',
  Neighbors: 'Finding neighbors',
  'Lay out': 'Laying out',
}
const NO_WAY_OUT: WaysOut = {
  canRetry: false,
  canUseLexical: false,
  canUseClip: false,
  rowsThatFit: null,
  question: null,
}

/** What the page is doing, what went wrong, and what there is to say; and who waits for it to be ready. */
export class Status {
  readonly view: StoreApi<StatusView> = createStore<StatusView>()(() => ({
    phase: 'empty',
    message: 'Open a Parquet file of captions',
    stages: null,
    file: '',
    notices: [],
    error: null,
    estimate: null,
  }))
  private lastError: unknown = null
  private lastNotice = 0
  private waiters: { readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = []

  get isWorking(): boolean {
    return this.view.getState().phase === 'working'
  }

  /**
   * A run begins, or goes on.
   * @param isAnew what was said of the last one is over
   */
  begin(stages: readonly StageState[], estimate: UmapEstimate | null, isAnew = true): void {
    const next = stages.find(({ state }) => state !== 'done')?.stage ?? 'Read'
    const notices = this.without('run', ...(isAnew ? (['map'] as const) : []))
    this.view.setState({
      phase: 'working',
      message: `${WORKING[next]}…`,
      error: null,
      estimate,
      stages,
      notices,
      ...(isAnew ? { file: '' } : {}),
    })
  }

  progress(stages: readonly StageState[]): void {
    this.view.setState({ stages })
  }

  /** @param name of the file that a stage works on; '' before it is known */
  workOn(stage: Stage, name: string): void {
    const message = `${WORKING[stage]} ${name}…`.replace(' …', '…')
    if (message !== this.view.getState().message) this.view.setState({ message, file: name })
  }

  estimated(estimate: UmapEstimate | null): void {
    this.view.setState({ estimate })
  }

  /** The run is done. */
  ready(nRows: number): void {
    const notices = this.without('run')
    this.view.setState({ phase: 'ready', message: readyMessage(nRows), stages: null, error: null, notices })
    for (const waiter of this.waiters.splice(0)) waiter.resolve()
  }

  /** The run was cancelled; its stages stay in sight. */
  cancelled(error: CancelledError): void {
    const stage = this.view.getState().stages?.find(({ state }) => state === 'running')?.stage
    this.view.setState({
      phase: 'cancelled',
      message: `Cancelled${stage ? ` while ${WORKING[stage].toLowerCase()}` : ''}; what was done is kept`,
      notices: this.without('run'),
    })
    this.reject(error)
  }

  /** A run that another one interrupted is there again. */
  interrupted(stages: readonly StageState[], file: string): void {
    const message = 'Interrupted; what was done is kept'
    this.view.setState({ phase: 'cancelled', message, error: null, stages, file })
  }

  /** The run, or what should have become one, has failed. */
  failed(error: unknown, waysOut: WaysOut = NO_WAY_OUT): void {
    this.view.setState({
      phase: 'error',
      message: waysOut.question ? 'Which column holds the captions?' : 'Something went wrong',
      error: { ...told(error), ...waysOut },
      stages: null,
      notices: this.without('run'),
    })
    this.reject(error)
  }

  /** Shows what went wrong beside a run, such as a row that cannot be read: that does not end the run. */
  report(error: unknown): void {
    if (error instanceof CancelledError) return
    if (!this.isWorking) this.failed(error)
    else this.view.setState({ error: { ...told(error), ...NO_WAY_OUT } })
  }

  /** Puts an error aside. @param nRows of the map that is still there; null for none */
  rest(nRows: number | null): void {
    if (this.isWorking) this.view.setState({ error: null })
    else if (nRows === null)
      this.view.setState({
        phase: 'empty',
        message: 'Open a Parquet file of captions',
        stages: null,
        error: null,
      })
    else this.view.setState({ phase: 'ready', message: readyMessage(nRows), stages: null, error: null })
  }

  /** Says something that is no error; the same once only. */
  notice(text: string, { canRetry = false, lasts = 'visit' }: NoticeOptions = {}): void {
    const { notices } = this.view.getState()
    if (notices.some((notice) => notice.text === text)) return
    this.view.setState({ notices: [...notices, { id: ++this.lastNotice, text, canRetry, lasts }] })
  }

  private without(...over: readonly Lasting[]): readonly Notice[] {
    const { notices } = this.view.getState()
    const left = notices.filter(({ lasts }) => !over.includes(lasts))
    return left.length === notices.length ? notices : left
  }

  dismissNotice(id: number): void {
    this.view.setState({ notices: this.view.getState().notices.filter((notice) => notice.id !== id) })
  }

  /** @throws the error shown to the user, or a CancelledError */
  async whenReady(): Promise<void> {
    const { phase } = this.view.getState()
    if (phase === 'ready') return
    if (phase === 'error') throw this.lastError
    if (phase === 'cancelled') throw new CancelledError()
    await new Promise<void>((resolve, reject) => {
      this.waiters.push({ resolve, reject })
    })
  }

  private reject(error: unknown): void {
    this.lastError = error
    for (const waiter of this.waiters.splice(0)) waiter.reject(error)
  }
}

/** Without the mark of the sentence that ends it. */
const ADDRESS = /\b(?:https?|hf):\/\/[^\s“”()<>]*[^\s“”()<>.,:;!?]/g

/** “https://host/a/b.onnx?x” as “b.onnx” of its host, since an address is no word of a sentence. */
export function withoutAddresses(text: string): string {
  return text.replace(ADDRESS, (address) => {
    const url = URL.parse(address)
    if (!url) return address
    const file = decodeURIComponent(url.pathname.split('/').findLast(Boolean) ?? '')
    return file ? `“${file}” at ${url.host}` : url.host
  })
}

function told(error: unknown): Pick<ShownError, 'message' | 'advice' | 'detail'> {
  const detail = messageFor(error)
  const message = withoutAddresses(detail)
  return { message, advice: adviceFor(error), detail: message === detail ? null : detail }
}

function readyMessage(nRows: number): string {
  return `Ready: ${nRows.toLocaleString()} ${nRows === 1 ? 'caption' : 'captions'}`
}
