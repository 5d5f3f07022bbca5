/** `memory.remember`: stores a text verbatim. */
import { z } from 'zod'
import { PLAIN_MEMORY, type MemoryRecord } from '../../memory/memory.ts'
import type { MessageId } from '../../messages/message.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'
import { resolveSubject, SUBJECT_FIELDS, subjectInput } from '../subject.ts'

const TEXT_CHARACTERS = 4000

/** The command in a chat that asked for it. */
interface Request {
  /** When it was sent, by the clock of its channel; milliseconds since the Unix epoch. */
  readonly at?: number
  /** The message that it quotes, if the text is the beginning of that one. */
  readonly quoted?: MessageId
}

const requestOf = async (
  { messages: { history } }: Uses<'messages.history'>,
  command_ids: readonly MessageId[],
  text: string,
): Promise<Request> => {
  const [command] = await history.get(command_ids)
  if (command === undefined) return {}
  const [quoted] = command.reply_to === undefined ? [] : await history.get([command.reply_to])
  const at = command.sent_at
  return quoted?.text.trim().startsWith(text) === true ? { at, quoted: quoted.message_id } : { at }
}

export const memoryRemember = operation({
  summary: 'Remember a text word for word',
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: [...SUBJECT_FIELDS, 'messages.history', 'memory.facts', 'rollout.stages', 'system.clock', 'system.ids'],
  input: z.strictObject({
    text: z.string().trim().min(1).max(TEXT_CHARACTERS).describe('what to remember'),
    ...subjectInput,
  }),
  output: z.object({ memory_id: z.string(), text: z.string() }),
  subject: resolveSubject,
  run: async (context, { text }, { subject }) => {
    const { memory, rollout, system } = context
    const { person, scope, command_ids } = subject
    if (!(await memory.facts.stats()).enabled) {
      throw new DenidinError('disabled', 'long-term memory is switched off')
    }
    if (!(await rollout.stages.has('enable_memory_system', scope))) {
      throw new DenidinError('disabled', 'this conversation has no memory yet: see "denidin rollout status"')
    }
    const now = system.clock.now()
    const [source] = command_ids
    const { at = now, quoted } = await requestOf(context, command_ids, text)
    const record: MemoryRecord = {
      ...PLAIN_MEMORY,
      // If the command is repeated after a crash, the memory already exists.
      memory_id: source === undefined ? system.ids.uuid() : `explicit-${source}`,
      scope,
      person_ids: [person.person_id],
      kind: 'explicit',
      category: 'facts',
      text,
      quote: text,
      sources: quoted === undefined ? command_ids : [...command_ids, quoted],
      session_id: undefined,
      importance: 1,
      said_from: at,
      said_to: at,
      valid_from: at,
      created_at: now,
    }
    await memory.facts.store(record)
    const { memory_id } = record
    return { output: { memory_id, text }, touched: [{ whose: scope, memory_ids: [memory_id] }] }
  },
})
