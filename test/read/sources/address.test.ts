import { describe, expect, test } from 'vitest'
import { parseAddress } from '../../../src/read/sources/address.ts'
import { listDataset } from '../../../src/read/sources/hub.ts'

const resolve = 'https://huggingface.co/datasets/dclure/laion/resolve'

describe('an address', () => {
  test.each([
    ['https://example.org/a.parquet?key=1', 'https://example.org/a.parquet?key=1'],
    ['https://huggingface.co/datasets/dclure/laion/blob/main/train.parquet', `${resolve}/main/train.parquet`],
    [
      'https://huggingface.co/datasets/dclure/laion/resolve/main/a%20b/c.csv?download=true',
      `${resolve}/main/a%20b/c.csv`,
    ],
    [
      'https://huggingface.co/datasets/dclure/laion/blob/refs%2Fconvert%2Fparquet/default/train/0000.parquet',
      `${resolve}/refs%2Fconvert%2Fparquet/default/train/0000.parquet`,
    ],
    [
      'https://huggingface.co/datasets/dclure/laion/blob/refs/pr/3/data/0.parquet',
      `${resolve}/refs%2Fpr%2F3/data/0.parquet`,
    ],
    [
      'https://hf.co/datasets/squad/blob/main/a.parquet',
      'https://huggingface.co/datasets/squad/resolve/main/a.parquet',
    ],
    ['hf://datasets/dclure/laion/train.parquet', `${resolve}/main/train.parquet`],
    ['hf://datasets/dclure/laion@v1.2/x/train.parquet', `${resolve}/v1.2/x/train.parquet`],
    [
      'hf://datasets/dclure/laion@~parquet/default/train/0000.parquet',
      `${resolve}/refs%2Fconvert%2Fparquet/default/train/0000.parquet`,
    ],
    [
      'https://github.com/o/r/blob/main/data/a.parquet',
      'https://raw.githubusercontent.com/o/r/main/data/a.parquet',
    ],
    ['https://github.com/o/r/raw/v1/a.csv', 'https://raw.githubusercontent.com/o/r/v1/a.csv'],
  ])('%s leads to its file', (address, url) => {
    expect(parseAddress(address)).toEqual({ kind: 'file', url })
  })

  test.each([
    ['https://huggingface.co/datasets/dclure/laion', 'dclure/laion', null, ''],
    ['https://huggingface.co/datasets/squad', 'squad', null, ''],
    ['https://huggingface.co/datasets/squad/viewer/default/train', 'squad', null, ''],
    ['https://huggingface.co/datasets/dclure/laion/viewer?row=3', 'dclure/laion', null, ''],
    ['https://huggingface.co/datasets/dclure/laion/tree/main/data', 'dclure/laion', 'main', 'data'],
    [
      'https://huggingface.co/datasets/o/n/tree/refs%2Fconvert%2Fparquet/default',
      'o/n',
      'refs/convert/parquet',
      'default',
    ],
    ['hf://datasets/o/n', 'o/n', null, ''],
    ['hf://datasets/o/n@dev/train/', 'o/n', 'dev', 'train'],
  ])('%s leads to a data set', (address, id, revision, folder) => {
    expect(parseAddress(address)).toEqual({ kind: 'dataset', id, revision, folder })
  })
})

describe('a data set of the hub', () => {
  const list = async (answers: Record<string, unknown>, folder = '') => {
    const notices: string[] = []
    const urls = await listDataset(
      { kind: 'dataset', id: 'o/n', revision: null, folder },
      async (url) => ({
        json: answers[url.replace('https://huggingface.co/api/datasets/o/n/', '')] ?? [],
        next: null,
      }),
      { onNotice: (message) => notices.push(message) },
    )
    return { urls, notices }
  }
  const file = (path: string, size = 1) => ({ type: 'file', path, size })
  const base = 'https://huggingface.co/datasets/o/n/resolve/main'

  test('is its training shards in the order of their numbers, and the others are told', async () => {
    const paths = ['README.md', 'data/test-00000-of-00001.parquet']
    for (let i = 11; i >= 0; i--) paths.push(`data/train-${i}-of-12.parquet`)
    const { urls, notices } = await list({ 'tree/main?recursive=true': paths.map((path) => file(path, 9)) })
    expect(urls).toEqual(Array.from({ length: 12 }, (_, i) => `${base}/data/train-${i}-of-12.parquet`))
    expect(notices).toEqual([
      expect.stringMatching(/^Opened “data\/train” of this data set; it also has data\/test\./),
    ])
  })

  test('is its largest set where none is for training', async () => {
    const { urls } = await list({
      'tree/main?recursive=true': [file('a.parquet', 5), file('big.parquet', 50)],
    })
    expect(urls).toEqual([`${base}/big.parquet`])
  })

  test('is what the hub made of it where it has files of other kinds', async () => {
    const at = 'https://huggingface.co/api/datasets/o/n/parquet/default/train'
    const { urls } = await list({
      'tree/main?recursive=true': [file('images.zip')],
      parquet: {
        default: { test: [`${at}/../test/0.parquet`], train: [`${at}/10.parquet`, `${at}/2.parquet`] },
      },
    })
    expect(urls).toEqual([`${at}/2.parquet`, `${at}/10.parquet`])
  })

  test('without any table is told', async () => {
    await expect(list({ 'tree/main?recursive=true': [file('a.zip')], parquet: {} })).rejects.toThrow(
      'Read: the data set o/n has no Parquet, CSV, JSON Lines or Arrow files',
    )
  })
})
