/**
 * Verifies that the speaker of a quote means it as true, so that stories, wishes and the words of others do not become
 * facts.
 */
import { ownWords } from '../../messages/message-details.ts'
import type { MessageRecord } from '../../messages/message.ts'
import { isAboutSpeaker } from '../../text/facts/replacement.ts'
import { parseFact } from '../../text/facts/parse-fact.ts'
import { hasSecret } from '../../text/secrets.ts'
import { asksToRemember } from '../../text/sentence-kind.ts'
import { isOwnStatement, readSentences, type ReadSentence } from '../../text/stance.ts'
import { tokenise } from '../../text/tokenise.ts'
import { normaliseQuote } from './quote-verification.ts'

/** How much of a longer message is read; for the rest the model's judgement counts. */
const MOST_CHARACTERS = 2000
/** Share of a question's words that a quote must cover for the fact to be the thing that was asked. */
const ASKED = 0.7

/** Caches the sentences of a message, because many facts are verified against one message. */
const readings = new WeakMap<MessageRecord, readonly ReadSentence[]>()

const readingOf = (message: MessageRecord): readonly ReadSentence[] => {
  const known = readings.get(message) ?? [...readSentences(ownWords(message).slice(0, MOST_CHARACTERS))]
  readings.set(message, known)
  return known
}

/** Whether a fact contains a secret that its speaker did not ask to remember. */
export const isUnaskedSecret = (
  { text, quote }: { readonly text: string; readonly quote: string },
  source: MessageRecord,
): boolean => (hasSecret(text) || hasSecret(quote)) && !readingOf(source).some(each => asksToRemember(each.sentence))

/** Whether a fact may be taken from its quote: the quote is meant as true, or the fact itself says how it is meant. */
export const isSaidAsTrue = (
  { text, quote }: { readonly text: string; readonly quote: string },
  source: MessageRecord,
): boolean => {
  const sentences = readingOf(source)
  const wanted = normaliseQuote(quote)
  const around = sentences.filter(({ sentence }) => {
    const words = normaliseQuote(sentence)
    return words.includes(wanted) || wanted.includes(words)
  })
  const taken_back = sentences.some(({ stance }) => stance === 'retraction')
  if (around.length === 0) return true
  if (!taken_back && around.some(each => mayBeTrue(each, wanted))) return true
  const [first] = around
  const speaker = new Set(tokenise(source.sender_name ?? ''))
  const parsed = parseFact(text, speaker)
  if (first?.stance === 'quoted') return !isAboutSpeaker(parsed)
  return parsed.negated || parsed.time === 'maybe' || ![...readSentences(text)].some(isOwnStatement)
}

const mayBeTrue = ({ sentence, kind, stance }: ReadSentence, quote: string): boolean => {
  if (stance !== 'own' && stance !== 'reported') return false
  return kind !== 'question' || quote.length < sentence.length * ASKED
}
