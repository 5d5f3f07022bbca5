/** The list of formats that can be loaded, and the detection of a file's format. */
import { open, stat } from 'node:fs/promises'
import { PHASES, type Phase, type SourceType } from '../archive/archive-message.ts'
import { DenidinError } from '../platform/errors.ts'
import { chatGptReader, openAiReader } from './conversations/conversation-readers.ts'
import { debugReader } from './claude-code/debug-log.ts'
import { historyReader } from './claude-code/history.ts'
import { fileHistoryReader, sessionEnvReader, shellSnapshotReader } from './claude-code/kept-files.ts'
import { todosReader } from './claude-code/todos.ts'
import { transcriptReader } from './claude-code/transcript.ts'
import { dedupStateReader } from './dedup-state/dedup-state.ts'
import { extractionReader } from './extraction/extraction.ts'
import type { ReadingOptions, SourceFile, SourceReader } from './source.ts'
import { BEGINNING_BYTES, decoded, obstacleToText } from './text-encoding.ts'
import { whatsappReader } from './whatsapp/whatsapp-reader.ts'
import { isZipPath, obstacleToZip } from './zip/zip-entry.ts'

/** All formats, in the order in which they are tried. */
export const SOURCE_READERS: readonly SourceReader[] = [
  fileHistoryReader,
  sessionEnvReader,
  shellSnapshotReader,
  todosReader,
  historyReader,
  transcriptReader,
  dedupStateReader,
  chatGptReader,
  openAiReader,
  extractionReader,
  whatsappReader,
  debugReader,
]

/** The order in which the files of a folder are loaded, by format. */
const LOADING_ORDER: readonly SourceType[] = ['history', 'projects', 'extraction', 'dedup_state']

/** Smaller numbers come first; formats that are not in the list come after those that are, and logs come last. */
export const loadingOrderOf = (type: SourceType): number => {
  if (type === 'debug') return LOADING_ORDER.length + 1
  const at = LOADING_ORDER.indexOf(type)
  return at === -1 ? LOADING_ORDER.length : at
}

/** The beginning of a file. @throws as `node:fs` does */
export const beginningOf = async (path: string): Promise<Buffer> => {
  const file = await open(path, 'r')
  try {
    const buffer = Buffer.alloc(BEGINNING_BYTES)
    const { bytesRead } = await file.read(buffer, 0, BEGINNING_BYTES, 0)
    return buffer.subarray(0, bytesRead)
  } finally {
    await file.close()
  }
}

/** What the caller says about the format of a file. */
export interface FormatChoice {
  /** Phase of a Claude Code source: the file is of this kind, or is an extraction of it. */
  readonly phase?: Phase | undefined
  /** The file is an extraction, whatever it looks like. */
  readonly is_extraction?: boolean | undefined
  readonly reading?: ReadingOptions | undefined
}

/** A file to load, and the reader of its format. */
export interface RecognisedFile {
  readonly file: SourceFile
  readonly reader: SourceReader
}

/** @throws as `node:fs` does */
export const sourceFileAt = async (
  path: string,
  { phase, reading }: Pick<FormatChoice, 'phase' | 'reading'>,
): Promise<SourceFile> => {
  const { size, mtimeMs } = await stat(path)
  return { path, size_bytes: size, modified_at: Math.floor(mtimeMs), phase, reading }
}

/**
 * Finds the reader of a file. A phase determines the kind of file; an extraction of that phase is recognised as one.
 * @returns `undefined` for an unknown format
 */
export const recognise = async (
  file: SourceFile,
  { phase, is_extraction = false }: FormatChoice,
  readers: readonly SourceReader[] = SOURCE_READERS,
): Promise<SourceReader | undefined> => {
  if (is_extraction) return extractionReader
  const beginning = decoded(await beginningOf(file.path))
  if (phase === undefined) {
    for (const reader of readers) if (await reader.recognises(file, beginning)) return reader
    return undefined
  }
  if (await extractionReader.recognises(file, beginning)) return extractionReader
  const reader = readers.find(each => PHASES[each.type] === phase)
  if (reader === undefined) throw new DenidinError('invalid_input', `there is no phase ${String(phase)}`)
  return reader
}

export const UNKNOWN_FORMAT = 'has no known format'

/** A clause that says why a file of no known format cannot be loaded. @throws as `node:fs` does */
export const obstacleTo = async (path: string): Promise<string> => {
  if (isZipPath(path)) return await obstacleToZip(path)
  const beginning = await beginningOf(path)
  return obstacleToText(beginning) ?? UNKNOWN_FORMAT
}
