import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import config from '../../vite.config.ts'

/** The headers that a `_headers` file gives to one path. */
function headersFor(path: string): Record<string, string> {
  const blocks = readFileSync('public/_headers', 'utf8')
    .trim()
    .split(/\n\s*\n/)
  const block = blocks.find((lines) => lines.split('\n')[0] === path)
  if (!block) throw new Error(`public/_headers has nothing for ${path}`)
  return Object.fromEntries(
    block
      .split('\n')
      .slice(1)
      .map((line) => {
        const [name, ...value] = line.trim().split(': ')
        return [name, value.join(': ')]
      }),
  )
}

test('static hosts send the headers under which the page is tested', () => {
  expect(headersFor('/*')).toEqual(config.preview?.headers)
})

test('docs/hosting.md explains every header', () => {
  const docs = readFileSync('docs/hosting.md', 'utf8')
  for (const name of Object.keys({ ...headersFor('/*'), ...headersFor('/assets/*') }))
    expect(docs).toContain(`\`${name}\``)
  const policy = headersFor('/*')['Content-Security-Policy']
  for (const directive of policy.split('; ')) expect(docs).toContain(`\`${directive}\``)
})
