import { readFileSync } from 'node:fs'
import type { Dialogue, DialogueQuestion, DialogueTurn } from '../../support/dialogues/dialogue.ts'

// Reads conversations in the format of LoCoMo (Maharana et al., "Evaluating Very Long-Term Conversational Memory of LLM
// Agents", 2024). The data itself is no part of the project.

interface RawTurn {
  readonly speaker: string
  readonly dia_id: string
  readonly text: string
  readonly blip_caption?: string
}

interface RawQuestion {
  readonly question: string
  readonly evidence?: readonly string[]
  readonly category: number
}

interface RawSample {
  readonly sample_id: string
  readonly conversation: Readonly<Record<string, unknown>>
  readonly qa: readonly RawQuestion[]
}

const ADVERSARIAL = 5
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
    turns.push(
      ...raw.map(({ dia_id, speaker, text, blip_caption }, at) => ({
        id: dia_id,
        session,
        speaker,
        sent_at: begun + at * TURN_GAP_MS,
        // What a picture shows is part of what was said, as in the benchmark's own prompts.
        text: blip_caption === undefined ? text : `${text} [photo: ${blip_caption}]`,
      })),
    )
  }
}

const toQuestion = ({ question, evidence, category }: RawQuestion, known: ReadonlySet<string>): DialogueQuestion => ({
  text: question,
  category: String(category),
  evidence: evidenceIds(evidence ?? []).filter(id => known.has(id)),
  adversarial: category === ADVERSARIAL,
})

/** Conversations of a file; questions without evidence are left out. */
export const readLocomo = (path: string): readonly Dialogue[] =>
  (JSON.parse(readFileSync(path, 'utf8')) as readonly RawSample[]).map(({ sample_id, conversation, qa }) => {
    const turns = turnsOf(conversation)
    const known = new Set(turns.map(turn => turn.id))
    const questions = qa.map(each => toQuestion(each, known)).filter(each => each.evidence.length > 0)
    return { name: sample_id, turns, questions }
  })
