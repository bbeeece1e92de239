import { useState } from 'react'
import { useStore } from 'zustand'
import { imageOf } from '../../engine/view/images.ts'
import { useEngine } from '../parts/engine-context.ts'
import './caption-image.css'

interface Props {
  readonly columns: readonly { readonly name: string; readonly value: string }[]
  /** The caption, which says what the image shows. */
  readonly caption: string
}

/** The image of a row from its address in a column: only from hosts that were allowed, and not where a column warns of it. */
export function CaptionImage({ columns, caption }: Props) {
  const engine = useEngine()
  const { hosts, hideFrom } = useStore(engine.images.view)
  const [state, setState] = useState<'as-rated' | 'anyway' | 'missing'>('as-rated')
  const image = imageOf(columns)
  if (!image) return null
  const { url, host, concern } = image
  if (!hosts.includes(host)) {
    return (
      <div className="caption-image">
        <button type="button" onClick={() => engine.images.allow(host)}>
          Show images from {host}
        </button>
        <p className="quiet">
          Images are off. Shown, they are asked for where the file says: the host learns your network address
          and which image you look at. Settings takes this back.
        </p>
      </div>
    )
  }
  if (state === 'missing') {
    return <p className="caption-image quiet">{host} does not give this image, or not any more.</p>
  }
  if (concern && hideFrom !== null && concern.share >= hideFrom && state !== 'anyway') {
    return (
      <div className="caption-image">
        <p className="quiet">
          Image hidden: {concern.column} is{' '}
          {concern.share.toLocaleString(undefined, { maximumFractionDigits: 2 })}.
        </p>
        <button type="button" onClick={() => setState('anyway')}>
          Show anyway
        </button>
      </div>
    )
  }
  return (
    <img
      className="caption-image"
      src={url}
      alt={caption || 'Image without a caption'}
      loading="lazy"
      decoding="async"
      referrerPolicy="no-referrer"
      onError={() => setState('missing')}
    />
  )
}
