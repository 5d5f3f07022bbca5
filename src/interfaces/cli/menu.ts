/** The commands of `denidin` that run an operation: their words, and which fields of the input are given by position. */
import type { OperationInput, OperationName } from '../../operations/list.ts'

/**
 * One command. Arguments are fields of the operation's input, in their order; one that the schema does not require may
 * be left out. Every other field is an option of its name.
 */
export interface CliCommand<N extends OperationName = OperationName> {
  readonly run: N
  readonly positions: readonly (keyof OperationInput<N> & string)[]
  /** The last position takes all remaining words, so that a question needs no quotes. */
  readonly words?: boolean
  /** Columns of the output's tables that a narrow terminal does without, the first to go first. */
  readonly spare?: readonly string[]
}

/** Commands by the words typed behind `denidin`. */
export type CliMenu = Readonly<Record<string, CliEntry>>

/** A command whose operation is not known to the types. */
export interface CliEntry {
  readonly run: string
  readonly positions: readonly string[]
  readonly words?: boolean
  readonly spare?: readonly string[]
}

const command = <N extends OperationName>(run: N, ...positions: CliCommand<N>['positions']): CliCommand<N> => ({
  run,
  positions,
})

/** `chat.say` has its command in `local/chat.ts`: a terminal says many things in a row. */
export const cliMenu = {
  status: { ...command('status'), spare: ['kind', 'failed'] },
  doctor: command('doctor'),
  pause: command('chat.pause', 'conversation', 'minutes'),
  resume: command('chat.resume', 'conversation'),
  pauses: command('chat.pauses'),
  'people list': { ...command('people.list'), spare: ['created_at', 'lid', 'username', 'name'] },
  'people show': command('people.show', 'person'),
  'people role': command('people.role', 'person', 'role'),
  'people block': command('people.block', 'person'),
  'people unblock': command('people.unblock', 'person'),
  'people privacy': command('people.privacy', 'learning'),
  'people language': command('people.language', 'language'),
  'people merge': command('people.merge', 'person', 'other'),
  'session list': { ...command('session.list'), spare: ['failed_attempts', 'created_at', 'messages'] },
  'session show': command('session.show', 'session_id'),
  'session reset': command('session.reset', 'session_id'),
  'session sweep': command('session.sweep'),
  'session purge': command('session.purge'),
  'memory about': { ...command('memory.about', 'query'), words: true, spare: ['in_group', 'id'] },
  'memory show': command('memory.show', 'memory_id'),
  'memory remember': { ...command('memory.remember', 'text'), words: true },
  'memory forget': command('memory.forget', 'what'),
  'memory export': command('memory.export'),
  'memory why': command('memory.why'),
  'memory extract': command('memory.extract'),
  'memory list': { ...command('memory.list'), spare: ['valid_to', 'category', 'said_from', 'kind'] },
  'memory search': {
    ...command('memory.search', 'query'),
    words: true,
    spare: ['valid_to', 'category', 'recency', 'said_from', 'kind'],
  },
  'memory stats': command('memory.stats'),
  'memory rebuild': command('memory.rebuild'),
  'memory verify': command('memory.verify'),
  'memory calibrate': command('memory.calibrate'),
  'memory prune-spaces': command('memory.prune_spaces'),
  'memory prune-reflections': command('memory.prune_reflections'),
  'memory access-stats': command('memory.access_stats'),
  'memory agent start': command('memory.agent_start', 'interval_hours'),
  'memory agent stop': command('memory.agent_stop'),
  'memory agent run': command('memory.agent_run'),
  'memory agent status': command('memory.agent_status'),
} satisfies CliMenu

/** What groups of commands are about, for help texts. */
export const cliGroups: Readonly<Record<string, string>> = {
  people: 'Who writes to DeniDin, and what they may do',
  session: 'Running and finished conversations',
  memory: 'Long-term memory',
  'memory agent': 'What keeps near at hand what is wanted of the memory',
}
