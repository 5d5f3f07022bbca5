/** The text of an exported chat: a separate file, or one in the zip archive that a phone creates. */
import { basename } from 'node:path'
import { DenidinError } from '../../platform/errors.ts'
import { linesIn, linesOf, type SourceLine } from '../source-lines.ts'
import type { SourceFile, SourceStart } from '../source.ts'
import { behind, utf8Chunks } from '../text-encoding.ts'
import { findZipEntry, isZipPath, zipEntryChunks } from '../zip/zip-entry.ts'
import { isExportName } from './chat-name.ts'

/** The text of an export, which can be read several times. */
export interface ExportText {
  /** The file; for a file in an archive, its name there comes first. */
  readonly paths: readonly string[]
  lines(from: SourceStart, signal: AbortSignal): AsyncGenerator<SourceLine>
}

/**
 * Selects the text file of an archive that is the chat: the one with the name of an export, or else the only one at the
 * top level.
 */
export const rankOfEntry = (name: string): number | undefined => {
  if (!/\.txt$/iu.test(name) || /(?:^|\/)(?:__MACOSX|\.)/u.test(name)) return undefined
  if (isExportName(name)) return name.includes('/') ? 1 : 0
  return name.includes('/') ? undefined : 2
}

/** @throws DenidinError `invalid_input` for an archive without a chat */
export const openExportText = async (file: SourceFile): Promise<ExportText> => {
  const { path } = file
  if (!isZipPath(path)) return { paths: [path], lines: (from, signal) => linesOf(file, from, signal) }
  const entry = await findZipEntry(path, rankOfEntry)
  if (entry === undefined) throw new DenidinError('invalid_input', `${basename(path)} holds no exported chat`)
  return {
    paths: [entry, path],
    lines: (from, signal) => linesIn(behind(utf8Chunks(zipEntryChunks(path, entry, signal)), from.position), from),
  }
}
