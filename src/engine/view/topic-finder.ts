import { transfer } from 'comlink'
import type { Topic, TopicsApi } from '../../../workers/topics.ts'
import { takeCaptions } from '../../shared/core/captions.ts'
import type { Captions, Layout } from '../../shared/core/types.ts'
import type { Hand } from '../workers/hand.ts'
import type { Workers } from '../workers/workers.ts'

/** Topics of millions of captions are those of this many, taken at even distances. */
const SAMPLE_ROWS = 100_000

/** Finds the topics of one file's layouts in a worker, and remembers them. */
export class TopicFinder {
  private readonly hand: Hand<TopicsApi>
  private readonly rows: Uint32Array
  private readonly known = new WeakMap<Float32Array, Promise<readonly Topic[]>>()

  constructor(captions: Captions, workers: Pick<Workers, 'topics'>) {
    this.hand = workers.topics()
    this.rows = evenRows(captions.offsets.length - 1)
    const taken = takeCaptions(captions, this.rows)
    // Whoever asks for topics hears of what goes wrong.
    void this.hand.api.take(transfer(taken, [taken.bytes.buffer, taken.offsets.buffer])).catch(() => {})
  }

  /** Its worker did not load, or has failed. */
  get isOver(): boolean {
    return this.hand.isOver
  }

  /** Topics of one layout, [nRows, 2]; counts are of all rows. */
  find({ positions }: Layout): Promise<readonly Topic[]> {
    const known = this.known.get(positions)
    if (known) return known
    const found = this.ask(positions)
    this.known.set(positions, found)
    return found
  }

  end(): void {
    this.hand.end()
  }

  private async ask(positions: Float32Array): Promise<readonly Topic[]> {
    const own = new Float32Array(2 * this.rows.length)
    for (const [index, row] of this.rows.entries()) {
      own[2 * index] = positions[2 * row]
      own[2 * index + 1] = positions[2 * row + 1]
    }
    const scale = positions.length / 2 / Math.max(1, this.rows.length)
    const topics = await this.hand.api.find(transfer(own, [own.buffer]))
    return scale === 1
      ? topics
      : topics.map((topic) => ({ ...topic, count: Math.round(topic.count * scale) }))
  }
}

function evenRows(nRows: number): Uint32Array {
  const count = Math.min(nRows, SAMPLE_ROWS)
  return Uint32Array.from({ length: count }, (_, i) => Math.floor((i * nRows) / count))
}
