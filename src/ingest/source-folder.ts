/** Finds the files of a folder that can be loaded, in the order in which they are loaded. */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { DEDUP_COMPANIONS } from './dedup-state/dedup-state.ts'
import type { FormatChoice, RecognisedFile } from './source-readers.ts'
import { loadingOrderOf, recognise, sourceFileAt } from './source-readers.ts'

/** The result of searching a folder. */
export interface SourceFolder {
  readonly files: readonly RecognisedFile[]
  /** Files of a format that is not known, or that cannot be read. */
  readonly skipped: readonly string[]
}

/** Folders that never contain anything to load. */
const PASSED_OVER = new Set(['node_modules', '.git', 'statsig', 'plugins', 'cache', 'ide', 'local', 'telemetry'])

/** Every file below a folder; links are not followed, so that nothing is loaded twice. @throws as `node:fs` does */
const filesBelow = async (folder: string, signal: AbortSignal): Promise<readonly string[]> => {
  const files: string[] = []
  const folders = [folder]
  for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
    signal.throwIfAborted()
    for (const entry of await readdir(next, { withFileTypes: true })) {
      const path = join(next, entry.name)
      if (entry.isDirectory() && !PASSED_OVER.has(entry.name)) folders.push(path)
      else if (entry.isFile()) files.push(path)
    }
  }
  return files.sort()
}

/** @throws as `node:fs` does, for the folder itself */
export const readSourceFolder = async (
  folder: string,
  choice: FormatChoice,
  signal: AbortSignal,
): Promise<SourceFolder> => {
  const files: RecognisedFile[] = []
  const skipped: string[] = []
  for (const path of await filesBelow(folder, signal)) {
    signal.throwIfAborted()
    const found = await recogniseAt(path, choice)
    if (found !== undefined) files.push(found)
    // Companion files are read together with the messages beside them.
    else if (!DEDUP_COMPANIONS.has(basename(path))) skipped.push(path)
  }
  files.sort((a, b) => loadingOrderOf(a.reader.type) - loadingOrderOf(b.reader.type))
  return { files, skipped }
}

const recogniseAt = async (path: string, choice: FormatChoice): Promise<RecognisedFile | undefined> => {
  try {
    const file = await sourceFileAt(path, choice)
    const reader = await recognise(file, choice)
    return reader === undefined ? undefined : { file, reader }
  } catch {
    // A file that cannot be read does not stop the others.
    return undefined
  }
}
