/** Breaks the control tokens of chat templates in texts that go to a model. */

/**
 * Tokens that begin or end a message for some model: `<|im_start|>`, `<|turn>`, `<｜User｜>`, `<start_of_turn>`, `[INST]`,
 * `<<SYS>>`. Many servers read them anywhere in a text, so that words of a person or a file could pass for the system's.
 */
const CONTROL_TOKEN =
  /<(?:[|｜][^\s<>|｜]{1,40}[|｜]?|\/?[\p{L}_]{1,40}[|｜]|\/?(?:start|end)_of_(?:turn|image|audio|role|text)|\/?(?:bos|eos))>|\[\/?(?:INST|SYSTEM_PROMPT|AVAILABLE_TOOLS|TOOL_CALLS|TOOL_RESULTS)\]|<<\/?SYS>>/giu
const MAYBE_TOKEN = /[<[]/

/** Line breaks that quoting as JSON leaves as they are, and signs that turn the direction of what follows. */
const BREAKS = /[\u0085\u2028\u2029]/g
const DIRECTIONS = /[\u202a-\u202e\u2066-\u2069]/g

/** A text that a server with a chat template reads as text: a space after its first character breaks a token. */
export const withoutControlTokens = (text: string): string => {
  const plain = text.replace(BREAKS, ' ').replace(DIRECTIONS, '')
  return MAYBE_TOKEN.test(plain)
    ? plain.replace(CONTROL_TOKEN, token => `${token.slice(0, 1)} ${token.slice(1)}`)
    : plain
}
