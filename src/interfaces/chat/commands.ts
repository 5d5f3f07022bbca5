import type { Caller } from '../../operations/operation.ts'
import { mayRun } from '../../operations/operation.ts'
import { operations } from '../../operations/list.ts'
import { nearMiss } from '../../operations/near-miss.ts'
import type { Runner } from '../../operations/runner.ts'
import type { Person } from '../../people/person.ts'
import { asDenidinError, type ErrorCode } from '../../platform/errors.ts'
import { languageOf, sentencesIn, type Language } from '../../text/language.ts'
import type { Sentences } from '../../text/sentences.ts'
import { chatMenu, type ChatCommand } from './menu.ts'

/** Who writes a command, where: the conversation's `Speaker`, by its form. */
export interface ChatSpeaker {
  readonly person: Person
  readonly chat_id: string
  readonly chat_kind: 'direct' | 'group'
  readonly scope: NonNullable<Caller['inside']>
}

/** The conversation's `Commands`, by its form. */
export interface ChatCommands {
  /** Whether a text is a command (known or not): it never reaches the model nor the history. */
  recognises(text: string): boolean
  /** Runs a command and gives the sentence to answer with. Never rejects. */
  run(text: string, speaker: ChatSpeaker): Promise<string>
}

export interface ChatCommandsDeps {
  readonly runner: Runner
  /** The language that a speaker writes in: commands themselves are the same in all. */
  language(speaker: ChatSpeaker): Promise<Language>
}

/** A slash and a word, alone or before more words; `/home/user` and `1/2` are none. Phones like to add a full stop. */
const COMMAND = /^\s*(\/\p{L}[\p{L}\p{N}_-]*)[.!?]*(?:\s+([\s\S]*))?$/u

const HELP = '/help'
const menu: Readonly<Record<string, ChatCommand>> = chatMenu

/** The commands that people write in a chat, over the list of operations. */
export const createChatCommands = ({ runner, language }: ChatCommandsDeps): ChatCommands => ({
  recognises: text => COMMAND.test(text),
  run: async (text, speaker) => {
    const [, typed = '', words = ''] = COMMAND.exec(text) ?? []
    const word = typed.toLowerCase()
    const caller = callerOf(speaker)
    const sentences = sentencesIn(await language(speaker).catch(() => languageOf(text)))
    if (word === HELP) return help(caller, sentences)
    const command = Object.hasOwn(menu, word) ? menu[word] : undefined
    if (command === undefined) return sentences.unknown_command(typed, nearMiss(word, available(caller)))
    try {
      const input = command.parse(words.trim())
      const output = await runner.run(command.run, input, { caller })
      // The menu's own types tie `run` to `say`; the record of all commands cannot show it.
      return command.say(output as never, sentences)
    } catch (thrown) {
      const { code } = asDenidinError(thrown)
      return code === 'forbidden' ? sentences.admin_only(word) : sentences[SAID[code]]
    }
  },
})

/** What administers DeniDin is for a direct chat: in a group, everybody would read the answer. */
const callerOf = ({ person, chat_id, chat_kind, scope }: ChatSpeaker): Caller => ({
  transport: 'chat',
  level: person.role === 'godfather' && chat_kind === 'direct' ? 'godfather' : 'anyone',
  person,
  chat: { chat_id, scope },
  inside: scope,
})

const available = (caller: Caller): string[] => [
  ...Object.entries(menu)
    .filter(([, { run }]) => mayRun(caller.level, operations[run].access))
    .map(([word]) => word),
  HELP,
]

const help = (caller: Caller, sentences: Sentences): string =>
  [
    sentences.help_heading,
    ...available(caller).map(word => `${word} – ${menu[word]?.summary(sentences) ?? sentences.help_help}`),
  ].join('\n')

type PlainSentence =
  'something_went_wrong' | 'model_unavailable' | 'model_rejected' | 'memory_disabled' | 'busy' | 'stopping'

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
