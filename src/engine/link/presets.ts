interface Preset {
  readonly nNeighbors: readonly number[]
  readonly epochs: number
  readonly negatives: number
}

/** Settings that have a name: those of the original pipeline, and those of umap-learn and cuML by themselves. */
export const PRESETS = {
  original: { nNeighbors: [10, 30, 60], epochs: 1000, negatives: 20 },
  standard: { nNeighbors: [15], epochs: 500, negatives: 5 },
} as const satisfies Readonly<Record<string, Preset>>

export type PresetName = keyof typeof PRESETS

export const PRESET_NAMES = Object.keys(PRESETS) as readonly PresetName[]

/** The preset that has these values, if one has. */
export function presetOf(settings: Preset): PresetName | null {
  const keys = Object.keys(PRESETS.original) as readonly (keyof Preset)[]
  const is = (name: PresetName): boolean =>
    keys.every((key) => String(PRESETS[name][key]) === String(settings[key]))
  return PRESET_NAMES.find(is) ?? null
}
