import { SECOND_MS, type Clock } from '../../platform/clock.ts'
import type { Logger } from '../../platform/logger.ts'
import { DenidinError } from '../../platform/errors.ts'
import { readMissedHistory, UNKNOWN_LINK_MS, type HistoryReaderDeps, type MissedHistory } from './history-reader.ts'
import type { GapTracker } from './gap-tracker.ts'
import { reasonOf } from './wwebjs/errors.ts'
import type { Self } from './message-mapper.ts'
import { accountSince, isLinked, readLinkedAt, writeLinkedAt } from './wwebjs/profile.ts'
import type { WhatsAppMessage } from './wwebjs/message-parser.ts'

export interface BackfillDeps extends Pick<HistoryReaderDeps, 'page' | 'heardUntil'> {
  readonly continuity: GapTracker
  /** Folder of the login, where it stands since when the device is linked. */
  readonly login_dir: string
  readonly clock: Clock
  readonly logger: Logger
  /** Takes a message that waited, as one that comes now. */
  take(message: WhatsAppMessage): void
  deliver(missed: MissedHistory): Promise<boolean>
}

/** Pause before what could not be read is looked for once more, and how often that is tried with one page. */
const LOOK_AGAIN_MS = 30 * SECOND_MS
const LOOKS = 10

/** Sees to it that nothing is missed between two pages that listen. */
export class Backfill {
  readonly #deps: BackfillDeps
  /**
   * What came before the chats were listed: until then it cannot be said what came before it, and until the page is
   * ready not whom a mention means.
   */
  #held: WhatsAppMessage[] | undefined = []
  /** Aborted when the page of now goes. */
  #page = new AbortController()

  constructor(deps: BackfillDeps) {
    this.#deps = deps
    deps.continuity.interrupted()
  }

  /** The page goes: what comes from now on waits until the chats of the next one are listed. */
  interrupted(): void {
    this.#deps.continuity.interrupted()
    this.#held ??= []
    this.#page.abort(new DenidinError('stopping', 'the page is loaded anew'))
    this.#page = new AbortController()
  }

  /** Whether a message has to wait; it is taken later. */
  holds(message: WhatsAppMessage): boolean {
    this.#held?.push(message)
    return this.#held !== undefined
  }

  /** The page is ready: looks for what nobody heard, again where it could not be read. Never rejects. */
  async run(newly_linked: boolean, self: Self, over: AbortSignal): Promise<void> {
    const { clock } = this.#deps
    const signal = AbortSignal.any([over, this.#page.signal])
    await this.#keepLinkedAt(newly_linked)
    for (let looks = 1; looks <= LOOKS && !signal.aborted; looks++) {
      if (await this.#lookOnce(self, signal)) return
      await clock.sleep(LOOK_AGAIN_MS, signal).catch(() => undefined)
    }
  }

  async #keepLinkedAt(newly_linked: boolean): Promise<void> {
    const { login_dir, clock, logger } = this.#deps
    try {
      if (newly_linked) await writeLinkedAt(login_dir, clock.now())
      // A run that ended just after it was linked did not come to that.
      else if (!(await isLinked(login_dir))) await writeLinkedAt(login_dir, clock.now() - UNKNOWN_LINK_MS)
    } catch (error) {
      logger.warn('It could not be kept since when the device is linked', { reason: reasonOf(error) })
    }
  }

  /** False when something is left to be looked for. */
  async #lookOnce(self: Self, signal: AbortSignal): Promise<boolean> {
    const { page, clock, logger, heardUntil, continuity, login_dir, deliver } = this.#deps
    /** What was heard of chats in which more is missing: it is part of one turn with that. */
    const waiting = new Map<string, readonly WhatsAppMessage[]>()
    try {
      return await readMissedHistory({
        page,
        clock,
        logger,
        heardUntil,
        signal,
        linked_at: await readLinkedAt(login_dir),
        account_since: await accountSince(login_dir, self, clock.now()),
        listed: chat_ids => {
          continuity.listed(chat_ids)
          const held = Map.groupBy(this.#held ?? [], message => message.chat_id)
          this.#held = undefined
          for (const chat_id of chat_ids) {
            waiting.set(chat_id, held.get(chat_id) ?? [])
            held.delete(chat_id)
          }
          this.#takeAll(held.values())
        },
        heard: chat_id => waiting.get(chat_id) ?? [],
        deliver: missed => {
          waiting.delete(missed.chat_id)
          return deliver(missed)
        },
      })
    } catch (error) {
      if (!signal.aborted) logger.warn('What was said meanwhile could not be looked for', { reason: reasonOf(error) })
      return false
    } finally {
      // Where a page could not be read, what was heard is taken as it came; where it has gone, the next one is read.
      if (!signal.aborted) {
        const held = this.#held ?? []
        this.#held = undefined
        this.#takeAll([held, ...waiting.values()])
      }
    }
  }

  #takeAll(messages: Iterable<readonly WhatsAppMessage[]>): void {
    for (const message of [...messages].flat()) this.#deps.take(message)
  }
}
