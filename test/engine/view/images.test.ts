import { describe, expect, it } from 'vitest'
import { imageOf } from '../../../src/engine/view/images.ts'

const columns = (values: Record<string, string>) =>
  Object.entries(values).map(([name, value]) => ({ name, value }))

describe('the image of a row', () => {
  it.each([
    [{ page: 'https://a.org/x', link: 'https://b.org/cat.JPG?w=200' }, 'https://b.org/cat.JPG?w=200'],
    [{ page: 'https://a.org/x', URL: 'https://b.org/show?id=1' }, 'https://b.org/show?id=1'],
    [{ image_url: 'http://b.org/1' }, 'https://b.org/1'],
    [{ URL: 'http://localhost:81/1.png' }, 'http://localhost:81/1.png'],
    [{ page: 'https://a.org/x' }, null],
    [{ URL: 'javascript:alert(1)//.png' }, null],
    [{ URL: 'data:image/png;base64,AAAA' }, null],
    [{ URL: 'https://' }, null],
  ])('of %o is %s', (values, url) => {
    expect(imageOf(columns(values as Record<string, string>))?.url ?? null).toBe(url)
  })

  it.each([
    [{ punsafe: '0.75' }, { column: 'punsafe', share: 0.75 }],
    [
      { NSFW: 'UNSURE', pwatermark: '0.2' },
      { column: 'NSFW', share: 0.5 },
    ],
    [
      { NSFW: 'UNLIKELY', pwatermark: '0.9' },
      { column: 'pwatermark', share: 0.9 },
    ],
    [{ is_nsfw: 'true' }, { column: 'is_nsfw', share: 1 }],
    [{ punsafe: '' }, null],
    [{ pure: '1', unsafety: '1' }, null],
  ])('rated %o raises %o', (values, concern) => {
    const row = columns({ URL: 'https://b.org/1.png', ...(values as Record<string, string>) })
    expect(imageOf(row)?.concern).toEqual(concern)
  })
})
