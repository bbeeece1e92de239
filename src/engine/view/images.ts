import { createStore, type StoreApi } from 'zustand/vanilla'

/** What a person said about images; off until then. */
export interface ImageChoices {
  /** Hosts whose images are shown, in the order in which they were allowed. */
  readonly hosts: readonly string[]
  /** Images that a column rates at least so, 0–1, are hidden; null hides none. */
  readonly hideFrom: number | null
  /** Whether the browser keeps this for the next visit. */
  readonly isKept: boolean
}

/** The image that a row names. */
export interface RowImage {
  readonly url: string
  readonly host: string
  /** The column that rates it worst, such as `punsafe`, 0–1; null where none does. */
  readonly concern: { readonly column: string; readonly share: number } | null
}

type Column = { readonly name: string; readonly value: string }

const KEY = 'captionscape.images'
const HIDE_FROM = 0.5
const NAMED_IMAGE = /\.(avif|bmp|gif|jpe?g|png|svg|webp)$/i
const IMAGE_COLUMN =
  /(^|[_\W])(image|img|photo|picture|pic|thumb|thumbnail)([_\W]|$)|^(image|img|photo)?_?urls?$/i
/** LAION’s are `NSFW`, a word, and `punsafe` and `pwatermark`, shares. */
const RATING_COLUMN = /(^|[_\W])p?_?(unsafe|nsfw|watermark)([_\W]|$)/i
const RATINGS: Readonly<Record<string, number>> = {
  unlikely: 0,
  unsure: 0.5,
  nsfw: 1,
  false: 0,
  no: 0,
  true: 1,
  yes: 1,
}

/** Which hosts may be asked for images, and how they may be rated; remembered in this browser. */
export class Images {
  readonly view: StoreApi<ImageChoices> = createStore<ImageChoices>()(() => read())

  /** Shows images from a host from now on. */
  allow(host: string): void {
    const { hosts } = this.view.getState()
    if (!hosts.includes(host)) this.keep({ hosts: [...hosts, host] })
  }

  /** Asks again before images of a host are shown. */
  revoke(host: string): void {
    this.keep({ hosts: this.view.getState().hosts.filter((other) => other !== host) })
  }

  /** @param hideFrom 0–1, null to hide none */
  setHideFrom(hideFrom: number | null): void {
    this.keep({ hideFrom })
  }

  private keep(change: Partial<ImageChoices>): void {
    const { hosts, hideFrom } = { ...this.view.getState(), ...change }
    let isKept = true
    try {
      localStorage.setItem(KEY, JSON.stringify({ hosts, hideFrom }))
    } catch {
      // Storage is off or full: the choice holds until the page is closed, and Settings says so.
      isKept = false
    }
    this.view.setState({ hosts, hideFrom, isKept })
  }
}

/** The image that a row's columns name by its address, by the file's ending or else by the column's name; null for none. */
export function imageOf(columns: readonly Column[]): RowImage | null {
  const addresses = columns.flatMap(({ name, value }) => {
    const url = /^https?:\/\//i.test(value) && URL.canParse(value) ? new URL(value) : null
    return url ? [{ name, url }] : []
  })
  const found =
    addresses.find(({ url }) => NAMED_IMAGE.test(url.pathname)) ??
    addresses.find(({ name }) => IMAGE_COLUMN.test(name))
  if (!found) return null
  const { url } = found
  // Browsers refuse images without encryption on a secure page; nearly all hosts have both.
  if (!/^(localhost|127\.0\.0\.1)$/.test(url.hostname)) url.protocol = 'https:'
  let concern: RowImage['concern'] = null
  for (const { name, value } of columns) {
    const share = RATING_COLUMN.test(name) ? shareOf(value) : null
    if (share !== null && share >= (concern?.share ?? 0)) concern = { column: name, share }
  }
  return { url: url.href, host: url.host, concern }
}

/** A rating as a share, 0–1; null for what says nothing. */
function shareOf(value: string): number | null {
  const text = value.trim().toLowerCase()
  const number = text === '' ? Number.NaN : Number(text)
  if (Number.isFinite(number)) return Math.min(1, Math.max(0, number))
  return RATINGS[text] ?? null
}

function read(): ImageChoices {
  const nothing = { hosts: [], hideFrom: HIDE_FROM, isKept: true }
  try {
    const kept: unknown = JSON.parse(localStorage.getItem(KEY) ?? 'null')
    if (typeof kept !== 'object' || kept === null) return nothing
    const { hosts, hideFrom } = kept as { hosts?: unknown; hideFrom?: unknown }
    return {
      hosts: Array.isArray(hosts) ? hosts.filter((host) => typeof host === 'string') : [],
      hideFrom: hideFrom === null || typeof hideFrom === 'number' ? hideFrom : HIDE_FROM,
      isKept: true,
    }
  } catch {
    // Without storage, or with what another hand wrote there, nothing is allowed.
    return nothing
  }
}
