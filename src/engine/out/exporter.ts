import { InputError } from '../../shared/core/errors.ts'
import { fromHalf } from '../../shared/math/half.ts'
import { npyHeader } from '../../shared/core/npy.ts'
import type { Coloring } from '../color/coloring.ts'
import type { Session } from '../run/session.ts'
import type { Workspace } from '../run/workspace.ts'
import type { Status } from '../status/status.ts'
import type { Stage } from '../view/stage.ts'
import { download } from './download.ts'

/** What can be saved of the map. */
export type ExportFormat = 'parquet' | 'csv' | 'npy16' | 'npy32' | 'png' | 'svg'

export interface ExportChoice {
  readonly format: ExportFormat
  /** Ascending; null for all rows of the map. A picture is always of the view. */
  readonly rows: Uint32Array | null
  /** All rows of the file, those that a limit keeps from the map with nulls for places. */
  readonly isWhole?: boolean
  /** Writes the file's name and the number of captions into a picture. */
  readonly title: boolean
}

/** From this size on a file goes straight to the disk where the browser can do that: a Blob may not fit into memory. */
const STREAM_BYTES = 256 * 1024 * 1024
const PICTURE_SCALE = 2
/** Rows of vectors in one piece of memory. */
const VECTOR_ROWS = 65_536

const KINDS: Readonly<Record<ExportFormat, { readonly end: string; readonly type: string }>> = {
  parquet: { end: '.parquet', type: 'application/vnd.apache.parquet' },
  csv: { end: '.csv', type: 'text/csv' },
  npy16: { end: '-vectors.npy', type: 'application/octet-stream' },
  npy32: { end: '-vectors.npy', type: 'application/octet-stream' },
  png: { end: '.png', type: 'image/png' },
  svg: { end: '-legend.svg', type: 'image/svg+xml' },
}

/** Missing in TypeScript's DOM: https://wicg.github.io/file-system-access */
type SavePicker = (options: { readonly suggestedName: string }) => Promise<FileSystemFileHandle>

/** Saves the map's rows, its vectors or its view. */
export class Exporter {
  private readonly data: Pick<Workspace, 'shown'>
  private readonly stage: Pick<Stage, 'snapshot'>
  private readonly color: Pick<Coloring, 'legendSvg'>
  private readonly status: Pick<Status, 'notice'>

  constructor(
    data: Pick<Workspace, 'shown'>,
    stage: Pick<Stage, 'snapshot'>,
    color: Pick<Coloring, 'legendSvg'>,
    status: Pick<Status, 'notice'>,
  ) {
    this.data = data
    this.stage = stage
    this.color = color
    this.status = status
  }

  /** Whether the page holds vectors; it does not where the layouts came with the file. */
  hasVectors(): boolean {
    return Boolean(this.data.shown?.embedding)
  }

  /**
   * Saves one thing, as a download or, where it is large, to a place on disk that the user is asked for. Call it from a
   * click.
   * @param onRows rows written so far
   * @returns false where the user asked for no place
   * @throws {InputError} @throws {NetworkError} @throws {DeviceError}
   */
  async save(
    { format, rows, isWhole = false, title }: ExportChoice,
    onRows: (done: number) => void,
  ): Promise<boolean> {
    const session = this.data.shown
    if (!session?.opened || !session.rows)
      throw new InputError('Export: there is no map yet', 'Open a file first.')
    // “a.csv.gz”, “a.parquet and 2 more”
    const base = session.opened.name.replace(/(\.\w+)(\.gz)?( and \d+ more)?$/, '')
    const name = `${base}-${rows ? 'selection' : 'map'}${KINDS[format].end}`
    const { type } = KINDS[format]
    if (format === 'svg') {
      const legend = this.color.legendSvg()
      if (legend === null)
        throw new InputError('Export: there is no legend', 'Color the map by a column first.')
      download(name, new Blob([legend], { type }))
    } else if (format === 'png') download(name, await this.picture(session, title))
    else if (format === 'npy16' || format === 'npy32')
      download(name, new Blob(vectors(session, rows, format), { type }))
    else {
      const handle = session.opened.bytes >= STREAM_BYTES && !rows ? await askForFile(name) : 'none'
      if (handle === null) return false
      const { embedding, layouts, opened } = session
      const { rows: file, leftOut } = await session.rows.export(
        {
          format,
          rows,
          isWhole,
          layouts: embedding ? layouts : [],
          encoder: embedding?.label ?? opened.encoder,
          handle: handle === 'none' ? null : handle,
        },
        onRows,
      )
      if (file) download(name, file)
      if (leftOut.length > 0)
        this.status.notice(`${name} is without ${leftOut.join(', ')}: the map’s file gives these only whole.`)
    }
    return true
  }

  private async picture(session: Session, title: boolean): Promise<Blob> {
    const canvas = this.stage.snapshot(PICTURE_SCALE)
    if (!canvas || !session.opened) throw new InputError('Export: there is no map yet', 'Open a file first.')
    if (title) {
      const { name, nRows } = session.opened
      drawTitle(canvas, `${name} · ${nRows.toLocaleString()} captions`)
    }
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => {
        if (blob) resolve(blob)
        else reject(new InputError('Export: the picture is too large', 'Make the window smaller.'))
      })
    })
  }
}

/** 'none' where the browser has no such thing; null where the user changed their mind. */
async function askForFile(suggestedName: string): Promise<FileSystemFileHandle | 'none' | null> {
  const { showSaveFilePicker } = globalThis as unknown as { readonly showSaveFilePicker?: SavePicker }
  if (!showSaveFilePicker) return 'none'
  try {
    return await showSaveFilePicker({ suggestedName })
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') return null
    throw error
  }
}

function drawTitle(canvas: HTMLCanvasElement, text: string): void {
  const context = canvas.getContext('2d')
  if (!context) return
  const { color, fontFamily } = getComputedStyle(document.body)
  context.resetTransform()
  context.scale(PICTURE_SCALE, PICTURE_SCALE)
  context.font = `600 16px ${fontFamily}`
  context.fillStyle = color
  context.textBaseline = 'top'
  context.fillText(text, 20, 18)
}

/** A NumPy file of [rows, 64], piece by piece. */
function vectors(session: Session, rows: Uint32Array | null, format: 'npy16' | 'npy32'): BlobPart[] {
  if (!session.embedding || !session.pointOf) {
    throw new InputError(
      'Export: this map came without vectors',
      'Lay the file out again; then its vectors can be saved.',
    )
  }
  const { data, nDims } = session.embedding.vectors
  const { pointOf } = session
  const nRows = rows?.length ?? pointOf.length
  const parts: BlobPart[] = [npyHeader([nRows, nDims], format === 'npy16' ? '<f2' : '<f4')]
  for (let start = 0; start < nRows; start += VECTOR_ROWS) {
    const n = Math.min(VECTOR_ROWS, nRows - start)
    const halves = new Uint16Array(n * nDims)
    for (let i = 0; i < n; i++) {
      const point = pointOf[rows ? rows[start + i] : start + i]
      halves.set(data.subarray(point * nDims, (point + 1) * nDims), i * nDims)
    }
    parts.push(format === 'npy16' ? halves : Float32Array.from(halves, fromHalf))
  }
  return parts
}
