/** Counts the tokens of a chat request: its texts, and the overhead of each message. */
import type { TokenCounter } from '../text/tokens.ts'
import type { ModelMessage } from './language-model.ts'

/** Per message: role and separators, as OpenAI documents it. */
export const MESSAGE_TOKENS = 4
/** Once per request, for the beginning of the answer. */
export const ANSWER_TOKENS = 3

/** Tokens of a request in our count. */
export const requestTokens = (messages: readonly ModelMessage[], tokens: TokenCounter): number =>
  messages.reduce((sum, { content }) => sum + tokens.count(content) + MESSAGE_TOKENS, ANSWER_TOKENS)
