import { describe, expect, test } from 'vitest'
import { Status } from '../../../src/engine/status/status.ts'
import { CancelledError, InputError, NetworkError } from '../../../src/shared/core/errors.ts'

function working(): Status {
  const status = new Status()
  status.begin([], null)
  return status
}

describe('what goes wrong', () => {
  test('beside a run is shown and does not end it', () => {
    const status = working()
    status.report(new InputError('Caption: no such row', 'Give another.'))
    expect(status.view.getState()).toMatchObject({
      phase: 'working',
      error: { message: 'Caption: no such row' },
    })
    status.rest(null)
    expect(status.view.getState()).toMatchObject({ phase: 'working', error: null })
  })

  test('without a run is what the page says, until it is put aside and the map is there again', () => {
    const status = working()
    status.ready(3)
    status.report(new InputError('Caption: no such row', 'Give another.'))
    expect(status.view.getState()).toMatchObject({ phase: 'error', message: 'Something went wrong' })
    status.rest(3)
    expect(status.view.getState()).toMatchObject({
      phase: 'ready',
      message: 'Ready: 3 captions',
      error: null,
    })
  })

  test('names files, not addresses, in its sentence, and tells the address below', () => {
    const status = working()
    status.failed(
      new NetworkError('Read: https://example.org/a%20b/c.parquet?x=1 answered 404', 'Look for it.'),
    )
    expect(status.view.getState().error).toMatchObject({
      message: 'Read: “c.parquet” at example.org answered 404',
      detail: 'Read: https://example.org/a%20b/c.parquet?x=1 answered 404',
      canRetry: false,
    })
    status.failed(new NetworkError('Read: nothing came from https://example.org/c.csv: gone.', 'Look.'))
    expect(status.view.getState().error?.message).toBe(
      'Read: nothing came from “c.csv” at example.org: gone.',
    )
  })

  test('is nothing where it was a wish to stop', () => {
    const status = working()
    status.ready(1)
    status.report(new CancelledError())
    expect(status.view.getState()).toMatchObject({ phase: 'ready', error: null, message: 'Ready: 1 caption' })
  })
})

describe('who waits for the page', () => {
  test('hears when it is ready, and at once when it is', async () => {
    const status = working()
    const waits = status.whenReady()
    status.ready(2)
    await waits
    await status.whenReady()
  })

  test('hears the error that people see, or that it was cancelled', async () => {
    const status = working()
    const error = new InputError('Read: no', 'Open another file.')
    const waits = status.whenReady()
    status.failed(error)
    await expect(waits).rejects.toBe(error)
    await expect(status.whenReady()).rejects.toBe(error)
    status.begin([], null)
    status.cancelled(new CancelledError())
    await expect(status.whenReady()).rejects.toThrow(CancelledError)
  })
})

test('a notice is shown once, until it is dismissed', () => {
  const status = new Status()
  status.notice('a')
  status.notice('a')
  status.notice('b', { canRetry: true })
  const [first, second] = status.view.getState().notices
  expect(second).toMatchObject({ text: 'b', canRetry: true })
  status.dismissNotice(first.id)
  expect(status.view.getState().notices).toEqual([second])
})

test('a notice goes when it is over: what passes with the run, what is of the map as another begins', () => {
  const status = working()
  const texts = () => status.view.getState().notices.map(({ text }) => text)
  const say = () => {
    status.notice('No connection', { lasts: 'run' })
    status.notice('Cut to 100 rows', { lasts: 'map' })
    status.notice('No such parameter')
  }
  say()
  status.cancelled(new CancelledError())
  expect(texts()).toEqual(['Cut to 100 rows', 'No such parameter'])
  status.begin([], null, false)
  say()
  status.ready(3)
  expect(texts()).toEqual(['Cut to 100 rows', 'No such parameter'])
  status.begin([], null)
  expect(texts()).toEqual(['No such parameter'])
})
