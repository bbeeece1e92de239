import type { Source } from '../../../workers/read.ts'
import { InputError } from '../../shared/core/errors.ts'
import { absoluteAddresses } from '../link/addresses.ts'
import { type Link, NO_PLACE } from '../link/link.ts'
import type { Params, Settings } from '../link/params.ts'
import type { Status } from '../status/status.ts'
import type { Workers } from '../workers/workers.ts'
import type { Choices } from './choices.ts'
import { partVectors } from './choose-vectors.ts'
import { partModel } from './model-folder.ts'
import type { Runner } from './runner.ts'
import { Session } from './session.ts'
import type { Workspace } from './workspace.ts'

/** What is opened, and how it becomes a run. */
interface OpenerParts {
  readonly link: Link
  readonly status: Status
  readonly data: Workspace
  readonly choices: Choices
  readonly runs: Runner
  readonly workers: Workers
  /** Address of the page, which others are relative to. */
  readonly base: string
}

/** Turns what people drop, enter or ask for into a run of it. */
export class Opener {
  private readonly parts: OpenerParts

  constructor(parts: OpenerParts) {
    this.parts = parts
  }

  /** Opens what the address names, else the sample, and places it as the address says. */
  start(): void {
    const { data } = this.parts.link.params
    if (data === null) this.open(this.sampleSource(), {})
    else this.openUrl(data)
  }

  openFiles(files: readonly File[]): void {
    if (files.length === 0) return
    const { choices, status } = this.parts
    let parts: ReturnType<typeof partModel>
    try {
      parts = partModel(files)
    } catch (error) {
      status.report(error)
      return
    }
    if (parts.model) choices.takeModelFolder(parts.model)
    const { tables, vectors } = partVectors(parts.rest)
    if (tables.length === 0) {
      if (vectors.length > 0) this.addVectors(vectors)
      else this.tryModel()
      return
    }
    choices.forgetFile()
    choices.takeVectorFiles(vectors)
    const source: Source =
      tables.length > 1 ? { kind: 'files', files: tables } : { kind: 'file', file: tables[0] }
    this.open(source, { data: null, ...NO_PLACE })
  }

  /** @param address absolute, or relative to the page; several are parted by spaces or commas */
  openUrl(address: string): void {
    const { link, choices, status } = this.parts
    const url = absoluteAddresses(address, this.parts.base)
    if (url === null) {
      status.report(
        new InputError(
          `Read: “${address}” is not a web address`,
          'Enter an address that begins with https:// and leads to a Parquet file.',
        ),
      )
      return
    }
    const isOther = address !== link.params.data
    if (isOther) choices.forgetFile()
    this.open({ kind: 'url', url }, { data: address.trim(), ...(isOther ? NO_PLACE : {}) })
  }

  openSample(): void {
    this.parts.choices.forgetFile()
    this.open(this.sampleSource(), { data: null, ...NO_PLACE })
  }

  /** Takes another column of the open file as the captions. */
  setTextColumn(column: string): void {
    const { shown } = this.parts.data
    if (shown) this.open(shown.options.source, { text: column, view: null }, shown.options.recompute)
  }

  /** Takes a column as the captions of the file that was asked about. */
  answer(column: string): void {
    const { running } = this.parts.data
    if (!running) return
    const { source, place, recompute } = running.options
    this.open(source, { ...place, text: column }, recompute)
  }

  /** Lays out the file on the map again under the settings as they are, even where it came with layouts. */
  rerun(): void {
    const { shown } = this.parts.data
    // Another layout has its own coordinates.
    if (shown) this.open(shown.options.source, { view: null }, true)
  }

  /** Tries the file that failed once more, under other settings. */
  retryWith(settings: Partial<Settings>): void {
    this.parts.choices.set(settings)
    const { running } = this.parts.data
    if (running) this.open(running.options.source, running.options.place, running.options.recompute)
  }

  /** Puts an error or a cancelled run aside; the map that is there stays. */
  dismissError(): void {
    const { data, status } = this.parts
    const { phase } = status.view.getState()
    const resumed = phase === 'error' ? data.bringBack() : null
    if (resumed) status.interrupted(resumed.meter.read(), resumed.opened?.name ?? '')
    // Rather the sample than an empty page.
    else if (
      phase !== 'working' &&
      !data.shown &&
      !(data.running && this.isSample(data.running.options.source))
    )
      this.openSample()
    else status.rest(data.shown ? data.nRows : null)
  }

  /** Lays out the open captions by a model that was given later. */
  private tryModel(): void {
    const { data, choices, status } = this.parts
    const { shown } = data
    if (shown?.opened?.textColumn != null && !shown.streamed && !this.isSample(shown.options.source))
      this.rerun()
    else
      status.notice(`The model “${choices.modelFolder?.name}” is used for the next captions that you open.`)
  }

  /** Lays out the open file by vectors that are given later. */
  private addVectors(files: readonly File[]): void {
    const { data, choices, status } = this.parts
    // The sample stands in for a file; nobody has vectors of it.
    if (!data.shown || data.shown.streamed || this.isSample(data.shown.options.source)) {
      const advice =
        'Open it together with the file whose captions they are of, such as Parquet or CSV: a row each, in the same order.'
      status.report(
        new InputError(
          `Read: ${files[0].name} holds vectors, and the captions that they are of are missing`,
          advice,
        ),
      )
      return
    }
    choices.takeVectorFiles(files)
    this.rerun()
  }

  /** @param place what the link says differently once it is on the map */
  private open(source: Source, place: Partial<Params>, recompute = false): void {
    const { link, choices, data, runs, workers } = this.parts
    const { settings, vectorFiles, modelFolder } = choices
    if (!this.isSample(source)) choices.used()
    const text = 'text' in place ? (place.text ?? null) : link.params.text
    const options = { source, text, settings, recompute, place, vectorFiles, modelFolder }
    const session = new Session(options, workers)
    if (recompute && data.shown) session.inherit(data.shown)
    runs.start(session)
  }

  private sampleSource(): Source & { kind: 'url' } {
    return { kind: 'url', url: new URL('sample.parquet', this.parts.base).href }
  }

  private isSample(source: Source): boolean {
    return source.kind === 'url' && source.url === this.sampleSource().url
  }
}
