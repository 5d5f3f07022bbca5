/** The format of a list of public keys of age, for which backups are encrypted. */
import { bech32 } from '@scure/base'

const PREFIX = 'age'
const KEY_BYTES = 32

export const RECIPIENTS_ALLOWED =
  'a list of public keys of age, such as ["age1…"]; `denidin backup key create` makes one'

/** Whether a text is a public key: its own checksum finds typing errors. */
export const isRecipient = (value: unknown): value is string => {
  if (typeof value !== 'string' || !value.startsWith(`${PREFIX}1`)) return false
  const decoded = bech32.decodeUnsafe(value)
  return decoded?.prefix === PREFIX && bech32.fromWordsUnsafe(decoded.words)?.length === KEY_BYTES
}

/** The error in a list, without its values: a private key may be among them. `undefined` if there is none. */
export const recipientFault = (value: unknown): string | undefined => {
  if (!Array.isArray(value)) return 'it is not a list'
  const at = value.findIndex(each => !isRecipient(each))
  return at === -1 ? undefined : `number ${String(at + 1)} ${faultOf(value[at])}`
}

const faultOf = (value: unknown): string => {
  const text = typeof value === 'string' ? value.trim() : ''
  if (/^age-secret-key-/i.test(text)) return 'is a private key, which belongs into backup.encryption.identity_file'
  if (text.startsWith('age1pq1')) return 'is a key of a kind that not every age can read; use one of 62 characters'
  if (text.startsWith('ssh-')) return 'is a key of SSH; use one of age'
  return text.startsWith('age1') ? 'has a typing error' : 'does not begin with age1'
}
