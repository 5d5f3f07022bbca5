/** Learns from text that did not come through a channel, such as text that the operator passes to `memory extract`. */
import type { Clock } from '../platform/clock.ts'
import type { Ids } from '../platform/ids.ts'
import type { MessageRecord } from '../messages/message.ts'
import type { InboxStore } from '../messages/inbox-store.ts'
import { scopeOfPerson } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import type { TokenCounter } from '../text/tokens.ts'
import type { Learner } from './learner.ts'
import type { LearningReport } from './learning-report.ts'

export interface ExternalTextDeps {
  readonly learner: Pick<Learner, 'learnFrom'>
  readonly inbox: Pick<InboxStore, 'receive'>
  readonly tokens: TokenCounter
  readonly clock: Clock
  readonly ids: Ids
}

/** A person's text, and the answer to it. */
export interface ExternalText {
  readonly person_id: PersonId
  readonly name: string | undefined
  readonly user_input: string
  readonly ai_output: string | undefined
  /** How much the person is involved, 0 to 1; if omitted, it is measured. */
  readonly activity?: number | undefined
  readonly signal?: AbortSignal
}

/** The chat id of such messages; no channel serves it. */
const CHAT_ID = 'told:elsewhere'

/**
 * Stores the text as a message of the person, because every fact needs a source. The answer is only context and is not
 * stored.
 */
export const learnExternalText = async (text: ExternalText, deps: ExternalTextDeps): Promise<LearningReport> => {
  const messages = toMessages(text, deps)
  await receive(text, messages.question, deps)
  return await deps.learner.learnFrom(
    { scope: scopeOfPerson(text.person_id), chat_id: CHAT_ID, session_id: undefined },
    // Context comes before its source.
    text.ai_output === undefined ? [messages.question] : [messages.answer, messages.question],
    { patient: false, signal: text.signal, activity: text.activity },
  )
}

const toMessages = (
  { person_id, name, user_input, ai_output = '' }: ExternalText,
  { tokens, clock, ids }: ExternalTextDeps,
): { readonly question: MessageRecord; readonly answer: MessageRecord } => {
  const question: MessageRecord = {
    message_id: `told:${ids.uuid()}`,
    chat_id: CHAT_ID,
    chat_kind: 'direct',
    sent_at: clock.now(),
    scope: scopeOfPerson(person_id),
    person_id,
    role: 'user',
    kind: 'imported',
    learning_opt_out: false,
    text: user_input,
    tokens: tokens.count(user_input),
    sender_name: name,
    session_id: undefined,
  }
  const answer: MessageRecord = {
    ...question,
    message_id: `${question.message_id}:answer`,
    role: 'assistant',
    sender_name: undefined,
    text: ai_output,
    tokens: tokens.count(ai_output),
  }
  return { question, answer }
}

const receive = async (
  { person_id, name }: ExternalText,
  { message_id, chat_id, chat_kind, scope, kind, sent_at, text, tokens }: MessageRecord,
  { inbox }: ExternalTextDeps,
): Promise<void> => {
  const sender = { identities: [], ...(name === undefined ? {} : { name }) }
  await inbox.receive({
    message: { message_id, chat_id, chat_kind, sent_at, text, sender, addressed: false, may_continue: false },
    person_id,
    scope,
    received_at: sent_at,
    state: 'heard',
    kind,
    tokens,
  })
}
