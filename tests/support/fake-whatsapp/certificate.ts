import { createHash, generateKeyPairSync, randomBytes, sign } from 'node:crypto'

/** A key that lives as long as one test, and a certificate that it signed itself. */
export interface SelfSigned {
  readonly key: string
  readonly certificate: string
  /** Base64 of the SHA-256 of the public key, as `--ignore-certificate-errors-spki-list` of Chromium takes it. */
  readonly key_hash: string
}

// DER tags (ITU-T X.690) and object identifiers, already encoded, that a minimal X.509 certificate (RFC 5280) needs.
const TAG = { integer: 0x02, bits: 0x03, octets: 0x04, utf8: 0x0c, time: 0x17, sequence: 0x30, set: 0x31 } as const
const VERSION_FIELD = 0xa0
const EXTENSIONS_FIELD = 0xa3
const DNS_NAME = 0x82
const ECDSA_WITH_SHA256 = Buffer.from('06082a8648ce3d040302', 'hex')
const COMMON_NAME = Buffer.from('0603550403', 'hex')
const SUBJECT_ALTERNATIVE_NAME = Buffer.from('0603551d11', 'hex')
const VERSION_3 = 2

const length = (bytes: number): Buffer => {
  if (bytes < 0x80) return Buffer.from([bytes])
  const digits = Buffer.from(bytes.toString(16).padStart(bytes > 0xff ? 4 : 2, '0'), 'hex')
  return Buffer.concat([Buffer.from([0x80 | digits.length]), digits])
}

const der = (tag: number, ...parts: readonly (Buffer | string)[]): Buffer => {
  const body = Buffer.concat(parts.map(part => (typeof part === 'string' ? Buffer.from(part) : part)))
  return Buffer.concat([Buffer.from([tag]), length(body.length), body])
}

const pem = (label: string, body: Buffer): string =>
  `-----BEGIN ${label}-----\n${body.toString('base64').replace(/.{64}(?=.)/g, '$&\n')}\n-----END ${label}-----\n`

/** Makes a P-256 key and a certificate for `host`, with nothing but node:crypto. */
export const selfSigned = (host: string): SelfSigned => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const public_key = publicKey.export({ type: 'spki', format: 'der' })
  const algorithm = der(TAG.sequence, ECDSA_WITH_SHA256)
  const name = der(TAG.sequence, der(TAG.set, der(TAG.sequence, COMMON_NAME, der(TAG.utf8, host))))
  const names = der(TAG.octets, der(TAG.sequence, der(DNS_NAME, host)))
  const content = der(
    TAG.sequence,
    der(VERSION_FIELD, der(TAG.integer, Buffer.from([VERSION_3]))),
    // The first byte keeps the number positive.
    der(TAG.integer, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    der(TAG.sequence, der(TAG.time, '200101000000Z'), der(TAG.time, '491231000000Z')),
    name,
    public_key,
    der(EXTENSIONS_FIELD, der(TAG.sequence, der(TAG.sequence, SUBJECT_ALTERNATIVE_NAME, names))),
  )
  const signature = der(TAG.bits, Buffer.from([0]), sign('sha256', content, privateKey))
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: pem('CERTIFICATE', der(TAG.sequence, content, algorithm, signature)),
    key_hash: createHash('sha256').update(public_key).digest('base64'),
  }
}
