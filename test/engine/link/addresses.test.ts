import { describe, expect, test } from 'vitest'
import { absoluteAddresses } from '../../../src/engine/link/addresses.ts'

describe('addresses that are entered', () => {
  test.each([
    ['sample.parquet', 'https://page.org/map/sample.parquet'],
    [
      ' https://a.org/1,2.parquet, https://b.org/x,\nhf://datasets/a/b ',
      'https://a.org/1,2.parquet https://b.org/x hf://datasets/a/b',
    ],
  ])('%s', (text, expected) => {
    expect(absoluteAddresses(text, 'https://page.org/map/')).toBe(expected)
  })

  test.each(['', 'ftp://a.org/x', 'https://a.org/x javascript:alert(1)'])('%j are none', (text) => {
    expect(absoluteAddresses(text, 'https://page.org/map/')).toBeNull()
  })
})
