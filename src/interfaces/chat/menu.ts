/**
 * The commands of a chat: which operation each runs, how its arguments are read, and how its result is put into words.
 */
import type { OperationInput, OperationName, OperationOutput } from '../../operations/list.ts'
import { cutStart } from '../../text/cut.ts'
import { isTrouble } from '../../platform/health.ts'
import type { TimeZone, WallClock } from '../../platform/time-zone.ts'
import { stringsIn } from '../../text/language.ts'
import { asciiDigits, readNumbers } from './numbers.ts'
import { naturalCommand } from './natural-commands.ts'
import { plainWords } from './plain-words.ts'
import { readTimeZone } from '../../text/time-zone-name.ts'
import type { BudgetFigures, CommandStrings, SpendingFigures, StatusFigures } from '../../text/strings/strings.ts'
import { writtenZone } from '../../text/strings/written-day.ts'

/** One command of the menu. */
export interface ChatCommand<N extends OperationName = OperationName> {
  readonly run: N
  /** What the command does, for `/help`. */
  summary(strings: CommandStrings): string
  /** Turns the text after the command into the operation's input; `undefined` if something is missing, see `usage`. */
  parse(args: string): OperationInput<N> | undefined
  /**
   * The text after the command when it is written in reply to a message; `quoted` is the text of that message, if it is
   * known. By default the reply makes no difference.
   */
  parseReply?(args: string, quoted: string | undefined): string
  /** Says what is missing, or what input is accepted. */
  usage?(strings: CommandStrings): string
  /** Says why the operation refused although the caller may run it. */
  refused?(strings: CommandStrings): string
  /** Whether this works only in a direct chat, because in a group everyone would read the answer. */
  direct_only?(args: string): boolean
  /** The question that asks for confirmation. */
  question?(strings: CommandStrings): string
  /** Puts the result into words; `zone` is the reader's time zone, `args` the text after the command. */
  say(output: OperationOutput<N>, strings: CommandStrings, zone: TimeZone, args: string): string
}

const command = <N extends OperationName>(definition: ChatCommand<N>): ChatCommand<N> => definition

/** The argument of `/pause` and `/resume` names a conversation; without it, the current one is meant. */
const conversationIn = (args: string): { conversation?: string } =>
  args === '' ? {} : { conversation: asciiDigits(args) }

/** The command that ends a pause of the conversation that `/pause` named. */
const resumeOf = (args: string): string => (args === '' ? '/resume' : `/resume ${args}`)

/** The argument of a command that names a person. */
const personIn = (args: string): { person: string } | undefined =>
  args === '' ? undefined : { person: asciiDigits(args) }

/** The reader's local time. @param iso ISO 8601 */
const timeIn = (zone: TimeZone, iso: string): WallClock => zone.wallClock(Date.parse(iso))

/** A time in a field of an export, and the time when the export was written. */
const RECORDED_TIME = /(?<=: |^Written )\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z(?= ·|\. Times are|$)/gm

/** `/remember that my locker is 417`: "that" belongs to the request. */
const THAT = /^that\s+(?=(?:i|we|my|our|the|he|she|they|his|her|their)\b)/i
const toRemember = (args: string): string => {
  const hebrew = naturalCommand(`תזכור ${args}`)
  return hebrew?.name === '/remember' ? hebrew.args : args.replace(THAT, '')
}

/** The second word of the Hebrew name of the command. */
const ZONE = /^זמן(?:\s+|$)/

/** The line of an export that names the zone of its times. */
const IN_UTC = /^(Written [^\n]*Times are in )UTC\.$/m

const MOST_QUERY = 2000
/** Longest text that can be remembered word for word, in characters. */
const MOST_REMEMBERED = 4000
/** Longest search query in the archive, in characters, and most messages that a chat shows. */
const MOST_SEARCH = 1000
const MOST_FOUND = 5

/** Words for the message that is replied to. */
const POINTERS: ReadonlySet<string> = new Set(['', 'that', 'this', 'it', 'this one', 'זה', 'את זה', 'זאת', 'את זאת'])
const isPointer = (args: string): boolean => POINTERS.has(plainWords(args))

const FORGET_WORDS: ReadonlyMap<string, 'all' | 'last'> = new Map([
  ...(['all', 'all of it', 'everything', 'הכל', 'הכול', 'את הכל', 'את הכול'] as const).map(
    word => [word, 'all'] as const,
  ),
  ...(
    ['last', 'the last', 'last one', 'the last one', 'that', 'this', 'it', 'האחרון', 'האחרונה', 'זה', 'את זה'] as const
  ).map(word => [word, 'last'] as const),
])

const forgetWord = (args: string): 'all' | 'last' | undefined => FORGET_WORDS.get(plainWords(args))

const SWITCH_WORDS: ReadonlyMap<string, 'on' | 'off'> = new Map([
  ['on', 'on'],
  ['off', 'off'],
  ['הפעל', 'on'],
  ['כבה', 'off'],
  ['כבוי', 'off'],
  ['פועל', 'on'],
])

const LANGUAGE_WORDS: ReadonlyMap<string, 'en' | 'he'> = new Map([
  ...(['en', 'english', 'אנגלית'] as const).map(word => [word, 'en'] as const),
  ...(['he', 'hebrew', 'עברית'] as const).map(word => [word, 'he'] as const),
])

export const chatMenu = {
  '/reset': command({
    run: 'session.reset',
    summary: strings => strings.reset.help,
    parse: () => ({}),
    say: ({ session_id, memory }, strings) => {
      if (session_id === null) return strings.reset.nothing
      switch (memory) {
        case 'stored':
          return strings.reset.saved
        case 'pending':
          return strings.reset.saved_later
        case 'nothing':
          return strings.reset.not_saved
      }
    },
  }),
  '/memory': command({
    run: 'memory.about',
    summary: strings => strings.memory.help,
    parse: args => (args === '' ? {} : { query: cutStart(args, MOST_QUERY) }),
    say: ({ items, total, learn }, strings, zone) =>
      strings.memory.list(
        items.map(item => ({ ...item, said_on: timeIn(zone, item.said_at) })),
        total,
        learn,
      ),
  }),
  '/search': command({
    run: 'archive.search',
    summary: strings => strings.search.help,
    parse: args => (args === '' ? undefined : { query: cutStart(args, MOST_SEARCH), limit: MOST_FOUND }),
    usage: strings => strings.search.usage,
    say: ({ messages }, strings, zone) =>
      strings.search.found(
        messages.map(({ at, from, snippet }) => ({ from, snippet, said_on: at === null ? null : timeIn(zone, at) })),
      ),
  }),
  '/remember': command({
    run: 'memory.remember',
    summary: strings => strings.remember.help,
    parse: args => (args === '' ? undefined : { text: toRemember(args) }),
    parseReply: (args, quoted) => (isPointer(args) && quoted !== undefined ? cutStart(quoted, MOST_REMEMBERED) : args),
    usage: strings => strings.remember.usage,
    say: ({ text }, strings) => strings.remember.done(text),
  }),
  '/forget': command({
    run: 'memory.forget',
    summary: strings => strings.forget.help,
    parse: args => {
      const what = forgetWord(args) ?? readNumbers(plainWords(args))?.join(' ')
      return what === undefined ? undefined : { what }
    },
    parseReply: args => (isPointer(args) ? 'last' : args),
    usage: strings => strings.forget.usage,
    direct_only: args => forgetWord(args) === 'all',
    question: strings => strings.forget.all_question,
    say: (report, strings) => {
      switch (report.outcome) {
        case 'forgotten':
          return [
            strings.forget.done(report),
            ...(report.unknown.length === 0 ? [] : [strings.forget.unknown(report.unknown.join(', '))]),
          ].join(' ')
        case 'nothing':
          return strings.forget.nothing
        case 'not_yours':
          return strings.forget.not_yours
      }
    },
  }),
  '/export': command({
    run: 'memory.export',
    summary: strings => strings.export.help,
    parse: () => ({}),
    direct_only: () => true,
    say: ({ text, file }, strings, zone) =>
      text
        ?.replace(RECORDED_TIME, at => strings.export.time(timeIn(zone, at)))
        .replace(IN_UTC, `$1${writtenZone(zone.name)}.`) ?? strings.export.done(file),
  }),
  '/why': command({
    run: 'memory.why',
    summary: strings => strings.why.help,
    parse: () => ({}),
    say: ({ replied_at, items, tone, context }, strings, zone) => {
      const basis = strings.why.basis(
        items.map(item => ({ ...item, said_on: item.said_at === null ? null : timeIn(zone, item.said_at) })),
        replied_at !== null,
        tone !== null,
      )
      return context === null ? basis : `${basis}\n${strings.why.context(context)}`
    },
  }),
  '/privacy': command({
    run: 'people.privacy',
    summary: strings => strings.privacy.help,
    parse: args => {
      const learning = SWITCH_WORDS.get(plainWords(args))
      return args === '' ? {} : learning === undefined ? undefined : { learning }
    },
    usage: strings => strings.privacy.usage,
    say: ({ learning, lasting, history }, { privacy }) =>
      learning === 'off'
        ? history
          ? privacy.off
          : privacy.offWithoutHistory
        : lasting
          ? privacy.on
          : privacy.onWithoutMemory,
  }),
  '/lang': command({
    run: 'people.language',
    summary: strings => strings.lang.help,
    parse: args => {
      const language = LANGUAGE_WORDS.get(plainWords(args))
      return language === undefined ? undefined : { language }
    },
    usage: strings => strings.lang.usage,
    say: ({ language }) => stringsIn(language).commands.lang.done,
  }),
  '/timezone': command({
    run: 'people.timezone',
    summary: strings => strings.timezone.help,
    parse: args => {
      const named = args.replace(ZONE, '')
      if (named === '') return {}
      const zone = readTimeZone(named)
      return zone === undefined ? undefined : { zone }
    },
    usage: strings => strings.timezone.usage,
    say: ({ zone, local_time }, strings) => strings.timezone.done(zone, local_time),
  }),
  '/budget': command({
    run: 'budget.spending',
    summary: strings => strings.budget.help,
    parse: () => ({}),
    direct_only: () => true,
    say: (output, strings) => strings.budget.report(spendingFigures(output)),
  }),
  '/pause': command({
    run: 'chat.pause',
    summary: strings => strings.pause.help,
    parse: conversationIn,
    usage: strings => strings.pause.usage,
    say: ({ conversation }, strings, _zone, args) => strings.pause.done(conversation, resumeOf(args)),
  }),
  '/resume': command({
    run: 'chat.resume',
    summary: strings => strings.resume.help,
    parse: conversationIn,
    usage: strings => strings.resume.usage,
    say: ({ conversation, was_paused }, strings) => strings.resume.done(conversation, was_paused),
  }),
  '/backup': command({
    run: 'backup.start',
    summary: strings => strings.backup.help,
    parse: () => ({}),
    say: ({ state, messages, bytes, new_bytes, percent, problem }, strings) => {
      if (state === 'failed') return strings.backup.failed(problem ?? '')
      if (state === 'running') return strings.backup.running(percent)
      return strings.backup.made({ messages: messages ?? 0, bytes: bytes ?? 0, new_bytes: new_bytes ?? 0 })
    },
  }),
  '/status': command({
    run: 'status',
    summary: strings => strings.status.help,
    parse: () => ({}),
    say: (output, strings) => strings.status.report(figures(output)),
  }),
  '/users': command({
    run: 'people.list',
    summary: strings => strings.users.help,
    parse: () => ({ limit: MOST_USERS }),
    say: ({ people, next }, strings) => strings.users.list(people, next !== null),
  }),
  '/role': command({
    run: 'people.role',
    summary: strings => strings.role.help,
    parse: args => {
      const [, person, word = ''] = /^(.*\S)\s+(\S+)$/.exec(args) ?? []
      const role = ROLE_WORDS.get(plainWords(word))
      return person === undefined || role === undefined ? undefined : { person: asciiDigits(person), role }
    },
    usage: strings => strings.role.usage,
    refused: strings => strings.role.fixed,
    say: (person, strings) => strings.role.done(nameOf(person), person.role),
  }),
  '/block': command({
    run: 'people.block',
    summary: strings => strings.block.help,
    parse: personIn,
    usage: strings => strings.block.usage,
    refused: strings => strings.role.fixed,
    say: (person, strings) => strings.block.done(nameOf(person)),
  }),
  '/unblock': command({
    run: 'people.unblock',
    summary: strings => strings.unblock.help,
    parse: personIn,
    usage: strings => strings.unblock.usage,
    refused: strings => strings.role.fixed,
    say: (person, strings) => strings.unblock.done(nameOf(person)),
  }),
  '/allow': command({
    run: 'people.allow',
    summary: strings => strings.allow.help,
    parse: personIn,
    usage: strings => strings.allow.usage,
    say: (person, strings) => strings.allow.done(nameOf(person)),
  }),
  '/disallow': command({
    run: 'people.disallow',
    summary: strings => strings.disallow.help,
    parse: personIn,
    usage: strings => strings.disallow.usage,
    say: (person, strings) => strings.disallow.done(nameOf(person)),
  }),
  '/listen': command({
    run: 'chat.listen',
    summary: strings => strings.listen.help,
    parse: conversationIn,
    usage: strings => strings.pause.usage,
    say: ({ conversation }, strings, _zone, args) => strings.listen.done(conversation, resumeOf(args)),
  }),
  '/restart': command({
    run: 'chat.restart',
    summary: strings => strings.restart.help,
    parse: () => ({}),
    question: strings => strings.restart.question,
    say: (_output, strings) => strings.restart.done,
  }),
}

/** Most people that a chat lists. */
const MOST_USERS = 20

const ROLE_WORDS: ReadonlyMap<string, 'client' | 'godfather' | 'blocked'> = new Map([
  ...(['client', 'לקוח', 'לקוחה'] as const).map(word => [word, 'client'] as const),
  ...(['godfather', 'מנהל', 'מנהלת', 'סנדק'] as const).map(word => [word, 'godfather'] as const),
  ...(['blocked', 'חסום', 'חסומה'] as const).map(word => [word, 'blocked'] as const),
])

/** The name of a person with their number. */
const nameOf = ({ name, phone, person_id }: OperationOutput<'people.block'>): string =>
  [name, phone === null ? null : `+${phone}`].filter(each => each !== null).join(', ') || person_id

const figures = (status: OperationOutput<'status'>): StatusFigures => ({
  version: status.version,
  state: status.state,
  troubles: status.parts.filter(part => isTrouble(part.state)),
  untried: status.parts.filter(part => part.state === 'unknown').map(part => part.name),
  uptime_seconds: status.uptime_seconds,
  memory_on: status.memory_system === 'on',
  active_sessions: status.sessions_active,
  waiting_sessions: status.sessions_waiting,
  memories: status.memories,
  waiting_messages: waitingMessages(status),
  model_calls: sum(status.models_today.map(each => each.calls)),
  model_tokens: sum(status.models_today.map(each => each.input_tokens + each.output_tokens)),
})

/** Spending and limits, of the reader and of everyone. */
const spendingFigures = ({ currency, spent, limits, top }: OperationOutput<'budget.spending'>): BudgetFigures => {
  const figuresOf = (whose: 'person' | 'everyone'): SpendingFigures | null => {
    const [today, month] = spent.filter(each => each.whose === whose)
    if (today === undefined || month === undefined) return null
    return { today, month, limits: limits.filter(({ limit }) => (limit === 'person_day') === (whose === 'person')) }
  }
  const everyone = figuresOf('everyone')
  return { currency, own: figuresOf('person'), everyone: everyone === null ? null : { ...everyone, top: top ?? [] } }
}

/** Leaves out the command itself, which waits for this answer. */
const waitingMessages = ({ inbox_waiting, outbox_waiting }: OperationOutput<'status'>): number | null =>
  inbox_waiting === null || outbox_waiting === null ? null : Math.max(0, inbox_waiting - 1) + outbox_waiting

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
