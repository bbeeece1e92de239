import { InputError } from '../../shared/core/errors.ts'
import { fromHalf } from '../../shared/math/half.ts'
import { npyHeader } from '../../shared/core/npy.ts'
import type { Session } from '../run/session.ts'

/** What can be saved of the map. */
export type ExportFormat = 'parquet' | 'csv' | 'npy16' | 'npy32' | 'png' | 'svg'

export interface ExportChoice {
  readonly format: ExportFormat
  /** Ascending; null for all rows. A picture is always of the view. */
  readonly rows: Uint32Array | null
  /** Writes the file's name and the number of captions into a picture. */
  readonly title: boolean
}

/** What the exporter takes from the rest of the page. */
interface ExporterHost {
  session(): Session | null
  snapshot(scale: number): HTMLCanvasElement | null
  /** The legend of the map's colors as SVG; null where there is none. */
  legend(): string | null
  notice(text: string): void
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
  private readonly host: ExporterHost

  constructor(host: ExporterHost) {
    this.host = host
  }

  /** Whether the page holds vectors; it does not where the layouts came with the file. */
  hasVectors(): boolean {
    return Boolean(this.host.session()?.embedding)
  }

  /**
   * Saves one thing, as a download or, where it is large, to a place on disk that the user is asked for. Call it from a
   * click.
   * @param onRows rows written so far
   * @returns false where the user asked for no place
   * @throws {InputError} @throws {NetworkError} @throws {DeviceError}
   */
  async save({ format, rows, title }: ExportChoice, onRows: (done: number) => void): Promise<boolean> {
    const session = this.host.session()
    if (!session?.opened) throw new InputError('Export: there is no map yet', 'Open a file first.')
    // “a.csv.gz”, “a.parquet and 2 more”
    const base = session.opened.name.replace(/(\.\w+)(\.gz)?( and \d+ more)?$/, '')
    const name = `${base}-${rows ? 'selection' : 'map'}${KINDS[format].end}`
    const { type } = KINDS[format]
    if (format === 'svg') {
      const legend = this.host.legend()
      if (legend === null)
        throw new InputError('Export: there is no legend', 'Color the map by a column first.')
      download(name, new Blob([legend], { type }))
    } else if (format === 'png') download(name, await this.picture(session, title))
    else if (format === 'npy16' || format === 'npy32')
      download(name, new Blob(vectors(session, rows, format), { type }))
    else {
      const handle = session.opened.bytes >= STREAM_BYTES && !rows ? await askForFile(name) : 'none'
      if (handle === null) return false
      const to = handle === 'none' ? null : handle
      const { rows: file, leftOut } = await session.exportFile(format, rows, to, onRows)
      if (file) download(name, file)
      if (leftOut.length > 0)
        this.host.notice(`${name} is without ${leftOut.join(', ')}: the map’s file gives these only whole.`)
    }
    return true
  }

  private async picture(session: Session, title: boolean): Promise<Blob> {
    const canvas = this.host.snapshot(PICTURE_SCALE)
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

function download(name: string, file: Blob): void {
  const url = URL.createObjectURL(file)
  Object.assign(document.createElement('a'), { href: url, download: name }).click()
  // Firefox reads it after the click has been handled.
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
