/** Finds the files of a folder that can be loaded, in the order in which they are loaded. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DEDUP_COMPANIONS } from './dedup-state/dedup-state.ts'
import type { FormatChoice, RecognisedFile } from './source-readers.ts'
import type { SkippedFile } from './ingest-report.ts'
import { loadingOrderOf, obstacleTo, recognise, sourceFileAt } from './source-readers.ts'
import { unreadable } from './unreadable.ts'

/** The result of searching a folder. */
export interface SourceFolder {
  readonly files: readonly RecognisedFile[]
  /** Files of a format that is not known, and files and folders that cannot be read. */
  readonly skipped: readonly SkippedFile[]
}

/** Folders that never contain anything to load. */
const PASSED_OVER = new Set(['node_modules', '.git', 'statsig', 'plugins', 'cache', 'ide', 'local', 'telemetry'])

/** What is below a folder. */
interface Below {
  readonly files: readonly string[]
  /** Folders that may not be read. */
  readonly closed: readonly string[]
}

/** Links are not followed, so that nothing is loaded twice or without end. @throws as `node:fs` does, for the folder itself */
const below = async (folder: string, signal: AbortSignal): Promise<Below> => {
  const files: string[] = []
  const closed: string[] = []
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    signal.throwIfAborted()
    const entries = await readdir(next, { withFileTypes: true }).catch((error: unknown) => {
      if (next === folder) throw error
      return undefined
    })
    if (entries === undefined) closed.push(next)
    for (const entry of entries ?? []) {
      const path = join(next, entry.name)
      if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) folders.push(path)
      else if (entry.isFile()) files.push(path)
    }
  }
  return { files: files.sort(), closed }
}

/** @throws as `node:fs` does, for the folder itself */
export const readSourceFolder = async (
  folder: string,
  choice: FormatChoice,
  signal: AbortSignal,
): Promise<SourceFolder> => {
  const files: RecognisedFile[] = []
  const found_below = await below(folder, signal)
  const skipped: SkippedFile[] = found_below.closed.map(file => ({ file, reason: 'may not be read' }))
  for (const path of found_below.files) {
    signal.throwIfAborted()
    const found = await recogniseAt(path, choice)
    if (typeof found !== 'string') files.push(found)
    // Companion files are read together with the messages beside them.
    else if (!DEDUP_COMPANIONS.has(basename(path))) skipped.push({ file: path, reason: found })
  }
  files.sort((a, b) => loadingOrderOf(a.reader.type) - loadingOrderOf(b.reader.type))
  return { files, skipped }
}

/** @returns a clause that says why a file is skipped: one that cannot be read does not stop the others */
const recogniseAt = async (path: string, choice: FormatChoice): Promise<RecognisedFile | string> => {
  try {
    const file = await sourceFileAt(path, choice)
    const reader = await recognise(file, choice)
    return reader === undefined ? await obstacleTo(path) : { file, reader }
  } catch (error) {
    return unreadable(path, error).message.replace(`${path} `, '')
  }
}
