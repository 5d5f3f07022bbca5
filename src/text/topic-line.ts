/** Writes one line about the topics of some messages. */
import { segmented, UNSPACED } from './analyser/unspaced.ts'
import { languageOf, type Language } from './language.ts'
import { stem } from './stem.ts'
import { isStopWord } from './stop-words.ts'
import { tokenise } from './tokenise.ts'

/** Most subjects that the line names. */
const MOST_SUBJECTS = 6
/** How many characters of scripts without spaces are split into words by a dictionary. */
const MOST_SEGMENTED = 2000
const RAW_WORD = /[\p{L}\p{M}\p{N}]+(?:["'’׳״][\p{L}\p{M}]+)*/gu

/** The number of messages, and their most frequent words: `Context: 3 messages about dog, vet.` */
export const topicLine = (messages: readonly string[]): string => {
  const text = messages.join('\n')
  return LINE[languageOf(text)](messages.length, subjectsOf(text).join(', '))
}

const LINE: Readonly<Record<Language, (messages: number, subjects: string) => string>> = {
  en: (messages, subjects) =>
    `Context: ${messages === 1 ? 'one message' : `${String(messages)} messages`}${subjects === '' ? '' : ` about ${subjects}`}.`,
  he: (messages, subjects) =>
    `הקשר: ${messages === 1 ? 'הודעה אחת' : `${String(messages)} הודעות`}${subjects === '' ? '' : ` על ${subjects}`}.`,
}

/** The most frequent words, as first written. */
const subjectsOf = (text: string): string[] => {
  const counts = new Map<string, { word: string; count: number }>()
  for (const word of (text.match(RAW_WORD) ?? []).flatMap((each, at) =>
    at < MOST_SEGMENTED && UNSPACED.test(each) ? segmented(each) : [each],
  )) {
    const [plain = ''] = tokenise(word)
    if (plain === '' || isStopWord(plain)) continue
    const stemmed = stem(plain)
    counts.set(stemmed, { word: counts.get(stemmed)?.word ?? word, count: (counts.get(stemmed)?.count ?? 0) + 1 })
  }
  return [...counts.values()]
    .sort((a, b) => b.count - a.count)
    .slice(0, MOST_SUBJECTS)
    .map(({ word }) => word)
}
