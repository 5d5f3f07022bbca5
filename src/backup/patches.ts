/** Puts the changed pages of a restore point into the pieces of the backup before it. */
import { sha256Of } from '../platform/checksums.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Patch, StoredFile } from './manifest.ts'

/** Reads the content of an object. */
export type ReadObject = (object: string) => Promise<Buffer>

/**
 * The pieces of a file, in their order.
 * @param chunk_bytes size of all pieces but the last
 * @throws DenidinError `damaged` if an object is missing or damaged, or if a piece is not as the manifest says
 */
export async function* piecesOf(
  { bytes, objects, patches = [] }: StoredFile,
  chunk_bytes: number,
  read: ReadObject,
): AsyncGenerator<Buffer, void, undefined> {
  const byPiece = new Map(patches.map(patch => [patch.piece, patch]))
  for (const [piece, object] of objects.entries()) {
    const content = await read(object)
    const patch = byPiece.get(piece)
    yield patch === undefined
      ? content
      : patched(content, Math.min(chunk_bytes, bytes - piece * chunk_bytes), patch, await read(patch.object))
  }
}

const patched = (old: Buffer, length: number, { piece, page_bytes, pages, sha256 }: Patch, fresh: Buffer): Buffer => {
  const content = Buffer.alloc(Math.max(0, length))
  old.copy(content)
  for (const [at, page] of pages.entries()) {
    fresh.copy(content, page * page_bytes, at * page_bytes, (at + 1) * page_bytes)
  }
  if (sha256Of(content) === sha256) return content
  throw new DenidinError('damaged', `the pages that have changed in piece ${String(piece)} do not match its checksum`)
}
