import { MOST_UNIT_BYTES } from '../../shared/math/unit-bytes.ts'
import { CancelledError } from '../../shared/core/errors.ts'
import type { Settings } from '../link/params.ts'
import { CLIP_DIMS, type Session } from './session.ts'

/** What a run would take, told before it begins. */
export interface Forecast {
  /** Distinct captions, where they have been counted; else rows. */
  readonly nPoints: number
  /** Of the layout, from a small fit on this machine; null without a GPU. */
  readonly layOut: { readonly ms: number; readonly bytes: number } | null
  /** Of memory on the page, for likeness by the encoder's own vectors; 0 where it keeps none. */
  readonly ownBytes: number
  /** Of the embedding, from the one before; null where this encoder has not run on these captions. */
  readonly embedMs: number | null
}

/**
 * Forecasts a run of a session's file under other settings: below a second on a GPU, some two on a software adapter. The
 * session must not be at work.
 *
 * @returns null where another forecast or a run has taken over
 * @throws {InputError} where the GPU lacks the memory, naming the points that would fit.
 */
export async function forecastRun(session: Session, settings: Settings): Promise<Forecast | null> {
  const { opened, distinct, embedding, timings } = session
  if (!opened) return null
  const nRows = Math.min(settings.limit ?? opened.totalRows, opened.totalRows)
  const share = distinct && settings.encoder !== 'vectors' ? countOf(distinct.captions) / opened.nRows : 1
  const nPoints = Math.max(2, Math.round(share * nRows))
  const embed = timings.find(({ stage }) => stage === 'Embed')
  const isSame = embedding?.encoder === settings.encoder && session.settings.model === settings.model
  try {
    return {
      nPoints,
      ownBytes: ownBytes(settings, nPoints, isSame ? (embedding?.fidelity?.from ?? null) : null),
      layOut: await session.forecast(settings, nPoints),
      embedMs: isSame && embed ? (embed.ms * nPoints) / Math.max(1, embed.rows) : null,
    }
  } catch (error) {
    if (error instanceof CancelledError) return null
    throw error
  }
}

/** @param nDims of the encoder's vectors, where it has run */
function ownBytes({ encoder, projection }: Settings, nPoints: number, nDims: number | null): number {
  if (encoder === 'lexical' || projection === 'none' || (encoder === 'vectors' && nDims === null)) return 0
  const bytes = nPoints * (nDims ?? CLIP_DIMS)
  return bytes <= MOST_UNIT_BYTES ? bytes : 0
}

const countOf = ({ offsets }: { readonly offsets: Uint32Array }): number => offsets.length - 1
