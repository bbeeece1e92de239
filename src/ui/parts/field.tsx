import type { ReactNode } from 'react'

/** A control of a form with its name, and what to know of it. */
export function Field({
  label,
  help,
  children,
}: {
  readonly label: string
  readonly help?: string
  readonly children: ReactNode
}) {
  return (
    <label className="field">
      <span>{label}</span>
      {children}
      {help && <small className="quiet">{help}</small>}
    </label>
  )
}
