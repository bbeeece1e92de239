import { describe, expect, it } from 'vitest'
import { DEFAULTS, readNeighborList, readParams, writeParams } from '../../../src/engine/link/params.ts'

describe('address parameters', () => {
  it('are the original pipeline’s where the address is silent', () => {
    const { params, notices } = readParams('')
    expect(params).toEqual(DEFAULTS)
    expect(notices).toEqual([])
    expect(params).toMatchObject({ nNeighbors: [10, 30, 60], epochs: 1000, negatives: 20, encoder: 'clip' })
  })

  it('come back as they were written', () => {
    const params = {
      ...DEFAULTS,
      data: 'https://example.org/a b/captions.parquet?x=1&y=2',
      text: 'título',
      encoder: 'lexical' as const,
      model: './models/own',
      backend: 'wasm' as const,
      gpu: 'fallback' as const,
      arrangement: 'by-four' as const,
      limit: 2000,
      epochs: 200,
      negatives: 5,
      minDist: 0.25,
      seed: 0,
      nNeighbors: [5, 15],
      layout: 'nn15',
      compare: { to: 'a:b', share: 0.25 },
      view: { x: 1.5, y: -2.25, zoom: 4 },
      row: 0,
      by: 'meaning' as const,
      nearest: 50,
      labels: 'off' as const,
      theme: 'light' as const,
    }
    const { params: read, notices } = readParams(writeParams(params))
    expect(notices).toEqual([])
    expect(read).toEqual(params)
  })

  it('have two sets of a name, which what stands beside them changes', () => {
    expect(readParams('?settings=original').params).toEqual(DEFAULTS)
    const { params, notices } = readParams('?epochs=200&settings=standard')
    expect(params).toEqual({ ...DEFAULTS, nNeighbors: [15], epochs: 200, negatives: 5 })
    expect(notices).toEqual([])
    const standard = { ...params, epochs: 500, seed: 3 }
    expect(writeParams(standard)).toBe('?settings=standard&seed=3')
    expect(readParams(writeParams(standard)).params).toEqual(standard)
    expect(readParams(writeParams(params)).params).toEqual(params)
    expect(readParams('?settings=best').notices).toEqual([
      'The address says settings=best, but settings takes original or standard.',
    ])
  })

  it('leave the address bare at their defaults, but for what is to be said always', () => {
    expect(writeParams(DEFAULTS)).toBe('')
    expect(writeParams(DEFAULTS, ['encoder'])).toBe('?encoder=clip')
  })

  it('take vectors that are named as wanted, unless an encoder is named, too', () => {
    expect(readParams('?vectors=own.npy').params).toMatchObject({ vectors: 'own.npy', encoder: 'vectors' })
    expect(readParams('?vectors=own&encoder=lexical').params.encoder).toBe('lexical')
  })

  it.each([
    ['encoder=word2vec', 'clip or lexical'],
    ['limit=ten', 'whole number'],
    ['limit=2.5', 'whole number'],
    ['epochs=0', '1 to 5000'],
    ['epochs=', '1 to 5000'],
    ['minDist=-1', '0 to 1'],
    ['nNeighbors=10,1', 'whole numbers from 2 to 200'],
    ['view=1,2', 'x,y,zoom'],
    ['compare=%20', 'name of a layout'],
    ['theme=sepia', 'light or dark'],
    ['colour=red', 'does not know'],
    ['__proto__=1', 'does not know'],
  ])('turn %s into a notice and go on with the default', (search, says) => {
    const { params, notices } = readParams(`?${search}`)
    expect(params).toEqual(DEFAULTS)
    expect(notices).toHaveLength(1)
    expect(notices[0]).toContain(says)
  })

  it('sort and unite the list of neighbors', () => {
    expect(readNeighborList('60, 10 30,10')).toEqual([10, 30, 60])
    expect(readNeighborList('')).toBeUndefined()
    expect(readNeighborList('2,3,4,5,6,7,8')).toBeUndefined()
  })
})
