import type { Histogram } from './column-filter.ts'

/** What is behind a legend. */
export type Legend =
  | {
      readonly kind: 'number' | 'date'
      readonly column: string
      readonly histogram: Histogram
      readonly scale: 'linear' | 'quantile'
      readonly least: number
      readonly most: number
    }
  | {
      readonly kind: 'category'
      readonly column: string
      readonly nDistinct: number
      readonly entries: readonly {
        readonly code: number
        readonly name: string
        readonly count: number
        readonly color: string
        readonly isOn: boolean
      }[]
    }
