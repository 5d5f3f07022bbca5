/** Answers with quotes: finds the statements in recalled and earlier messages that are relevant to a question. */
import { languageOf } from '../../text/language.ts'
import type { SentenceKind } from '../../text/sentence-kind.ts'
import { isStopWord } from '../../text/stop-words.ts'
import { tokenise } from '../../text/tokenise.ts'
import type { ModelMessage } from '../language-model.ts'
import { bestEvidence, statementsOf } from './evidence.ts'
import { phrasesIn, type Phrases } from './phrases.ts'
import { kindOfSentence, sentencesIn } from './sentences.ts'
import { readMark, readRecalled, readShared, type Saying } from './transcript.ts'

/** Most statements that are quoted when a person asks what is known at all. */
const MOST_STATEMENTS = 5
/** How many characters at the end of the conversation are searched: more would stall everyone else. */
const SEARCHED_CHARACTERS = 40_000
/** A system message with these words marks a group, where names precede the messages. */
const GROUP = /group chat/i
const SPEAKER = /^([^:\n]{1,60}):\s+/

/** Answers the newest message of a conversation with quotes from it and from the recalled texts. */
export const composeReply = (messages: readonly ModelMessage[]): string => {
  const system = messages.filter(({ role }) => role === 'system').map(({ content }) => content)
  const group = system.some(content => GROUP.test(content))
  const newest = messages.findLastIndex(({ role }) => role === 'assistant') + 1
  const said = (from: readonly ModelMessage[]): Saying[] =>
    from.filter(({ role }) => role === 'user').map(({ content }) => readSpeaker(content, group))
  const turn = said(messages.slice(newest))
  const sentences = turn.flatMap(({ text }) => sentencesIn(text))
  const quoted = turn.findLast(each => each.quoted !== undefined)?.quoted
  const phrases = phrasesIn(languageOf(sentences.join(' ')))
  const recalled = (): Saying[] =>
    system.flatMap(readRecalled).map(saying => ({
      ...saying,
      // In a direct chat the person's own statements need no name.
      ...(group && saying.speaker === undefined
        ? readSpeaker(saying.text, true)
        : { speaker: group ? saying.speaker : undefined }),
      day: saying.day,
    }))
  const known = (): Saying[] =>
    statementsOf([...system.flatMap(readShared), ...recalled(), ...newestOf(said(messages.slice(0, newest))), ...turn])
  return `${phrases.label} ${answer({ sentences, quoted }, phrases, known)}`
}

/** The newest message. */
interface Asked {
  readonly sentences: readonly string[]
  /** The text that it replies to. */
  readonly quoted: string | undefined
}

const answer = ({ sentences, quoted }: Asked, phrases: Phrases, known: () => Saying[]): string => {
  const ofKind = (...kinds: readonly SentenceKind[]): string[] =>
    sentences.filter(each => kinds.includes(kindOfSentence(each)))
  const question = ofKind('question', 'command').join(' ')
  if (question !== '') return answerQuestion({ question, quoted }, phrases, known())
  const statement = ofKind('statement').join(' ')
  if (statement !== '') return phrases.noted(statement)
  if (ofKind('thanks').length > 0) return phrases.thanks
  return ofKind('greeting').length > 0 ? phrases.greeting : phrases.filler
}

const answerQuestion = (
  { question, quoted }: { readonly question: string; readonly quoted: string | undefined },
  phrases: Phrases,
  known: readonly Saying[],
): string => {
  // "What do you remember?" is about everything.
  const quotes = tokenise(question).every(isStopWord) ? known.slice(-MOST_STATEMENTS) : bestEvidence(question, known)
  const lines = new Set(quotes.flatMap(holding).map(each => phrases.quote(each)))
  if (lines.size > 0) return [...lines].join('\n')
  return quoted === undefined ? phrases.unknown : phrases.about(quoted)
}

/** A statement with its later corrections; statements that no longer hold are left out. */
const holding = (saying: Saying): readonly Saying[] => {
  const { now = [], ended = false, speaker } = saying
  return [...(ended ? [] : [saying]), ...now.map((text): Saying => ({ text, speaker, day: undefined }))]
}

const readSpeaker = (content: string, named: boolean): Saying => {
  const { text: unmarked, ...mark } = readMark(content)
  const speaker = named ? SPEAKER.exec(unmarked)?.[1] : undefined
  return { ...mark, text: speaker === undefined ? unmarked : unmarked.replace(SPEAKER, ''), speaker, day: undefined }
}

const newestOf = (sayings: readonly Saying[]): Saying[] => {
  let room = SEARCHED_CHARACTERS
  return sayings
    .toReversed()
    .filter(({ text }) => (room -= text.length) >= 0)
    .toReversed()
}
