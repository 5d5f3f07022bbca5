/**
 * The keys of encrypted backups, in the format of age: public keys (recipients) that encrypt, and the file with the
 * private keys (identities) that decrypt.
 */
import { createHash } from 'node:crypto'
import { readFile, stat } from 'node:fs/promises'
import { DenidinError } from '../../platform/errors.ts'
import { isOpenToOthers } from '../../platform/files.ts'

const FINGERPRINT_CHARACTERS = 16
const SETTING = 'backup.encryption.identity_file'
const IDENTITY = 'AGE-SECRET-KEY-1'
/** The beginnings of a file that is encrypted itself, such as an identity with a passphrase. */
const ENCRYPTED = /^(age-encryption\.org\/|-----BEGIN AGE)/

/** Private keys with the public keys that belong to them. */
export interface Identities {
  readonly file: string
  readonly keys: readonly string[]
  readonly recipients: readonly string[]
}

/** What tells of a public key whether it is the same, but not which it is. */
export const fingerprintOf = (recipient: string): string => idOf('denidin backup recipient', [recipient])

/** The id of a set of public keys, in whatever order. */
export const keyIdOf = (recipients: readonly string[]): string =>
  idOf('denidin backup key', [...new Set(recipients)].sort())

const idOf = (what: string, texts: readonly string[]): string =>
  createHash('sha256')
    .update(JSON.stringify([what, ...texts]))
    .digest('hex')
    .slice(0, FINGERPRINT_CHARACTERS)

/**
 * Reads an identity file, as `age-keygen` and `denidin backup key create` write it.
 * @throws DenidinError `invalid_config` if it is missing, can be read by others, or holds no key that can be used
 */
export const readIdentities = async (file: string): Promise<Identities> => {
  const refuse = (reason: string, cause?: unknown): DenidinError =>
    new DenidinError('invalid_config', `${SETTING}: ${file} ${reason}`, { cause })
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw refuse('does not exist', error)
    throw refuse(`cannot be read (${error.code ?? error.message})`, error)
  })
  if (await canOthersRead(file)) throw refuse(`can be read by other users of this machine; run chmod 600 ${file}`)
  if (ENCRYPTED.test(text)) {
    throw refuse('is protected by a passphrase, which nobody types for a backup at night; give a file without one')
  }
  const lines = text.split('\n').map((line, at) => ({ line: line.trim(), number: at + 1 }))
  const keys = lines.filter(({ line }) => line !== '' && !line.startsWith('#'))
  if (keys.length === 0) throw refuse(`holds no key; it must have a line that begins with ${IDENTITY}`)
  const { identityToRecipient } = await import('age-encryption')
  const recipients: string[] = []
  for (const { line, number } of keys) {
    // The message of the library could contain the key.
    const recipient = line.startsWith(IDENTITY) ? await identityToRecipient(line).catch(() => undefined) : undefined
    if (recipient === undefined)
      throw refuse(`is damaged: line ${String(number)} is no key that begins with ${IDENTITY}`)
    recipients.push(recipient)
  }
  return { file, keys: keys.map(({ line }) => line), recipients }
}

/** Windows keeps permissions in another way. */
const canOthersRead = async (file: string): Promise<boolean> =>
  process.platform !== 'win32' && isOpenToOthers((await stat(file)).mode)

/** A new private key as the text of an identity file, with its public key. @param now for the comment */
export const newIdentity = async (now: Date): Promise<{ readonly text: string; readonly recipient: string }> => {
  const { generateX25519Identity, identityToRecipient } = await import('age-encryption')
  const identity = await generateX25519Identity()
  const recipient = await identityToRecipient(identity)
  return { text: `# created: ${now.toISOString()}\n# public key: ${recipient}\n${identity}\n`, recipient }
}
