/**
 * Encrypts kept answers, which may hold a person's words. The key comes from the token's secret and the key of the
 * request, of which the data folder holds only hashes: no one but the caller can have an answer read.
 */
import { createCipheriv, createDecipheriv, hkdfSync } from 'node:crypto'
import { randomSecret } from '../platform/ids.ts'

const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const TAG_BYTES = 16
/** Random, and stored before the answer: a caller may use the same key again a day later. */
const NONCE_BYTES = 12
const PURPOSE = 'denidin kept answer 1'

const keyOf = (secret: string, request_key: string): Uint8Array =>
  new Uint8Array(hkdfSync('sha256', secret, request_key, PURPOSE, KEY_BYTES))

/** @param secret of the token. @param request_key the caller's `Idempotency-Key` */
export const seal = (secret: string, request_key: string, text: string): Uint8Array => {
  const nonce = Buffer.from(randomSecret(), 'base64url').subarray(0, NONCE_BYTES)
  const cipher = createCipheriv(CIPHER, keyOf(secret, request_key), nonce)
  return Buffer.concat([nonce, cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()])
}

/** @returns `undefined` for what was sealed with another secret or key, or is damaged */
export const unseal = (secret: string, request_key: string, sealed: Uint8Array): string | undefined => {
  try {
    const decipher = createDecipheriv(CIPHER, keyOf(secret, request_key), sealed.subarray(0, NONCE_BYTES))
    decipher.setAuthTag(sealed.subarray(-TAG_BYTES))
    const encrypted = sealed.subarray(NONCE_BYTES, -TAG_BYTES)
    return Buffer.concat([decipher.update(encrypted), decipher.final()]).toString('utf8')
  } catch {
    return undefined
  }
}
