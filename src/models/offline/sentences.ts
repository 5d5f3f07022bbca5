/** Splits messages into sentences. A note about an attachment, such as a place, is one statement. */
import { kindOf, type SentenceKind } from '../../text/sentence-kind.ts'
import { splitSentences } from '../../text/split-sentences.ts'

/** `[location: "Central Station"]`, on a line of its own. */
const NOTE = /^\[[^]*\]$/
const NOTE_LINE = /^[ \t]*(\[.*\])[ \t]*$/m

export const sentencesIn = (text: string): readonly string[] =>
  text.split(NOTE_LINE).flatMap(part => (NOTE.test(part) ? [part] : splitSentences(part)))

export const kindOfSentence = (sentence: string): SentenceKind => (NOTE.test(sentence) ? 'statement' : kindOf(sentence))
