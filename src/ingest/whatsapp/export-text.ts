/** The text of an exported chat: a separate file, or one in the zip archive that a phone creates. */
import { basename } from 'node:path'
import { DenidinError } from '../../platform/errors.ts'
import { linesIn, linesOf, type SourceLine } from '../source-lines.ts'
import type { SourceFile, SourceStart } from '../source.ts'
import { behind, utf8Chunks } from '../text-encoding.ts'
import { bestZipEntries, findZipEntry, isZipPath, zipEntryChunks } from '../zip/zip-entry.ts'
import { chatNameOf, isExportName } from './chat-name.ts'

/** How many chats of an archive are named. */
const MOST_NAMED = 5

/** The text of an export, which can be read several times. */
export interface ExportText {
  /** The file; for a file in an archive, its name there comes first. */
  readonly paths: readonly string[]
  lines(from: SourceStart, signal: AbortSignal): AsyncGenerator<SourceLine>
}

/**
 * Ranks the text files of an archive: `_chat.txt`, or the file with the name of the archive, is the chat; then come files
 * with the names of exports, which may also be documents that someone sent; then others at the top level.
 */
export const rankOfEntry = (name: string, archive: string): number | undefined => {
  if (!/\.txt$/iu.test(name) || /(?:^|\/)(?:__MACOSX|\.)/u.test(name)) return undefined
  const isBelow = name.includes('/')
  if (!isExportName(name)) return isBelow ? undefined : LAST_RANK
  const isNamedLike = /^_chat\.txt$/iu.test(basename(name)) || chatNameOf(name) === chatNameOf(archive)
  return (isNamedLike ? 0 : 2) + (isBelow ? 1 : 0)
}

const LAST_RANK = 4

/** Whether a zip archive holds a text that may be an exported chat. */
export const holdsExport = async (archive: string): Promise<boolean> =>
  (await findZipEntry(archive, name => rankOfEntry(name, archive)).catch(() => undefined)) !== undefined

/** @throws DenidinError `invalid_input` for an archive without a chat, or with several */
export const openExportText = async (file: SourceFile): Promise<ExportText> => {
  const { path } = file
  if (!isZipPath(path)) return { paths: [path], lines: (from, signal) => linesOf(file, from, signal) }
  const [entry, ...others] = await bestZipEntries(path, name => rankOfEntry(name, path))
  if (entry === undefined) throw new DenidinError('invalid_input', `${path} holds no exported chat`)
  if (others.length > 0) {
    throw new DenidinError(
      'invalid_input',
      `${path} holds ${String(others.length + 1)} chats (${[entry, ...others].slice(0, MOST_NAMED).join(', ')}); unpack it and load the folder, or one of them`,
    )
  }
  return {
    paths: [entry, path],
    lines: (from, signal) => linesIn(behind(utf8Chunks(zipEntryChunks(path, entry, signal)), from.position), from),
  }
}
