/** Finds the files of the knowledge folders, without following links out of them. */
import { lstat, readdir, realpath } from 'node:fs/promises'
import { basename, join, relative, sep } from 'node:path'
import { withoutFormatCharacters } from '../../text/format-characters.ts'
import { FILE_KINDS } from '../reading/file-kinds.ts'
import type { FileStamp } from '../knowledge-files.ts'

/** A file that was found. */
export interface FoundFile extends FileStamp {
  /** Absolute and without links. */
  readonly path: string
  /** The path below its folder, as it may be shown. */
  readonly name: string
  /** Why it is not read, as the end of a sentence that begins with its name. */
  readonly obstacle: string | undefined
}

/** A name on one line that turns no direction and moves no cursor: names are shown in chats and terminals. */
const shownName = (name: string): string => withoutFormatCharacters(name).replace(/[\p{Cc}\u2028\u2029]/gu, '\ufffd')

/** What is in the knowledge folders. */
export interface FoundFiles {
  /** By path. */
  readonly files: ReadonlyMap<string, FoundFile>
  /** Folders that could not be read, and why. Their files are not known to be gone. */
  readonly unreadable: readonly { readonly folder: string; readonly reason: string }[]
}

export interface FindOptions {
  /** `knowledge.dirs` */
  readonly dirs: readonly string[]
  /** `knowledge.ignore_dirs` */
  readonly ignore: ReadonlySet<string>
  /** `knowledge.max_file_size_bytes` */
  readonly most_bytes: number
  readonly signal: AbortSignal
}

/** Most files in all folders together: a folder with more was probably named by mistake. */
const MOST_FILES = 20_000

/** What editors and office programs leave beside a file while it is open. */
const BESIDE_FILES = /~$|^~\$|\.(?:swp|swx|tmp|part|crdownload|new|bak)$|^#.*#$/i

/** @throws the reason of the signal */
export const findFiles = async (options: FindOptions): Promise<FoundFiles> => {
  const search = new FileSearch(options)
  for (const folder of options.dirs) await search.below(folder)
  return search
}

class FileSearch implements FoundFiles {
  readonly files = new Map<string, FoundFile>()
  readonly unreadable: { readonly folder: string; readonly reason: string }[] = []
  readonly #options: FindOptions

  constructor(options: FindOptions) {
    this.#options = options
  }

  async below(folder: string): Promise<void> {
    let root: string
    try {
      root = await realpath(folder)
    } catch (error) {
      // A folder that is gone has no files any more.
      if (codeOf(error) !== 'ENOENT') this.#cannotRead(folder, error)
      return
    }
    const folders = [root]
    for (let next = folders.pop(); next !== undefined; next = folders.pop()) {
      this.#options.signal.throwIfAborted()
      folders.push(...(await this.#readFolder(next, root)))
    }
  }

  /** @returns the folders in it */
  async #readFolder(folder: string, root: string): Promise<readonly string[]> {
    try {
      const inner: string[] = []
      for (const entry of await readdir(folder, { withFileTypes: true })) {
        if (this.#isPassedOver(entry.name)) continue
        const path = join(folder, entry.name)
        if (entry.isDirectory()) inner.push(path)
        else if (entry.isFile()) await this.#add(path, path, root)
        else if (entry.isSymbolicLink()) await this.#addLinked(path, root)
        if (this.files.size >= MOST_FILES) {
          this.#cannotRead(root, new Error(`it has more than ${String(MOST_FILES)} files`))
          return []
        }
      }
      return inner
    } catch (error) {
      // It may have been deleted meanwhile.
      if (codeOf(error) !== 'ENOENT') this.#cannotRead(folder, error)
      return []
    }
  }

  #isPassedOver(name: string): boolean {
    return name.startsWith('.') || this.#options.ignore.has(name) || BESIDE_FILES.test(name)
  }

  /** A link is followed to a file inside the folder; links to folders are not followed, so that no walk is endless. */
  async #addLinked(path: string, root: string): Promise<void> {
    const target = await realpath(path).catch(() => undefined)
    if (target === undefined) return
    if (target.startsWith(root.endsWith(sep) ? root : `${root}${sep}`)) {
      await this.#add(target, path, root)
      return
    }
    const stamp = await stampOf(path)
    if (stamp === undefined) return
    const obstacle = 'is a link that leads out of the folder; put the file itself into it'
    this.files.set(path, { path, name: shownName(relative(root, path)), ...stamp, obstacle })
  }

  async #add(path: string, shown_path: string, root: string): Promise<void> {
    const stamp = await stampOf(path)
    // Two links to the same file, or overlapping folders, are one file.
    if (stamp === undefined || this.files.has(path)) return
    const name = shownName(relative(root, shown_path))
    this.files.set(path, { path, name, ...stamp, obstacle: this.#obstacleTo(shown_path, stamp) })
  }

  #obstacleTo(path: string, { size }: FileStamp): string | undefined {
    const { most_bytes } = this.#options
    if (FILE_KINDS.of(basename(path)) === undefined) {
      return `has a format that is not read; ${FILE_KINDS.names.join(', ')} are`
    }
    if (size > most_bytes) {
      return `has ${String(size)} bytes, more than knowledge.max_file_size_bytes (${String(most_bytes)})`
    }
    return size === 0 ? 'is empty' : undefined
  }

  #cannotRead(folder: string, error: unknown): void {
    this.unreadable.push({ folder, reason: (error as Error).message })
  }
}

/** `undefined`: it is gone, or no file. */
const stampOf = async (path: string): Promise<FileStamp | undefined> => {
  try {
    const found = await lstat(path)
    if (!found.isFile() && !found.isSymbolicLink()) return undefined
    return { size: found.size, modified_at: found.mtimeMs, changed_at: found.ctimeMs }
  } catch {
    return undefined
  }
}

const codeOf = (error: unknown): string | undefined => (error as NodeJS.ErrnoException).code
