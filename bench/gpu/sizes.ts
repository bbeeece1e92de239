/** How large a day is: that of a GPU, and one by which the pack is tried on a software adapter. */
export interface Sizes {
  readonly first: number
  readonly small: number
  readonly middle: number
  readonly large: number
  readonly nEpochs: number
  readonly standardEpochs: number
  /** Epochs that are timed at the small size; a fifth of them at the middle one. */
  readonly timedEpochs: number
  readonly queries: number
  readonly dispatches: number
}

export const SIZES = {
  full: {
    first: 1000,
    small: 100_000,
    middle: 1_000_000,
    large: 12_000_000,
    nEpochs: 1000,
    standardEpochs: 500,
    timedEpochs: 50,
    queries: 1000,
    dispatches: 10_000,
  },
  trial: {
    first: 300,
    small: 1000,
    middle: 1500,
    large: 3000,
    nEpochs: 20,
    standardEpochs: 20,
    timedEpochs: 5,
    queries: 50,
    dispatches: 200,
  },
} as const satisfies Record<string, Sizes>
