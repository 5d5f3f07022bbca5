/** How the objects and the manifest of a backup are stored: compressed, and on request encrypted. */
import { createHash } from 'node:crypto'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { sha256Of } from '../platform/checksums.ts'
import { DenidinError } from '../platform/errors.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

export interface StorageForm {
  /** Id of the key that encrypts the backup; `null` if it is not encrypted. */
  readonly key_id: string | null
  /** Endings of the names of files. */
  readonly object_ending: string
  readonly manifest_ending: string
  /** The name of an object: 64 hexadecimal digits that depend on nothing but its content and the key. */
  nameOf(content: Uint8Array): string
  /** The bytes that are stored for an object. */
  seal(content: Uint8Array): Promise<Buffer>
  /** The content of an object. @param path for messages @throws DenidinError `damaged` if any byte is wrong */
  open(stored: Buffer, path: string): Promise<Buffer>
  /** The bytes that are stored for a manifest. */
  sealManifest(text: string): Promise<Buffer>
}

/** The forms of the backups in one folder. */
export interface StorageForms {
  /** The form of new backups. */
  current(): Promise<StorageForm>
  /** The form of the backups with this key. @throws DenidinError `invalid_config` if the key is not known */
  withKey(key_id: string | null): Promise<StorageForm>
  /**
   * The text of a stored manifest.
   * @throws DenidinError `damaged`; `invalid_config` if it is encrypted and the key is not known
   */
  openManifest(stored: Buffer, path: string): Promise<string>
}

export const OBJECT_ENDING = '.zst'
export const MANIFEST_ENDING = '.json'

const HASH_BYTES = 32
/**
 * A skippable frame (RFC 8878) of 32 bytes: `zstd -d` ignores it, and it contains the checksum of all bytes after it.
 */
const PROOF_HEADER = Buffer.from([0x50, 0x2a, 0x4d, 0x18, HASH_BYTES, 0, 0, 0])
const PROOF_BYTES = PROOF_HEADER.length + HASH_BYTES

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

/** Objects that are compressed and carry their checksum, and manifests as text. */
export const PLAIN_FORM: StorageForm = {
  key_id: null,
  object_ending: OBJECT_ENDING,
  manifest_ending: MANIFEST_ENDING,
  nameOf: sha256Of,
  seal: compressed,
  open: decompressed,
  sealManifest: async text => Buffer.from(text),
}

/** Folders in which nothing is encrypted. */
export const PLAIN_FORMS: StorageForms = {
  current: async () => PLAIN_FORM,
  withKey: async key_id => {
    if (key_id === null) return PLAIN_FORM
    throw new DenidinError('invalid_config', 'the backup is encrypted, and no key is configured')
  },
  openManifest: async stored => stored.toString('utf8'),
}
