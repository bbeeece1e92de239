import './icon.css'

/** A line drawing of 24 × 24 beside words that say the same. */
export function Icon({ d }: { readonly d: string }) {
  return (
    <svg className="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={d} />
    </svg>
  )
}
