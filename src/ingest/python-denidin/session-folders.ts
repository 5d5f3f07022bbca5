/** Finds and reads the session folders of a Python DeniDin, whatever is damaged in them. */
import { createHash, type Hash } from 'node:crypto'
import { readdir, readFile, stat } from 'node:fs/promises'
import { basename, join, relative } from 'node:path'
import { DenidinError } from '../../platform/errors.ts'
import { exists } from '../../platform/files.ts'
import { parseJson } from '../json-values.ts'
import { unreadable } from '../unreadable.ts'
import {
  chatOf,
  messageOf,
  sessionOf,
  type PythonChat,
  type PythonMessage,
  type PythonSession,
} from './python-records.ts'

/** A file that could not be read. */
export interface Problem {
  /** Path below the folder that is loaded. */
  readonly file: string
  /** One clause. */
  readonly reason: string
}

/** What one session folder holds. */
export interface SessionContent {
  readonly session_id: string
  /** `undefined`: neither the session nor its messages say. */
  readonly chat: PythonChat | undefined
  /** When it began, milliseconds since the Unix epoch; `undefined`: unknown. */
  readonly began_at: number | undefined
  /** In their order, each with a time. */
  readonly messages: readonly (PythonMessage & { readonly at: number })[]
  /** Messages that the session lists, and that have no file: an older DeniDin deleted what left its window. */
  readonly missing: number
  readonly problems: readonly Problem[]
  readonly size_bytes: number
  /** SHA-256 of its files, in hexadecimal. */
  readonly checksum: string
}

const SESSIONS = 'sessions'
/** A Python DeniDin has none. */
const OWN_DATABASE = 'denidin.db'
/** `expired/2026-01-20/<id>`, and the archives that later versions made of both. */
const MOST_DEPTH = 5
/** Later versions move messages that left the window to `archived`. */
const MESSAGE_FOLDERS = ['messages', 'archived']
/** No message file is larger. */
const MOST_BYTES = 8 * 1024 * 1024

const isFolder = async (path: string): Promise<boolean> =>
  await stat(path).then(
    found => found.isDirectory(),
    () => false,
  )

/**
 * The data folder of a Python DeniDin: the given folder, or `data` in it.
 * @throws DenidinError `not_found`, `forbidden`; `invalid_input` if there are no sessions, or it is our own
 */
export const pythonDataFolder = async (folder: string): Promise<string> => {
  const found = await stat(folder).catch((error: unknown) => {
    throw unreadable(folder, error)
  })
  if (found.isDirectory()) {
    for (const root of [folder, join(folder, 'data')]) {
      if (await exists(join(root, OWN_DATABASE))) throw ownData(root)
      if (await isFolder(join(root, SESSIONS))) return root
    }
  }
  throw new DenidinError(
    'invalid_input',
    `${folder} is not the data folder of a Python DeniDin: give the folder that contains sessions/ and memory/`,
  )
}

const ownData = (root: string): DenidinError =>
  new DenidinError(
    'invalid_input',
    `${root} is the data folder of a DeniDin of this kind, not of a Python DeniDin: "denidin backup restore" brings its data back`,
  )

/** Every session folder below `root`, in the order of its path. */
export const sessionFolders = async (root: string, signal: AbortSignal): Promise<readonly string[]> => {
  const found: string[] = []
  const look = async (folder: string, depth: number): Promise<void> => {
    signal.throwIfAborted()
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (depth === 0) throw unreadable(folder, error)
      return []
    })
    const names = new Set(entries.map(({ name }) => name))
    if (depth > 0 && (names.has('session.json') || MESSAGE_FOLDERS.some(name => names.has(name)))) found.push(folder)
    else if (depth < MOST_DEPTH) {
      for (const entry of entries) if (entry.isDirectory()) await look(join(folder, entry.name), depth + 1)
    }
  }
  await look(join(root, SESSIONS), 0)
  return found.sort()
}

/** Reads the JSON files of one folder, and sums them up. */
class JsonFiles {
  readonly #hash: Hash = createHash('sha256')
  size_bytes = 0

  /** A JSON file, or a clause that says why it cannot be read. */
  async read(path: string): Promise<{ readonly value: unknown } | string> {
    try {
      if ((await stat(path)).size > MOST_BYTES) return `it has more than ${String(MOST_BYTES / 1024 / 1024)} MiB`
      const bytes = await readFile(path)
      this.size_bytes += bytes.length
      this.#hash.update(`${basename(path)}\n`).update(bytes)
      return parseJson(bytes.toString('utf8').replace(/^\ufeff/, ''))
    } catch (error) {
      return `it cannot be read (${(error as NodeJS.ErrnoException).code ?? 'unknown error'})`
    }
  }

  /** Call it once, after the last file. */
  checksum(): string {
    return this.#hash.digest('hex')
  }
}

/** Reads one session folder. Never throws for what is in it. */
export const readSessionFolder = async (root: string, folder: string, zone: string): Promise<SessionContent> => {
  const problems: Problem[] = []
  const files = new JsonFiles()
  const record = await readSessionFile(files, join(folder, 'session.json'), zone)
  if (typeof record === 'string') problems.push({ file: relative(root, join(folder, 'session.json')), reason: record })
  const session = typeof record === 'string' ? undefined : record
  const messages: PythonMessage[] = []
  for (const path of await messageFiles(folder)) {
    const message = await readMessage(files, path, zone)
    if (typeof message === 'string') problems.push({ file: relative(root, path), reason: message })
    else messages.push(message)
  }
  const chat = session?.chat ?? chatOfMessages(messages)
  if (chat === undefined && messages.length > 0) {
    problems.push({ file: relative(root, folder), reason: 'it is unknown whose conversation it is' })
  }
  const timed = withTimes(messages, session?.created_at)
  if (timed.length < messages.length) {
    const untimed = String(messages.length - timed.length)
    problems.push({ file: relative(root, folder), reason: `it is unknown when ${untimed} of its messages were said` })
  }
  const read = new Set(messages.map(({ message_id }) => message_id))
  return {
    session_id: session?.session_id ?? basename(folder),
    chat,
    began_at: timed[0]?.at ?? session?.created_at,
    messages: timed,
    missing: session?.message_ids.filter(id => !read.has(id)).length ?? 0,
    problems,
    size_bytes: files.size_bytes,
    checksum: files.checksum(),
  }
}

const readSessionFile = async (files: JsonFiles, path: string, zone: string): Promise<PythonSession | string> => {
  const read = await files.read(path)
  if (typeof read === 'string') return read
  return sessionOf(read.value, zone) ?? 'it is not a JSON object'
}

const readMessage = async (files: JsonFiles, path: string, zone: string): Promise<PythonMessage | string> => {
  const read = await files.read(path)
  return typeof read === 'string' ? read : messageOf(read.value, basename(path, '.json'), zone)
}

const messageFiles = async (folder: string): Promise<readonly string[]> => {
  const files: string[] = []
  for (const name of MESSAGE_FOLDERS) {
    const names = await readdir(join(folder, name)).catch(() => [])
    files.push(...names.filter(each => each.endsWith('.json')).map(each => join(folder, name, each)))
  }
  return files.sort()
}

/** Whose conversation it is, if the session does not say: that of the only number besides the bot's. */
const chatOfMessages = (messages: readonly PythonMessage[]): PythonChat | undefined => {
  const groups = new Set(messages.flatMap(({ recipient }) => groupOf(recipient) ?? []))
  const [group, ...otherGroups] = groups
  if (group !== undefined) return otherGroups.length === 0 ? { kind: 'group', chat_id: group } : undefined
  const numbers = new Set(
    messages.flatMap(({ is_reply, sender, recipient }) => directOf(is_reply ? recipient : sender) ?? []),
  )
  const [digits, ...others] = numbers
  return digits === undefined || others.length > 0 ? undefined : { kind: 'direct', digits }
}

const groupOf = (address: string | undefined): string | undefined => {
  const chat = chatOf(address)
  return chat?.kind === 'group' ? chat.chat_id : undefined
}

const directOf = (address: string | undefined): string | undefined => {
  const chat = chatOf(address)
  return chat?.kind === 'direct' ? chat.digits : undefined
}

/** In their order. A message without a time was said when the one before it was, or else when the session began. */
const withTimes = (
  messages: readonly PythonMessage[],
  began_at: number | undefined,
): readonly (PythonMessage & { readonly at: number })[] => {
  const inOrder = messages.toSorted((a, b) => a.order - b.order || (a.at ?? 0) - (b.at ?? 0))
  let last = began_at ?? inOrder.find(({ at }) => at !== undefined)?.at
  const timed: (PythonMessage & { readonly at: number })[] = []
  for (const message of inOrder) {
    last = message.at ?? last
    if (last !== undefined) timed.push({ ...message, at: last })
  }
  return timed
}
