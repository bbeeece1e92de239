import { captionAt } from '../shared/core/captions.ts'
import type { Captions } from '../shared/core/types.ts'
import type { OfferedText, TextChoice, TextChooser } from './choose-text.ts'

/** Why it is not sure what the captions are, and what there is to choose from. */
export interface CaptionQuestion {
  /** “No column of a.parquet looks like captions” */
  readonly why: string
  readonly offered: readonly OfferedText[]
}

/** What is to be settled before anything is made of captions: they are no language, all empty, or all the same. */
export async function questionOf(
  file: string,
  { leaf, isSure }: TextChoice,
  captions: Captions,
  chooser: TextChooser,
): Promise<CaptionQuestion | null> {
  if (!leaf) return null
  const why = sameness(captions, leaf.path) ?? (isSure ? null : `No column of “${file}” looks like captions`)
  return why === null ? null : { why, offered: await chooser.offer() }
}

/** What all captions have in common; null where they differ, or there is one. */
function sameness(captions: Captions, path: string): string | null {
  const { bytes, offsets } = captions
  const nRows = offsets.length - 1
  const length = offsets[nRows] - offsets[0]
  const all = `All ${nRows.toLocaleString()} captions in “${path}” are`
  if (nRows === 0) return `“${path}” holds no captions`
  if (nRows < 2) return null
  if (length === 0) return `${all} empty`
  const first = offsets[1] - offsets[0]
  for (let row = 1; row < nRows; row++) {
    if (offsets[row + 1] - offsets[row] !== first) return null
    for (let i = 0; i < first; i++) if (bytes[offsets[row] + i] !== bytes[i]) return null
  }
  const text = captionAt(captions, 0)
  return `${all} the same: “${text.length > 80 ? `${text.slice(0, 80)}…` : text}”`
}
