// Measures the same on made-up talks with words as rare as in life: memory off, words only, and words with vectors.
import { setTimeout } from 'node:timers/promises'
import type { Stores } from '../../../src/app/stores.ts'
import { PLAIN_MEMORY } from '../../../src/memory/memory.ts'
import type { MessageId } from '../../../src/messages/message.ts'
import type { Scope } from '../../../src/messages/scope.ts'
import { createTokenCounter } from '../../../src/text/tokens.ts'
import type { DialogueTurn } from '../../support/dialogues/dialogue.ts'
import { generateDialogue } from '../../support/dialogues/generate.ts'
import { startBenchDenidin, type BenchDenidin } from '../bench-denidin.ts'
import { longTalk } from '../long-talk.ts'
import { chatOf, ownTimes, SESSIONS, type OwnTime, type OwnTimeOptions } from './own-time.ts'

const DAY_MS = 24 * 60 * 60 * 1000
/** Talks whose questions are asked. */
const QUESTION_TALKS = 12
/** Seed of the talk that fills the session; the past is made of others. */
const SESSION_SEED = 500
/** Turns of a talk that come in as one message, so that a session fills up quickly. */
const TURNS_PER_MESSAGE = 4

/** What the bot remembers with. */
const KINDS = {
  'words only': { use_schema_v2: false },
  'words and vectors': { use_schema_v2: true },
} as const

/** Learning is over when the event loop has had nearly nothing to do for so long. */
const IDLE_MS = 1000
const IDLE_UTILIZATION = 0.05

const tokens = createTokenCounter()

/** Measures each size of session with memory off, and with each size of past by words alone and with vectors. */
export const measureRealistic = async (
  sizes: readonly number[],
  options: OwnTimeOptions,
): Promise<Record<string, OwnTime>> => {
  const questions = Array.from({ length: QUESTION_TALKS }, (_, seed) => generateDialogue('en', seed + 1).questions)
    .flat()
    .map(each => each.text)
  const question = (n: number): string => questions[(n + questions.length) % questions.length] ?? ''
  const result: Record<string, OwnTime> = {}
  const measure = async (row: string, session: (typeof SESSIONS)[number], start: () => Promise<BenchDenidin>) => {
    const [, phone, session_tokens] = session
    options.progress(`own time, realistic: ${row} …`)
    await using denidin = await start()
    await fillSession(denidin, phone, session_tokens)
    result[row] = await ownTimes(denidin, phone, options.samples, question)
  }
  for (const session of SESSIONS) {
    const [size, phone] = session
    await measure(`memory off, ${size} tokens`, session, () =>
      startBenchDenidin({ concurrency: 8, feature_flags: { enable_memory_system: false } }),
    )
    for (const [kind, feature_flags] of Object.entries(KINDS)) {
      for (const count of sizes) {
        const has_memories = feature_flags.use_schema_v2
        const what = has_memories ? 'memories and messages' : 'messages'
        await measure(`${kind}, ${size} tokens, ${String(count)} ${what}`, session, () =>
          startBenchDenidin({
            concurrency: 8,
            feature_flags,
            fill: stores => fillPast(stores, { phone, count, has_memories }),
          }),
        )
      }
    }
  }
  return result
}

interface Past {
  readonly phone: string
  readonly count: number
  /** Whether each message has also become a fact. */
  readonly has_memories: boolean
}

/** Writes a past of messages that ended yesterday, and the facts that were learned from it. */
const fillPast = async (stores: Stores, { phone, count, has_memories }: Past): Promise<void> => {
  const { person_id } = await stores.people.resolve({ identities: [{ kind: 'phone', value: phone }], name: 'Ann' })
  const scope: Scope = `person:${person_id}`
  const talk = longTalk(count)
  const shift = Date.now() - DAY_MS - (talk.at(-1)?.sent_at ?? 0)
  stores.database.run('pragma synchronous = off')
  for (const [n, turn] of talk.entries()) {
    const message_id: MessageId = `past-${String(n)}`
    const at = turn.sent_at + shift
    await stores.messages.inbox.receive({
      message: {
        message_id,
        chat_id: chatOf(phone),
        chat_kind: 'direct',
        text: turn.text,
        sent_at: at,
        sender: { identities: [], name: 'Ann' },
        addressed: false,
        may_continue: false,
      },
      person_id,
      scope,
      received_at: at,
      state: 'heard',
      role: turn.speaker === 'Ann' ? 'user' : 'assistant',
      tokens: tokens.count(turn.text),
    })
    if (has_memories) await stores.memories.add(factFrom(turn, { message_id, scope, person_ids: [person_id], at }))
  }
}

const factFrom = (
  turn: DialogueTurn,
  from: { readonly message_id: MessageId; readonly scope: Scope; readonly person_ids: string[]; readonly at: number },
) => ({
  ...PLAIN_MEMORY,
  memory_id: `memory-${from.message_id}`,
  session_id: undefined,
  scope: from.scope,
  person_ids: from.person_ids,
  kind: 'fact' as const,
  text: `${turn.speaker} said: ${turn.text}`,
  quote: turn.text,
  sources: [from.message_id],
  said_from: from.at,
  said_to: from.at,
  valid_from: from.at,
  created_at: from.at,
})

/** Fills the running session with a talk of about `wanted` tokens, and waits until the bot has learned from it. */
const fillSession = async (denidin: BenchDenidin, phone: string, wanted: number): Promise<void> => {
  const { app, channel } = denidin
  let filled = 0
  for (let seed = SESSION_SEED; filled < wanted; seed++) {
    const { turns } = generateDialogue('en', seed)
    for (let at = 0; at < turns.length && filled < wanted; at += TURNS_PER_MESSAGE) {
      const text = turns
        .slice(at, at + TURNS_PER_MESSAGE)
        .map(turn => turn.text)
        .join(' ')
      filled += tokens.count(text)
      await channel.deliver({ text, chat_id: chatOf(phone) })
      await app.conversation.whenIdle(chatOf(phone))
    }
  }
  for (let utilization = 1; utilization > IDLE_UTILIZATION;) {
    await app.messageIndex.whenIdle()
    await app.memory.whenIdle()
    await app.messageVectors.whenIdle()
    const before = performance.eventLoopUtilization()
    await setTimeout(IDLE_MS)
    utilization = performance.eventLoopUtilization(before).utilization
  }
}
