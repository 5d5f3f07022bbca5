/** Counts the tokens of a chat request: its texts, and what it takes besides. */
import type { TokenCounter } from '../text/tokens.ts'
import type { ModelMessage } from './language-model.ts'

/** For each message: role and separators, as OpenAI documents it. */
export const MESSAGE_TOKENS = 4
/** Once, as the beginning of the answer. */
export const ANSWER_TOKENS = 3

/** Tokens of a request in our count. */
export const requestTokens = (messages: readonly ModelMessage[], tokens: TokenCounter): number =>
  messages.reduce((sum, { content }) => sum + tokens.count(content) + MESSAGE_TOKENS, ANSWER_TOKENS)
