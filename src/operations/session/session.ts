/** Running and finished conversations. */
import { z } from 'zod'
import type { Scope } from '../../messages/scope.ts'
import type { People } from '../../people/people.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { SessionState, SessionSummary } from '../../sessions/session.ts'
import { operation, type Call, type Caller } from '../operation.ts'
import type { OperationDeps } from '../context.ts'
import { pruneByAge } from '../memory/reflections.ts'
import { pageInput, pageOutput, readPage } from '../paging.ts'
import { isoTime, namedScope, ownScope, scopeInput } from '../references.ts'
import { describeScope } from '../../messages/describe-scope.ts'

const STATES = ['active', 'closed', 'stored', 'dead', 'purged'] as const satisfies readonly SessionState[]

const summary = z.object({
  session_id: z.string(),
  who: z.string().describe('the person, or the group'),
  state: z.enum(STATES),
  messages: z.int().min(0).describe('taken in so far'),
  created_at: z.string(),
  last_active: z.string(),
  failed_attempts: z.int().min(0).describe('attempts to store it that failed'),
})

const summarise = async (people: Pick<People, 'find'>, session: SessionSummary): Promise<z.output<typeof summary>> => ({
  session_id: session.session_id,
  who: await describeScope(people, session.scope),
  state: session.state,
  messages: session.messages,
  created_at: isoTime(session.created_at),
  last_active: isoTime(session.last_active),
  failed_attempts: session.attempts,
})

export const sessionList = operation({
  summary: 'List sessions, most recently active first',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({ state: z.enum(STATES).optional().describe('only sessions in this state'), ...pageInput }),
  output: z.object({ sessions: z.array(summary), ...pageOutput }),
  run: async ({ people, sessions }, input) => {
    const { rows, next } = await readPage(
      input,
      page => sessions.list({ ...page, ...(input.state === undefined ? {} : { state: input.state }) }),
      row => row.session_id,
    )
    return { sessions: await Promise.all(rows.map(row => summarise(people, row))), next }
  },
})

export const sessionShow = operation({
  summary: 'Show one session with the messages in its window',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({ session_id: z.string().min(1).describe('the session') }),
  output: summary.extend({
    chat_id: z.string(),
    reflection: z.string().nullable().describe('what it was about, once it was learned from'),
    valence: z.number().nullable().describe('how what people said in it felt, on the mean, −1 to 1'),
    window_tokens: z.int().min(0),
    window: z.array(
      z.object({ at: z.string(), role: z.string(), name: z.string().nullable(), tokens: z.int(), content: z.string() }),
    ),
  }),
  run: async ({ people, sessions, reflections }, { session_id }) => {
    const session = await sessions.show(session_id)
    if (session === undefined) throw new DenidinError('not_found', `there is no session "${session_id}"`)
    const reflection = await reflections.of(session_id)
    return {
      ...(await summarise(people, session)),
      chat_id: session.chat_id,
      reflection: reflection?.text ?? null,
      valence: reflection?.valence ?? null,
      window_tokens: session.window_tokens,
      window: session.window.map(({ timestamp, role, sender_name, tokens, content }) => ({
        at: isoTime(timestamp),
        role,
        name: sender_name ?? null,
        tokens,
        content,
      })),
    }
  },
})

type ResetInput = Parameters<typeof namedScope>[1]

/** An operator must say whose conversation it is: there is none of their own to fall back on. */
const resetScope = async (deps: OperationDeps, input: ResetInput, caller: Caller): Promise<Scope> => {
  const named = await namedScope(deps, input, caller)
  const scope = named ?? (caller.chat === undefined ? undefined : await ownScope(deps, caller))
  if (scope === undefined) {
    throw new DenidinError('invalid_input', 'name the conversation: a session id, a person or a chat')
  }
  return scope
}

export const sessionReset = operation({
  summary: 'End a conversation, move it into long-term memory and start fresh',
  access: 'anyone',
  effect: 'write',
  needs: 'data',
  input: z.strictObject(scopeInput),
  output: z.object({
    session_id: z.string().nullable().describe('the session that was closed; null: there was none'),
    messages: z.int().min(0),
    memory: z.enum(['stored', 'pending', 'nothing']).describe('whether it is in long-term memory'),
  }),
  turnOf: (deps, input, caller) => resetScope(deps, input, caller),
  run: async (deps, input, { caller }) => {
    const outcome = await deps.closing.reset(await resetScope(deps, input, caller))
    return { session_id: outcome.session_id ?? null, messages: outcome.messages, memory: outcome.memory }
  },
})

const removedBesides = {
  records: z.int().min(0).describe('removed records of messages, replies and uses of memories of long ago'),
  reflections: z.int().min(0).describe('removed reflections that were kept long enough'),
}

/** What else is past its retention. */
const removeBesides = async (
  deps: OperationDeps,
  { caller, signal }: Call,
): Promise<{ readonly records: number; readonly reflections: number }> => ({
  records: await deps.traffic.prune(),
  reflections: await pruneByAge(deps, caller, signal),
})

export const sessionSweep = operation({
  summary: 'Close expired sessions, store what waits, remove what is past its retention',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({
    purge: z.boolean().default(true).describe('also remove archived sessions that are past their retention'),
  }),
  output: z.object({
    found: z.int().min(0),
    stored: z.int().min(0),
    failed: z.int().min(0),
    dead: z.int().min(0),
    purged: z.int().min(0),
    ...removedBesides,
  }),
  run: async (deps, input, call) => {
    const { closing } = deps
    const { signal, progress } = call
    const report = await closing.sweep({
      signal,
      progress: (done, total) => {
        progress({ done, total, unit: 'sessions' })
      },
    })
    if (!input.purge) return { ...report, purged: 0, records: 0, reflections: 0 }
    return { ...report, ...(await closing.purge({ signal })), ...(await removeBesides(deps, call)) }
  },
})

export const sessionPurge = operation({
  summary: 'Remove archived sessions, reflections and records of traffic that are past their retention',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({}),
  output: z.object({ purged: z.int().min(0), ...removedBesides }),
  run: async (deps, _input, call) => ({
    ...(await deps.closing.purge({ signal: call.signal })),
    ...(await removeBesides(deps, call)),
  }),
})
