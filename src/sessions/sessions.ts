import { LRUCache } from 'lru-cache'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { ChatId, StoredMessage } from '../messages/message.ts'
import type { MessageStore } from '../messages/message-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import type { SessionFolders } from './session-folders.ts'
import type { SessionLedger, SessionRecord } from './session-ledger.ts'
import type { SessionBrowser, WindowMessage } from './session.ts'
import { readWindowFile, writeWindowFile, type WindowFile } from './window-file.ts'
import { fitWindow, windowTokens } from './window.ts'

/** A running conversation: its window is what a request to the model carries. */
export interface Session {
  readonly session_id: string
  readonly window: readonly WindowMessage[]
}

/** A session that was opened, and whether another one ended by it. */
export interface OpenedSession extends Session {
  /** The conversation before was over: it waits to be moved into long-term memory. */
  readonly ended_another: boolean
}

/** Short-term memory: one running session a scope. Calls for one scope must not overlap: its queue sees to that. */
export interface Sessions {
  /** The running session of a scope; a new one when there is none, or when the last message is too old. */
  open(scope: Scope, chat_id: ChatId): Promise<OpenedSession>
  /** Adds messages to the window. A message that is in already is not added again. */
  append(session_id: string, messages: readonly WindowMessage[]): Promise<Session>
  /**
   * Ends the work on a session: over `max_tokens` the oldest messages leave the window, and `session.json` is brought up
   * to date. Where it cannot be written the log says so: the messages are the truth.
   */
  save(session_id: string, max_tokens: number): Promise<void>
  /** What a person last said in the running session of a scope, if anything. */
  lastSaid(scope: Scope, person_id: PersonId): Promise<string | undefined>
  /** Makes a session anew from its messages, some of which were changed. */
  refresh(session_id: string): Promise<void>
  /** Drops what is kept in memory of a session; the next use reads it from disk. */
  release(session_id: string): void
}

export interface SessionsDeps {
  readonly ledger: SessionLedger
  readonly folders: SessionFolders
  readonly messages: MessageStore
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
  readonly metrics: Metrics
  /** Milliseconds without a message after which a conversation is over; at exactly this age it is. */
  readonly timeout_ms: number
}

/** Tokens of all windows kept in memory together: about 20 MB of text. */
const CACHED_TOKENS = 4_000_000

/** A stored message as it stands in a window. */
export const toWindowMessage = (message: StoredMessage): WindowMessage => ({
  message_id: message.message_id,
  role: message.role,
  content: message.text,
  sender_name: message.sender_name,
  person_id: message.person_id,
  timestamp: message.sent_at,
  tokens: message.tokens,
})

const reasonOf = (error: unknown): string => asDenidinError(error).message

/** Sessions over a ledger in SQLite and a readable file each. */
export const createSessions = (deps: SessionsDeps): Sessions & SessionBrowser => {
  const { ledger, folders, messages, clock, ids } = deps
  const logger = deps.logger.for('session')
  const cache = new LRUCache<string, WindowFile>({
    maxSize: CACHED_TOKENS,
    sizeCalculation: file => windowTokens(file.window) + 1,
  })

  const rebuild = async (session_id: string): Promise<WindowFile> => {
    const said = await messages.ofSession(session_id)
    return { window: said.map(toWindowMessage), message_counter: said.length, unknown: {} }
  }

  const load = async (session_id: string): Promise<WindowFile> => {
    const cached = cache.get(session_id)
    if (cached !== undefined) return cached
    const file = await read(session_id)
    cache.set(session_id, file)
    return file
  }

  const read = async (session_id: string): Promise<WindowFile> => {
    const kept = await messages.countOfSession(session_id)
    const text = await folders.read(session_id).catch((error: unknown) => {
      logger.error('Session file cannot be read, rebuilt from the messages', { session_id, reason: reasonOf(error) })
      return undefined
    })
    if (text === undefined) return await rebuild(session_id)
    try {
      const file = readWindowFile(text)
      if (file.message_counter === kept) return file
      logger.warn('Session file is older than the messages, rebuilt from them', { session_id })
      return { ...(await rebuild(session_id)), unknown: file.unknown }
    } catch (error) {
      const aside = await folders.setAside(session_id, clock.now())
      deps.metrics.count('session_files_damaged')
      const reason = reasonOf(error)
      logger.error('Session file is damaged, set aside and rebuilt from the messages', { session_id, aside, reason })
      return await rebuild(session_id)
    }
  }

  const begin = async (scope: Scope, chat_id: ChatId): Promise<SessionRecord> => {
    const session = await ledger.create({ session_id: ids.uuid(), scope, chat_id, at: clock.now() })
    logger.info(`Session created: ${session.session_id}`)
    return session
  }

  return {
    open: async (scope, chat_id) => {
      let session = await ledger.active(scope)
      const ended_another = session !== undefined && clock.now() - session.last_active >= deps.timeout_ms
      if (session !== undefined && ended_another) {
        await ledger.close(session.session_id, 'expired', clock.now())
        cache.delete(session.session_id)
        session = undefined
      }
      session ??= await begin(scope, chat_id)
      return { session_id: session.session_id, window: (await load(session.session_id)).window, ended_another }
    },

    append: async (session_id, added) => {
      const file = await load(session_id)
      const present = new Set(file.window.map(message => message.message_id))
      const fresh = added.filter(message => !present.has(message.message_id))
      // A reply belongs to its session from the moment that it is kept.
      const said = fresh.filter(message => message.role === 'user')
      await messages.assign(
        session_id,
        said.map(message => message.message_id),
      )
      await ledger.touch(session_id, fresh.length, clock.now())
      // Just after a merge, a turn of the other name may have added to it meanwhile.
      const now = cache.get(session_id) ?? file
      const window = [...now.window, ...fresh]
      cache.set(session_id, { ...now, window, message_counter: now.message_counter + fresh.length })
      for (const { message_id } of fresh) logger.info(`Added message to session: ${message_id}`)
      return { session_id, window }
    },

    save: async (session_id, max_tokens) => {
      const session = await ledger.find(session_id)
      if (session?.state !== 'active') return
      try {
        const file = await load(session_id)
        const kept = { ...file, window: fitWindow(file.window, max_tokens) }
        cache.set(session_id, kept)
        await folders.write(session_id, writeWindowFile(session, kept))
      } catch (error) {
        logger.error(`DeniDin could not save session ${session_id}`, { session_id, reason: reasonOf(error) })
      }
    },

    lastSaid: async (scope, person_id) => {
      const session = await ledger.active(scope)
      if (session === undefined) return undefined
      const { window } = await load(session.session_id)
      return window.findLast(message => message.role === 'user' && message.person_id === person_id)?.content
    },

    refresh: async session_id => {
      const session = await ledger.find(session_id)
      if (session === undefined || session.state === 'purged') return
      const { archived_to } = session
      if (session.state === 'active') {
        const { unknown } = await load(session_id)
        const file = { ...(await rebuild(session_id)), unknown }
        cache.set(session_id, file)
        await folders.write(session_id, writeWindowFile(session, file))
      } else {
        cache.delete(session_id)
        await folders.write(session_id, writeWindowFile(session, await rebuild(session_id)), archived_to)
      }
      await folders.eraseSetAside(session_id, archived_to)
    },

    release: session_id => {
      cache.delete(session_id)
    },

    list: page => ledger.list(page),
    show: async session_id => {
      const session = await ledger.find(session_id)
      if (session === undefined) return undefined
      const { window } = session.state === 'active' ? await load(session_id) : await rebuild(session_id)
      return { ...session, window, window_tokens: windowTokens(window) }
    },
    counts: () => ledger.counts(),
  }
}
