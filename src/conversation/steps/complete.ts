/** Step of a turn: asks the model. A failure becomes a sentence that the person can read. */
import { ownWords } from '../../messages/message-details.ts'
import { CallRefused } from '../../models/call-refused.ts'
import type { Completion, LanguageModel } from '../../models/language-model.ts'
import { modelErrorReason } from '../../models/model-error.ts'
import { asDenidinError, type DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import type { Metrics } from '../../platform/metrics.ts'
import { cutStart } from '../../text/cut.ts'
import { isBeginning } from '../../text/message-text.ts'
import type { Strings } from '../../text/strings/strings.ts'
import { withBeginningNotice } from '../beginning-notice.ts'
import type { PackedContext } from '../packing/context-packer.ts'
import type { TurnContext } from '../turn-context.ts'

export interface CompleteDeps {
  readonly model: LanguageModel
  /** Most tokens of an answer. */
  readonly max_tokens: number
  readonly temperature: number
  readonly logger: Logger
  readonly metrics: Metrics
}

/** The answer to the person. */
export interface Answer {
  readonly text: string
  /** `system`: the model failed, and the text says so; it does not belong to the conversation. */
  readonly from: 'model' | 'system'
  /** `refused`: a spending limit allowed no answer; `no_answer`: the model failed. */
  readonly outcome: 'answered' | 'refused' | 'no_answer'
}

/** @throws only the reason of `wanted`, which is aborted when no answer is wanted any more */
export const complete = async (
  { model, max_tokens, temperature, logger, metrics }: CompleteDeps,
  turn: TurnContext,
  { messages, record }: PackedContext,
  wanted: AbortSignal,
): Promise<Answer> => {
  try {
    const request = { messages, input_tokens: record.tokens, max_tokens, temperature }
    const completion = await model.complete(request, { ...turn.caller, purpose: 'reply', signal: wanted })
    return { text: withNotice(withinBounds(completion, turn.strings), turn), from: 'model', outcome: 'answered' }
  } catch (error) {
    wanted.throwIfAborted()
    if (error instanceof CallRefused) {
      metrics.count('calls_refused')
      logger.warn('A limit allows no answer', { reason: error.message })
      return { text: withNotice(refusalFor(error, turn), turn), from: 'system', outcome: 'refused' }
    }
    metrics.count('model_failures')
    const failure = asDenidinError(error)
    metrics.add('errors_total', { source: 'model', code: failure.code })
    logger.error('The model gave no answer', { code: failure.code, reason: failure.message })
    return { text: withNotice(sentenceFor(failure, turn), turn), from: 'system', outcome: 'no_answer' }
  }
}

/**
 * Most characters of a reply: ten messages on a phone. A model that writes endlessly must fill neither the chat nor the
 * store.
 */
const REPLY_CHARACTERS = 40_000

/** The reply, with a note if it was cut off. */
const withinBounds = ({ text, cut = false }: Completion, strings: Strings): string => {
  if (!cut && text.length <= REPLY_CHARACTERS) return text
  const said = cutStart(text, REPLY_CHARACTERS).toWellFormed().trimEnd()
  // The note belongs to the text, not to a code block that was cut off.
  const openCode = (said.match(/^```/gm) ?? []).length % 2 === 1
  return `${said}${openCode ? '\n```' : ''}\n\n${strings.answer_cut}`
}

/** The text for the person, with a sentence if only the beginning of their message was read. */
const withNotice = (text: string, { batch, strings }: TurnContext): string =>
  batch.some(message => isBeginning(ownWords(message))) ? withBeginningNotice(text, strings) : text

/** The sentence about a limit. In a direct chat, the administrator also reads which limit it is. */
const refusalFor = (refused: CallRefused, { strings, person, chat_kind, zone }: TurnContext): string => {
  const { reason, until } = refused
  const sentence =
    reason === 'no_price' || until === undefined
      ? strings.model_rejected
      : strings.limit_reached(reason, zone.wallClock(until))
  return person.role === 'godfather' && chat_kind === 'direct'
    ? `${sentence} ${strings.failure_reason(refused.message)}`
    : sentence
}

/** The sentence about a failure. The administrator also reads the reason, in a direct chat. */
const sentenceFor = (failure: DenidinError, { strings, person, chat_kind }: TurnContext): string => {
  const sentence = sentenceOf(failure, strings)
  return person.role === 'godfather' && chat_kind === 'direct'
    ? `${sentence} ${strings.failure_reason(failure.message)}`
    : sentence
}

const sentenceOf = (failure: DenidinError, strings: Strings): string => {
  const reason = modelErrorReason(failure)
  if (reason === 'content-filter') return strings.model_filtered
  if (reason === 'out-of-credit') return strings.model_out_of_credit
  return failure.code === 'rejected' ? strings.model_rejected : strings.model_unavailable
}
