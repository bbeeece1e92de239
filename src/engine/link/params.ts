import type { Camera } from '../../draw/camera/camera.ts'
import type { Theme } from '../../draw/color/color.ts'
import type { DrawChoice } from '../../draw/points/crowding.ts'
import type {
  ArrangementChoice,
  Backend,
  EncoderName,
  Metric,
  ProjectionChoice,
} from '../../shared/core/types.ts'
import { type FilterText, readFilters, writeFilters } from './filters.ts'
import { PRESET_NAMES, PRESETS, presetOf } from './presets.ts'

/** How captions are compared with a query. */
export type FindBy = 'words' | 'meaning'

/** What a run depends on; the Settings dialog edits these. */
export interface Settings {
  readonly encoder: EncoderName
  /** Hub id or base URL of a folder; null for the default model. */
  readonly model: string | null
  readonly dtype: string | null
  readonly backend: Backend | null
  /** How a sentence encoder's tokens become one vector; null for its own way. */
  readonly pooling: 'mean' | 'cls' | 'last' | null
  /** What a sentence encoder reads before each caption, and before a search; null for its own, '' for nothing. */
  readonly prefix: string | null
  readonly queryPrefix: string | null
  /** Column of vectors, or address of a .npy file; null to find it. */
  readonly vectors: string | null
  /** How vectors are brought to 64 dimensions. */
  readonly projection: ProjectionChoice
  readonly gpu: 'auto' | 'fallback'
  /** How the work of the layouts is arranged on the GPU; `auto` measures. */
  readonly arrangement: ArrangementChoice['name'] | 'auto'
  /** A map by words while CLIP is at work, or none. */
  readonly firstMap: 'auto' | 'none'
  /** The file's first rows only; null for all. */
  readonly limit: number | null
  /** Captions in lists: a row each, or those of a row joined. */
  readonly lists: 'rows' | 'joined'
  readonly epochs: number
  readonly negatives: number
  readonly minDist: number
  readonly spread: number
  readonly metric: Metric
  readonly seed: number
  readonly nNeighbors: readonly number[]
}

/** Another layout beside the active one. */
export interface Compared {
  readonly to: string
  /** How far the points are on their way there, 0–1; null for both layouts side by side. */
  readonly share: number | null
}

/** Everything that a link to the page can say (docs/scripting.md). */
export interface Params extends Settings {
  readonly data: string | null
  readonly text: string | null
  readonly layout: string | null
  readonly compare: Compared | null
  readonly view: Camera | null
  readonly row: number | null
  /** What is searched for. */
  readonly q: string | null
  /** How it is searched for. */
  readonly by: FindBy
  /** Captions to find by meaning. */
  readonly nearest: number
  /** Whether the topics' names are on the map. */
  readonly labels: 'on' | 'off'
  /** Column that the points are colored by. */
  readonly color: string | null
  /** How numbers become colors. */
  readonly scale: 'linear' | 'quantile'
  readonly filter: readonly FilterText[] | null
  /** Points, their density, or what suits the view. */
  readonly draw: DrawChoice
  readonly theme: Theme | null
}

/** The original pipeline's values. */
export const DEFAULTS: Params = {
  data: null,
  text: null,
  encoder: 'clip',
  model: null,
  dtype: null,
  backend: null,
  pooling: null,
  prefix: null,
  queryPrefix: null,
  vectors: null,
  projection: 'auto',
  gpu: 'auto',
  arrangement: 'auto',
  firstMap: 'auto',
  limit: null,
  lists: 'rows',
  ...PRESETS.original,
  minDist: 0.1,
  spread: 1,
  metric: 'euclidean',
  seed: 1,
  layout: null,
  compare: null,
  view: null,
  row: null,
  q: null,
  by: 'words',
  nearest: 200,
  labels: 'on',
  color: null,
  scale: 'linear',
  filter: null,
  draw: 'auto',
  theme: null,
}

/** Bounds that the Settings dialog and the URL share. */
export const BOUNDS = {
  limit: [2, 1e9],
  epochs: [1, 5000],
  negatives: [1, 50],
  minDist: [0, 1],
  spread: [0.1, 10],
  seed: [0, 2 ** 32 - 1],
  row: [0, 2 ** 32 - 1],
  nNeighbors: [2, 200],
  nearest: [1, 1_000_000],
} as const

type Reader<T> = {
  readonly says: string
  readonly read: (text: string) => T | undefined
  /** The inverse, where it is not plain `String`. */
  write?(value: T): string
}

const anyText: Reader<string> = { says: 'some text', read: (s) => (s.trim() ? s.trim() : undefined) }

/** Spaces at its end count: “passage: ”. */
const prefixText: Reader<string> = {
  says: 'the text before each caption, or none',
  read: readPrefix,
  write: (prefix) => prefix || 'none',
}

/** “none” is nothing. */
export function readPrefix(text: string): string {
  return text.trim() === '' || text === 'none' ? '' : text
}

function oneOf<const T extends string>(...values: readonly T[]): Reader<T> {
  return { says: values.join(' or '), read: (s) => values.find((v) => v === s) }
}

function number(kind: 'whole' | 'real', [min, max]: readonly [number, number]): Reader<number> {
  const upTo = max >= 1e9 ? `a whole number from ${min} up` : `a number from ${min} to ${max}`
  return {
    says: kind === 'whole' && max < 1e9 ? `a whole number from ${min} to ${max}` : upTo,
    read: (s) => {
      const value = s.trim() === '' ? Number.NaN : Number(s)
      return value >= min && value <= max && (kind === 'real' || Number.isInteger(value)) ? value : undefined
    },
  }
}

/** “10,30,60”: 1 to 6 different whole numbers, ascending in the result. */
export function readNeighborList(list: string): readonly number[] | undefined {
  const [min, max] = BOUNDS.nNeighbors
  const values = list
    .split(/[,\s]+/)
    .filter(Boolean)
    .map(Number)
  const valid = values.every((v) => Number.isInteger(v) && v >= min && v <= max)
  const distinct = [...new Set(values)].sort((a, b) => a - b)
  return valid && distinct.length >= 1 && distinct.length <= 6 ? distinct : undefined
}

/** Names several parameters at once; those that stand beside it count more. */
const PRESET = 'settings'
const presetName = oneOf(...PRESET_NAMES)

const READERS: { readonly [K in keyof Params]: Reader<NonNullable<Params[K]>> } = {
  data: anyText,
  text: anyText,
  encoder: oneOf('clip', 'lexical', 'vectors'),
  model: anyText,
  dtype: oneOf('fp32', 'fp16', 'q8', 'q4', 'q4f16', 'int8', 'uint8', 'bnb4'),
  backend: oneOf('webgpu', 'wasm'),
  pooling: oneOf('mean', 'cls', 'last'),
  prefix: prefixText,
  queryPrefix: prefixText,
  vectors: anyText,
  projection: oneOf('auto', 'gaussian', 'pca', 'none'),
  gpu: oneOf('auto', 'fallback'),
  arrangement: oneOf('auto', 'plain', 'by-four', 'dynamic', 'dynamic-by-four'),
  firstMap: oneOf('auto', 'none'),
  limit: number('whole', BOUNDS.limit),
  lists: oneOf('rows', 'joined'),
  epochs: number('whole', BOUNDS.epochs),
  negatives: number('whole', BOUNDS.negatives),
  minDist: number('real', BOUNDS.minDist),
  spread: number('real', BOUNDS.spread),
  metric: oneOf('euclidean', 'cosine'),
  seed: number('whole', BOUNDS.seed),
  nNeighbors: {
    says: 'up to six whole numbers from 2 to 200, such as 10,30,60',
    read: readNeighborList,
    write: (values) => values.join(','),
  },
  layout: anyText,
  compare: {
    says: 'the name of a layout, with a share from 0 to 1 for the way there, such as nn60 or nn60:0.5',
    read: (s) => {
      const [, to, share] = /^(.+?)(?::(0|1|0?\.\d+))?$/.exec(s.trim()) ?? []
      return to === undefined ? undefined : { to, share: share === undefined ? null : Number(share) }
    },
    write: ({ to, share }) => (share === null ? to : `${to}:${share}`),
  },
  view: {
    says: 'x,y,zoom',
    read: (s) => {
      const [x, y, zoom, ...rest] = s.split(',').map((v) => (v.trim() === '' ? Number.NaN : Number(v)))
      return rest.length === 0 && Number.isFinite(x + y + zoom) ? { x, y, zoom } : undefined
    },
    write: ({ x, y, zoom }) => [x.toFixed(4), y.toFixed(4), zoom.toFixed(4)].join(','),
  },
  row: number('whole', BOUNDS.row),
  q: anyText,
  by: oneOf('words', 'meaning'),
  nearest: number('whole', BOUNDS.nearest),
  labels: oneOf('on', 'off'),
  color: anyText,
  scale: oneOf('linear', 'quantile'),
  filter: {
    says: 'columns with what passes, such as kind:cat,dog/score:3..10',
    read: readFilters,
    write: writeFilters,
  },
  draw: oneOf('auto', 'points', 'density'),
  theme: oneOf('light', 'dark'),
}

/**
 * Reads the page's address. A value that cannot be used is left at its default and becomes a notice.
 * @param address `location.search`
 */
export function readParams(address: string): {
  readonly params: Params
  readonly notices: readonly string[]
} {
  const values: Record<string, unknown> = { ...DEFAULTS }
  const notices: string[] = []
  const search = new URLSearchParams(address)
  const preset = search.get(PRESET)
  const named = preset === null ? 'original' : presetName.read(preset)
  if (named) Object.assign(values, PRESETS[named])
  else notices.push(`The address says ${PRESET}=${preset}, but ${PRESET} takes ${presetName.says}.`)
  for (const [key, raw] of search) {
    if (key === PRESET) continue
    if (!Object.hasOwn(READERS, key)) {
      notices.push(`The address has “${key}”, which this version does not know; it was left out.`)
      continue
    }
    const reader = READERS[key as keyof Params]
    const value = reader.read(raw)
    if (value === undefined) notices.push(`The address says ${key}=${raw}, but ${key} takes ${reader.says}.`)
    else values[key] = value
  }
  // Who names vectors wants them.
  if (values.vectors !== null && !search.has('encoder')) values.encoder = 'vectors'
  return { params: values as unknown as Params, notices }
}

/**
 * The shortest address that says the same: values at their defaults are left out.
 * @param always written nevertheless
 */
export function writeParams(params: Params, always: readonly (keyof Params)[] = []): string {
  const search = new URLSearchParams()
  const preset = presetOf(params) ?? 'original'
  if (preset !== 'original') search.set(PRESET, preset)
  const silent: Params = { ...DEFAULTS, ...PRESETS[preset] }
  for (const key of Object.keys(READERS) as (keyof Params)[]) {
    const text = writeParam(params, key)
    if (text !== null && (always.includes(key) || text !== writeParam(silent, key))) search.set(key, text)
  }
  // Slashes, colons and commas are legal in a query, and addresses are read by people.
  const readable = search.toString().replace(/%2F/gi, '/').replace(/%3A/gi, ':').replace(/%2C/gi, ',')
  return readable ? `?${readable}` : ''
}

function writeParam(params: Params, key: keyof Params): string | null {
  const value = params[key]
  if (value === null) return null
  const reader = READERS[key] as Reader<unknown>
  return reader.write?.(value) ?? `${value as string | number}`
}
