/** How the objects of a backup are stored: compressed, and on request encrypted. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { sha256Of } from '../platform/checksums.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Manifest, SealedManifest } from './manifest.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

/** The key of a backup as its manifest describes it. Nothing in it decrypts anything. */
export interface FormKey {
  /** Identifies the public keys that the backup is encrypted for: sixteen hexadecimal digits. */
  readonly key_id: string
  /** One fingerprint of sixteen hexadecimal digits for each public key. */
  readonly recipients: readonly string[]
  /** Key of the names of objects, in hex: without it, a name says nothing about the content. */
  readonly naming_key: string
}

/** What can be said of stored objects without reading their content. */
export interface StoredForm {
  /** Ending of the names of objects. */
  readonly object_ending: string
  /**
   * Verifies the stored bytes of an object as far as the known keys allow.
   * @param hash the name of the object
   * @param path for messages
   * @throws DenidinError `damaged`
   */
  check(stored: Buffer, hash: string, path: string): Promise<void>
}

export interface StorageForm extends StoredForm {
  /** `null` if it is not encrypted. */
  readonly key: FormKey | null
  /** Whether `open` can decrypt: backups can be made without the key that reads them. */
  readonly can_open: boolean
  /** The name of an object: 64 hexadecimal digits that depend on nothing but its content and the key. */
  nameOf(content: Uint8Array): string
  /** The bytes that are stored for an object. */
  seal(content: Uint8Array): Promise<Buffer>
  /** The content of an object. @param path for messages @throws DenidinError `damaged` if any byte is wrong */
  open(stored: Buffer, path: string): Promise<Buffer>
}

/** The forms of the backups in one folder. */
export interface StorageForms {
  /**
   * The form of new backups.
   * @param secret of the data folder, which the names of encrypted objects depend on; `undefined`: none is known
   */
  current(secret: Uint8Array | undefined): Promise<StorageForm>
  /** The form of a backup. @throws DenidinError `invalid_config` if it is encrypted, and its key is not here */
  of(manifest: Pick<Manifest, 'id' | 'key_id' | 'encryption'>): Promise<StorageForm>
  /**
   * The text of an encrypted manifest.
   * @param stored the object with it
   * @param path for messages
   * @throws DenidinError `damaged`; `invalid_config` if its key is not here
   */
  openDetails(sealed: SealedManifest, stored: Buffer, path: string): Promise<string>
}

export const MANIFEST_ENDING = '.json'

const HASH_BYTES = 32
/**
 * A skippable frame (RFC 8878) of 32 bytes: `zstd -d` ignores it, and it contains the checksum of all bytes after it.
 */
const PROOF_HEADER = Buffer.from([0x50, 0x2a, 0x4d, 0x18, HASH_BYTES, 0, 0, 0])
const PROOF_BYTES = PROOF_HEADER.length + HASH_BYTES

/** Compressed bytes that carry their checksum. */
export const compressed = async (content: Uint8Array): Promise<Buffer> => {
  const frame = await compress(content)
  return Buffer.concat([PROOF_HEADER, createHash('sha256').update(frame).digest(), frame])
}

/** @throws DenidinError `damaged` */
export const decompressed = async (stored: Buffer, path: string): Promise<Buffer> => {
  const frame = stored.subarray(PROOF_BYTES)
  const proof = Buffer.concat([PROOF_HEADER, createHash('sha256').update(frame).digest()])
  if (!stored.subarray(0, PROOF_BYTES).equals(proof)) {
    throw new DenidinError('damaged', `${path} is damaged: its checksum does not match`)
  }
  return await decompress(frame).catch((error: unknown) => {
    throw new DenidinError('damaged', `${path} is damaged (${(error as Error).message})`, { cause: error })
  })
}

/** Verifies that an object has the content that its name says. @throws DenidinError `damaged` */
export const requireName = (form: Pick<StorageForm, 'nameOf'>, content: Buffer, hash: string, path: string): void => {
  if (form.nameOf(content) !== hash) throw new DenidinError('damaged', `${path} holds other content than its name says`)
}

/** Objects that are compressed and carry their checksum. */
export const PLAIN_FORM: StorageForm = {
  key: null,
  can_open: true,
  object_ending: '.zst',
  nameOf: sha256Of,
  seal: compressed,
  open: decompressed,
  check: async (stored, hash, path) => {
    requireName({ nameOf: sha256Of }, await decompressed(stored, path), hash, path)
  },
}
