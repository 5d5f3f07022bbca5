/** Stops answering another program that answers the bot, so that the two do not talk to each other endlessly. */
import type { Channel } from '../../channels/channel.ts'
import { ownWords } from '../../messages/message-details.ts'
import { isCommand } from '../../messages/message-kind.ts'
import type { ChatId } from '../../messages/message.ts'
import type { Scope } from '../../messages/scope.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS, type Clock } from '../../platform/clock.ts'
import type { Health, HealthCheck } from '../../platform/health.ts'
import type { Logger } from '../../platform/logger.ts'
import { lru } from '../../platform/lru.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { LANGUAGES, stringsIn } from '../../text/language.ts'
import type { LoadedBatch, LoadedMessage } from '../batch-loader.ts'
import type { Outbox } from '../outbox.ts'
import type { StringsFor } from '../reply-language.ts'
import type { ReplyWriter } from '../reply-writer.ts'
import { idsOf, type TurnMessage } from '../turn-message.ts'
import { rowAtEnd } from '../../platform/row-at-end.ts'
import { ProgramDetector, type ProgramSign } from './program-detector.ts'

/** Participants and conversations that are remembered; others are judged from scratch. */
const MOST_PARTICIPANTS = 2000
/** The longest stop; each stop of a participant within a day lasts twice as long as the previous one. */
const LONGEST_STOP_MS = DAY_MS
/** A person needs this long to read that the bot has stopped; whoever answers sooner is a program. */
const READING_MS = 10 * SECOND_MS
/** If a participant was stopped repeatedly, a message counts as a person's only after this pause. */
const LONG_PAUSE_MS = MINUTE_MS
/** The words with which a person can resume, in all languages, because they may read the sentence in another one. */
const RESUME_WORDS: ReadonlySet<string> = new Set(LANGUAGES.flatMap(language => stringsIn(language).resume_words))
/** Characters around words in a message: blanks, punctuation, emoji. */
const AROUND = new RegExp(`^[^\\p{L}]+|${rowAtEnd('[^\\p{L}]')}`, 'gu')

const resumes = (text: string): boolean => RESUME_WORDS.has(text.replace(AROUND, '').toLowerCase())

export interface LoopGuardDeps {
  /** How many minutes the bot only listens to a program; 0: programs are answered like people. */
  readonly stop_minutes: number
  readonly outbox: Pick<Outbox, 'deliver'>
  readonly writer: ReplyWriter
  readonly stringsFor: StringsFor
  readonly channelOf: (chat_id: ChatId) => Channel | undefined
  readonly clock: Clock
  readonly logger: Logger
  readonly metrics: Metrics
}

/** A participant of a conversation. */
interface Participant {
  readonly detector: ProgramDetector
  /** When they last wrote. */
  wrote_at: number
  /** Until when the bot only listens to them. */
  stopped_until: number
  stopped_for: ProgramSign | undefined
  /** Number of stops; reset after a day without one. */
  stops: number
}

/** The bot's last reply in a conversation. */
interface LastReply {
  readonly text: string
  readonly at: number
}

/** The bot has not answered yet, except to commands. */
const NO_REPLY: LastReply = { text: '', at: 0 }

export class LoopGuard implements HealthCheck {
  readonly name = 'conversations'
  readonly #deps: LoopGuardDeps
  readonly #logger: Logger
  readonly #participants = lru<string, Participant>(MOST_PARTICIPANTS)
  readonly #replies = lru<Scope, LastReply>(MOST_PARTICIPANTS)

  constructor(deps: LoopGuardDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('conversation')
  }

  /** The bot answered in a conversation. */
  answered(scope: Scope, text: string): void {
    this.#replies.set(scope, { text, at: this.#deps.clock.now() })
  }

  /**
   * Screens messages before they are answered. Messages of a program are returned as ones that the bot only listens to;
   * the first of them is answered with a sentence that tells a person how to continue.
   */
  async screen(scope: Scope, batch: LoadedBatch): Promise<LoadedBatch> {
    const reply = this.#replies.get(scope) ?? NO_REPLY
    if (batch.pause !== undefined || this.#deps.stop_minutes === 0) return batch
    const verdicts = new Map<string, 'person' | 'program' | 'stop'>()
    for (const [person_id, said] of Map.groupBy(batch.messages.filter(isJudged), each => each.message.person_id)) {
      if (this.#isExempt(said)) continue
      verdicts.set(person_id, this.#judge(scope, person_id, said.map(each => ownWords(each.message)).join('\n'), reply))
    }
    const messages: LoadedMessage[] = []
    for (const loaded of batch.messages) {
      const verdict = isJudged(loaded) ? verdicts.get(loaded.message.person_id) : undefined
      messages.push(verdict === 'program' || verdict === 'stop' ? unaddressed(loaded) : loaded)
    }
    for (const [person_id, verdict] of verdicts) {
      if (verdict !== 'stop') continue
      const said = messages.filter(({ message }) => message.person_id === person_id).map(({ message }) => message)
      await this.#announce(scope, said)
      return { ...batch, messages: messages.filter(({ message }) => message.person_id !== person_id) }
    }
    return { ...batch, messages }
  }

  async health(): Promise<Health> {
    const now = this.#deps.clock.now()
    const stopped = [...this.#participants.values()].filter(({ stopped_until }) => stopped_until > now).length
    if (stopped === 0) return { state: 'ok', detail: 'No other program answers the bot.' }
    const where = stopped === 1 ? 'one conversation' : `${String(stopped)} conversations`
    const detail = `In ${where} another program answers the bot, which only listens to it for now; the log says where.`
    return { state: 'degraded', detail }
  }

  /** The godfather, and people who write in a terminal, are never treated as programs. */
  #isExempt(said: readonly LoadedMessage[]): boolean {
    return said.some(
      ({ message, person }) =>
        person?.role === 'godfather' || this.#deps.channelOf(message.chat_id)?.pace === 'immediate',
    )
  }

  #judge(scope: Scope, person_id: string, text: string, reply: LastReply): 'person' | 'program' | 'stop' {
    const now = this.#deps.clock.now()
    const participant = this.#participant(scope, person_id)
    if (participant.stopped_until > now) return this.#judgeStopped(participant, text, reply, now)
    const { wrote_at } = participant
    participant.wrote_at = now
    const isFirstSinceReply = reply !== NO_REPLY && wrote_at <= reply.at
    if (!isCommand(text) && !isFirstSinceReply) return 'person'
    if (participant.stopped_until > 0 && now - participant.stopped_until > DAY_MS) participant.stops = 0
    const strict = participant.stops > 0
    const sign = isCommand(text)
      ? participant.detector.takeCommand(text, Math.max(0, now - wrote_at), strict)
      : participant.detector.take(text, reply.text, Math.max(0, now - reply.at), strict)
    if (sign === undefined) return 'person'
    participant.stops += 1
    participant.stopped_for = sign
    participant.stopped_until = now + this.#stopMs(participant.stops)
    return 'stop'
  }

  /**
   * A person is recognised by a command, by the words that they were told to write, or by writing something new at a
   * human pace.
   */
  #judgeStopped(participant: Participant, text: string, reply: LastReply, now: number): 'person' | 'program' {
    const quiet_ms = now - Math.max(participant.wrote_at, reply.at)
    participant.wrote_at = now
    const needed_ms =
      participant.stops > 1
        ? LONG_PAUSE_MS
        : participant.stopped_for === 'repeated' || participant.stopped_for === 'similar'
          ? 0
          : READING_MS
    const isNew = participant.detector.isNew(text, reply.text)
    const isOnTime = participant.stopped_for === 'regular' && participant.detector.keepsTime(quiet_ms)
    const goesOn =
      (isCommand(text) && (participant.stopped_for !== 'commands' || quiet_ms >= READING_MS)) ||
      resumes(text) ||
      (isNew && quiet_ms >= needed_ms && !isOnTime)
    if (!goesOn) return 'program'
    participant.stopped_until = now
    participant.detector.reset()
    return 'person'
  }

  #participant(scope: Scope, person_id: string): Participant {
    const key = `${scope} ${person_id}`
    const known = this.#participants.get(key)
    if (known !== undefined) return known
    const participant = {
      detector: new ProgramDetector(),
      wrote_at: 0,
      stopped_until: 0,
      stopped_for: undefined,
      stops: 0,
    }
    this.#participants.set(key, participant)
    return participant
  }

  #stopMs(stops: number): number {
    return Math.min(LONGEST_STOP_MS, this.#deps.stop_minutes * MINUTE_MS * 2 ** (stops - 1))
  }

  async #announce(scope: Scope, said: readonly TurnMessage[]): Promise<void> {
    const { outbox, writer, stringsFor, metrics } = this.#deps
    const last = said.at(-1)
    if (last === undefined) return
    const participant = this.#participant(scope, last.person_id)
    const minutes = Math.ceil(this.#stopMs(participant.stops) / MINUTE_MS)
    metrics.count('loops_stopped')
    this.#logger.warn('Another program answers the bot, which stops answering it', {
      chat_id: last.chat_id,
      sign: participant.stopped_for,
      minutes,
    })
    const { program_answers } = await stringsFor(last.text, last.person_id)
    const text = program_answers(minutes)
    await outbox.deliver(writer.notice(idsOf(said), last, text))
    this.answered(scope, text)
  }
}

/** The guard ignores messages that need no answer. */
const isJudged = ({ message }: LoadedMessage): boolean => message.addressed && message.kind !== 'unreadable'

const unaddressed = (loaded: LoadedMessage): LoadedMessage => ({
  ...loaded,
  message: { ...loaded.message, addressed: false },
})
