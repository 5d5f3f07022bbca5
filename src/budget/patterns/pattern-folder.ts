/** Finds and reads the patterns below the operator's folder, and never leaves that folder. */
import { lstat, readdir, readFile, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, sep } from 'node:path'
import { DenidinError } from '../../platform/errors.ts'
import { suggest } from '../../platform/suggest.ts'
import type { BudgetScope } from '../profiles/budget-profiles.ts'
import { NO_METADATA, type PatternFile, type PatternMetadata } from './pattern.ts'
import { readMetadata } from './read-metadata.ts'

/** Larger files are not patterns. */
const MOST_BYTES = 1_000_000
const MOST_METADATA_BYTES = 64 * 1024
/** Patterns considered for one load. */
const MOST_PATTERNS = 50_000
/** Depth of nested folders. */
const MOST_DEPTH = 16
/** Warnings of one load; more would not help. */
const MOST_WARNINGS = 50
/** Patterns in a folder with this name are kept, but not loaded. */
const ARCHIVE = 'archive'
const METADATA_ENDING = '.metadata.json'
const MARKDOWN = /\.(?:md|markdown)$/i

/** The folders with patterns, and the scope of each; nested folders count too. */
const AGENT_FOLDERS: Readonly<Record<string, BudgetScope>> = {
  patterns: 'agent-specific',
  recent: 'recent',
  intermediate: 'recent',
}
const SHARED_FOLDERS = ['patterns', 'recent'] as const

/** The patterns that an agent may load. */
export interface FoundPatterns {
  readonly patterns: readonly PatternFile[]
  /** Folder of the agent, such as `specialists/dbt-expert`; `undefined` if there is none. */
  readonly agent_folder: string | undefined
  /** Patterns that were left out, each with its file and the reason. */
  readonly warnings: readonly string[]
}

/** A folder that is searched for patterns. */
interface Root {
  readonly path: string
  readonly scope: BudgetScope
  readonly own: boolean
}

export class PatternFolder {
  readonly #path: string

  /** @param path `budget.patterns_dir` */
  constructor(path: string) {
    this.#path = path
  }

  /**
   * Finds the patterns of an agent, and those for all agents.
   * @param agents possible folders of the agent, most likely first
   * @throws DenidinError `unavailable` if the folder cannot be read; `AbortError` when the signal is aborted
   */
  async find(agents: readonly string[], signal?: AbortSignal): Promise<FoundPatterns> {
    const root = await realpath(this.#path).catch((error: unknown) => {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
      throw new DenidinError('unavailable', `${this.#path} cannot be read: ${reasonOf(error)}`, { cause: error })
    })
    if (root === undefined) {
      const warning = `there is no folder ${this.#path} (budget.patterns_dir), so there are no patterns`
      return { patterns: [], agent_folder: undefined, warnings: [warning] }
    }
    if (!(await stat(root)).isDirectory()) {
      throw new DenidinError('unavailable', `${this.#path} (budget.patterns_dir) is not a folder`)
    }
    const walk = new Walk(root, signal)
    const agent_folder = await walk.firstFolder(agents)
    for (const each of rootsOf(agent_folder)) await walk.add(each)
    if (agent_folder !== undefined) await walk.warnOfStrays(agent_folder)
    if (agent_folder === undefined && agents.length > 0) await walk.warnOfAbsent(agents)
    return { patterns: walk.patterns, agent_folder, warnings: walk.warnings }
  }

  /**
   * The text of a pattern.
   * @throws DenidinError `damaged` if it is not text or cannot be read; the message names the file
   */
  async read({ path }: Pick<PatternFile, 'path'>): Promise<string> {
    const bytes = await readFile(join(this.#path, path)).catch((error: unknown) => {
      throw new DenidinError('damaged', `${path}: cannot be read: ${reasonOf(error)}`, { cause: error })
    })
    if (bytes.length > MOST_BYTES) throw new DenidinError('damaged', `${path}: ${tooLarge(bytes.length, MOST_BYTES)}`)
    try {
      if (bytes.includes(0)) throw new TypeError('NUL')
      return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
    } catch (error) {
      throw new DenidinError('damaged', `${path}: is not a text in UTF-8`, { cause: error })
    }
  }
}

const rootsOf = (agent: string | undefined): readonly Root[] => [
  ...(agent === undefined
    ? []
    : Object.entries(AGENT_FOLDERS).map(([name, scope]) => ({ path: `${agent}/${name}`, scope, own: true }))),
  ...SHARED_FOLDERS.map(path => ({ path, scope: 'global' as const, own: false })),
]

/** The entries of a folder, and whether each is a link. */
type Links = ReadonlyMap<string, boolean>

/** One search through the folders. */
class Walk {
  readonly #root: string
  readonly #signal: AbortSignal | undefined
  readonly #seen = new Set<string>()
  readonly #patterns: PatternFile[] = []
  readonly #warnings: string[] = []
  #unnamed = 0
  #full = false

  constructor(root: string, signal: AbortSignal | undefined) {
    this.#root = root
    this.#signal = signal
  }

  get patterns(): readonly PatternFile[] {
    return this.#patterns
  }

  get warnings(): readonly string[] {
    return this.#unnamed === 0 ? this.#warnings : [...this.#warnings, `… and ${String(this.#unnamed)} more warnings`]
  }

  async firstFolder(paths: readonly string[]): Promise<string | undefined> {
    for (const path of paths) {
      const real = await this.#within(path)
      if (real !== undefined && (await stat(real)).isDirectory()) return path
    }
    return undefined
  }

  /** Warns that an agent has no folder, and suggests similar ones. */
  async warnOfAbsent(paths: readonly string[]): Promise<void> {
    const similar = await this.#similarFolder(paths)
    const hint = similar === undefined ? '' : ` (did you mean ${similar}?)`
    this.#warn(paths.join(' or '), `there is no such folder${hint}, so only patterns of all agents are loaded`)
  }

  async #similarFolder(paths: readonly string[]): Promise<string | undefined> {
    for (const path of paths) {
      const parent = dirname(path)
      if ((await this.#within(parent)) === undefined) continue
      const entries = await readdir(join(this.#root, parent), { withFileTypes: true }).catch(() => [])
      const near = suggest(
        basename(path),
        entries.filter(entry => entry.isDirectory()).map(({ name }) => name),
      )
      if (near !== undefined) return `${parent}/${near}`
    }
    return undefined
  }

  /** Adds the patterns of a folder and its subfolders. A missing folder contains none. */
  async add(root: Root): Promise<void> {
    await this.#addFolder(root, root.path, 0)
  }

  /** Patterns beside the folders of the layout are probably there by mistake. */
  async warnOfStrays(folder: string): Promise<void> {
    const names = await readdir(join(this.#root, folder)).catch((): string[] => [])
    const stray = names.find(name => MARKDOWN.test(name))
    if (stray === undefined) return
    this.#warn(`${folder}/${stray}`, `is not loaded: patterns belong in ${folder}/patterns, recent or intermediate`)
  }

  async #addFolder(root: Root, path: string, depth: number): Promise<void> {
    const real = await this.#within(path)
    if (real === undefined || this.#seen.has(real)) return
    this.#seen.add(real)
    if (depth > MOST_DEPTH) {
      this.#warn(path, `is more than ${String(MOST_DEPTH)} folders deep`)
      return
    }
    const entries = await readdir(real, { withFileTypes: true }).catch((error: unknown) => {
      this.#warn(path, `cannot be read: ${reasonOf(error)}`)
      return []
    })
    const links = new Map(entries.map(entry => [entry.name, entry.isSymbolicLink()]))
    for (const entry of entries.sort((one, other) => (one.name < other.name ? -1 : 1))) {
      this.#signal?.throwIfAborted()
      if (entry.name.startsWith('.')) continue
      const inside = `${path}/${entry.name}`
      if (entry.isDirectory()) await this.#addFolder(root, inside, depth + 1)
      else if (entry.isSymbolicLink()) await this.#addLink(root, inside, links, depth)
      else if (entry.isFile()) await this.#addFile(root, inside, join(real, entry.name), links)
    }
  }

  async #addLink(root: Root, path: string, links: Links, depth: number): Promise<void> {
    const real = await this.#within(path)
    if (real === undefined) return
    if ((await stat(real)).isDirectory()) await this.#addFolder(root, path, depth + 1)
    else await this.#addFile(root, path, real, links)
  }

  async #addFile(root: Root, path: string, real: string, links: Links): Promise<void> {
    if (!MARKDOWN.test(path) || this.#seen.has(real)) return
    this.#seen.add(real)
    if (this.#patterns.length >= MOST_PATTERNS) {
      if (!this.#full) this.#warn(root.path, `holds more than ${MOST_PATTERNS.toLocaleString('en')} patterns`)
      this.#full = true
      return
    }
    const file = await stat(real).catch((error: unknown) => {
      this.#warn(path, `cannot be read: ${reasonOf(error)}`)
      return undefined
    })
    if (file?.isFile() !== true) return
    if (file.size > MOST_BYTES) {
      this.#warn(path, tooLarge(file.size, MOST_BYTES))
      return
    }
    const plain = path.replace(MARKDOWN, '')
    this.#patterns.push({
      path,
      topic: plain.slice(root.path.length + 1),
      scope: root.scope,
      own: root.own,
      bytes: file.size,
      changed_at: file.mtimeMs,
      metadata: await this.#metadata(`${plain}${METADATA_ENDING}`, links),
    })
  }

  /** An error in a metadata file only costs its values, never the pattern. */
  async #metadata(path: string, links: Links): Promise<PatternMetadata> {
    const isLink = links.get(path.slice(path.lastIndexOf('/') + 1))
    if (isLink === undefined) return NO_METADATA
    const real = isLink ? await this.#within(path) : join(this.#root, path)
    if (real === undefined) return NO_METADATA
    try {
      const file = await stat(real)
      if (!file.isFile()) {
        this.#warn(path, 'is not a file')
        return NO_METADATA
      }
      if (file.size > MOST_METADATA_BYTES) {
        this.#warn(path, tooLarge(file.size, MOST_METADATA_BYTES))
        return NO_METADATA
      }
      const { metadata, problem } = readMetadata(await readFile(real, 'utf8'))
      if (problem !== undefined) this.#warn(path, problem)
      return metadata
    } catch (error) {
      this.#warn(path, `cannot be read: ${reasonOf(error)}`)
      return NO_METADATA
    }
  }

  /** The target of a path; `undefined`, with a warning if it exists, if it must not be read. */
  async #within(path: string): Promise<string | undefined> {
    let real: string
    try {
      real = await realpath(join(this.#root, path))
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException
      const isLink = code === 'ENOENT' && (await isDangling(join(this.#root, path)))
      if (isLink || (code !== 'ENOENT' && code !== 'ENOTDIR')) this.#warn(path, `cannot be read: ${reasonOf(error)}`)
      return undefined
    }
    const below = relative(this.#root, real)
    if (below === '..' || below.startsWith(`..${sep}`) || isAbsolute(below)) {
      this.#warn(path, 'is a link out of the folder of patterns')
      return undefined
    }
    return below.split(sep).includes(ARCHIVE) ? undefined : real
  }

  #warn(path: string, sentence: string): void {
    if (this.#warnings.length >= MOST_WARNINGS) this.#unnamed++
    else this.#warnings.push(`${path}: ${sentence}`)
  }
}

const isDangling = (path: string): Promise<boolean> =>
  lstat(path).then(
    entry => entry.isSymbolicLink(),
    () => false,
  )

const tooLarge = (bytes: number, most: number): string =>
  `has ${bytes.toLocaleString('en')} bytes; at most ${most.toLocaleString('en')} are read`

/** Described in words, because codes say little to an operator. */
const reasonOf = (error: unknown): string => {
  const { code, message } = error as NodeJS.ErrnoException
  return REASONS[code ?? ''] ?? message
}

const REASONS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  ELOOP: 'the link leads in a circle',
  ENOENT: 'the link leads nowhere',
  ENOTDIR: 'it is not a folder',
}
