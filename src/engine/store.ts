import { createStore } from 'zustand/vanilla'
import type { ColumnInfo, VectorColumnInfo } from '../../workers/read.ts'
import type { Fidelity } from '../shared/core/types.ts'
import type { UmapEstimate } from '../../workers/umap.ts'
import { type ColoringView, NO_COLORING } from './color/coloring.ts'
import type { Theme } from '../draw/points/color.ts'
import type { DrawChoice, DrawMode } from '../draw/points/crowding.ts'
import { DEFAULTS, type Settings } from './link/params.ts'
import type { StageState } from './run/progress-meter.ts'

export type Phase = 'empty' | 'working' | 'ready' | 'cancelled' | 'error'

/** An error as it is shown, with the ways out that apply to it. */
export interface ShownError {
  readonly message: string
  readonly advice: string
  readonly canRetry: boolean
  readonly canUseLexical: boolean
  readonly canUseClip: boolean
  /** Rows that would fit, where there were too many. */
  readonly rowsThatFit: number | null
}

/** What the map shows now; row data itself never enters the store. */
interface ShownData {
  readonly name: string
  readonly nRows: number
  readonly totalRows: number
  readonly columns: readonly ColumnInfo[]
  /** Also where its captions are not held. */
  readonly textColumn: string | null
  /** Columns that hold a vector a row. */
  readonly vectorColumns: readonly VectorColumnInfo[]
  readonly layouts: readonly string[]
  /** Only the parts in view are held, not the rows. */
  readonly streamed: boolean
  /** Its address is that of a folder, whose captions are chosen by its maker. */
  readonly isFolder: boolean
  /** Points that are there, of a map held in part; all rows else. */
  readonly held: number
  /** Bytes to fetch before captions can be shown; 0 where they are at hand or had one by one. */
  readonly captionBytes: number
  /** Which encoder made the map, for people; layouts that came with the file say so. */
  readonly encoder: string
  /** `clip`, `lexical`, `vectors`, or null for layouts that came with the file. */
  readonly encoderName: string | null
  readonly backend: string | null
  readonly adapter: string | null
  /** What the projection leaves of the encoder's vectors. */
  readonly fidelity: Fidelity | null
}

/** A topic in the list of those in view. */
export interface TopicEntry {
  readonly id: number
  readonly name: string
  /** Captions in it. */
  readonly count: number
}

export interface View {
  readonly phase: Phase
  /** The sentence in the page's status line. */
  readonly message: string
  readonly shown: ShownData | null
  readonly active: string | null
  readonly stages: readonly StageState[] | null
  readonly notices: readonly { readonly id: number; readonly text: string }[]
  readonly error: ShownError | null
  /** What laying out costs, where it was worth asking. */
  readonly estimate: UmapEstimate | null
  readonly settings: Settings
  /** The first of the .npy files that were opened beside the captions. */
  readonly vectorFile: string | null
  /** Name of the model's folder that was opened from one's own disk. */
  readonly modelFolder: string | null
  /** The row under the pointer or the keyboard's focus, with the place of its tooltip in CSS px. */
  readonly hovered: {
    readonly row: number
    readonly x: number
    readonly y: number
    readonly byKey: boolean
  } | null
  readonly pinned: number | null
  /** Grows as captions come that were sent for. */
  readonly captionsCome: number
  readonly theme: Theme
  /** How the points are to be drawn, and how they are. */
  readonly draw: DrawChoice
  readonly mode: DrawMode
  readonly coloring: ColoringView
  /** Whether the layout on screen has topics at all. */
  readonly hasTopics: boolean
  /** The topics in view, most captions first. */
  readonly topics: readonly TopicEntry[]
  /** Whether their names are drawn on the map. */
  readonly labels: boolean
}

/** The page's state: scalars and row indices only, so that React never holds rows. */
export function createView(settings: Settings, theme: Theme, draw: DrawChoice) {
  return createStore<View>()(() => ({
    phase: 'empty',
    message: 'Open a Parquet file of captions',
    shown: null,
    active: null,
    stages: null,
    notices: [],
    error: null,
    estimate: null,
    settings: { ...DEFAULTS, ...settings },
    vectorFile: null,
    modelFolder: null,
    hovered: null,
    pinned: null,
    captionsCome: 0,
    theme,
    draw,
    mode: 'points',
    coloring: NO_COLORING,
    hasTopics: false,
    topics: [],
    labels: true,
  }))
}

export type ViewStore = ReturnType<typeof createView>
