// Measures the context of requests with budgets by need against fixed ones: tokens, evidence, and the time until the model is
// asked. The conversations are made up; real pipeline, scripted model. Four others are held first, with both budgets, and not
// counted: in the first messages of a process, its code is compiled.
// Usage: npm run bench:context [-- --data FILE [--afterwards]] [--together] [--role client] [--seed N]
//          [--quick] [--json] [--losses]
//   --data    conversations in the format of LoCoMo instead. Where the questions stand inside the talk (`asked_at`), it is held
//             as it was; otherwise the talk is the past, and its questions are asked one by one
//   --afterwards  asks questions one by one after the talk in any case
//   --together  fixed budgets whose texts together stay within the cap of the role, which budgets by need count everything
//             under. By default the window alone may fill the cap, and recall comes on top
//   --role    only the made-up conversations of clients, or of the godfather
//   --losses  lists every question for which budgets by need carried less of the evidence than fixed ones
import { parseArgs } from 'node:util'
import {
  askedAfterwards,
  heldAsItWas,
  makeConversation,
  type Conversation,
  type ConversationOptions,
} from './context/conversations.ts'
import type { Dialogue } from '../support/dialogues/dialogue.ts'
import { readLocomo } from './recall/locomo.ts'
import { isAskedInside } from './recall/measure.ts'
import { figuresOf, holdConversation, type Outcome } from './context/measure-context.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    data: { type: 'string' },
    afterwards: { type: 'boolean', default: false },
    losses: { type: 'boolean', default: false },
    together: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    role: { type: 'string' },
  },
})

const FIRST_SEED = Number(values.seed)
const CLIENTS = values.quick ? 1 : 4
const LANGUAGES = ['en', 'he'] as const

const madeUp = LANGUAGES.flatMap(language => [
  ...Array.from({ length: CLIENTS }, (_, n): ConversationOptions => ({
    language,
    role: 'client',
    seed: FIRST_SEED + n,
    talks: 1,
  })),
  { language, role: 'godfather', seed: FIRST_SEED + 50, talks: values.quick ? 1 : 2 } as const,
])

const chosen = madeUp.filter(({ role }) => values.role === undefined || role === values.role)

const ofData = (dialogue: Dialogue): Conversation =>
  isAskedInside(dialogue) && !values.afterwards ? heldAsItWas(dialogue) : askedAfterwards(dialogue)

/** The outcomes of one message with both kinds of budgets. */
interface Compared {
  readonly fixed: Outcome
  readonly adaptive: Outcome
}

/**
 * Holds a conversation with both kinds of budgets, message by message, each first every other time: then what else runs,
 * and what a message leaves to do, slows both alike.
 */
const compare = async (conversation: Conversation): Promise<readonly Compared[]> => {
  process.stderr.write(`${conversation.name} …\n`)
  const withFixed = holdConversation(conversation, values.together ? 'fixed_together' : 'fixed')
  const byNeed = holdConversation(conversation, 'by_need')
  const compared: Compared[] = []
  for (let fixedFirst = true; ; fixedFirst = !fixedFirst) {
    const early = await (fixedFirst ? withFixed : byNeed).next()
    const late = await (fixedFirst ? byNeed : withFixed).next()
    if (early.done === true || late.done === true) return compared
    compared.push(
      fixedFirst ? { fixed: early.value, adaptive: late.value } : { fixed: late.value, adaptive: early.value },
    )
  }
}

/** Conversations in each language before those that are measured. */
const WARM_UP_SEEDS = [FIRST_SEED + 500, FIRST_SEED + 501]

// A bot runs for weeks: the first messages of a process, during which its code is compiled, do not count.
for (const seed of WARM_UP_SEEDS) {
  for (const language of LANGUAGES) await compare(makeConversation({ language, role: 'client', seed, talks: 1 }))
}
const conversations = values.data === undefined ? chosen.map(makeConversation) : readLocomo(values.data).map(ofData)
const compared: Compared[] = []
for (const conversation of conversations) compared.push(...(await compare(conversation)))
const fixed = compared.map(each => each.fixed)
const adaptive = compared.map(each => each.adaptive)

const roleOf = ({ conversation }: Outcome): string => (conversation.includes('godfather') ? 'godfather' : 'clients')
const report = Object.fromEntries(
  [...new Set(fixed.map(roleOf))].map(role => [
    role,
    {
      'fixed budgets': figuresOf(fixed.filter(each => roleOf(each) === role)),
      'budgets by need': figuresOf(adaptive.filter(each => roleOf(each) === role)),
    },
  ]),
)
const losses = fixed.flatMap((before, at) => {
  const after = adaptive[at]
  if (after === undefined || (after.evidence ?? 0) >= (before.evidence ?? 0)) return []
  const { conversation, kind, text } = before
  return [
    {
      conversation,
      kind,
      text,
      fixed: before.evidence,
      by_need: after.evidence,
      tokens: [before.context_tokens, after.context_tokens],
    },
  ]
})

if (values.json) console.log(JSON.stringify({ ...report, losses }, null, 2))
else {
  for (const [role, kinds] of Object.entries(report)) {
    for (const [name, rows] of Object.entries(kinds)) {
      console.log(`${role}, ${name}`)
      console.table(rows)
    }
  }
  console.log(`questions with less evidence: ${String(losses.length)}`)
  if (values.losses) console.table(losses)
}
