import { takeCaptions } from '../../shared/core/captions.ts'
import { InputError } from '../../shared/core/errors.ts'
import { greatest } from '../../shared/math/greatest.ts'
import type { Captions, Progress } from '../../shared/core/types.ts'
import type { Encoder } from '../run/encoder.ts'
import type { Session } from '../run/session.ts'
import type { Workspace } from '../run/workspace.ts'
import type { Status } from '../status/status.ts'

/** Rows in the order of their likeness to a query, the likest first. */
export interface Ranked {
  readonly rows: Uint32Array<ArrayBuffer>
  /** [rows] cosines */
  readonly scores: Float32Array<ArrayBuffer>
  /** Those of all rows, in the file's order: by the model's own vectors, or by those of the map where these are not at hand. */
  readonly all: Float32Array<ArrayBuffer>
}

/**
 * How many captions are looked at again for each that is asked for, and at most. Of the 10 nearest by 512 numbers .68 are
 * among the first by 64, and .99 among the first 400; of the 200 nearest .36, and .71 among 2,000 (docs/method.md).
 */
const CANDIDATES = 10
const MOST_CANDIDATES = 2000

/** Search by meaning: the query goes through the encoder that made the map, and to where its vectors are. */
export class Meaning {
  private readonly data: Pick<Workspace, 'shown'>
  private readonly encoder: Encoder
  private readonly status: Pick<Status, 'isWorking'>

  constructor(data: Pick<Workspace, 'shown'>, encoder: Encoder, status: Pick<Status, 'isWorking'>) {
    this.data = data
    this.encoder = encoder
    this.status = status
  }

  /** Rows that mean nearly the same as one, nearest first; null where the page has no vectors. */
  async near(row: number): Promise<number[] | null> {
    const session = this.data.shown
    if (!session?.pointOf || !session.embedding) return null
    const point = session.pointOf[row]
    const cosines =
      session.embedding.encoder === 'vectors'
        ? await session.likenessToOwn(point)
        : await this.encoder.likeness(point, session, session.embedding)
    if (!cosines) return session.neighborsInMeaning(row, NEIGHBORS_SHOWN)
    const nearest = [...greatest(cosines, NEIGHBORS_SHOWN + 1)].filter((other) => other !== point)
    return nearest.slice(0, NEIGHBORS_SHOWN).map((other) => session.pointOf?.indexOf(other) ?? row)
  }

  /**
   * The rows of the `k` captions nearest to a text by cosine, copies of a caption beside each other.
   * @param onStep hears of a model that has to be had first
   * @throws {InputError} where the map came without vectors, or while the encoder is at work
   */
  async find(text: string, k: number, onStep?: (step: Progress) => void): Promise<Ranked> {
    const session = this.data.shown
    if (!session?.embedding || !session.pointOf) {
      throw new InputError(
        'This map came without vectors, so that it cannot be searched by meaning.',
        'Choose an encoder and press “Lay out again”, which makes them.',
      )
    }
    if (session.embedding.encoder === 'vectors') {
      throw new InputError(
        'This map was made from vectors that came with the file, by an encoder that the page does not have.',
        'Choose CLIP or Lexical and press “Lay out again” to search by meaning, or search by words.',
      )
    }
    if (this.status.isWorking) {
      throw new InputError(
        'The encoder is at work on a map.',
        'Search by meaning when it is done, or by words at any time.',
      )
    }
    const { embedding, pointOf } = session
    const own = await this.encoder.likeness(arenaOf(text), session, embedding, onStep)
    if (own) {
      const points = greatest(own, k)
      return rowsOf(
        points,
        Float32Array.from(points, (point) => own[point]),
        own,
        pointOf,
      )
    }
    const vectors = await this.encoder.queries(arenaOf(text), session, embedding, onStep)
    // What knows words only has no direction for others, and would call all captions alike.
    if (embedding.encoder === 'lexical' && vectors.data.every((half) => half === 0)) {
      throw new InputError(
        'No word of this is one that the map was made by: the lexical encoder knows the words that several captions share.',
        'Try other words, or choose CLIP and press “Lay out again”, which finds captions that say the same by others.',
      )
    }
    const byPoint = await session.likeness(vectors.data)
    const { points, scores } = await this.ranked(text, k, byPoint, session)
    return rowsOf(points, scores, byPoint, pointOf)
  }

  /**
   * The k captions nearest to a text. Of what a projection left, the nearest are only about those: where the encoder is
   * quick enough, several times as many are embedded again and ordered by the model's own vectors.
   */
  private async ranked(text: string, k: number, byPoint: Float32Array, session: Session): Promise<Nearest> {
    const { embedding, distinct } = session
    const asIs = (): Nearest => {
      const points = greatest(byPoint, k)
      return { points, scores: Float32Array.from(points, (point) => byPoint[point]) }
    }
    if (embedding?.encoder !== 'clip' || !embedding.projection || !distinct) return asIs()
    const candidates = greatest(byPoint, Math.max(k, Math.min(MOST_CANDIDATES, CANDIDATES * k)))
    const texts = takeCaptions(distinct.captions, candidates)
    const cosines = await this.encoder.compare(arenaOf(text), texts, Math.min(k, candidates.length), session)
    if (cosines.length === 0) return asIs()
    const order = greatest(cosines, k)
    return {
      points: Uint32Array.from(order, (i) => candidates[i]),
      scores: Float32Array.from(order, (i) => cosines[i]),
    }
  }
}

/** Beside a pinned caption. */
const NEIGHBORS_SHOWN = 8

/** Captions, the likest to a query first, and their cosines. */
interface Nearest {
  readonly points: Uint32Array<ArrayBuffer>
  readonly scores: Float32Array<ArrayBuffer>
}

function arenaOf(text: string): Captions {
  const bytes = new TextEncoder().encode(text)
  return { bytes, offsets: Uint32Array.of(0, bytes.length) }
}

/** All rows of the captions found, in the captions' order, copies in the file's. */
function rowsOf(
  points: Uint32Array,
  scores: Float32Array,
  byPoint: Float32Array,
  pointOf: Uint32Array,
): Ranked {
  const rankOf = new Map<number, number>()
  for (const [rank, point] of points.entries()) rankOf.set(point, rank)
  const found: number[] = []
  for (let row = 0; row < pointOf.length; row++) if (rankOf.has(pointOf[row])) found.push(row)
  const rank = (row: number): number => rankOf.get(pointOf[row]) ?? 0
  found.sort((a, b) => rank(a) - rank(b) || a - b)
  return {
    rows: Uint32Array.from(found),
    scores: Float32Array.from(found, (row) => scores[rank(row)]),
    all: spread(byPoint, pointOf),
  }
}

/** Each row's, in a loop: `from` with a function takes 15 times as long. */
function spread(byPoint: Float32Array, pointOf: Uint32Array): Float32Array<ArrayBuffer> {
  const all = new Float32Array(pointOf.length)
  for (let row = 0; row < pointOf.length; row++) all[row] = byPoint[pointOf[row]]
  return all
}
