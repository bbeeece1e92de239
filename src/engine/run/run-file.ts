import type { Embedding } from '../../../workers/embed.ts'
import type { CaptionQuestion, OpenedFile, VectorsFrom } from '../../../workers/read.ts'
import { CancelledError, InputError, NetworkError, throwIfCancelled } from '../../shared/core/errors.ts'
import type { Stage } from '../../shared/core/types.ts'
import { checkSize } from './check-size.ts'
import { chooseVectors } from './choose-vectors.ts'
import type { Encoder } from './encoder.ts'
import { FirstMap } from './first-map.ts'
import type { Session, SessionEvents } from './session.ts'

/** What a run needs, and who hears of it. */
export interface RunTools {
  readonly encoder: Pick<Encoder, 'embed'>
  readonly events: SessionEvents
  /** A stage is done, though it may have had nothing to report. */
  onDone(stage: Stage): void
  /** The file is known: the last moment to settle what it is embedded by. */
  onOpened(opened: OpenedFile): void
  /** What laying out costs is known, or that it is not worth asking. */
  onEstimate(): void
  /** The session's layouts are to be seen. */
  show(): void
  /** Shows a map that is held in part, with its first points. */
  stream(): Promise<void>
  /** The map by words that goes before this one. */
  firstMap(): FirstMap
}

/** A run of so many points may take minutes, so that its time is estimated first. */
const LARGE_POINTS = 4000

/**
 * The whole way of one file: open, distinct captions, embed, fit, show. What a session has done is not done again.
 * @throws {CancelledError} it was cancelled or another took its place: then nothing of it is shown any more
 */
export async function runFile(session: Session, tools: RunTools): Promise<void> {
  const { events } = tools
  const opened = session.opened ?? (await session.open(events))
  throwIfCancelled(session.signal)
  if (!session.options.recompute && (session.streamed || opened.layouts.length > 0)) {
    await showPublished(session, opened, tools)
    return
  }
  tools.onOpened(opened)
  if (opened.question && session.settings.encoder !== 'vectors') throw new AskError(opened.question)
  if (opened.nRows < 2) throw tooFew(opened)

  const points = await findPoints(session, opened)
  await checkSize(session, opened.nRows, points.n, points.nDims)
  tools.onDone('Read')

  session.embedding ??= await embed(session, points, tools).catch((error: unknown) =>
    layOutByWords(error, session, tools),
  )
  throwIfCancelled(session.signal)
  tools.onDone('Embed')

  const isLarge = session.embedding.vectors.nPoints >= LARGE_POINTS
  if (isLarge) session.estimate ??= await session.findEstimate(session.embedding)
  tools.onEstimate()
  const result = await session.fit(session.embedding, events)
  throwIfCancelled(session.signal)
  session.timings.push(...result.timings)
  session.layouts = result.layouts
  tools.show()
}

/** It is not sure what the captions are: a person has to say. */
export class AskError extends InputError {
  readonly question: CaptionQuestion

  constructor(question: CaptionQuestion) {
    const { why, offered } = question
    super(
      `Read: ${why}`,
      offered.length > 0 ? 'Choose the column to lay out as captions.' : 'Open a file with a column of text.',
    )
    this.question = question
  }
}

/** The map by words is there to stay: the model could not be had, for the reason that is its cause. */
export class ByWordsInstead extends Error {
  constructor(cause: NetworkError) {
    super('The model could not be had', { cause })
  }
}

/** Layouts that came with the file, or with a map held in part. */
async function showPublished(session: Session, opened: OpenedFile, tools: RunTools): Promise<void> {
  if (session.streamed) await tools.stream()
  else session.layouts = opened.layouts
  throwIfCancelled(session.signal)
  tools.show()
}

/** What is embedded and laid out: the distinct captions, or the vectors that came with the rows. */
interface PointsToEmbed {
  readonly n: number
  /** Of vectors that came with the rows, where known. */
  readonly nDims: number | null
  readonly from: VectorsFrom | null
}

async function findPoints(session: Session, opened: OpenedFile): Promise<PointsToEmbed> {
  if (session.settings.encoder === 'vectors') {
    const from = chooseVectors(opened, session.settings.vectors, session.options.vectorFiles)
    const column = opened.vectorColumns.find(({ name }) => from.kind === 'column' && name === from.name)
    return { n: opened.nRows, nDims: column?.nDims ?? null, from }
  }
  if (opened.textColumn === null) {
    const has = opened.vectorColumns.length > 0 ? 'vectors' : 'layouts'
    throw new InputError(
      `Read: “${opened.name}” has no column of text to lay out again`,
      `Open a file with a text column, or use the ${has} that this one holds.`,
    )
  }
  const { captions } = await session.findDistinct()
  throwIfCancelled(session.signal)
  return { n: captions.offsets.length - 1, nDims: null, from: null }
}

/** A vector for each point; a model that takes its time has a map by words go before. */
async function embed(session: Session, { n, from }: PointsToEmbed, tools: RunTools): Promise<Embedding> {
  const { encoder, events } = tools
  let embedding: Embedding
  if (from) embedding = await session.takeVectors(from, events)
  else {
    const { captions } = await session.findDistinct()
    const first = FirstMap.suits(session, n) ? tools.firstMap() : null
    embedding = await encoder.embed(captions, session, session.opened?.name ?? '', events)
    first?.stop()
  }
  session.timings.push(...embedding.timings)
  return embedding
}

/**
 * The model cannot be fetched, which says nothing of the captions: these are laid out by words, to stay.
 * @throws {ByWordsInstead} then; else the error itself
 */
async function layOutByWords(error: unknown, session: Session, tools: RunTools): Promise<never> {
  if (!(error instanceof NetworkError) || !FirstMap.isAllowed(session.settings)) throw error
  try {
    await tools.firstMap().finish(tools.events)
  } catch (other) {
    // Why the model could not be had tells more.
    throw other instanceof CancelledError ? other : error
  }
  throw new ByWordsInstead(error)
}

function tooFew({ name }: OpenedFile): InputError {
  return new InputError(
    `Read: “${name}” holds one caption, and a map needs at least two`,
    'Open a file with more rows, or raise the limit on rows in Settings.',
  )
}
