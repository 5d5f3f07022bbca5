/** Limits how many messages of a person are answered: a rate per minute with bursts, and a number per day. */
import type { PersonId } from '../../people/person.ts'
import { MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { lru } from '../../platform/lru.ts'

/** The settings `limits.messages_*`; `undefined`: no such limit. */
export interface MessageRateSettings {
  readonly messages_per_minute: number | undefined
  /** Messages that may come in a burst; `undefined`: as many as in a minute. */
  readonly message_burst: number | undefined
  readonly messages_per_day: number | undefined
}

/** Counts messages by person and day, across restarts. */
export interface MessageCounts {
  of(person_id: PersonId, day: number): number
  add(person_id: PersonId, day: number, messages: number): void
}

/** The limit that is reached, and until when. */
export interface RateRefusal {
  readonly limit: 'minute' | 'day'
  /** When messages are answered again, milliseconds since the Unix epoch. */
  readonly until: number
}

export interface MessageRateDeps {
  readonly settings: MessageRateSettings
  readonly counts: MessageCounts
  readonly clock: Clock
}

/** People whose last minute is remembered. */
const MOST_PERSONS = 10_000

/**
 * A token bucket, implemented as the generic cell rate algorithm: for each person one instant, the theoretical arrival
 * time of their next message at a steady rate. A burst may be ahead of that time by a fixed amount.
 */
export class MessageRate {
  readonly #deps: MessageRateDeps
  /** By the monotonic clock, in milliseconds. */
  readonly #arrivals = lru<PersonId, number>(MOST_PERSONS)
  /**
   * Messages that this process counted: forgetting everything erases the counts on disk, and must not reset the day.
   */
  readonly #counted = lru<PersonId, { readonly day: number; readonly messages: number }>(MOST_PERSONS)

  constructor(deps: MessageRateDeps) {
    this.#deps = deps
  }

  get isLimited(): boolean {
    const { messages_per_minute, messages_per_day } = this.#deps.settings
    return messages_per_minute !== undefined || messages_per_day !== undefined
  }

  /**
   * Counts a person's messages that are to be answered together. They are answered if there is room for one of them;
   * all of them count.
   */
  take(person_id: PersonId, messages: number): RateRefusal | undefined {
    const refusal = this.#refusalOfDay(person_id) ?? this.#takeOfMinute(person_id, messages)
    if (refusal === undefined) this.#countOfDay(person_id, messages)
    return refusal
  }

  #takeOfMinute(person_id: PersonId, messages: number): RateRefusal | undefined {
    const { settings, clock } = this.#deps
    const { messages_per_minute, message_burst = messages_per_minute } = settings
    if (messages_per_minute === undefined || message_burst === undefined) return undefined
    const interval_ms = MINUTE_MS / messages_per_minute
    const now = clock.monotonic()
    const arrival = Math.max(now, this.#arrivals.get(person_id) ?? now)
    const ahead_ms = arrival - now
    const most_ahead_ms = (message_burst - 1) * interval_ms
    if (ahead_ms > most_ahead_ms) {
      return { limit: 'minute', until: clock.now() + Math.ceil(ahead_ms - most_ahead_ms) }
    }
    // A burst beyond the limit is answered in one reply, and lengthens the wait by at most a minute.
    const taken_ms = Math.min(messages * interval_ms, most_ahead_ms - ahead_ms + MINUTE_MS)
    this.#arrivals.set(person_id, arrival + taken_ms)
    return undefined
  }

  #refusalOfDay(person_id: PersonId): RateRefusal | undefined {
    const { settings, counts } = this.#deps
    const { messages_per_day } = settings
    if (messages_per_day === undefined) return undefined
    const today = this.#today
    if (Math.max(counts.of(person_id, today), this.#countedHere(person_id)) < messages_per_day) return undefined
    return { limit: 'day', until: this.#deps.clock.zone.beginOf(today + 1) }
  }

  /** Refused messages are not counted, because they are not answered. */
  #countOfDay(person_id: PersonId, messages: number): void {
    const { settings, counts } = this.#deps
    if (settings.messages_per_day === undefined) return
    this.#counted.set(person_id, { day: this.#today, messages: this.#countedHere(person_id) + messages })
    counts.add(person_id, this.#today, messages)
  }

  #countedHere(person_id: PersonId): number {
    const counted = this.#counted.get(person_id)
    return counted?.day === this.#today ? counted.messages : 0
  }

  get #today(): number {
    const { clock } = this.#deps
    return clock.zone.dayOf(clock.now())
  }
}
