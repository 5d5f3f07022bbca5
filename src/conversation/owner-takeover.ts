/**
 * Handles messages that the account owner writes in a chat: the bot pauses there, and stores them as its own messages.
 */
import type { OwnerMessage } from '../channels/channel.ts'
import type { Erasures } from '../messages/erasures.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { scopeOf, type Scope } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import type { PersonId } from '../people/person.ts'
import { MINUTE_MS, type Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import { toWindowMessage } from '../sessions/session.ts'
import type { Sessions } from '../sessions/sessions.ts'
import { messageText } from '../text/message-text.ts'
import { countInSlices, type TokenCounter } from '../text/tokens.ts'
import type { AutomaticReplies } from './automatic-replies.ts'
import type { Pauses } from './pauses.ts'
import type { Exclusive } from './turn-scheduler.ts'
import { windowBudget, type WindowBudgets } from './window-budget.ts'

export interface OwnerTakeoverDeps {
  readonly settings: {
    /** For how many minutes the bot is paused after the owner wrote in a chat; 0: it is not paused. */
    readonly takeover_minutes: number
    readonly window_tokens: WindowBudgets
  }
  readonly people: Pick<People, 'find' | 'resolve'>
  readonly messages: Pick<MessageStore, 'inbox' | 'history'>
  readonly erasures: Pick<Erasures, 'isErased'>
  /** Where the owner's messages are added, each alone in the queue of the scope. */
  readonly sessions: {
    readonly windows: Pick<Sessions, 'append' | 'open' | 'save'>
    readonly exclusive: Exclusive
    /** Whether the messages of a conversation may be stored. */
    readonly remembers: (scope: Scope) => Promise<boolean>
  }
  readonly pauses: Pick<Pauses, 'at' | 'begin'>
  readonly automatic: Pick<AutomaticReplies, 'isAutomatic'>
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
}

export class OwnerTakeover {
  readonly #deps: OwnerTakeoverDeps
  readonly #logger: Logger

  constructor(deps: OwnerTakeoverDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('inbox')
  }

  /** Ignores messages that we sent ourselves, known ones, and forgotten ones. */
  async ownerWrote(written: OwnerMessage): Promise<void> {
    const { messages, people, erasures } = this.#deps
    const message = { ...written, text: messageText(written.text) }
    if ((await messages.inbox.originOf(message)) !== 'new') return
    // In a group the owner addresses no one in particular, so the group takes the place of the person.
    const person_id = message.other === undefined ? message.chat_id : (await people.resolve(message.other)).person_id
    if (await erasures.isErased({ ...message, person_id })) return
    const scope = scopeOf(message, person_id)
    if (this.#deps.automatic.isAutomatic(message)) {
      await this.#ignore(message, scope, person_id)
      return
    }
    await this.#pause(message, scope)
    await this.#keep(message, scope, person_id)
  }

  /** Records the id of an automatic reply, without its text. */
  async #ignore(message: OwnerMessage, scope: Scope, person_id: PersonId): Promise<void> {
    const { messages, clock } = this.#deps
    this.#logger.info('The account sent an automatic reply, the bot is not paused', { message_id: message.message_id })
    await messages.inbox.receive({
      message: { ...message, addressed: false, may_continue: false, sender: { identities: [] } },
      person_id,
      scope,
      received_at: clock.now(),
      state: 'ignored',
      role: 'assistant',
      tokens: undefined,
    })
  }

  /** Pauses the bot for a time that starts with the owner's message, however late it arrives. */
  async #pause({ message_id, sent_at }: OwnerMessage, scope: Scope): Promise<void> {
    const { settings, pauses, clock } = this.#deps
    const minutes = settings.takeover_minutes
    const now = clock.now()
    // A message from the future was written by another clock and must not extend the pause.
    const until = Math.min(sent_at, now) + minutes * MINUTE_MS
    if (until <= now) return
    const pause = await pauses.at(scope, now)
    // An older message that arrives later does not shorten the pause.
    if (pause !== undefined && (pause.until ?? Infinity) >= until) return
    await pauses.begin({ scope, until, reason: 'owner' }, now)
    this.#logger.info('The owner wrote, the bot stays quiet', { message_id, minutes })
  }

  /** Stores the owner's message as the bot's own: for the person, both speak with one voice. */
  async #keep(message: OwnerMessage, scope: Scope, person_id: PersonId): Promise<void> {
    const { sessions, messages, clock } = this.#deps
    const { message_id, chat_id, chat_kind, text, sent_at, expires_at } = message
    const stored = await sessions.remembers(scope)
    const tokens = await countInSlices(this.#deps.tokens, text)
    const receipt = await messages.inbox.receive({
      message: {
        message_id,
        chat_id,
        chat_kind,
        text,
        sent_at,
        expires_at,
        addressed: false,
        may_continue: false,
        sender: { identities: [] },
      },
      person_id,
      scope,
      received_at: clock.now(),
      state: 'heard',
      role: 'assistant',
      tokens: stored ? tokens : undefined,
    })
    if (receipt === 'known' || !stored) return
    await this.#deps.sessions.exclusive(scope, () => this.#addToSession(message, scope, person_id, tokens))
  }

  async #addToSession(message: OwnerMessage, scope: Scope, person_id: PersonId, tokens: number): Promise<void> {
    const { settings, messages, people } = this.#deps
    const { windows } = this.#deps.sessions
    const { message_id, chat_id, chat_kind } = message
    const { session_id } = await windows.open(scope, chat_id)
    await messages.history.assign(session_id, [message_id])
    const own = { ...message, role: 'assistant', sender_name: undefined, person_id, tokens } as const
    await windows.append(session_id, [toWindowMessage(own)])
    await windows.save(session_id, windowBudget(settings.window_tokens, await people.find(person_id), chat_kind))
  }
}
