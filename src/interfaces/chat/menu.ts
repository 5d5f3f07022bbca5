/** The commands of a chat: which operation each runs and how its outcome is said. */
import type { OperationInput, OperationName, OperationOutput } from '../../operations/list.ts'
import { stringsIn } from '../../text/language.ts'
import type { Strings, StatusFigures } from '../../text/strings/strings.ts'

/** One command of the menu. */
export interface ChatCommand<N extends OperationName = OperationName> {
  readonly run: N
  /** What the command does, for `/help`. */
  summary(sentences: Strings): string
  /** Turns the words behind the command into the operation's input; `undefined`: something is missing, `usage` says what. */
  parse(words: string): OperationInput<N> | undefined
  usage?(sentences: Strings): string
  /** Whether this is for a direct chat: in a group, everybody would read the answer. */
  direct_only?(words: string): boolean
  /** What is asked before something that must be confirmed. */
  question?(sentences: Strings): string
  say(output: OperationOutput<N>, sentences: Strings): string
}

const command = <N extends OperationName>(definition: ChatCommand<N>): ChatCommand<N> => definition

/** The words behind `/pause` and `/resume` name a conversation; none means this one. */
const conversationIn = (words: string): { conversation?: string } => (words === '' ? {} : { conversation: words })

const MOST_QUERY = 2000

const FORGET_WORDS: ReadonlyMap<string, 'all' | 'last'> = new Map([
  ...(['all', 'everything', 'הכל', 'הכול'] as const).map(word => [word, 'all'] as const),
  ...(['last', 'that', 'האחרון', 'האחרונה'] as const).map(word => [word, 'last'] as const),
])

const SWITCH_WORDS: ReadonlyMap<string, 'on' | 'off'> = new Map([
  ['on', 'on'],
  ['off', 'off'],
  ['הפעל', 'on'],
  ['כבה', 'off'],
])

const LANGUAGE_WORDS: ReadonlyMap<string, 'en' | 'he'> = new Map([
  ...(['en', 'english', 'אנגלית'] as const).map(word => [word, 'en'] as const),
  ...(['he', 'hebrew', 'עברית'] as const).map(word => [word, 'he'] as const),
])

export const chatMenu = {
  '/reset': command({
    run: 'session.reset',
    summary: sentences => sentences.help_reset,
    parse: () => ({}),
    say: ({ session_id, memory }, sentences) => {
      if (session_id === null) return sentences.reset_nothing
      switch (memory) {
        case 'stored':
          return sentences.reset_saved
        case 'pending':
          return sentences.reset_saved_later
        case 'nothing':
          return sentences.reset_not_saved
      }
    },
  }),
  '/memory': command({
    run: 'memory.about',
    summary: sentences => sentences.help_memory,
    parse: words => (words === '' ? {} : { query: words.slice(0, MOST_QUERY) }),
    say: ({ items, learn }, sentences) => sentences.memory_list(items, learn),
  }),
  '/remember': command({
    run: 'memory.remember',
    summary: sentences => sentences.help_remember,
    parse: words => (words === '' ? undefined : { text: words }),
    usage: sentences => sentences.usage_remember,
    say: ({ text }, sentences) => sentences.remembered(text),
  }),
  '/forget': command({
    run: 'memory.forget',
    summary: sentences => sentences.help_forget,
    parse: words => {
      const what = FORGET_WORDS.get(words.toLowerCase()) ?? words
      return /^(?:all|last|\d{1,4})$/.test(what) ? { what } : undefined
    },
    usage: sentences => sentences.usage_forget,
    direct_only: words => FORGET_WORDS.get(words.toLowerCase()) === 'all',
    question: sentences => sentences.forget_all_question,
    say: (report, sentences) => {
      switch (report.outcome) {
        case 'forgotten':
          return sentences.forgotten(report)
        case 'nothing':
          return sentences.forget_nothing
        case 'not_yours':
          return sentences.forget_not_yours
      }
    },
  }),
  '/export': command({
    run: 'memory.export',
    summary: sentences => sentences.help_export,
    parse: () => ({}),
    direct_only: () => true,
    say: ({ text, file }, sentences) => text ?? sentences.exported(file),
  }),
  '/why': command({
    run: 'memory.why',
    summary: sentences => sentences.help_why,
    parse: () => ({}),
    say: ({ replied_at, items, tone }, sentences) => sentences.why(items, replied_at !== null, tone !== null),
  }),
  '/privacy': command({
    run: 'people.privacy',
    summary: sentences => sentences.help_privacy,
    parse: words => {
      const learning = SWITCH_WORDS.get(words.toLowerCase())
      return words === '' ? {} : learning === undefined ? undefined : { learning }
    },
    usage: sentences => sentences.usage_privacy,
    say: ({ learning }, sentences) => (learning === 'on' ? sentences.privacy_on : sentences.privacy_off),
  }),
  '/lang': command({
    run: 'people.language',
    summary: sentences => sentences.help_lang,
    parse: words => {
      const language = LANGUAGE_WORDS.get(words.toLowerCase())
      return language === undefined ? undefined : { language }
    },
    usage: sentences => sentences.usage_lang,
    say: ({ language }) => stringsIn(language).language_fixed,
  }),
  '/pause': command({
    run: 'chat.pause',
    summary: sentences => sentences.help_pause,
    parse: conversationIn,
    say: ({ conversation }, sentences) => sentences.paused(conversation),
  }),
  '/resume': command({
    run: 'chat.resume',
    summary: sentences => sentences.help_resume,
    parse: conversationIn,
    say: ({ conversation, was_paused }, sentences) => sentences.resumed(conversation, was_paused),
  }),
  '/status': command({
    run: 'status',
    summary: sentences => sentences.help_status,
    parse: () => ({}),
    say: (output, sentences) => sentences.status(figures(output)),
  }),
}

const figures = (status: OperationOutput<'status'>): StatusFigures => ({
  version: status.version,
  state: status.state,
  troubles: status.parts.filter(part => part.state === 'degraded' || part.state === 'down'),
  uptime_seconds: status.uptime_seconds,
  memory_on: status.memory_system === 'on',
  active_sessions: status.sessions_active,
  waiting_sessions: status.sessions_waiting,
  memories: status.memories,
  // The command itself waits for this answer.
  waiting_messages: Math.max(0, status.inbox_waiting - 1) + status.outbox_waiting,
  model_calls: sum(status.models_today.map(each => each.calls)),
  model_tokens: sum(status.models_today.map(each => each.input_tokens + each.output_tokens)),
})

const sum = (numbers: readonly number[]): number => numbers.reduce((total, each) => total + each, 0)
