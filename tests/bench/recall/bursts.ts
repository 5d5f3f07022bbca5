/** Rewrites talks as people write on a phone: each turn becomes a burst of short messages, a thought in each. */
import type { Dialogue, DialogueQuestion, DialogueTurn } from '../../support/dialogues/dialogue.ts'

/** From one message of a burst to the next. */
const MESSAGE_GAP_MS = 4_000
/** A sentence of more words is written in several messages. */
const MOST_WORDS = 14
/** A message that is continued has at least so many words. */
const LEAST_WORDS = 5

/** The same talks in short messages. The evidence of a question is the message of its turn that answers it best. */
export const asBursts = ({ turns, questions, ...rest }: Dialogue): Dialogue => {
  const bursts = new Map(turns.map(turn => [turn.id, burstOf(turn)]))
  return {
    ...rest,
    turns: turns.flatMap(({ id }) => bursts.get(id) ?? []),
    questions: questions.map(question => ({
      ...question,
      evidence: question.evidence.flatMap(id => answering(bursts.get(id) ?? [], question)),
      ...(question.asked_at === undefined ? {} : { asked_at: bursts.get(question.asked_at)?.[0]?.id ?? '' }),
    })),
  }
}

const burstOf = (turn: DialogueTurn): readonly DialogueTurn[] =>
  messagesOf(turn.text).map((text, n) => ({
    ...turn,
    id: `${turn.id}.${String(n + 1)}`,
    text,
    sent_at: turn.sent_at + n * MESSAGE_GAP_MS,
  }))

const messagesOf = (text: string): readonly string[] =>
  text
    .trim()
    .split(/(?<=[.!?])\s+/)
    .flatMap(sentence => (count(sentence) > MOST_WORDS ? clausesOf(sentence) : [sentence]))

const clausesOf = (sentence: string): readonly string[] => {
  const clauses: string[] = []
  for (const part of sentence.split(/(?<=,)\s+|\s+(?=(?:and|but|because|so|אבל|כי) )/)) {
    const last = clauses.at(-1)
    if (last === undefined || count(last) >= LEAST_WORDS) clauses.push(part)
    else clauses[clauses.length - 1] = `${last} ${part}`
  }
  return clauses
}

const count = (text: string): number => text.split(/\s+/).length

const wordsOf = (text: string): ReadonlySet<string> => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu))

/** Words of the answer count twice as much as words of the question; the longer message wins a tie. */
const answering = (burst: readonly DialogueTurn[], { text, answer = '' }: DialogueQuestion): readonly string[] => {
  const worth = (turn: DialogueTurn): number => {
    const words = wordsOf(turn.text)
    return 2 * words.intersection(wordsOf(answer)).size + words.intersection(wordsOf(text)).size
  }
  const [best] = burst.toSorted((a, b) => worth(b) - worth(a) || b.text.length - a.text.length)
  return best === undefined ? [] : [best.id]
}
