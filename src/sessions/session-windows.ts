/**
 * The windows of sessions: cached in memory, read from `session.json`, and rebuilt from the messages if that is wrong.
 */
import { LRUCache } from 'lru-cache'
import type { HistoryStore } from '../messages/history-store.ts'
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { SessionFile, SessionFolders } from './session-folders.ts'
import type { SessionLedger, SessionRecord } from './session-ledger.ts'
import { toWindowMessage } from './session.ts'
import { readWindowFile, writeWindowFile, type WindowFile } from './window-file.ts'
import { fitWindow, windowTokens } from './window.ts'

/** Most tokens of all cached windows together: about 20 MB of text. */
const CACHED_TOKENS = 4_000_000

export interface SessionWindowsDeps {
  readonly folders: SessionFolders
  readonly ledger: Pick<SessionLedger, 'find'>
  readonly history: Pick<HistoryStore, 'ofSession' | 'countOfSession'>
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

export class SessionWindows {
  readonly #deps: SessionWindowsDeps
  readonly #cache = new LRUCache<string, WindowFile>({
    maxSize: CACHED_TOKENS,
    sizeCalculation: file => windowTokens(file.window) + 1,
  })

  constructor(deps: SessionWindowsDeps) {
    this.#deps = deps
  }

  keep(session_id: string, file: WindowFile): void {
    this.#cache.set(session_id, file)
  }

  release(session_id: string): void {
    this.#cache.delete(session_id)
  }

  /** The window of a running session, from the cache or from its file. */
  async load(session_id: string): Promise<WindowFile> {
    const cached = this.#cache.get(session_id)
    if (cached !== undefined) return cached
    const file = await this.#read(session_id)
    this.keep(session_id, file)
    return file
  }

  /** A window of all messages of a session. */
  async rebuild(session_id: string): Promise<WindowFile> {
    const messages = await this.#deps.history.ofSession(session_id)
    return { window: messages.map(toWindowMessage), message_counter: messages.length, unknown: {} }
  }

  /**
   * Cuts a running session's window to a budget and writes its file; a failure is only logged, because the messages are
   * the truth.
   */
  async write(session_id: string, max_tokens: number): Promise<void> {
    const { folders, ledger } = this.#deps
    try {
      await folders.write(session_id, async () => {
        const session = await ledger.find(session_id)
        if (session?.state !== 'active') return undefined
        const file = await this.load(session_id)
        const kept = { ...file, window: fitWindow(file.window, max_tokens) }
        this.keep(session_id, kept)
        return { text: writeWindowFile(session, kept) }
      })
    } catch (error) {
      const reason = reasonOf(error)
      this.#deps.logger.error(`DeniDin could not save session ${session_id}`, { session_id, reason })
    }
  }

  /** Rebuilds a session's file, running or archived, and removes damaged copies of it. */
  async rewrite(session_id: string): Promise<void> {
    const { folders, ledger } = this.#deps
    await folders.write(session_id, async () => {
      const session = await ledger.find(session_id)
      if (session === undefined || session.state === 'purged') return undefined
      return session.state === 'active' ? await this.#rebuildActive(session) : await this.#rebuildEnded(session)
    })
    await folders.eraseSetAside(session_id, (await ledger.find(session_id))?.archived_to)
  }

  async #rebuildActive(session: SessionRecord): Promise<SessionFile> {
    const { session_id } = session
    const { unknown } = await this.load(session_id)
    const file = { ...(await this.rebuild(session_id)), unknown }
    this.keep(session_id, file)
    return { text: writeWindowFile(session, file) }
  }

  async #rebuildEnded(session: SessionRecord): Promise<SessionFile> {
    const { session_id, archived_to } = session
    this.release(session_id)
    return { text: writeWindowFile(session, await this.rebuild(session_id)), archived_to }
  }

  async #read(session_id: string): Promise<WindowFile> {
    const { folders, history, logger, clock, metrics } = this.#deps
    const kept = await history.countOfSession(session_id)
    const text = await folders.read(session_id).catch((error: unknown) => {
      logger.error('Session file cannot be read, rebuilt from the messages', { session_id, reason: reasonOf(error) })
      return undefined
    })
    if (text === undefined) return await this.rebuild(session_id)
    try {
      const file = readWindowFile(text)
      if (file.message_counter === kept) return file
      logger.warn('Session file is older than the messages, rebuilt from them', { session_id })
      return { ...(await this.rebuild(session_id)), unknown: file.unknown }
    } catch (error) {
      const aside = await folders.setAside(session_id, clock.now())
      metrics.count('session_files_damaged')
      const reason = reasonOf(error)
      logger.error('Session file is damaged, set aside and rebuilt from the messages', { session_id, aside, reason })
      return await this.rebuild(session_id)
    }
  }
}

const reasonOf = (error: unknown): string => asDenidinError(error).message
