import { describe, expect, test } from 'vitest'
import { Link } from '../../../src/engine/link/link.ts'
import { DEFAULTS, type Params } from '../../../src/engine/link/params.ts'
import { Choices } from '../../../src/engine/run/choices.ts'

function choices(params: Partial<Params> = {}): Choices {
  return new Choices(new Link({ ...DEFAULTS, ...params }, { write: () => {} }, false))
}

describe('a limit on rows', () => {
  test('of a link is for the file that it names, and not for the next one', () => {
    const chosen = choices({ data: 'a.parquet', limit: 100 })
    chosen.used()
    expect(chosen.settings.limit).toBe(100)
    chosen.forgetFile()
    expect(chosen.settings.limit).toBeNull()
  })

  test('that was set before a file is opened is for that one', () => {
    const chosen = choices()
    chosen.set({ limit: 100 })
    chosen.forgetFile()
    chosen.used()
    expect(chosen.settings.limit).toBe(100)
    chosen.forgetFile()
    expect(chosen.settings.limit).toBeNull()
  })

  test('of a link that names no file is for the first that is opened', () => {
    const chosen = choices({ limit: 100 })
    chosen.forgetFile()
    expect(chosen.settings.limit).toBe(100)
  })
})
