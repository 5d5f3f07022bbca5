/** The public functions over texts, each as a function of one text. */
import { UTC } from '../../../src/platform/time-zone.ts'
import { layOutReply } from '../../../src/channels/whatsapp/format/reply-layout.ts'
import { splitReply } from '../../../src/channels/whatsapp/format/split-reply.ts'
import { parseAttachment, parseCard, parseWords } from '../../../src/channels/whatsapp/wwebjs/attachment-parser.ts'
import { toWhatsApp } from '../../support/whatsapp-text.ts'
import { normalisedContent } from '../../../src/archive/archive-identity.ts'
import { parseHeader } from '../../../src/ingest/whatsapp/header.ts'
import { contentOf } from '../../../src/ingest/whatsapp/markers.ts'
import { chatMenu } from '../../../src/interfaces/chat/menu.ts'
import { naturalCommand } from '../../../src/interfaces/chat/natural-commands.ts'
import { compare, mayBeSame } from '../../../src/text/facts/compare-facts.ts'
import { mayReplace } from '../../../src/text/facts/replacement.ts'
import { writeOutDates } from '../../../src/text/dates/write-out-dates.ts'
import { ownFeeling } from '../../../src/text/own-feeling.ts'
import { hasSecret } from '../../../src/text/secrets.ts'
import { readSentences } from '../../../src/text/stance.ts'
import { correctedStatement } from '../../../src/text/corrected-statement.ts'
import { nearestFacts } from '../../../src/learning/consolidation/nearest-facts.ts'
import { namesIn, normaliseWords } from '../../../src/text/facts/normalise-words.ts'
import { parseFact } from '../../../src/text/facts/parse-fact.ts'
import { activityOf } from '../../../src/learning/extraction/importance.ts'
import { factsByRules, reflectionByRules } from '../../../src/learning/extraction/keyword-rules.ts'
import { factsOfCutResponse, parseResponse } from '../../../src/learning/extraction/parse-response.ts'
import { extractionRequest } from '../../../src/learning/extraction/prompt.ts'
import { findSource, isQuotedFrom, normaliseQuote } from '../../../src/learning/extraction/quote-verification.ts'
import { summaryRequest } from '../../../src/learning/summary-prompt.ts'
import { PLAIN_MEMORY, type MemoryRecord } from '../../../src/memory/memory.ts'
import { describeAttachment, ownWords, textWithDetails } from '../../../src/messages/message-details.ts'
import { parseCommand } from '../../../src/messages/message-kind.ts'
import type { MessageRecord } from '../../../src/messages/message.ts'
import { createOfflineEmbedder } from '../../../src/models/offline/offline-embedder.ts'
import { createOfflineLanguageModel } from '../../../src/models/offline/offline-language-model.ts'
import { sentencesIn } from '../../../src/models/offline/sentences.ts'
import { readMark } from '../../../src/models/offline/transcript.ts'
import { phoneDigits } from '../../../src/platform/phone.ts'
import { suggest } from '../../../src/platform/suggest.ts'
import { readMessage } from '../../../src/retrieval/full-text/index-document.ts'
import { readQuestion } from '../../../src/retrieval/full-text/query-parser.ts'
import { restates, withoutRestatements } from '../../../src/retrieval/ranking/dedupe.ts'
import { questionWordsOf, wordsOf } from '../../../src/text/analyser/analyser.ts'
import { looseWords } from '../../../src/messages/forgotten-words.ts'
import { withDirection } from '../../../src/text/bidi.ts'
import { formsIn, subjectsOf, subjectStems } from '../../../src/text/content-stems.ts'
import { datesIn } from '../../../src/text/dates/dates.ts'
import { indentContinuation } from '../../../src/text/indent-continuation.ts'
import { languageOf } from '../../../src/text/language.ts'
import { listedText } from '../../../src/text/list-line.ts'
import { endsAsQuestion, namedWords, questionKind } from '../../../src/text/question-kind.ts'
import { kindOf, withoutRemember } from '../../../src/text/sentence-kind.ts'
import { isSmallTalk, withoutSmallTalk } from '../../../src/text/small-talk.ts'
import { splitSentences } from '../../../src/text/split-sentences.ts'
import { stem } from '../../../src/text/stem.ts'
import { fold, withoutFinalForms } from '../../../src/text/fold.ts'
import { tokenise } from '../../../src/text/tokenise.ts'
import { createTokenCounter } from '../../../src/text/tokens.ts'
import { topicLine } from '../../../src/text/topic-line.ts'
import { valenceOf } from '../../../src/text/valence/valence.ts'
import type { TextFunction } from './measure.ts'

const tokens = createTokenCounter()
const NOW = Date.UTC(2026, 10, 28)
const NO_WORDS: ReadonlySet<string> = new Set()
const embedder = createOfflineEmbedder(tokens)
const model = createOfflineLanguageModel(tokens)
const PICTURE = { attachment: { kind: 'picture' } } as const
const KNOWN_COMMANDS = ['/help', '/memory', '/forget', '/remember']

const messageOf = (text: string, message_id = 'm1'): MessageRecord => ({
  message_id,
  chat_id: '1@c.us',
  chat_kind: 'direct',
  scope: 'person:p',
  person_id: 'p',
  role: 'user',
  kind: 'chat',
  sender_name: 'Dana',
  text,
  tokens: tokens.count(text),
  sent_at: NOW,
  session_id: 's',
  learning_opt_out: false,
})

const memoryOf = (text: string): MemoryRecord => ({
  ...PLAIN_MEMORY,
  memory_id: text.slice(0, 8),
  scope: 'person:p',
  person_ids: ['p'],
  kind: 'fact',
  text,
  session_id: undefined,
  said_from: NOW,
  said_to: NOW,
  valid_from: NOW,
  created_at: NOW,
})

const inputOf = (message: MessageRecord): Parameters<typeof factsByRules>[0] => ({
  messages: [message],
  sources: new Set([message.message_id]),
  known: [],
  so_far: undefined,
})

/** What a model's answer raises may be refused, but within its time. */
const refusable =
  (act: TextFunction): TextFunction =>
  text => {
    try {
      return act(text)
    } catch (error) {
      if (error instanceof Error && error.name === 'DenidinError') return undefined
      throw error
    }
  }

const twoFacts = (text: string): [ReturnType<typeof parseFact>, ReturnType<typeof parseFact>] => [
  parseFact(text, NO_WORDS),
  parseFact(`${text} x`, NO_WORDS),
]

/** Name → function. */
export const SUBJECTS: Readonly<Record<string, TextFunction>> = {
  tokenise,
  withoutFinalForms,
  stem,
  'stem of each word': text => tokenise(text).map(stem),
  subjectStems,
  subjectsOf,
  formsIn,
  fold,
  wordsOf,
  questionWordsOf,
  splitSentences,
  kindOf,
  withoutRemember,
  questionKind,
  endsAsQuestion,
  namedWords,
  isSmallTalk,
  withoutSmallTalk,
  languageOf,
  listedText,
  indentContinuation,
  topicLine: text => topicLine([text, text]),
  valenceOf,
  datesIn: text => datesIn(text, UTC.dayOf(NOW)),
  withDirection,
  looseWords,
  normalisedContent,
  contentOf: text => contentOf(text, true),
  'parseHeader of a message': text => parseHeader(`1/1/26, 10:00 - ${text}`),
  parseHeader,
  'words of every command': text => Object.values(chatMenu).map(each => each.parse(text)),
  'name of a command': text => parseCommand(`/${text}`),
  'tokens.count': text => tokens.count(text),
  'tokens.cut': text => tokens.cut(text, 500, 'end'),
  toWhatsApp,
  splitReply: text => splitReply(text),
  'splitReply into small parts': text => splitReply(text, 100),
  layOutReply,
  parseCommand,
  parseCard,
  'words of a raw message': text => parseWords({ type: 'chat', body: text }),
  'attachment of a long text': text =>
    describeAttachment(parseAttachment({ type: 'location', loc: text, lat: 1, lng: 2 }) ?? { kind: 'picture' }),
  'text with its details': text => ownWords({ text: textWithDetails(text, PICTURE), details: PICTURE }),
  'offline mark': text => [readMark(text), readMark(`[replying to Dan: "${text}`)],
  'offline sentences': sentencesIn,
  naturalCommand,
  phoneDigits,
  suggest: text => suggest(text, KNOWN_COMMANDS),
  normaliseQuote,
  'isQuotedFrom in the text': text => isQuotedFrom({ text }, 'xyz'),
  'isQuotedFrom of the text': text => isQuotedFrom({ text: `${text} ` }, text),
  'isQuotedFrom of its beginning': text => isQuotedFrom({ text }, text.slice(0, 1000)),
  findSource: text => findSource(text.slice(0, 2000), 'm1', [messageOf(text)]),
  parseResponse: refusable(parseResponse),
  factsOfCutResponse: text => factsOfCutResponse(`{"facts": [${text}`),
  'parseResponse in a fence': refusable(text => parseResponse(`\`\`\`json\n${text}\n\`\`\``)),
  'parseResponse with the text as a field': refusable(text =>
    parseResponse(JSON.stringify({ facts: [{ text, quote: text, importance: 1 }], reflection: text })),
  ),
  hasSecret: text => hasSecret(text),
  ownFeeling: text => ownFeeling(text),
  readSentences: text => [...readSentences(text)],
  writeOutDates: text => writeOutDates(text, 20_000),
  correctedStatement: text => [correctedStatement(text, 'no, Tuesday'), correctedStatement('It is on Monday', text)],
  factsByRules: text => factsByRules(inputOf(messageOf(text)), UTC),
  'factsByRules of lines': text => factsByRules(inputOf(messageOf(text.replaceAll(' ', '\n'))), UTC),
  reflectionByRules: text => reflectionByRules([messageOf(text)]),
  activityOf: text => activityOf('I have two cats', 'p', [messageOf(text)]),
  extractionRequest: text => extractionRequest(inputOf(messageOf(text)), tokens, { now: NOW, zone: UTC }),
  summaryRequest: text => summaryRequest([messageOf(text)], tokens, () => UTC),
  normaliseWords,
  namesIn,
  parseFact: text => parseFact(text, NO_WORDS),
  'compare and its like': text => {
    const [a, b] = twoFacts(text)
    return [compare(a, b), mayBeSame(a, b), mayReplace(a, b)]
  },
  nearestFacts: async text => await nearestFacts([memoryOf(text), memoryOf('I have a cat')], [text], 5),
  readMessage: text => readMessage({ ...messageOf(text), day: UTC.dayOf(NOW) }),
  'readMessage with the text as a name': text =>
    readMessage({ ...messageOf('hi'), day: UTC.dayOf(NOW), sender_name: text }),
  readQuestion: text =>
    readQuestion({ text, asker: 'p', asked_at: NOW, zone: UTC }, [
      { speaker: 1, person_id: 'p', bot: false, names: ['Dana'] },
    ]),
  'readQuestion among long names': text =>
    readQuestion({ text: 'what did Dana say?', asker: 'p', asked_at: NOW, zone: UTC }, [
      { speaker: 1, person_id: 'p', bot: false, names: [text] },
    ]),
  restates: text => restates(subjectStems(text), subjectStems(`${text} x`)),
  withoutRestatements: text => [...withoutRestatements(text.split(' ').slice(0, 500), each => subjectStems(each))],
  'offline embedder': async text => await embedder.embed([text], { purpose: 'memory' }),
  'offline model': async text =>
    await model.complete(
      { messages: [{ role: 'user', content: text }], max_tokens: 500, temperature: 0 },
      { purpose: 'reply' },
    ),
}
