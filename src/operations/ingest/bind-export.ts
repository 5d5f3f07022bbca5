/** Loads an exported chat into the conversation of a person or a group, and learns from it on request. */
import { importExport, sourceOf, type BoundReport } from '../../ingest/binding/bound-export.ts'
import { beginBoundRun, noRun } from '../../ingest/binding/bound-run.ts'
import type { RunState } from '../../archive/extraction-run.ts'
import type { Person } from '../../people/person.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { actorOf, type Call } from '../operation.ts'
import { boundTo, type Binding, type BindingInput } from './binding.ts'
import { admit } from './ingest-people.ts'
import { learnFrom, NO_LESSON } from './learn-imported.ts'
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

/** @throws DenidinError `disabled` */
export const checkMemory = (
  { instance, memory }: Uses<'memory.learning' | 'instance.memory_system_enabled'>,
  { learn = false }: Pick<BindingInput, 'learn'>,
): void => {
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
  const start = { source: sourceOf(opened.file), conversation: scope, started_by: actorOf(caller) }
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
