import { expect, test } from 'vitest'
import {
  adviceFor,
  CancelledError,
  deserializeError,
  InputError,
  messageFor,
  serializeError,
} from '../../../src/shared/core/errors.ts'

test.each([
  'Array buffer allocation failed',
  'Invalid typed array length: 4294967296',
  'WebAssembly.Memory(): could not allocate memory: out of memory',
  'invalid array length',
])('“%s” is told as a want of memory, with what helps, also from a worker', (message) => {
  const error = deserializeError(serializeError(new RangeError(message)))
  expect(messageFor(error)).toMatch(/not enough memory/)
  expect(messageFor(error)).toContain(message)
  expect(adviceFor(error)).toMatch(/fewer rows/)
})

test('what is nobody’s wish is a fault of the page', () => {
  expect(adviceFor(new TypeError('x is not a function'))).toMatch(/fault of Captionscape/)
  expect(messageFor(new TypeError('x is not a function'))).toBe('x is not a function')
})

test('errors of the project say what they say', () => {
  const error = new InputError('Read: no out of memory here', 'Open another file.')
  expect(messageFor(error)).toBe(error.message)
  expect(adviceFor(error)).toBe('Open another file.')
  expect(deserializeError(serializeError(new CancelledError()))).toBeInstanceOf(CancelledError)
})
