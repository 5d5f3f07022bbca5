/** The one rule that decides what is a command, and which kind a message is. */
import { isForwarded, textWithDetails } from './message-details.ts'
import type { IncomingMessage, MessageKind, MessageRecord } from './message.ts'
import { inNormalForm } from '../text/normal-form.ts'

/** A parsed command: `/remember milk` has the name `/remember` and the args `milk`. */
export interface ParsedCommand {
  readonly name: string
  readonly args: string
}

/** White space, and characters that only look like it: the blanks of Braille and Hangul. */
const SPACE = '[\\s\\u2800\\u3164\\uffa0]'

/**
 * A slash and a word of any alphabet, alone or followed by white space and more words. `/home/user` and `1/2` are not
 * commands. Phones add punctuation after the word; it is ignored, and so is any white space before the slash. Keyboards
 * of some scripts have their own slashes, letters and punctuation.
 */
const COMMAND = new RegExp(
  `^${SPACE}*[/／∕⁄](\\p{L}[\\p{L}\\p{M}\\p{N}_-]*)[.!?,:。！？：，…]*(?:${SPACE}+([^]*))?$`,
  'u',
)

/** Parses a slash command; `undefined` if the text is not one. */
export const parseCommand = (text: string): ParsedCommand | undefined => {
  const match = COMMAND.exec(text)
  if (match === null) return undefined
  const [, name = '', args = ''] = match
  return { name: `/${inNormalForm(name, 'NFKC')}`, args }
}

/** Whether a text is a slash command, known or not. */
export const isCommand = (text: string): boolean => parseCommand(text) !== undefined

/** The kind of a message from a channel. A forwarded message is not a command: its sender did not write it. */
export const kindOfIncoming = (message: Pick<IncomingMessage, 'text' | 'unreadable' | 'details'>): MessageKind => {
  if (message.unreadable === true) return 'unreadable'
  return isCommand(message.text) && !isForwarded(message) ? 'command' : 'chat'
}

/** The kind of a message after an edit: chat may become a command, and the other way round. */
export const kindAfterEdit = (kind: MessageKind, message: Pick<IncomingMessage, 'text' | 'details'>): MessageKind =>
  kind === 'chat' || kind === 'command' ? kindOfIncoming(message) : kind

/** A message with a new text of its writer; its attachment stays. */
export const afterEdit = (
  { kind, details }: Pick<MessageRecord, 'kind' | 'details'>,
  words: string,
): Pick<MessageRecord, 'kind' | 'text'> => {
  const after = kindAfterEdit(kind, { text: words, details })
  return { kind: after, text: after === 'command' ? words : textWithDetails(words, details) }
}
