/** Answers no more messages of a person than the limits allow, and tells the person once when answers resume. */
import { SECOND_MS, type Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import { lru } from '../platform/lru.ts'
import type { Metrics } from '../platform/metrics.ts'
import type { MessageRate, RateRefusal } from './pacing/message-rate.ts'
import { sayInstead, type SayInsteadDeps } from './say-instead.ts'
import type { TurnContext } from './turn-context.ts'

export interface RateLimitsDeps extends SayInsteadDeps {
  readonly rate: MessageRate
  /** Whether limits per person do not apply to the godfather. */
  readonly exempt_godfather: boolean
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** How many people who were told are remembered. */
const MOST_TOLD = 10_000

export class RateLimits {
  readonly #deps: RateLimitsDeps
  /** Until when a person knows that nothing is answered in a chat. */
  readonly #told = lru<string, number>(MOST_TOLD)

  constructor(deps: RateLimitsDeps) {
    this.#deps = deps
  }

  /**
   * Counts messages that are to be answered.
   * @param wanted aborted when a message was edited or deleted
   * @returns whether the bot only listens: the messages stay part of the conversation
   * @throws the reason of `wanted`, if it is aborted before the sentence about the limit was sent
   */
  async refuse(turn: TurnContext, wanted: AbortSignal): Promise<boolean> {
    const { rate, logger, metrics } = this.#deps
    if (turn.listens || !rate.isLimited || this.#isExempt(turn)) return false
    const { person_id } = turn.person
    const messages = turn.batch.filter(message => message.addressed && message.person_id === person_id).length
    const refusal = rate.take(person_id, messages)
    if (refusal === undefined) return false
    metrics.count('messages_over_limit', messages)
    const { limit } = refusal
    const key = JSON.stringify([person_id, turn.chat_id, limit])
    if (this.#isNews(key)) {
      logger.for('conversation').warn('A person writes more than the limits allow', { person_id, limit })
      await this.#tell(turn, refusal, wanted)
    }
    // Only now, because no one reads a withdrawn sentence, and the person still has to be told.
    this.#told.set(key, refusal.until)
    return true
  }

  /** People who write in a terminal own the machine. */
  #isExempt({ person, channel }: TurnContext): boolean {
    return (this.#deps.exempt_godfather && person.role === 'godfather') || channel?.pace === 'immediate'
  }

  /** Once until messages are answered again, because a sentence for each message would be another flood. */
  #isNews(key: string): boolean {
    return (this.#told.get(key) ?? 0) < this.#deps.clock.now()
  }

  async #tell(turn: TurnContext, { limit, until }: RateRefusal, wanted: AbortSignal): Promise<void> {
    const { strings, zone } = turn
    const seconds = Math.max(1, Math.ceil((until - this.#deps.clock.now()) / SECOND_MS))
    const sentence =
      limit === 'minute' ? strings.too_many_messages(seconds) : strings.messages_used_up(zone.wallClock(until))
    await turn.channel?.seen(turn.chat_id)
    await sayInstead(this.#deps, turn, sentence, wanted)
  }
}
