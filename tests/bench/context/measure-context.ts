// Holds made-up conversations through the whole DeniDin and looks at every request: how many tokens of context it carries,
// and how much of what answers the question.
import { PROFILE_HEADING, RECALLED_HEADING } from '../../../src/conversation/packing/render-context.ts'
import { MESSAGE_TOKENS } from '../../../src/models/message-tokens.ts'
import { surroundings } from '../../../src/app/runtime.ts'
import type { Scope } from '../../../src/messages/scope.ts'
import { createTokenCounter } from '../../../src/text/tokens.ts'
import { GODFATHER, TestDenidin } from '../../support/denidin.ts'
import { lastUserMessage, reply, type RecordedRequest } from '../../support/model-server.ts'
import { openStores } from '../../support/stores.ts'
import { percentiles } from '../figures.ts'
import type { Conversation, MessageKind, Said } from './conversations.ts'

const HOUR_MS = 60 * 60 * 1000
const MINUTE_MS = 60 * 1000
const CLIENT = '15550001111'
const SUMMARY = 'A conversation.'

const tokens = createTokenCounter()

/** What one request carried. */
export interface Outcome {
  readonly conversation: string
  readonly kind: MessageKind
  readonly text: string
  /** Tokens beyond the system prompt and the message that is answered. */
  readonly context_tokens: number
  /** Share of the evidence that it carried whole, 0 to 1; `undefined` where nothing answers. */
  readonly evidence: number | undefined
  /** Share of the sentences of the evidence that it carried, by their length. */
  readonly sentences: number | undefined
  /** Milliseconds from the message to the request. */
  readonly took_ms: number
  /** Processor time of the same. The system counts it in steps: only a sum over many messages says something. */
  readonly work_ms: number
}

/** Figures of a group of messages. */
export interface ContextFigures {
  readonly messages: number
  /** Mean. */
  readonly context_tokens: number
  /** Percent of the evidence, whole; `NaN` where nothing answers. */
  readonly evidence: number
  /** Percent of its sentences: of a long message, the passage that answers may be enough. */
  readonly sentences: number
  readonly p50_ms: number
  readonly p95_ms: number
  /** Mean processor time until the request. */
  readonly work_ms: number
}

/**
 * How tokens are granted. `by_need`: `budget.use_profiles`. `fixed`: the whole window of the role, and recall and profile
 * beside it. `fixed_together`: the same, but the window is smaller, so that all texts together take no more than the role's
 * cap, as by need.
 */
export type Budgets = 'by_need' | 'fixed' | 'fixed_together'

/** Tokens of recall and profile, by default. */
const BESIDE_THE_WINDOW = 1150
const CAPS = { client: 4000, godfather: 100_000 }

/** Holds a conversation, message by message. */
export async function* holdConversation(conversation: Conversation, budgets: Budgets): AsyncGenerator<Outcome> {
  const { role } = conversation
  const window = CAPS[role] - (budgets === 'fixed_together' ? BESIDE_THE_WINDOW : 0)
  await using denidin = await TestDenidin.start({
    budget: { use_profiles: budgets === 'by_need' },
    memory: { session: { max_tokens_by_role: { [role]: window } } },
    feature_flags: { enable_memory_system: true, use_schema_v2: false },
    conversation: { bot_loop_minutes: 0 },
  })
  await fillPast(denidin, conversation)
  const chat_id = `${conversation.role === 'godfather' ? GODFATHER : CLIENT}@c.us`
  for (const step of conversation.steps) {
    if ('pause_hours' in step) {
      denidin.clock.forward(step.pause_hours * HOUR_MS)
      continue
    }
    const outcome = await outcomeOf(denidin, conversation, chat_id, step)
    if (outcome !== undefined) yield outcome
    denidin.clock.forward(MINUTE_MS)
  }
}

const outcomeOf = async (
  { models, channel, clock, app }: TestDenidin,
  { name: conversation, person }: Conversation,
  chat_id: string,
  { kind, text, reply: answer, evidence }: Said,
): Promise<Outcome | undefined> => {
  models.requests.splice(0)
  let asked: { readonly request: RecordedRequest; readonly at: number; readonly worked: number } | undefined
  models.always(
    'completion',
    reply(request => {
      // A session that ended is summed up meanwhile.
      if (!asks(request, text)) return SUMMARY
      asked ??= { request, at: performance.now(), worked: processorTime() }
      return answer
    }),
  )
  const [began, worked] = [performance.now(), processorTime()]
  const sender = { identities: [{ kind: 'phone', value: chat_id.replace(/@.*/, '') } as const], name: person }
  await channel.deliver({ text, chat_id, sent_at: clock.now(), sender })
  await app.conversation.whenIdle(chat_id)
  await app.messageIndex.whenIdle()
  if (asked === undefined) {
    // A command is answered without the model.
    if (text.startsWith('/')) return undefined
    throw new Error(`there was no request for "${text}"`)
  }
  const context = contextOf(asked.request)
  return {
    conversation,
    kind,
    text,
    context_tokens: context.reduce((sum, content) => sum + tokens.count(content) + MESSAGE_TOKENS, 0),
    evidence: evidence.length === 0 ? undefined : mean(evidence.map(each => (isIn(each, context) ? 1 : 0))),
    sentences: evidence.length === 0 ? undefined : mean(evidence.map(each => shareOfSentences(each, context))),
    took_ms: asked.at - began,
    work_ms: asked.worked - worked,
  }
}

/** Milliseconds of this process. */
const processorTime = (): number => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1000
}

/** Letters and digits by which a long message is known: the request may have it shortened. */
const BEGINNING = 100

/** Whether a request asks for the answer to a message. A message is cleaned when it comes in: only its letters and digits count. */
const asks = (request: RecordedRequest, text: string): boolean => {
  const [asked, said] = [lastUserMessage(request), text].map(each => each.replace(/[^\p{L}\p{N}]+/gu, '')) as [
    string,
    string,
  ]
  return asked.endsWith(said) || (said.length > BEGINNING && asked.includes(said.slice(0, BEGINNING)))
}

/** Contents of a request but the system prompt and the message that is answered. */
const contextOf = ({ body: { messages = [] } }: RecordedRequest): readonly string[] => {
  const [system, ...spoken] = messages
  const blocks = system?.content.split('\n\n').filter(each => HEADINGS.some(heading => each.startsWith(heading))) ?? []
  return [...blocks, ...spoken.slice(0, -1).map(({ content }) => content)]
}

/** How the blocks begin that stand in one message with the system prompt. */
const HEADINGS = [PROFILE_HEADING, RECALLED_HEADING]

const isIn = (text: string, context: readonly string[]): boolean => {
  const quoted = JSON.stringify(text).slice(1, -1)
  return context.some(each => each.includes(text) || each.includes(quoted))
}

const SENTENCE_END = /(?<=[.!?])\s+|\n+/u

const shareOfSentences = (text: string, context: readonly string[]): number => {
  const sentences = text
    .split(SENTENCE_END)
    .map(each => each.trim())
    .filter(each => each !== '')
  const lengthOf = (texts: readonly string[]): number => texts.reduce((sum, each) => sum + each.length, 0)
  return lengthOf(sentences.filter(each => isIn(each, context))) / Math.max(1, lengthOf(sentences))
}

/** Writes what was said long ago into the stores, while the bot is stopped. */
const fillPast = async (denidin: TestDenidin, { past, person, role }: Conversation): Promise<void> => {
  await denidin.close()
  {
    const phone = role === 'godfather' ? GODFATHER : CLIENT
    const settings = denidin.settings()
    using stores = openStores(settings, surroundings(settings, denidin.log, { clock: denidin.clock }))
    stores.database.run('pragma synchronous = off')
    const { person_id } = await stores.people.resolve({ identities: [{ kind: 'phone', value: phone }], name: person })
    const scope: Scope = `person:${person_id}`
    const shift = denidin.clock.now() - 30 * 24 * HOUR_MS - (past.at(-1)?.sent_at ?? 0)
    for (const [n, turn] of past.entries()) {
      await stores.messages.inbox.receive({
        message: {
          message_id: `past-${String(n)}`,
          chat_id: `${phone}@c.us`,
          chat_kind: 'direct',
          text: turn.text,
          sent_at: turn.sent_at + shift,
          sender: { identities: [], name: person },
          addressed: false,
          may_continue: false,
        },
        person_id,
        scope,
        received_at: turn.sent_at + shift,
        state: 'heard',
        role: turn.speaker === person ? 'user' : 'assistant',
        tokens: tokens.count(turn.text),
      })
    }
  }
  await denidin.open()
}

/** Figures by kind of message, and of all. */
export const figuresOf = (outcomes: readonly Outcome[]): Readonly<Record<string, ContextFigures>> => {
  const groups = [...Map.groupBy(outcomes, each => each.kind)].map(
    ([kind, members]) => [kind, figures(members)] as const,
  )
  return Object.fromEntries([...groups.sort(([a], [b]) => (a < b ? -1 : 1)), ['all', figures(outcomes)]])
}

const figures = (outcomes: readonly Outcome[]): ContextFigures => {
  const asked = outcomes.flatMap(({ evidence }) => evidence ?? [])
  const { p50, p95 } = percentiles(outcomes.map(each => each.took_ms))
  return {
    messages: outcomes.length,
    context_tokens: Math.round(mean(outcomes.map(each => each.context_tokens))),
    evidence: percent(asked),
    sentences: percent(outcomes.flatMap(({ sentences }) => sentences ?? [])),
    p50_ms: p50,
    p95_ms: p95,
    work_ms: Math.round(10 * mean(outcomes.map(each => each.work_ms))) / 10,
  }
}

const percent = (shares: readonly number[]): number => Math.round(1000 * mean(shares)) / 10

const mean = (values: readonly number[]): number => values.reduce((sum, each) => sum + each, 0) / values.length
