// Makes up one talk of any length whose words are about as rare as in life.
import { generateDialogue } from '../support/dialogues/generate.ts'
import type { DialogueTurn } from '../support/dialogues/dialogue.ts'
import { random } from '../support/random-text.ts'

/** Rare words that may come up. */
const RARE_WORDS = 20_000

/** One talk of many messages: made-up talks one after the other, each turn with some words of its own. */
export const longTalk = (size: number): readonly DialogueTurn[] => {
  const { below } = random(size)
  const turns: DialogueTurn[] = []
  let begun = Date.UTC(2020, 0, 1)
  for (let seed = 1; turns.length < size; seed++) {
    const dialogue = generateDialogue('en', seed)
    const first = dialogue.turns[0]?.sent_at ?? 0
    for (const turn of dialogue.turns) {
      // Words as rare as in life: the n-th most common one comes up about 1/n as often.
      const rare = Array.from({ length: 8 }, () => `w${String(Math.floor(RARE_WORDS ** (below(1000) / 1000)))}`)
      turns.push({
        ...turn,
        id: `${String(seed)}/${turn.id}`,
        speaker: turn.speaker === dialogue.turns[0]?.speaker ? 'Ann' : 'Bob',
        text: `${turn.text} ${rare.join(' ')}`,
        sent_at: begun + (turn.sent_at - first) / 10,
      })
    }
    begun = (turns.at(-1)?.sent_at ?? 0) + 24 * 60 * 60 * 1000
  }
  return turns.slice(0, size)
}
