/** Backups that are encrypted in the format of age: every object is a file that `age -d` decrypts. */
import type { Decrypter, Encrypter } from 'age-encryption'
import { createHmac, hkdfSync } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import { randomSecret } from '../../platform/ids.ts'
import type { Manifest, SealedManifest } from '../manifest.ts'
import {
  PLAIN_FORM,
  requireName,
  type FormKey,
  type StorageForm,
  type StorageForms,
  type StoredForm,
} from '../storage-form.ts'
import { fingerprintOf, keyIdOf, readIdentities, type Identities } from './age-keys.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

const ENDING = '.zst.age'
/** Every file of age begins with it. */
const INTRO = 'age-encryption.org/v1\n'
const NAMING_KEY_BYTES = 32

export interface AgeSettings {
  /** Public keys for which new backups are encrypted; empty: they are not. */
  readonly recipients: readonly string[]
  /** The file with the private keys; `undefined`: encrypted backups cannot be read here. */
  readonly identity_file: string | undefined
}

/** What decrypts and encrypts with the keys of the settings. The library is loaded only if something is encrypted. */
export class AgeForms implements StorageForms {
  readonly #settings: AgeSettings

  constructor(settings: AgeSettings) {
    this.#settings = settings
  }

  async current(secret: Uint8Array | undefined): Promise<StorageForm> {
    const { recipients } = this.#settings
    if (recipients.length === 0) return PLAIN_FORM
    const key_id = keyIdOf(recipients)
    const fingerprints = [...new Set(recipients)].map(fingerprintOf).sort()
    const key = { key_id, recipients: fingerprints, naming_key: namingKey(secret, key_id) }
    return new AgeForm(key, await encrypterFor(recipients), await this.#decrypterIfThere(fingerprints))
  }

  async of({ id, key_id, encryption }: Pick<Manifest, 'id' | 'key_id' | 'encryption'>): Promise<StorageForm> {
    if (key_id === null || encryption === undefined) return PLAIN_FORM
    const decrypter = await this.#decrypter(id, encryption.recipients)
    return new AgeForm({ key_id, ...encryption }, undefined, decrypter)
  }

  async openDetails({ id, recipients }: SealedManifest, stored: Buffer, path: string): Promise<string> {
    return (await opened(await this.#decrypter(id, recipients), stored, path)).toString('utf8')
  }

  /** A key that cannot be read must not keep backups from being made: only verifying and restoring them need it. */
  async #decrypterIfThere(recipients: readonly string[]): Promise<Decrypter | undefined> {
    const { identity_file } = this.#settings
    if (identity_file === undefined) return undefined
    const identities = await readIdentities(identity_file).catch((error: unknown) => {
      if (asDenidinError(error).code === 'invalid_config') return undefined
      throw error
    })
    return identities !== undefined && holdsOneOf(identities, recipients) ? await decrypterWith(identities) : undefined
  }

  /** @throws DenidinError `invalid_config` if no key for a backup with these recipients is here */
  async #decrypter(id: string, recipients: readonly string[]): Promise<Decrypter> {
    const { identity_file } = this.#settings
    if (identity_file === undefined) {
      throw new DenidinError(
        'invalid_config',
        `${id} is encrypted and cannot be read: set backup.encryption.identity_file to the file with its private key`,
      )
    }
    const identities = await readIdentities(identity_file)
    if (holdsOneOf(identities, recipients)) return await decrypterWith(identities)
    throw new DenidinError(
      'invalid_config',
      `${id} is encrypted for another key than ${identity_file} holds; add the private key of that time to the file, on a line of its own`,
    )
  }
}

const holdsOneOf = (identities: Identities, fingerprints: readonly string[]): boolean =>
  identities.recipients.some(recipient => fingerprints.includes(fingerprintOf(recipient)))

/** Names depend on a secret of the data folder, so that the same content has the same name in its next backup. */
const namingKey = (secret: Uint8Array | undefined, key_id: string): string =>
  secret === undefined
    ? Buffer.from(randomSecret(), 'base64url').toString('hex')
    : Buffer.from(hkdfSync('sha256', secret, '', `denidin backup names ${key_id}`, NAMING_KEY_BYTES)).toString('hex')

const encrypterFor = async (recipients: readonly string[]): Promise<Encrypter> => {
  const age = await import('age-encryption')
  const encrypter = new age.Encrypter()
  for (const recipient of recipients) encrypter.addRecipient(recipient)
  return encrypter
}

const decrypterWith = async ({ keys }: Identities): Promise<Decrypter> => {
  const age = await import('age-encryption')
  const decrypter = new age.Decrypter()
  for (const key of keys) decrypter.addIdentity(key)
  return decrypter
}

const opened = async (decrypter: Decrypter, stored: Buffer, path: string): Promise<Buffer> => {
  const damaged = (reason: string, cause: unknown): DenidinError =>
    new DenidinError('damaged', `${path} ${reason}`, { cause })
  if (!isEncrypted(stored)) throw damaged('is damaged: it is no file of age', undefined)
  const frame = await decrypter.decrypt(stored).catch((error: unknown) => {
    throw damaged('is damaged or belongs to other backups: it cannot be decrypted', error)
  })
  return await decompress(frame).catch((error: unknown) => {
    throw damaged(`is damaged (${(error as Error).message})`, error)
  })
}

const isEncrypted = (stored: Buffer): boolean => stored.subarray(0, INTRO.length).toString('latin1') === INTRO

class AgeForm implements StorageForm {
  readonly key: FormKey
  readonly object_ending = ENDING
  readonly #encrypter: Encrypter | undefined
  readonly #decrypter: Decrypter | undefined

  constructor(key: FormKey, encrypter: Encrypter | undefined, decrypter: Decrypter | undefined) {
    this.key = key
    this.#encrypter = encrypter
    this.#decrypter = decrypter
  }

  get can_open(): boolean {
    return this.#decrypter !== undefined
  }

  nameOf(content: Uint8Array): string {
    return createHmac('sha256', Buffer.from(this.key.naming_key, 'hex')).update(content).digest('hex')
  }

  async seal(content: Uint8Array): Promise<Buffer> {
    if (this.#encrypter === undefined) throw new Error('a form that was made for reading cannot encrypt')
    return Buffer.from(await this.#encrypter.encrypt(await compress(content)))
  }

  async open(stored: Buffer, path: string): Promise<Buffer> {
    if (this.#decrypter !== undefined) return await opened(this.#decrypter, stored, path)
    throw new DenidinError('invalid_config', `${path} cannot be decrypted: its private key is not here`)
  }

  async check(stored: Buffer, hash: string, path: string): Promise<void> {
    if (this.#decrypter === undefined) await SEALED_FORM.check(stored, hash, path)
    else requireName(this, await this.open(stored, path), hash, path)
  }
}

/** Encrypted objects whose key is not here: no more can be said than that they are files of age. */
export const SEALED_FORM: StoredForm = {
  object_ending: ENDING,
  check: async (stored, _hash, path) => {
    if (!isEncrypted(stored)) throw new DenidinError('damaged', `${path} is damaged: it is no file of age`)
  },
}
