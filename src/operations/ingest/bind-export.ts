/** Loads an exported chat into the conversation of a person or a group, and learns from it on request. */
import { importExport, type BoundReport } from '../../ingest/binding/bound-export.ts'
import { beginBoundRun, noRun } from '../../ingest/binding/bound-run.ts'
import type { RunState } from '../../archive/extraction-run.ts'
import type { MessageRecord } from '../../messages/message.ts'
import type { Person } from '../../people/person.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { actorOf, type Call } from '../operation.ts'
import { boundTo, type Binding, type BindingInput } from './binding.ts'
import { admit } from './ingest-people.ts'
import { matchExport, speakersOf, type OpenContext } from './senders.ts'

type BindContext = OpenContext &
  Uses<'archive.loads' | 'messages.imports' | 'memory.learning' | 'instance.memory_system_enabled'>

export interface BindReport extends BoundReport {
  readonly run_id: number | undefined
  readonly status: RunState | 'counted'
  readonly notes: string
  /** Facts that are new. */
  readonly learned: number
  readonly binding: Binding
}

/** Newest messages that are learned from on request: some tens of model calls. */
export const MOST_LEARNED = 2000
/** Silence after which another conversation begins. */
const CONVERSATION_GAP_MS = 6 * HOUR_MS

/** @throws DenidinError `disabled` */
const checkMemory = ({ instance, memory }: BindContext, { learn = false }: BindingInput): void => {
  if (!instance.memory_system_enabled) {
    throw new DenidinError(
      'disabled',
      'the memory system is off: nothing of a conversation is kept (see feature_flags.enable_memory_system)',
    )
  }
  if (learn && !memory.learning.enabled) {
    throw new DenidinError('disabled', 'fact extraction is switched off: nothing was added; load without --learn')
  }
}

/** @throws DenidinError `disabled`, `invalid_input` where it is not certain who a sender is */
export const bindExport = async (
  context: BindContext,
  input: BindingInput,
  binding: Binding,
  { caller, signal, progress }: Pick<Call, 'caller' | 'signal' | 'progress'>,
): Promise<BindReport> => {
  const { dry_run = false, learn = false } = input
  checkMemory(context, input)
  const { opened, reading, participants, absent } = await matchExport(context, input, binding, signal)
  const { imports } = context.messages
  const admitted = (person: Person, name?: string): Promise<Person> =>
    dry_run ? Promise.resolve(person) : admit(imports.people, person, name)
  const speakers = await speakersOf(participants, binding, admitted)
  const settled = binding.person === undefined ? binding : boundTo(await admitted(binding.person))
  const { scope, chat_id, person } = settled
  const chat_kind = person === undefined ? 'group' : 'direct'
  const start = { file: opened.file, conversation: scope, started_by: actorOf(caller) }
  const run = dry_run ? noRun : await beginBoundRun(context.archive.loads.records, start, signal)
  const target = { scope, chat_id, chat_kind, speakers, person, dry_run } as const
  const options = {
    zone: reading.zone,
    run,
    signal,
    progress: (done: number) => {
      progress({ done, total: opened.survey.messages, unit: 'messages' })
    },
  }
  const report = await importExport(opened, target, imports, options).catch(async (error: unknown) => {
    await run.stop(error, signal)
    throw error
  })
  const lesson = learn && !dry_run ? await learnFrom(context, report, settled, signal) : NO_LESSON
  const missing = absent.map(name => `no sender is called "${name}"`)
  const notes = [report.notice, ...leftOut(report), ...missing, ...lesson.notes].join('; ')
  const ended = await run.complete(notes)
  if (lesson.failure !== undefined) throw lesson.failure
  return { ...report, ...ended, run_id: run.run_id, learned: lesson.learned, binding: settled }
}

const leftOut = ({ left_out }: BoundReport): readonly string[] =>
  left_out === 0 ? [] : [`${String(left_out)} media, commands and events were left out`]

/** What came of learning. */
interface Lesson {
  readonly learned: number
  readonly notes: readonly string[]
  /** What stopped it. */
  readonly failure?: Error
}

const NO_LESSON: Lesson = { learned: 0, notes: [] }

/** Learns from the newest messages of the export, but for those that were learned from before. Never rejects. */
const learnFrom = async (
  { memory, messages: { imports } }: BindContext,
  { said, added }: BoundReport,
  { scope, chat_id }: Binding,
  signal: AbortSignal,
): Promise<Lesson> => {
  if (said === undefined) return NO_LESSON
  const conversation = { scope, chat_id, session_id: undefined, progress_id: `imported:${scope}` }
  let learned = 0
  try {
    const messages = await imports.messages.newest(scope, { ...said, limit: MOST_LEARNED })
    for (const talk of talksIn(messages)) {
      signal.throwIfAborted()
      learned += (await memory.learning.ofMessages(conversation, talk, { signal })).added
    }
    return { learned, notes: [`${String(learned)} facts were learned`] }
  } catch (thrown) {
    const { code, message, retryable } = asDenidinError(thrown)
    const remedy = 'the same command goes on where it stopped'
    const sentence = `${String(added)} messages were added, and ${String(learned)} facts learned; learning stopped: ${message}; ${remedy}`
    const failure = signal.aborted
      ? asDenidinError(thrown)
      : new DenidinError(code, sentence, { cause: thrown, retryable })
    return { learned, notes: [`learning stopped after ${String(learned)} facts; ${remedy}`], failure }
  }
}

/** Messages between two long silences, oldest first. */
const talksIn = (messages: readonly MessageRecord[]): readonly (readonly MessageRecord[])[] => {
  const talks: MessageRecord[][] = []
  for (const message of messages) {
    const last = talks.at(-1)
    const before = last?.at(-1)
    if (last !== undefined && before !== undefined && message.sent_at - before.sent_at < CONVERSATION_GAP_MS) {
      last.push(message)
    } else talks.push([message])
  }
  return talks
}
