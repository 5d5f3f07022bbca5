/** Commands that people write in a chat: recognised, run through the list of operations, and answered in a sentence. */
import type { Caller } from '../../operations/operation.ts'
import { mayRun } from '../../operations/operation.ts'
import type { CommandHandler, Speaker } from '../../conversation/command-handler.ts'
import { operations } from '../../operations/list.ts'
import type { Runner } from '../../operations/runner.ts'
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError, type ErrorCode } from '../../platform/errors.ts'
import { suggest } from '../../platform/suggest.ts'
import { languageOf, stringsIn, type Language } from '../../text/language.ts'
import type { Strings } from '../../text/strings/strings.ts'
import { Confirmations } from './confirmations.ts'
import { chatMenu, type ChatCommand } from './menu.ts'
import { commandInWords } from './natural-commands.ts'
import type { Typed } from './parsed-command.ts'

export interface ChatCommandsDeps {
  readonly runner: Runner
  readonly clock: Clock
  /** The language to answer a command in; slashes are the same in all. */
  language(speaker: Speaker, text: string): Promise<Language>
}

/** A slash and a word, alone or before more words; `/home/user` and `1/2` are none. Phones like to add a full stop. */
const COMMAND = /^\s*(\/\p{L}[\p{L}\p{N}_-]*)[.!?]*(?:\s+([\s\S]*))?$/u

const HELP = '/help'
const menu: Readonly<Record<string, ChatCommand>> = chatMenu

/** What a text asks for, with a slash or in plain words. */
const typedIn = (text: string): Typed | undefined => {
  const match = COMMAND.exec(text)
  if (match === null) return commandInWords(text)
  const [, word = '', words = ''] = match
  return { word, words }
}

/** The commands that people write in a chat, over the list of operations. */
export const createChatCommands = ({ runner, clock, language }: ChatCommandsDeps): CommandHandler => {
  const confirmations = new Confirmations(clock)

  const perform = async (
    { word: typed, words }: Typed,
    speaker: Speaker,
    sentences: Strings,
    confirmed = false,
  ): Promise<string> => {
    const word = typed.toLowerCase()
    const caller = callerOf(speaker)
    if (word === HELP) return help(caller, sentences)
    const command = Object.hasOwn(menu, word) ? menu[word] : undefined
    if (command === undefined) return sentences.unknown_command(typed, suggest(word, available(caller)))
    const asked = words.trim()
    if (speaker.chat_kind === 'group' && command.direct_only?.(asked) === true) return sentences.direct_only(word)
    const input = command.parse(asked)
    if (input === undefined) return command.usage?.(sentences) ?? sentences.something_went_wrong
    try {
      const output = await runner.run(command.run, input, { caller, confirmed })
      // The menu's own types tie `run` to `say`; the record of all commands cannot show it.
      return command.say(output as never, sentences)
    } catch (thrown) {
      const { code } = asDenidinError(thrown)
      if (code !== 'confirmation_needed') return failure(thrown, word, sentences)
      // The yes is a message of its own: it is what is being answered then.
      confirmations.ask(speaker, { word, words })
      return command.question?.(sentences) ?? sentences.confirm(command.summary(sentences))
    }
  }

  return {
    recognises: (text, from) =>
      (from !== undefined && confirmations.recognises(text, from)) || typedIn(text) !== undefined,
    run: async (text, speaker) => {
      const sentences = stringsIn(await language(speaker, text).catch(() => languageOf(text)))
      const answer = confirmations.answer(text, speaker)
      if (answer?.yes === false) return sentences.not_confirmed
      const typed = answer?.typed ?? typedIn(text) ?? { word: '', words: '' }
      return await perform(typed, speaker, sentences, answer?.yes)
    },
  }
}

/** What administers DeniDin is for a direct chat: in a group, everybody would read the answer. */
const callerOf = ({ person, chat_id, chat_kind, scope, message_id }: Speaker): Caller => ({
  transport: 'chat',
  level: person.role === 'godfather' && chat_kind === 'direct' ? 'godfather' : 'anyone',
  person,
  chat: { chat_id, scope, ...(message_id === undefined ? {} : { message_id }) },
  inside: scope,
})

const available = (caller: Caller): string[] => [
  ...Object.entries(menu)
    .filter(([, { run }]) => mayRun(caller.level, operations[run].access))
    .map(([word]) => word),
  HELP,
]

const help = (caller: Caller, sentences: Strings): string =>
  [
    sentences.help_heading,
    ...available(caller).map(word => `${word} – ${menu[word]?.summary(sentences) ?? sentences.help_help}`),
  ].join('\n')

type PlainSentence =
  'something_went_wrong' | 'model_unavailable' | 'model_rejected' | 'memory_disabled' | 'busy' | 'stopping'

const failure = (thrown: unknown, word: string, sentences: Strings): string => {
  const { code } = asDenidinError(thrown)
  return code === 'forbidden' ? sentences.admin_only(word) : sentences[SAID[code]]
}

/** What each kind of failure is called towards people; the details are for the log. */
const SAID: Readonly<Record<Exclude<ErrorCode, 'forbidden'>, PlainSentence>> = {
  invalid_input: 'something_went_wrong',
  invalid_config: 'something_went_wrong',
  not_found: 'something_went_wrong',
  confirmation_needed: 'something_went_wrong',
  already_running: 'busy',
  not_running: 'stopping',
  unavailable: 'model_unavailable',
  rejected: 'model_rejected',
  timeout: 'model_unavailable',
  bad_answer: 'model_unavailable',
  damaged: 'something_went_wrong',
  disabled: 'memory_disabled',
  stopping: 'stopping',
  internal: 'something_went_wrong',
}
