import { asDenidinError, DenidinError } from '../platform/errors.ts'
import { withTrace } from '../platform/trace.ts'
import type { ChatId, MessageId } from '../messages/message.ts'
import type { Reply } from '../messages/message-store.ts'
import type { Scope } from '../messages/scope.ts'
import type { CallContext, Completion, ModelMessage } from '../models/language-model.ts'
import type { Person } from '../people/person.ts'
import type { Speaker } from './commands.ts'
import { buildContext } from './context.ts'
import { recallRecord, usedThroughQuotes } from './recall-log-entry.ts'
import { gatherRecall } from './gather-recall.ts'
import { groupByChat, idsOf, replyInWindow, toWindow, type TurnMessage } from './turn-message.ts'
import { windowBudget } from './window-budget.ts'
import type { TurnDeps } from './turn-dependencies.ts'

interface Delivered {
  readonly reply: Reply
  /** Id under which the reply is kept; `undefined` while it is held. */
  readonly message_id: MessageId | undefined
}

/** Works on what one scope said: one turn a chat, never rejects. */
export type Turn = (scope: Scope, batch: readonly TurnMessage[]) => Promise<void>

/** The middle of the road: who · session · recall · context · model · reply. */
export const createTurn = (deps: TurnDeps): Turn => {
  const { settings, messages, windows, clock, metrics } = deps
  const logger = deps.logger.for('conversation')
  /** Chats whose last words could not be read. */
  const unreadable = new Set<ChatId>()

  /** A reply to a batch; `last` is the message that is quoted where an answer quotes. */
  const compose = (batch: readonly TurnMessage[], last: TurnMessage, text: string, session_id?: string): Reply => ({
    outbox_id: deps.ids.uuid(),
    chat_id: last.chat_id,
    chat_kind: last.chat_kind,
    scope: last.scope,
    person_id: last.person_id,
    answers: [...idsOf(batch.filter(message => message !== last)), last.message_id],
    text,
    tokens: deps.tokens.count(text),
    session_id: settings.keep ? session_id : undefined,
    keep: settings.keep,
    created_at: clock.now(),
  })

  /** Answers a batch; `since` is when the work on it began. */
  const reply = async (
    batch: readonly TurnMessage[],
    last: TurnMessage,
    text: string,
    { since, session_id }: { readonly since?: number; readonly session_id?: string } = {},
  ): Promise<Delivered> => {
    const sent = compose(batch, last, text, session_id)
    return { reply: sent, message_id: await deps.outbox.deliver(sent, since) }
  }

  const runCommand = async (message: TurnMessage, person: Person): Promise<void> => {
    const { chat_id, chat_kind, scope } = message
    const since = clock.now()
    await using _typing = await deps.channelOf(chat_id)?.typing(chat_id)
    const speaker: Speaker = { person, chat_id, chat_kind, scope, message_id: message.message_id }
    const text = await deps.commands().run(message.text, speaker)
    // Commands are no conversation: neither their words nor their answers, which may hold what is to be forgotten, stay.
    const answered = { ...compose([message], message, text), keep: false }
    if ((await deps.outbox.deliver(answered, since)) !== undefined) {
      await messages.remove(message.message_id, clock.now())
    }
  }

  const hear = async (session_id: string, batch: readonly TurnMessage[]): Promise<void> => {
    await messages.settle(idsOf(batch), 'heard', clock.now())
    await windows.save(session_id)
  }

  const answer = async (scope: Scope, batch: readonly TurnMessage[]): Promise<void> => {
    const addressed = batch.findLast(message => message.addressed)
    const last = addressed ?? batch.at(-1)
    if (last === undefined) return
    const { chat_id, chat_kind, person_id } = last
    const max_tokens = windowBudget(settings.window_tokens, await deps.people.find(person_id), chat_kind)
    const opened = await windows.open(scope, chat_id)
    if (opened.ended_another) deps.sessionEnded()
    const said = await windows.append(opened.session_id, batch.map(toWindow), max_tokens)
    if (addressed === undefined) {
      await hear(said.session_id, batch)
      return
    }
    const since = clock.now()
    const channel = deps.channelOf(chat_id)
    await channel?.seen(chat_id)
    // Shown until the reply is out: recall, the model and the pause before sending are all writing.
    await using _typing = await channel?.typing(chat_id)
    const question = batch.map(message => message.text).join('\n')
    const call = { person_id, chat_id }
    const recalled = await gatherRecall(deps, { scope, text: question, asker: person_id, window: said.window }, call)
    const given = {
      recalled,
      tone: deps.tone(question, recalled),
      profile: await deps.profileOf(scope),
    }
    const request = buildContext(
      {
        system_prompt: settings.system_prompt,
        now: clock.now(),
        chat_kind,
        max_tokens,
        recalled,
        window: said.window,
        tone: given.tone,
        profile: given.profile.map(({ text }) => text),
      },
      deps.tokens,
    )
    const completion = await complete(request, call)
    if (completion instanceof DenidinError) {
      const sentences = await deps.sentencesFor(question, person_id)
      const text = completion.code === 'rejected' ? sentences.model_rejected : sentences.model_unavailable
      await reply(batch, last, text, { since })
    } else {
      const sent = await reply(batch, last, completion.text, { since, session_id: said.session_id })
      if (settings.keep) {
        await deps.memoryLog.recalled(recallRecord(sent.reply, given, clock.now()))
        await deps.memoryLog.accessed(usedThroughQuotes(sent.reply, recalled, clock.now()))
      }
      if (sent.message_id !== undefined) {
        await windows.append(said.session_id, [replyInWindow(sent.reply, sent.message_id, clock.now())], max_tokens)
      }
    }
    await windows.save(said.session_id)
  }

  const complete = async (
    request: readonly ModelMessage[],
    call: Omit<CallContext, 'purpose'>,
  ): Promise<Completion | DenidinError> => {
    const { max_tokens, temperature } = settings
    try {
      return await deps.model.complete({ messages: request, max_tokens, temperature }, { ...call, purpose: 'reply' })
    } catch (error) {
      metrics.count('model_failures')
      const failure = asDenidinError(error)
      logger.error('The model gave no answer', { code: failure.code, reason: failure.message })
      return failure
    }
  }

  /** The batch as its writers want it by now: edited texts, without what they took back. */
  const asItStands = async (batch: readonly TurnMessage[]): Promise<readonly TurnMessage[]> => {
    if (!settings.keep) return batch
    const current = await messages.current(idsOf(batch))
    return batch.flatMap(message => {
      const now = current.get(message.message_id)
      return now === undefined ? [] : [{ ...message, ...now }]
    })
  }

  /** What came undecryptable (without text) is asked for again, once until something readable comes. */
  const askToRepeat = async (message: TurnMessage): Promise<void> => {
    if (unreadable.has(message.chat_id)) {
      await messages.settle([message.message_id], 'unanswerable', clock.now())
      return
    }
    unreadable.add(message.chat_id)
    await reply([message], message, (await deps.sentencesFor('', message.person_id)).unreadable)
  }

  const work = async (scope: Scope, said: readonly TurnMessage[]): Promise<void> => {
    const talk: TurnMessage[] = []
    const batch = await asItStands(said)
    const quiet = (await deps.pauses.at(scope, clock.now())) !== undefined
    for (const message of batch) {
      const person = await deps.people.find(message.person_id)
      if (person === undefined || person.role === 'blocked') {
        await messages.settle([message.message_id], 'ignored', clock.now())
      } else if (message.addressed && deps.commands().recognises(message.text, message)) {
        // What was said before a command belongs before it: a reset must not swallow it.
        if (talk.length > 0) await answer(scope, talk.splice(0))
        await runCommand(message, person)
      } else if (message.text === '') {
        if (quiet || !message.addressed) await messages.settle([message.message_id], 'unanswerable', clock.now())
        else await askToRepeat(message)
      } else {
        unreadable.delete(message.chat_id)
        // While the bot is to be quiet it only listens.
        talk.push(quiet ? { ...message, addressed: false } : message)
      }
    }
    if (talk.length > 0) await answer(scope, talk)
  }

  return async (scope, batch) => {
    for (const chat of groupByChat(batch)) {
      await withTrace(chat.at(-1)?.trace ?? deps.ids.uuid(), async () => {
        try {
          await work(scope, chat)
        } catch (error) {
          metrics.count('turns_failed')
          const { code, message } = asDenidinError(error)
          logger.error('A turn failed', { code, reason: message })
          await apologise(chat).catch((failure: unknown) => {
            logger.error('Not even an apology could be sent', { reason: asDenidinError(failure).message })
          })
        }
      })
    }
  }

  async function apologise(batch: readonly TurnMessage[]): Promise<void> {
    const waiting = new Set((await messages.open()).map(message => message.message_id))
    const unanswered = batch.filter(message => waiting.has(message.message_id))
    // Whoever did not speak to the bot is not spoken to; the next start looks at their messages again.
    const last = unanswered.findLast(message => message.addressed)
    if (last === undefined) return
    const question = unanswered.map(message => message.text).join('\n')
    const { something_went_wrong } = await deps.sentencesFor(question, last.person_id)
    await deps.outbox.apologise(compose(unanswered, last, something_went_wrong))
  }
}
