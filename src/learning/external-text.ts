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

/** What a person said somewhere else, and what they were answered. */
export interface ToldElsewhere {
  readonly person_id: PersonId
  readonly name: string | undefined
  readonly user_input: string
  readonly ai_output: string | undefined
  /** How much the person has to do with it, 0 to 1; left open, it is measured. */
  readonly activity?: number | undefined
  readonly signal?: AbortSignal
}

/** Where such messages stand; no channel serves it. */
const CHAT_ID = 'told:elsewhere'

/**
 * Learns from words that did not come by a channel. They are kept as a message of the person, because every fact has a
 * source; the answer is context alone and is not kept.
 */
export const learnExternalText = async (
  told: ToldElsewhere,
  { learner, inbox, tokens, clock, ids }: ExternalTextDeps,
): Promise<LearningReport> => {
  const { person_id, name, user_input, ai_output } = told
  const scope = scopeOfPerson(person_id)
  const sent_at = clock.now()
  const message_id = `told:${ids.uuid()}`
  const where = { chat_id: CHAT_ID, chat_kind: 'direct', sent_at } as const
  const size = tokens.count(user_input)
  await inbox.receive({
    message: {
      ...where,
      message_id,
      text: user_input,
      addressed: false,
      may_continue: false,
      sender: { identities: [], ...(name === undefined ? {} : { name }) },
    },
    person_id,
    scope,
    received_at: sent_at,
    state: 'heard',
    kind: 'imported',
    tokens: size,
  })
  const said: MessageRecord = {
    ...where,
    message_id,
    scope,
    person_id,
    role: 'user',
    kind: 'imported',
    learning_opt_out: false,
    text: user_input,
    tokens: size,
    sender_name: name,
    session_id: undefined,
  }
  const answered: MessageRecord = {
    ...said,
    message_id: `${message_id}:answer`,
    role: 'assistant',
    sender_name: undefined,
    text: ai_output ?? '',
    tokens: tokens.count(ai_output ?? ''),
  }
  return await learner.learnFrom(
    { scope, chat_id: CHAT_ID, session_id: undefined },
    // What is answered is context for what was said before it.
    ai_output === undefined ? [said] : [answered, said],
    { patient: false, signal: told.signal, activity: told.activity },
  )
}
