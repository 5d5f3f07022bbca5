import { readFileSync } from 'node:fs'
import type { Dialogue, DialogueQuestion, DialogueTurn } from '../../support/dialogues/dialogue.ts'

// Reads conversations in the format of LoCoMo (Maharana et al., "Evaluating Very Long-Term Conversational Memory of LLM
// Agents", 2024), and what may stand in it besides: who asks (`asker`), turns of the bot (`role`), and the turn in which a
// question is asked (`asked_at`). The data itself is not a part of the project.

interface RawTurn {
  readonly speaker: string
  readonly dia_id: string
  readonly role?: 'assistant'
  readonly text: string
  readonly blip_caption?: string
}

interface RawQuestion {
  readonly question: string
  readonly answer?: string | number
  readonly adversarial_answer?: string
  readonly evidence?: readonly string[]
  readonly category: number
  readonly asked_at?: string
}

interface RawSample {
  readonly sample_id: string
  readonly asker?: string
  readonly conversation: Readonly<Record<string, unknown>>
  readonly qa: readonly RawQuestion[]
}

const ADVERSARIAL = 5
/** Speakers of talks with a bot, where the file says no more than their names. */
const BOT = 'Assistant'
const USER = 'User'
const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ')
/** Time from one turn to the next; the data knows only when a session began. */
const TURN_GAP_MS = 20_000

/** `1:56 pm on 8 May, 2023`, as UTC. */
const timeOf = (text: string): number => {
  const [, hour, minute, half, day, month, year] = /(\d+):(\d+) ?(am|pm) on (\d+) (\w+),? (\d+)/i.exec(text) ?? []
  return Date.UTC(
    Number(year),
    MONTHS.indexOf((month ?? '').slice(0, 3).toLowerCase()),
    Number(day),
    (Number(hour) % 12) + (half?.toLowerCase() === 'pm' ? 12 : 0),
    Number(minute),
  )
}

/** Ids of turns in an evidence list, where several may stand in one text and some are malformed: `D8:6; D9:17`, `D:11:26`. */
const evidenceIds = (evidence: readonly string[]): readonly string[] => [
  ...new Set(
    evidence.flatMap(each =>
      [...each.matchAll(/D:?(\d+):0*(\d+)/g)].map(([, session, turn]) => `D${session ?? ''}:${turn ?? ''}`),
    ),
  ),
]

const turnsOf = (conversation: RawSample['conversation']): readonly DialogueTurn[] => {
  const turns: DialogueTurn[] = []
  for (let session = 1; ; session++) {
    const raw = conversation[`session_${String(session)}`] as readonly RawTurn[] | undefined
    if (raw === undefined) {
      // Some conversations name times of sessions that are not there, at the end.
      return turns
    }
    const begun = timeOf(conversation[`session_${String(session)}_date_time`] as string)
    turns.push(...raw.map((turn, at) => toTurn(turn, { session, sent_at: begun + at * TURN_GAP_MS })))
  }
}

const toTurn = (
  { dia_id, speaker, role, text, blip_caption }: RawTurn,
  { session, sent_at }: Pick<DialogueTurn, 'session' | 'sent_at'>,
): DialogueTurn => {
  const is_bot = role === 'assistant' || speaker === BOT
  return {
    id: dia_id,
    session,
    speaker,
    sent_at,
    // What a picture shows is part of what was said, as in the benchmark's own prompts.
    text: blip_caption === undefined ? text : `${text} [photo: ${blip_caption}]`,
    ...(is_bot ? { role: 'assistant' as const } : {}),
  }
}

const toQuestion = (
  { question, answer, adversarial_answer, evidence, category, asked_at }: RawQuestion,
  known: ReadonlySet<string>,
): DialogueQuestion => ({
  text: question,
  category: String(category),
  answer: String(answer ?? adversarial_answer ?? ''),
  evidence: evidenceIds(evidence ?? []).filter(id => known.has(id)),
  adversarial: category === ADVERSARIAL,
  ...(asked_at === undefined ? {} : { asked_at }),
})

/** Conversations of a file; questions without evidence are left out. */
export const readLocomo = (path: string): readonly Dialogue[] =>
  (JSON.parse(readFileSync(path, 'utf8')) as readonly RawSample[]).map(({ sample_id, asker, conversation, qa }) => {
    const turns = turnsOf(conversation)
    const known = new Set(turns.map(turn => turn.id))
    const questions = qa.map(each => toQuestion(each, known)).filter(each => each.evidence.length > 0)
    // A person who talks with the bot asks it.
    const who = asker ?? (turns.some(turn => turn.role === 'assistant') ? USER : undefined)
    return { name: sample_id, turns, questions, ...(who === undefined ? {} : { asker: who }) }
  })
