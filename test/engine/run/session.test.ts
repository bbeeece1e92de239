import { describe, expect, test } from 'vitest'
import { DEFAULTS } from '../../../src/engine/link/params.ts'
import { Session } from '../../../src/engine/run/session.ts'
import { Hand } from '../../../src/engine/workers/hand.ts'
import type { Workers } from '../../../src/engine/workers/workers.ts'
import { InputError, NetworkError } from '../../../src/shared/core/errors.ts'
import { FakeWorker } from '../fake-worker.ts'

const manifest = {
  name: 'a map',
  rows: 6,
  caption: 'TEXT',
  encoder: null,
  layouts: [{ name: 'nn10', bounds: [0, 0, 1, 1] }],
}
const events = { onProgress: () => {}, onNotice: () => {}, onLayouts: () => {} }
const html = new InputError(
  'Read: coco holds no table of captions: it looks like an HTML page',
  'Use the address of the file.',
)

/** Opens an address whose file cannot be read; folders asked for are written down. */
async function open(url: string, error: Error, folders: readonly string[]) {
  const asked: string[] = []
  const reader = new FakeWorker({
    open: () => {
      throw error
    },
  })
  const workers = {
    read: () => new Hand(reader.worker, 'reads files'),
    tiles: () =>
      new Hand(
        new FakeWorker({
          openFolder: (address: string) => {
            asked.push(address)
            if (folders.includes(address)) return manifest
            throw new NetworkError('Tiles: no map.json', 'Check the address.')
          },
          captionBytes: () => 0,
        }).worker,
        'fetches maps',
      ),
  } as unknown as Workers
  const settings = { ...DEFAULTS }
  const session = new Session(
    {
      source: { kind: 'url', url },
      text: null,
      settings,
      recompute: false,
      place: {},
      vectorFiles: [],
      modelFolder: null,
    },
    workers,
  )
  const outcome: unknown = await session.open(events).catch((thrown: unknown) => thrown)
  return { outcome, asked, session, reader }
}

describe('a folder without its slash', () => {
  const url = 'https://example.org/maps/coco'

  test.each([
    ['whose host answers with a page of its own', html],
    [
      'whose host has no file there',
      new NetworkError('Read: https://example.org/maps/coco answered 404 instead of the file', 'Look.'),
    ],
  ])('%s is opened', async (_, error) => {
    const { outcome, asked, session, reader } = await open(url, error, [`${url}/`])
    expect(outcome).toMatchObject({ name: 'a map', nRows: 6, address: `${url}/` })
    expect(asked).toEqual([`${url}/`])
    expect(session.streamed).not.toBeNull()
    expect(reader.isTerminated).toBe(true)
  })

  test('that is none is told by what was there', async () => {
    const { outcome, asked } = await open(url, html, [])
    expect(outcome).toMatchObject({ name: 'InputError', message: html.message })
    expect(asked).toEqual([`${url}/`])
  })

  test.each([
    ['https://example.org/captions.parquet', html],
    ['https://huggingface.co/datasets/a/b', html],
    ['https://example.org/a https://example.org/b', html],
    [url, new NetworkError('Read: nothing came from https://example.org/maps/coco', 'Look.')],
  ])('is not looked for at %s', async (address, error) => {
    const { outcome, asked } = await open(address, error, [])
    expect(outcome).toMatchObject({ message: error.message })
    expect(asked).toEqual([])
  })
})
