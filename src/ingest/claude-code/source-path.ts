/** Finds the parts of a Claude Code data folder in the path of one of its files. */
import { basename } from 'node:path'

/** A file below a folder of the data folder: `session-env/<session>/hook-1.sh`. */
export interface SourcePath {
  /** Folders and file below that folder, separated by `/`. */
  readonly below: readonly string[]
  readonly name: string
}

/** The part of the path below the last folder with this name; `undefined` if there is none. */
export const belowFolder = (path: string, folder: string): SourcePath | undefined => {
  const parts = path.split(/[/\\]/)
  const at = parts.lastIndexOf(folder)
  return at === -1 || at === parts.length - 1 ? undefined : { below: parts.slice(at + 1), name: basename(path) }
}

const SESSION = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/i

/** The first session id in a text. */
export const sessionIn = (text: string): string | undefined => SESSION.exec(text)?.[0]
