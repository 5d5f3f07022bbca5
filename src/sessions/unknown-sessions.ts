/**
 * Session folders that the ledger does not know, for instance in a copied or half-restored `data/`: set aside, and
 * forgotten.
 */
import { lstat, readdir, rename } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import type { Erasures } from '../messages/erasures.ts'
import type { MessageIndex } from '../messages/message-erasure.ts'
import { scopeOfPerson } from '../messages/scope.ts'
import type { PersonalData } from '../people/personal-data.ts'
import type { PersonId } from '../people/person.ts'
import { isoDay } from '../platform/clock.ts'
import { exists, filesBelow, makePrivateFolder, remove, readOwnText } from '../platform/files.ts'
import type { Logger } from '../platform/logger.ts'
import { yieldToEventLoop } from '../platform/yield.ts'
import { ARCHIVE, UNKNOWN, type SessionFolders } from './session-folders.ts'
import type { SessionLedger } from './session-ledger.ts'
import { readWindowFile } from './window-file.ts'
import type { SetAside } from '../platform/set-aside.ts'

const DAY = /^\d{4}-\d{2}-\d{2}$/
/** Paths handled before other work gets its turn. */
const PLACES_AT_ONCE = 50

export interface UnknownSessionsDeps {
  /** The sessions folder, such as `data/sessions`. */
  readonly root: string
  readonly ledger: Pick<SessionLedger, 'find'>
  readonly folders: Pick<SessionFolders, 'archivePath'>
  /** Texts that identify a person in a file besides the id: previous ids, and the beginnings of their chat ids. */
  readonly marksOf: (person_id: PersonId) => Promise<readonly string[]>
  readonly erasures: Pick<Erasures, 'erased'>
  /** Paths that cannot be moved or removed. */
  readonly setAside: SetAside
  readonly logger: Logger
}

/**
 * Files and folders in the sessions folder that are not sessions of the ledger. The messages are the truth, so nothing
 * is read back from them. They are moved to `unknown/<day it was last active>/`, kept as long as an archive, and
 * removed when any person or message in them is forgotten. An unreadable file is removed with anything that is
 * forgotten, because no one knows whose text it contains.
 */
export class UnknownSessions implements MessageIndex {
  readonly #deps: UnknownSessionsDeps
  readonly #logger: Logger
  readonly personal: PersonalData

  constructor(deps: UnknownSessionsDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('session')
    const naming = async (person_id: PersonId): Promise<readonly string[]> =>
      await this.#naming(await this.#marksOf(person_id))
    this.personal = {
      name: 'unknown sessions',
      tables: [],
      count: async person_id => (await naming(person_id)).length,
      // Searches for previous ids of a person too.
      reassign: async () => undefined,
      export: async function* (person_id) {
        for (const place of await naming(person_id)) yield { section: 'copies of sessions', fields: { place } }
      },
      erase: async person_id => {
        const places = await naming(person_id)
        for (const place of places) await this.#remove(place)
        return places.length
      },
    }
  }

  /** Removes everything that contains one of these messages. */
  async forget(message_ids: readonly string[]): Promise<void> {
    if (message_ids.length === 0) return
    for (const place of await this.#naming(message_ids.map(quoted))) await this.#remove(place)
  }

  /**
   * Moves folders that the ledger does not know aside; those with forgotten messages are removed. @returns how many
   * were moved
   */
  async setAside(): Promise<number> {
    const places = (await this.#places()).filter(place => !place.startsWith(`${UNKNOWN}/`))
    let moved = 0
    for (const place of places) {
      const attempt = await this.#deps.setAside.attempt('moving unknown sessions', place, () => this.#moveAside(place))
      if (attempt.done && attempt.result) moved += 1
    }
    return moved
  }

  /** @returns whether there was a folder that was kept */
  async #moveAside(place: string): Promise<boolean> {
    if (!(await lstat(join(this.#deps.root, place))).isDirectory()) return false
    if (await this.#holdsErased(place)) {
      await this.#remove(place)
      this.#logger.warn('A copy of a session with forgotten messages was removed', { place })
      return false
    }
    const aside = await this.#free(join(UNKNOWN, await this.#dayOf(place), basename(place)))
    await makePrivateFolder(dirname(join(this.#deps.root, aside)))
    await rename(join(this.#deps.root, place), join(this.#deps.root, aside))
    this.#logger.warn('A session folder that the database does not know was set aside', { place, aside })
    return true
  }

  /** Removes folders that were last active before a day, such as `2026-11-20`. @returns how many */
  async purge(before: string): Promise<number> {
    const old = (await this.#places()).filter(place => {
      const [top, day = ''] = place.split('/')
      return top === UNKNOWN && day < before
    })
    let removed = 0
    for (const place of old) {
      const { done } = await this.#deps.setAside.attempt('removing old sessions', place, () => this.#remove(place))
      if (done) removed += 1
    }
    return removed
  }

  async #holdsErased(place: string): Promise<boolean> {
    const texts = await textsIn(join(this.#deps.root, place))
    const message_ids = texts
      .filter(isSessionFile)
      .flatMap(text => readWindowFile(text).window.map(message => message.message_id))
    return (await this.#deps.erasures.erased(message_ids)).size > 0
  }

  async #marksOf(person_id: PersonId): Promise<readonly string[]> {
    return [quoted(person_id), quoted(scopeOfPerson(person_id)), ...(await this.#deps.marksOf(person_id))]
  }

  /** Paths with a file that contains one of these texts, or cannot be read. */
  async #naming(marks: readonly string[]): Promise<readonly string[]> {
    const found: string[] = []
    for (const place of await this.#places()) {
      const texts = await textsIn(join(this.#deps.root, place))
      if (texts.some(text => !isSessionFile(text) || marks.some(mark => text.includes(mark)))) found.push(place)
    }
    return found
  }

  /** Paths of folders and files that are not sessions of the ledger, relative to the sessions folder. */
  async #places(): Promise<readonly string[]> {
    const places: string[] = []
    for (const name of await this.#names('')) {
      if (name === ARCHIVE || name === UNKNOWN) {
        for (const day of await this.#names(name)) {
          if (!DAY.test(day)) places.push(join(name, day))
          else for (const each of await this.#names(join(name, day))) places.push(join(name, day, each))
        }
      } else places.push(name)
    }
    const unknown: string[] = []
    for (const [index, place] of places.entries()) {
      if (!(await this.#isKnown(place))) unknown.push(place)
      if (index % PLACES_AT_ONCE === 0) await yieldToEventLoop()
    }
    return unknown
  }

  /** Whether a path is the right folder of a session in the ledger. */
  async #isKnown(place: string): Promise<boolean> {
    if (place.startsWith(`${UNKNOWN}/`)) return false
    const session = await this.#deps.ledger.find(basename(place))
    if (session === undefined || session.state === 'purged') return false
    // A session that is being archived is still at its old path.
    if (place === session.session_id) return session.state !== 'stored'
    return place === (session.archived_to ?? this.#deps.folders.archivePath(session.session_id, session.last_active))
  }

  async #names(folder: string): Promise<readonly string[]> {
    return await readdir(join(this.#deps.root, folder)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT' || error.code === 'ENOTDIR') return []
      throw error
    })
  }

  /** The day a folder's session was last active; if its file does not say, the day it was written. */
  async #dayOf(place: string): Promise<string> {
    const path = join(this.#deps.root, place)
    for (const text of await textsIn(path)) {
      const { last_active } = isSessionFile(text) ? (JSON.parse(text) as { last_active?: unknown }) : {}
      const at = Date.parse(String(last_active))
      if (!Number.isNaN(at)) return isoDay(at)
    }
    return isoDay((await lstat(path)).mtimeMs)
  }

  async #free(place: string): Promise<string> {
    for (let number = 0; ; number++) {
      const name = number === 0 ? place : `${place}.${String(number)}`
      if (!(await exists(join(this.#deps.root, name)))) return name
    }
  }

  async #remove(place: string): Promise<void> {
    const path = join(this.#deps.root, place)
    await remove(path)
    const day = dirname(path)
    if (DAY.test(basename(day)) && (await readdir(day).catch(() => ['?'])).length === 0) await remove(day)
  }
}

/** A text in the form that it has in JSON. */
const quoted = (text: string): string => JSON.stringify(text)

/** The texts of all files below a folder, or of one file; what cannot be read or listed counts as empty. */
const textsIn = async (path: string): Promise<readonly string[]> => {
  const unlisted: string[] = []
  const files = await filesBelow(path, () => unlisted.push(''))
  const texts = await Promise.all(files.map(file => readOwnText(file).catch(() => '')))
  return [...texts, ...unlisted]
}

const isSessionFile = (text: string): boolean => {
  try {
    readWindowFile(text)
    return true
  } catch {
    return false
  }
}
