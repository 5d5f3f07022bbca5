/**
 * Recognises small talk: greetings, thanks, farewells, applause. It refers to no earlier message, and its words ("good
 * morning", "no worries") must not be searched for.
 */
import { subjectStems } from './content-stems.ts'
import { lexiconPatterns, WORD_BEGINS, WORD_ENDS } from './lexicons/lexicon.ts'
import { kindOf, type SentenceKind } from './sentence-kind.ts'

const NO_WORD = '[^\\p{L}\\p{N}]*'
const SMALL_TALK = new RegExp(`${WORD_BEGINS}(?:${lexiconPatterns('small-talk').join('|')})${WORD_ENDS}`, 'giu')
const OPENING = new RegExp(`^${NO_WORD}(?:(?:${lexiconPatterns('openings').join('|')})${WORD_ENDS}${NO_WORD})+`, 'iu')
const CLAUSE = /[^.!?,;:…\n–—]+[.!?,;:…\n–—]*/gu

/**
 * A text without its small talk: nothing is left of "Hi, good morning!". A clause is removed only if it contains
 * nothing else: "How was the good day at the lake?" stays.
 */
export const withoutSmallTalk = (text: string): string =>
  text
    .replace(CLAUSE, clause => (subjectStems(clause.replace(SMALL_TALK, ' ')).length === 0 ? ' ' : clause))
    .replace(OPENING, '')

const LETTER_OR_DIGIT = /[\p{L}\p{N}]/u
/** A longer text has something to say. */
const MOST_SMALL_TALK_CHARACTERS = 300
const EMPTY_KINDS: ReadonlySet<SentenceKind> = new Set(['greeting', 'thanks', 'filler'])

/** Whether a text is only small talk: it neither asks for anything nor says anything to remember. */
export const isSmallTalk = (text: string): boolean =>
  text.length <= MOST_SMALL_TALK_CHARACTERS &&
  (text.match(CLAUSE) ?? []).every(
    clause => !LETTER_OR_DIGIT.test(clause.replace(SMALL_TALK, ' ')) || EMPTY_KINDS.has(kindOf(clause.trim())),
  )
