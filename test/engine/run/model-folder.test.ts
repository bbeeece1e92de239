import { expect, test } from 'vitest'
import { partModel } from '../../../src/engine/run/model-folder.ts'

function file(path: string): File {
  const made = new File(['x'], path.split('/').at(-1) ?? path)
  Object.defineProperty(made, 'webkitRelativePath', { value: path.includes('/') ? path : '' })
  return made
}

test('finds a model’s folder among other files, wherever it lies', () => {
  const paths = [
    '/data/captions.parquet',
    '/models/small/1_Pooling/config.json',
    '/models/small/config.json',
    '/models/small/onnx/model.onnx',
    '/models/small/tokenizer.json',
    '/models/small/preview.png',
  ]
  const { model, rest } = partModel(paths.map(file))
  expect(model?.name).toBe('small')
  expect(model?.files.map(({ path }) => path)).toEqual([
    '1_Pooling/config.json',
    'config.json',
    'onnx/model.onnx',
    'tokenizer.json',
  ])
  expect(rest.map(({ name }) => name)).toEqual(['captions.parquet', 'preview.png'])
})

test('takes a model’s files without a folder', () => {
  const { model, rest } = partModel(
    ['config.json', 'text_model.onnx', 'tokenizer.json', 'a.parquet'].map(file),
  )
  expect(model?.files).toHaveLength(3)
  expect(rest.map(({ name }) => name)).toEqual(['a.parquet'])
})

test('leaves files alone where there is no model', () => {
  const files = ['a.json', 'b.parquet'].map(file)
  expect(partModel(files)).toEqual({ model: null, rest: files })
})

test('says what is missing beside a model', () => {
  expect(() => partModel([file('x/model.onnx')])).toThrow(
    expect.objectContaining({ message: 'Embed: there is no config.json beside x/model.onnx' }),
  )
})
