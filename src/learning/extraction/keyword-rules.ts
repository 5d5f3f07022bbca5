/** Facts without a model: what people stated, sentence by sentence, sorted by keywords. */
import type { Category } from '../../memory/memory.ts'
import type { MessageRecord } from '../../messages/message.ts'
import { kindOf, withoutRemember } from '../../text/sentence-kind.ts'
import { splitSentences } from '../../text/split-sentences.ts'
import { tokenise } from '../../text/tokenise.ts'
import { topicLine } from '../../text/topic-line.ts'
import type { ExtractedFact, ExtractionInput } from './extraction.ts'
import { activityOf, importanceOf } from './importance.ts'

const IMPORTANCE = 0.5
const LONGEST_FACT_CHARACTERS = 500

/** The first row of which a word stands in the sentence is its category; else it is a fact. */
const KEYWORDS: readonly (readonly [Category, RegExp])[] = [
  [
    'preferences',
    /^(?:prefer\w*|likes?|loves?|favou?rite|avoids?|hates?|dislikes?|אוהב\S*|מעדיפ\S*|שונא\S*|מועדפ\S*)$/,
  ],
  ['skills', /^(?:skills?|skilled|learn(?:ed|t)|experts?|fluent|מומח\S*|למדתי|יודעת?|מיומנ\S*)$/],
  ['rules', /^(?:rules?|polic(?:y|ies)|guidelines?|always|never|כללימ?|נוהל|נהלימ|חוקי?|תמיד|אפ_פעמ)$/],
  ['context', /^(?:context|today|currently|now|tonight|עכשיו|היומ|כרגע|הערב)$/],
]

/** What the rules find in the sources; their quotes stand there by construction. */
export const factsByRules = (input: ExtractionInput): readonly ExtractedFact[] => {
  const group = input.messages.some(message => message.chat_kind === 'group')
  return input.messages
    .filter(message => input.sources.has(message.message_id))
    .flatMap(message =>
      splitSentences(message.text)
        .filter(sentence => kindOf(sentence) === 'statement')
        .map(sentence => factOf(sentence, message, group, input)),
    )
}

/** What the session was about, in one line. */
export const reflectionByRules = (messages: readonly MessageRecord[]): string =>
  topicLine(messages.filter(message => message.role === 'user').map(message => message.text))

const factOf = (sentence: string, source: MessageRecord, group: boolean, input: ExtractionInput): ExtractedFact => {
  const statement = withoutRemember(sentence).slice(0, LONGEST_FACT_CHARACTERS)
  // In a group "I" may be anybody.
  const text = group ? `${source.sender_name ?? 'Person'}: ${statement}` : statement
  const words = tokenise(statement)
  return {
    text,
    quote: statement,
    source,
    category: KEYWORDS.find(([, keyword]) => words.some(word => keyword.test(word)))?.[0] ?? 'facts',
    importance: importanceOf(IMPORTANCE, input.activity ?? activityOf(statement, source.person_id, input.messages)),
    valid_from: undefined,
    valid_to: undefined,
    entities: [],
    relations: [],
    same_as: undefined,
    replaces: undefined,
  }
}
