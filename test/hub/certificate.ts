import { generateKeyPairSync, sign } from 'node:crypto'

/** A key and a certificate that it signed itself, as PEM, made anew for each run: nothing secret lies among the tests. */
export interface Certificate {
  readonly key: string
  readonly cert: string
}

const SEQUENCE = 0x30
const [INTEGER, BITS, OCTETS, OID, UTF8, SET, TIME] = [0x02, 0x03, 0x04, 0x06, 0x0c, 0x31, 0x17]
/** id-ce-subjectAltName, ecdsa-with-SHA256, id-at-commonName (RFC 5280, 5758). */
const ALT_NAMES = [0x55, 0x1d, 0x11]
const ECDSA_SHA256 = [0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02]
const COMMON_NAME = [0x55, 0x04, 0x03]
const YEAR_MS = 365 * 24 * 3600 * 1000

/** X.509 v3 on the curve P-256 for these hosts (RFC 5280), good from yesterday on for a year. */
export function selfSigned(hosts: readonly string[], now = Date.now()): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const algorithm = der(SEQUENCE, der(OID, ECDSA_SHA256))
  const name = der(SEQUENCE, der(SET, der(SEQUENCE, der(OID, COMMON_NAME), der(UTF8, Buffer.from(hosts[0])))))
  const names = der(SEQUENCE, ...hosts.map((host) => der(0x82, Buffer.from(host))))
  const body = der(
    SEQUENCE,
    der(0xa0, der(INTEGER, [2])),
    der(INTEGER, [1]),
    algorithm,
    name,
    der(SEQUENCE, utcTime(now - YEAR_MS / 365), utcTime(now + YEAR_MS)),
    name,
    publicKey.export({ type: 'spki', format: 'der' }),
    der(0xa3, der(SEQUENCE, der(SEQUENCE, der(OID, ALT_NAMES), der(OCTETS, names)))),
  )
  const whole = der(SEQUENCE, body, algorithm, der(BITS, [0], sign('sha256', body, privateKey)))
  const lines = whole.toString('base64').replaceAll(/.{64}/g, '$&\n').trimEnd()
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }) as string,
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  }
}

/** A value in the distinguished encoding (X.690): tag, length, content. */
function der(tag: number, ...parts: readonly (Uint8Array | readonly number[])[]): Buffer {
  const content = Buffer.concat(parts.map((part) => Uint8Array.from(part)))
  const { length } = content
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255]
  return Buffer.concat([Uint8Array.from([tag, ...size]), content])
}

/** YYMMDDHHMMSSZ */
function utcTime(ms: number): Buffer {
  const digits = new Date(ms).toISOString().replaceAll(/\D/g, '').slice(2, 14)
  return der(TIME, Buffer.from(`${digits}Z`))
}
