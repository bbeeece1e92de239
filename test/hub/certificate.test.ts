import { X509Certificate } from 'node:crypto'
import { expect, test } from 'vitest'
import { selfSigned } from './certificate.ts'

test('a certificate is for its hosts, good today, and signed by its own key', () => {
  const hosts = ['huggingface.co', 'us.aws.cdn.hf.co']
  const { cert } = selfSigned(hosts)
  const read = new X509Certificate(cert)
  for (const host of hosts) expect(read.checkHost(host)).toBe(host)
  expect(read.checkHost('example.org')).toBeUndefined()
  expect(read.verify(read.publicKey)).toBe(true)
  expect(Date.parse(read.validFrom)).toBeLessThan(Date.now())
  expect(Date.parse(read.validTo)).toBeGreaterThan(Date.now())
})
