import type { ChannelEvents, OwnerMessage, Reaction } from '../channels/channel.ts'
import type { Clock } from '../platform/clock.ts'
import { MINUTE_MS } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { ChangedMessage } from '../messages/history-store.ts'
import type { MessageStore } from '../messages/message-store.ts'
import { scopeOf, type Scope } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import type { PersonId } from '../people/person.ts'
import { toWindowMessage } from '../sessions/session.ts'
import type { Sessions } from '../sessions/sessions.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { Pauses } from './pauses.ts'
import { windowBudget, type WindowBudgets } from './window-budget.ts'

export interface MessageEventsDeps {
  readonly settings: {
    /** Whether what is said may be kept. */
    readonly keep: boolean
    /** Minutes for which the bot stays quiet after its owner wrote in a chat; 0: it does not. */
    readonly takeover_minutes: number
    readonly window_tokens: WindowBudgets
  }
  readonly people: People
  readonly messages: Pick<MessageStore, 'inbox' | 'history'>
  readonly windows: Sessions
  readonly pauses: Pauses
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly logger: Logger
  /** Runs an act alone in the queue of a scope. */
  readonly exclusive: <T>(scope: Scope, act: () => Promise<T>) => Promise<T>
  /** Told that words of a session were changed or taken back. */
  readonly sessionChanged: () => void
}

/** What happens beside the road: words are changed, taken back, rated, and people take over. */
export const createChanges = (
  deps: MessageEventsDeps,
): Pick<ChannelEvents, 'edited' | 'deleted' | 'reacted' | 'ownerWrote'> => {
  const { settings, people, messages, windows, clock } = deps
  const logger = deps.logger.for('inbox')

  const refresh = async (changed: ChangedMessage | undefined): Promise<void> => {
    if (changed?.session_id === undefined) return
    const { scope, session_id } = changed
    await deps.exclusive(scope, () => windows.refresh(session_id))
  }

  /** Keeps what the owner said as the bot's own words: for the person it is one voice. */
  const keep = async (message: OwnerMessage, scope: Scope, person_id: PersonId): Promise<void> => {
    const { message_id, chat_id, chat_kind, text, sent_at } = message
    const tokens = deps.tokens.count(text)
    const receipt = await messages.inbox.receive({
      message: {
        message_id,
        chat_id,
        chat_kind,
        text,
        sent_at,
        addressed: false,
        may_continue: false,
        sender: { identities: [] },
      },
      person_id,
      scope,
      received_at: clock.now(),
      state: 'heard',
      role: 'assistant',
      tokens: settings.keep ? tokens : undefined,
    })
    if (receipt === 'known' || !settings.keep) return
    await deps.exclusive(scope, async () => {
      const { session_id } = await windows.open(scope, chat_id)
      await messages.history.assign(session_id, [message_id])
      const spoken = { ...message, role: 'assistant', sender_name: undefined, person_id, tokens } as const
      const max_tokens = windowBudget(settings.window_tokens, await people.find(person_id), chat_kind)
      await windows.append(session_id, [toWindowMessage(spoken)], max_tokens)
      await windows.save(session_id)
    })
  }

  /** Has the bot listen for a time that begins with the owner's words, however late these are heard. */
  const takeOver = async ({ message_id, sent_at }: OwnerMessage, scope: Scope): Promise<void> => {
    const minutes = settings.takeover_minutes
    const now = clock.now()
    const until = sent_at + minutes * MINUTE_MS
    if (until <= now) return
    const pause = await deps.pauses.at(scope, now)
    // Words that were said earlier and heard later shorten nothing.
    if (pause !== undefined && (pause.until ?? Infinity) >= until) return
    await deps.pauses.begin({ scope, until, reason: 'owner' }, now)
    logger.info('The owner wrote, the bot stays quiet', { message_id, minutes })
  }

  return {
    edited: async ({ message_id, text }) => {
      const changed = await messages.history.edit(message_id, text, deps.tokens.count(text))
      await refresh(changed)
      if (changed?.session_id !== undefined) deps.sessionChanged()
    },
    deleted: async message_id => {
      const changed = await messages.history.remove(message_id, clock.now())
      if (changed === undefined) return
      logger.info('A message was taken back and is forgotten', { message_id })
      await refresh(changed)
      if (changed.session_id !== undefined) deps.sessionChanged()
    },
    reacted: async ({ message_id, sender, emoji, at }: Reaction) => {
      const { person_id } = await people.resolve(sender)
      await messages.history.rate({ message_id, person_id, value: valueOf(emoji), at })
    },
    ownerWrote: async message => {
      if ((await messages.inbox.originOf(message)) !== 'new') return
      // In a group nobody in particular is spoken to: there the group stands for its person.
      const person_id = message.other === undefined ? message.chat_id : (await people.resolve(message.other)).person_id
      const scope = scopeOf(message, person_id)
      await takeOver(message, scope)
      await keep(message, scope, person_id)
    },
  }
}

/** Thumbs up and down, in every skin tone; other reactions say nothing about quality. */
const valueOf = (emoji: string | undefined): 1 | -1 | undefined =>
  emoji?.startsWith('\u{1F44D}') === true ? 1 : emoji?.startsWith('\u{1F44E}') === true ? -1 : undefined
