/** Tokens that a chat request takes besides its texts. */

/** For each message: role and separators, as OpenAI documents it. */
export const MESSAGE_TOKENS = 4
/** Once, as the beginning of the answer. */
export const ANSWER_TOKENS = 3
