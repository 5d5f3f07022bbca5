/** Recognises commands in a chat, runs their operations and formulates the answers. */
import type { CommandHandler, Speaker } from '../../conversation/command-handler.ts'
import { operations } from '../../operations/list.ts'
import { mayRun, type Caller } from '../../operations/operation.ts'
import { isConfined } from '../../messages/confined-chat.ts'
import type { Runner } from '../../operations/runner.ts'
import type { ZoneOf } from '../../people/personal-zones.ts'
import type { Clock } from '../../platform/clock.ts'
import { asDenidinError, type ErrorCode } from '../../platform/errors.ts'
import { suggest } from '../../platform/suggest.ts'
import { languageOf, stringsIn, type Language } from '../../text/language.ts'
import type { Strings } from '../../text/strings/strings.ts'
import { menuNameOf, nearMiss, withHebrewNames } from './command-names.ts'
import { Confirmations, type Asked } from './confirmations.ts'
import { chatMenu, type ChatCommand } from './menu.ts'
import { plainWords } from './plain-words.ts'
import { naturalCommand, naturalReplyCommand } from './natural-commands.ts'
import { parseCommand, type ParsedCommand } from '../../messages/message-kind.ts'

export interface ChatCommandsDeps {
  readonly runner: Runner
  readonly clock: Clock
  /** The language to answer a command in; slash commands are the same in all languages. */
  language(speaker: Speaker, text: string): Promise<Language>
  readonly zoneOf: ZoneOf
}

const HELP = '/help'
const menu: Readonly<Record<string, ChatCommand>> = chatMenu

/** The command in a text, with a slash or in plain words. */
const readCommand = (text: string, replies: boolean): ParsedCommand | undefined =>
  parseCommand(text) ?? naturalCommand(text) ?? (replies ? naturalReplyCommand(text) : undefined)

class ChatCommands implements CommandHandler {
  readonly #runner: Runner
  readonly #language: ChatCommandsDeps['language']
  readonly #zoneOf: ZoneOf
  readonly #confirmations: Confirmations

  constructor({ runner, clock, language, zoneOf }: ChatCommandsDeps) {
    this.#runner = runner
    this.#language = language
    this.#zoneOf = zoneOf
    this.#confirmations = new Confirmations(clock)
  }

  recognises(text: string, from?: Asked & { readonly reply_to?: string | undefined }): boolean {
    if (from !== undefined && this.#confirmations.recognises(text, from)) return true
    return readCommand(text, from?.reply_to !== undefined) !== undefined || nearMiss(text) !== undefined
  }

  dropQuestion(speaker: Speaker): void {
    this.#confirmations.drop(askedOf(speaker))
  }

  async withdrawal(text: string, speaker: Speaker): Promise<string | undefined> {
    if (!this.#confirmations.takeWithdrawn(askedOf(speaker))) return undefined
    return (await this.#stringsFor(speaker, text)).any_command.withdrawn
  }

  async run(text: string, speaker: Speaker): Promise<string> {
    const strings = await this.#stringsFor(speaker, text)
    const answer = this.#confirmations.answer(text, askedOf(speaker))
    if (answer?.yes === false) return strings.any_command.not_confirmed
    if (answer !== undefined) return await this.#perform(answer.command, speaker, strings, answer.kind === 'destroy')
    const command = readCommand(text, speaker.reply !== undefined)
    if (command !== undefined) return await this.#perform(command, speaker, strings)
    const near = nearMiss(text)
    return near === undefined ? strings.something_went_wrong : this.#suggest(near, speaker, strings)
  }

  async #stringsFor(speaker: Speaker, text: string): Promise<Strings> {
    const language = await this.#language(speaker, text).catch(() => languageOf(text))
    return stringsIn(language, isAdministrator(speaker) ? 'administrator' : 'anyone')
  }

  #suggest(near: ParsedCommand, speaker: Speaker, { any_command }: Strings): string {
    this.#confirmations.ask(askedOf(speaker), 'near_miss', near)
    return any_command.near_miss(written(near))
  }

  async #perform(parsed: ParsedCommand, speaker: Speaker, strings: Strings, confirmed = false): Promise<string> {
    const name = menuNameOf(parsed.name)
    const caller = callerOf(speaker)
    if (name === HELP) return help(speaker, strings, parsed.args)
    const command = Object.hasOwn(menu, name) ? menu[name] : undefined
    if (command === undefined) {
      const near = suggest(name, withHebrewNames(available(caller)))
      if (near !== undefined) {
        this.#confirmations.ask(askedOf(speaker), 'near_miss', { name: near, args: parsed.args })
      }
      return strings.any_command.unknown(parsed.name, near === undefined ? undefined : suggestion(near, parsed.args))
    }
    const { reply } = speaker
    const written = parsed.args.trim()
    const args = reply === undefined ? written : (command.parseReply?.(written, reply.text) ?? written)
    if (speaker.chat_kind === 'group' && command.direct_only?.(args) === true) {
      return strings.any_command.direct_only(name)
    }
    const input = command.parse(args)
    if (input === undefined) return command.usage?.(strings.commands) ?? strings.something_went_wrong
    try {
      const output = await this.#runner.run(command.run, input, { caller, confirmed })
      // The menu's own types link `run` to `say`; the record of all commands cannot express that.
      return command.say(output as never, strings.commands, await this.#zoneOf(speaker.person.person_id), args)
    } catch (thrown) {
      const { code } = asDenidinError(thrown)
      const usage = MISREAD.has(code)
        ? command.usage?.(strings.commands)
        : code === 'forbidden' && mayRun(caller.level, operations[command.run].access)
          ? command.refused?.(strings.commands)
          : undefined
      if (code !== 'confirmation_needed') return usage ?? failureText(code, name, strings, speaker)
      // The yes arrives as a separate message, which is then the one to answer.
      this.#confirmations.ask(askedOf(speaker), 'destroy', { name, args: parsed.args })
      return command.question?.(strings.commands) ?? strings.any_command.confirm(command.summary(strings.commands))
    }
  }
}

/** The commands that people write in a chat, over the list of operations. */
export const createChatCommands = (deps: ChatCommandsDeps): CommandHandler => new ChatCommands(deps)

const written = ({ name, args }: ParsedCommand): string => (args === '' ? name : `${name} ${args}`)

const MOST_SHOWN_CHARACTERS = 30

/** A command with its arguments, if these are short. */
const suggestion = (name: string, args: string): string =>
  args.length > MOST_SHOWN_CHARACTERS ? name : written({ name, args: args.trim() })

const askedOf = ({ person, chat_id }: Speaker): Asked => ({ person_id: person.person_id, chat_id })

/**
 * In a group everyone reads the answer, so the godfather's commands work only in a direct chat; a program that speaks for
 * the godfather has no more rights than for anyone.
 */
const callerOf = ({ person, chat_id, chat_kind, scope, message_id }: Speaker): Caller => ({
  transport: 'chat',
  level: person.role === 'godfather' && chat_kind === 'direct' && !isConfined(chat_id) ? 'godfather' : 'anyone',
  person,
  chat: { chat_id, scope, ...(message_id === undefined ? {} : { message_id }) },
  inside: scope,
})

const isAdministrator = ({ person }: Speaker): boolean => person.role === 'godfather'

const available = (caller: Caller): string[] => [
  ...Object.entries(menu)
    .filter(([, { run }]) => mayRun(caller.level, operations[run].access))
    .map(([name]) => name),
  HELP,
]

/** All commands of the speaker, or the one that is named: “/help forget”. */
const help = (speaker: Speaker, strings: Strings, about: string): string => {
  const { commands } = strings
  const lineOf = (name: string): string => `${name} – ${menu[name]?.summary(commands) ?? commands.help.help}`
  const all = available(callerOf(speaker))
  const wanted = menuNameOf(`/${plainWords(about).replace(/^\//, '')}`)
  if (all.includes(wanted)) {
    const usage = menu[wanted]?.usage?.(commands)
    return usage === undefined ? lineOf(wanted) : `${lineOf(wanted)}\n${usage}`
  }
  if (Object.hasOwn(menu, wanted)) return refusal(wanted, strings, speaker)
  return [commands.help.heading, ...all.map(lineOf)].join('\n')
}

type FailureText =
  'something_went_wrong' | 'model_rejected' | 'limit_reached_anywhere' | 'memory_disabled' | 'busy' | 'stopping'

const failureText = (code: ErrorCode, name: string, strings: Strings, speaker: Speaker): string =>
  code === 'forbidden' ? refusal(name, strings, speaker) : strings[FAILURES[code]]

/** In a group, the administrator is told where the command works. */
const refusal = (name: string, { any_command }: Strings, speaker: Speaker): string =>
  isAdministrator(speaker) && speaker.chat_kind === 'group'
    ? any_command.direct_only(name)
    : any_command.admin_only(name)

/** The operation did not understand the words after the command. */
const MISREAD: ReadonlySet<ErrorCode> = new Set(['invalid_input', 'not_found'])

/** The answer to a person for each kind of failure; the details are in the log. */
const FAILURES: Readonly<Record<Exclude<ErrorCode, 'forbidden'>, FailureText>> = {
  invalid_input: 'something_went_wrong',
  invalid_config: 'something_went_wrong',
  not_found: 'something_went_wrong',
  confirmation_needed: 'something_went_wrong',
  already_running: 'busy',
  not_running: 'stopping',
  // No command asks the model that answers: a service of the memory, the disk or a file failed.
  unavailable: 'something_went_wrong',
  rejected: 'model_rejected',
  timeout: 'something_went_wrong',
  bad_answer: 'something_went_wrong',
  damaged: 'something_went_wrong',
  disabled: 'memory_disabled',
  stopping: 'stopping',
  limit_reached: 'limit_reached_anywhere',
  internal: 'something_went_wrong',
}
