/** The one rule that says what is a command, and of which kind a message is. */
import { isForwarded, textWithDetails } from './message-details.ts'
import type { IncomingMessage, MessageKind, MessageRecord } from './message.ts'

/** A command as a person wrote it: `/remember milk` is the name `/remember` and the args `milk`. */
export interface ParsedCommand {
  readonly name: string
  readonly args: string
}

/** White space, and characters that look like it and are none: the blanks of Braille and Hangul. */
const SPACE = '[\\s\\u2800\\u3164\\uffa0]'

/**
 * A slash and a word of any alphabet, alone or followed by white space and more words. `/home/user` and `1/2` are no
 * commands. Phones add punctuation after the word; it is ignored, and so is any white space before the slash. Keyboards
 * of some scripts have slashes, letters and punctuation of their own.
 */
const COMMAND = new RegExp(
  `^${SPACE}*[/／∕⁄](\\p{L}[\\p{L}\\p{M}\\p{N}_-]*)[.!?,:。！？：，…]*(?:${SPACE}+([^]*))?$`,
  'u',
)

/** Reads a slash command; `undefined` when the text is none. */
export const parseCommand = (text: string): ParsedCommand | undefined => {
  const match = COMMAND.exec(text)
  if (match === null) return undefined
  const [, name = '', args = ''] = match
  return { name: `/${name.normalize('NFKC')}`, args }
}

/** Whether a text is a slash command, known or not. */
export const isCommand = (text: string): boolean => parseCommand(text) !== undefined

/** The kind of a message that came from a channel. What was forwarded is not a command: its sender did not write it. */
export const kindOfIncoming = (message: Pick<IncomingMessage, 'text' | 'unreadable' | 'details'>): MessageKind => {
  if (message.unreadable === true) return 'unreadable'
  return isCommand(message.text) && !isForwarded(message) ? 'command' : 'chat'
}

/** The kind of a message whose text was changed: chat may become a command and the other way round. */
export const kindAfterEdit = (kind: MessageKind, message: Pick<IncomingMessage, 'text' | 'details'>): MessageKind =>
  kind === 'chat' || kind === 'command' ? kindOfIncoming(message) : kind

/** A message with new words of its writer: what came with it stays. */
export const afterEdit = (
  { kind, details }: Pick<MessageRecord, 'kind' | 'details'>,
  words: string,
): Pick<MessageRecord, 'kind' | 'text'> => {
  const after = kindAfterEdit(kind, { text: words, details })
  return { kind: after, text: after === 'command' ? words : textWithDetails(words, details) }
}
