/**
 * The objects of backups: pieces of files, each named by the SHA-256 of its content, compressed and with a checksum.
 */
import { createHash } from 'node:crypto'
import { readFile, stat, unlink } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { promisify } from 'node:util'
import { zstdCompress, zstdDecompress } from 'node:zlib'
import { sha256Of } from '../platform/checksums.ts'
import { DenidinError } from '../platform/errors.ts'
import { fileBytes, filesBelow, syncFolder, writeFileAtomic } from '../platform/files.ts'

const compress = promisify(zstdCompress)
const decompress = promisify(zstdDecompress)

const ENDING = '.zst'
const OBJECT_NAME = /^([0-9a-f]{64})\.zst$/
const HASH_BYTES = 32
/**
 * A skippable frame (RFC 8878) of 32 bytes: `zstd -d` ignores it, and it contains the checksum of all bytes after it.
 */
const PROOF_HEADER = Buffer.from([0x50, 0x2a, 0x4d, 0x18, HASH_BYTES, 0, 0, 0])
const PROOF_BYTES = PROOF_HEADER.length + HASH_BYTES

/** The result of storing a piece. */
export interface StoredObject {
  readonly hash: string
  /** Additional bytes on disk: 0 if the object already existed. */
  readonly new_bytes: number
}

/** The objects below one folder. */
export class ObjectStore {
  readonly #folder: string
  readonly #changed = new Set<string>()

  constructor(folder: string) {
    this.#folder = folder
  }

  /**
   * Stores a piece, unless it already exists.
   * @param rereads whether an existing object is read and compared first, and replaced if it is damaged
   * @throws DenidinError `unavailable` if it cannot be written
   */
  async put(content: Uint8Array, rereads: boolean): Promise<StoredObject> {
    const hash = sha256Of(content)
    const path = this.#pathOf(hash)
    if (rereads ? await this.#isWhole(hash) : await isFile(path)) return { hash, new_bytes: 0 }
    const frame = await compress(content)
    const stored = Buffer.concat([PROOF_HEADER, createHash('sha256').update(frame).digest(), frame])
    await writeFileAtomic(path, stored)
    this.#changed.add(dirname(path))
    return { hash, new_bytes: stored.length }
  }

  /** Ensures that everything stored so far survives a power cut. */
  async flush(): Promise<void> {
    for (const folder of [...this.#changed, this.#folder]) await syncFolder(folder)
    this.#changed.clear()
  }

  /** The content of an object. @throws DenidinError `damaged` if it is missing or any of its bytes is wrong */
  async get(hash: string): Promise<Buffer> {
    const path = this.#pathOf(hash)
    const stored = await readFile(path).catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? damaged(path, 'is missing') : damaged(path, `cannot be read (${error.message})`)
    })
    const frame = stored.subarray(PROOF_BYTES)
    const proof = Buffer.concat([PROOF_HEADER, createHash('sha256').update(frame).digest()])
    if (!stored.subarray(0, PROOF_BYTES).equals(proof)) throw damaged(path, 'is damaged: its checksum does not match')
    const content = await decompress(frame).catch((error: unknown) => {
      throw damaged(path, `is damaged (${(error as Error).message})`)
    })
    if (sha256Of(content) !== hash) throw damaged(path, 'holds other content than its name says')
    return content
  }

  /** All objects, with their sizes in bytes. */
  async list(): Promise<ReadonlyMap<string, number>> {
    const found = new Map<string, number>()
    for (const path of await filesBelow(this.#folder)) {
      const hash = OBJECT_NAME.exec(basename(path))?.[1]
      if (hash !== undefined) found.set(hash, await fileBytes(path))
    }
    return found
  }

  /** Deletes all objects except these, and the remains of interrupted writes. @returns what was deleted */
  async keepOnly(kept: ReadonlySet<string>): Promise<{ readonly objects: number; readonly bytes: number }> {
    let [objects, bytes] = [0, 0]
    for (const path of await filesBelow(this.#folder)) {
      const hash = OBJECT_NAME.exec(basename(path))?.[1]
      if (hash !== undefined && kept.has(hash)) continue
      bytes += await fileBytes(path)
      if (hash !== undefined) objects += 1
      await unlink(path)
    }
    return { objects, bytes }
  }

  async #isWhole(hash: string): Promise<boolean> {
    return await this.get(hash).then(
      () => true,
      () => false,
    )
  }

  #pathOf(hash: string): string {
    return join(this.#folder, hash.slice(0, 2), `${hash}${ENDING}`)
  }
}

const isFile = async (path: string): Promise<boolean> =>
  await stat(path).then(
    found => found.isFile() && found.size > PROOF_BYTES,
    () => false,
  )

const damaged = (path: string, reason: string): DenidinError => new DenidinError('damaged', `${path} ${reason}`)
