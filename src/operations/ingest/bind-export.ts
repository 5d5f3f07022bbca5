/** Loads an exported chat into the conversation of a person or a group, and learns from it on request. */
import { importExport, type BoundReport } from '../../ingest/binding/bound-export.ts'
import type { MessageRecord } from '../../messages/message.ts'
import type { Person } from '../../people/person.ts'
import { HOUR_MS } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import type { Call } from '../operation.ts'
import { boundTo, type Binding, type BindingInput } from './binding.ts'
import { admit } from './ingest-people.ts'
import { matchExport, speakersOf, type OpenContext } from './senders.ts'

type BindContext = OpenContext & Uses<'messages.imports' | 'memory.learning' | 'instance.memory_system_enabled'>

export interface BindReport extends BoundReport {
  readonly learned: number
  readonly binding: Binding
}

/** Newest messages that are learned from on request: some tens of model calls. */
const MOST_LEARNED = 2000
/** Silence after which another conversation begins. */
const CONVERSATION_GAP_MS = 6 * HOUR_MS

/** @throws DenidinError `disabled`, `invalid_input` where it is not certain who a sender is */
export const bindExport = async (
  context: BindContext,
  input: BindingInput,
  binding: Binding,
  { signal, progress }: Pick<Call, 'signal' | 'progress'>,
): Promise<BindReport> => {
  const { dry_run = false, learn = false } = input
  if (!context.instance.memory_system_enabled) {
    throw new DenidinError(
      'disabled',
      'the memory system is off: nothing of a conversation is kept (see feature_flags.enable_memory_system)',
    )
  }
  if (learn && !context.memory.learning.enabled) {
    throw new DenidinError('disabled', 'fact extraction is switched off: nothing was added; load without --learn')
  }
  const { opened, reading, participants, absent } = await matchExport(context, input, binding, signal)
  const { people } = context.messages.imports
  const admitted = (person: Person, name?: string): Promise<Person> =>
    dry_run ? Promise.resolve(person) : admit(people, person, name)
  const speakers = await speakersOf(participants, binding, admitted)
  const settled = binding.person === undefined ? binding : boundTo(await admitted(binding.person))
  const { scope, chat_id, person } = settled
  const chat_kind = person === undefined ? 'group' : 'direct'
  const target = { scope, chat_id, chat_kind, speakers, person, dry_run, keep: learn ? MOST_LEARNED : 0 } as const
  const report = await importExport(opened, target, context.messages.imports, {
    zone: reading.zone,
    signal,
    progress: done => {
      progress({ done, total: opened.survey.messages, unit: 'messages' })
    },
  })
  const learned = learn && !dry_run ? await learnFrom(context, report.kept, settled, signal) : 0
  const notice = [report.notice, ...absent.map(name => `no sender is called "${name}"`)].join('; ')
  return { ...report, notice, learned, binding: settled }
}

/** @returns how many facts are new */
const learnFrom = async (
  { memory: { learning } }: Uses<'memory.learning'>,
  messages: readonly MessageRecord[],
  { scope, chat_id }: Binding,
  signal: AbortSignal,
): Promise<number> => {
  let learned = 0
  let from = 0
  for (const [index, { sent_at }] of messages.entries()) {
    const next = messages[index + 1]
    if (next !== undefined && next.sent_at - sent_at < CONVERSATION_GAP_MS) continue
    signal.throwIfAborted()
    const report = await learning.ofMessages(
      { scope, chat_id, session_id: undefined },
      messages.slice(from, index + 1),
      { signal },
    )
    learned += report.added
    from = index + 1
  }
  return learned
}
