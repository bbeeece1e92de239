import type { OpenedFile, VectorsFrom } from '../../../workers/read.ts'
import { InputError } from '../../shared/core/errors.ts'
import type { Settings } from '../link/params.ts'

/** Shorter lists are boxes, colors or scores more often than vectors, and are used on request only. */
const LEAST_DIMS = 16
const NPY = /\.npy$/i

/** The tables among dropped files, and the NumPy files beside them. */
export function partVectors(files: readonly File[]): {
  readonly tables: readonly File[]
  readonly vectors: readonly File[]
} {
  const isNpy = ({ name }: File): boolean => NPY.test(name)
  return { tables: files.filter((file) => !isNpy(file)), vectors: files.filter(isNpy) }
}

/** The column whose vectors make the map unless something else is asked for; null where none is surely meant for it. */
export function preferredColumn({
  vectorColumns,
  textColumn,
}: Pick<OpenedFile, 'vectorColumns' | 'textColumn'>): string | null {
  // Where there are no captions to embed, any vectors are better than none.
  const least = textColumn === null ? 1 : LEAST_DIMS
  const fit = vectorColumns.filter(({ nDims }) => (nDims ?? 0) >= least)
  return fit.find(({ name }) => /emb|vec|clip/i.test(name))?.name ?? fit[0]?.name ?? null
}

/**
 * Where the vectors of a run come from: files given with the table, the column or address that was asked for, else a
 * column of the file.
 * @throws {InputError} where there are none.
 */
export function chooseVectors(
  opened: OpenedFile,
  wanted: Settings['vectors'],
  files: readonly File[],
): VectorsFrom {
  if (files.length > 0 && wanted === null) return { kind: 'files', files }
  const names = opened.vectorColumns.map(({ name }) => name)
  if (wanted !== null && !names.includes(wanted)) {
    const url =
      NPY.test(wanted.split(/[?#]/)[0]) || wanted.includes('/') ? URL.parse(wanted, document.baseURI) : null
    if (url) return { kind: 'url', url: url.href }
    throw new InputError(
      `Read: “${opened.name}” has no column “${wanted}” of vectors`,
      names.length > 0
        ? `It has vectors in ${names.join(', ')}.`
        : 'Choose an encoder, which makes vectors of the captions, or give the address of a .npy file.',
    )
  }
  const name = wanted ?? preferredColumn(opened) ?? names[0]
  if (name !== undefined) return { kind: 'column', name }
  throw new InputError(
    `Read: “${opened.name}” has no column of vectors`,
    'Choose an encoder, which makes vectors of the captions, or open a .npy file together with it.',
  )
}
