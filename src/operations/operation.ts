/** Defines an operation: its schemas, who may run it, what it touches, and how the runner audits it. */
import type { z } from 'zod'
import type { AuditEntry } from '../memory/audit-log.ts'
import type { ChatId, MessageId } from '../messages/message.ts'
import { scopeOfPerson, type Scope } from '../messages/scope.ts'
import type { Person } from '../people/person.ts'
import type { ContextField, Uses } from './context.ts'

/** Who may run an operation. Each level includes those before it: `operator` owns the data folder. */
export type Access = 'anyone' | 'godfather' | 'operator'

/** The caller. Determined by the transport, never by the request. */
export interface Caller {
  readonly transport: 'chat' | 'cli' | 'cron' | 'rest'
  readonly level: Access
  readonly person?: Person
  /** The chat that the call came from. */
  readonly chat?: {
    readonly chat_id: ChatId
    readonly scope: Scope
    /** The message with the command. */
    readonly message_id?: MessageId
  }
  /** Name of the token that a call over REST came with. */
  readonly token?: string
  /** The queue in which the call already runs; it must not wait for it again. */
  readonly inside?: Scope
}

/** Progress of a long operation. */
export interface ProgressStep {
  readonly done: number
  readonly total?: number
  /** The counted items, in the plural: `sessions`. */
  readonly unit: string
}

/** One call of an operation. */
export interface Call<S = undefined> {
  readonly caller: Caller
  /** The result of the operation's `subject`, resolved once for the whole call. */
  readonly subject: S
  /** Aborted when the caller disconnects or DeniDin stops. */
  readonly signal: AbortSignal
  progress(step: ProgressStep): void
}

/** The owner of files loaded into the archive: the operator, not a single person. */
export const ARCHIVE = 'archive'

/** Everyone's memory and messages, as in a backup. */
export const EVERYONE = 'everyone'

/** Memory or messages of one person or group that a call read or changed: one line of the audit log. */
export interface Touched extends Pick<AuditEntry, 'memory_ids' | 'message_ids' | 'counts'> {
  readonly whose: Scope | typeof ARCHIVE | typeof EVERYONE
  /** Added to the operation's name, for operations that can do several things: `off` in `people.privacy off`. */
  readonly detail?: string
}

/** The result of an audited operation: its output, and the data that it read or changed. */
export interface AuditedOutput<T> {
  readonly output: T
  /** Empty if no one's data was read or changed. */
  readonly touched: readonly Touched[]
}

interface OperationBase<I extends z.ZodObject, O extends z.ZodObject, in C, S> {
  /** One sentence without a full stop, for help texts. */
  readonly summary: string
  /** Flat, snake_case; every field carries a description. */
  readonly input: I
  /** An object, never a sentence; times are ISO 8601 texts. */
  readonly output: O
  readonly access: Access
  /**
   * Whether a caller of less access who is confined to one person may run it too, over an interface without a chat. It
   * must then serve that person's data alone, and answer for what is another's as for what does not exist.
   */
  readonly own?: boolean
  readonly effect: 'read' | 'write' | 'destroy'
  /** `bot`: needs the running bot. `data`: needs a process that owns the data folder. `nothing`: neither. */
  readonly needs: 'nothing' | 'data' | 'bot'
  /** Whether this input must be confirmed first. By default, operations with the effect `destroy` must be. */
  confirm?(input: z.output<I>): boolean
  /** Resolves the person or conversation that the call is about. @throws DenidinError */
  subject?(context: C, input: z.output<I>, caller: Caller): Promise<S>
  /** The scope in whose queue the operation runs alone, so that no turn of that conversation runs meanwhile. */
  exclusiveScope?(subject: S): Scope | undefined
  /** Why a result still counts as a failure for the exit code. */
  failure?(output: z.output<O>): string | undefined
}

/**
 * An operation that the runner does not audit. `none`: its output contains no one's text, and it changes no one's
 * memory. `erases`: the code that erases writes its own audit lines, one per completed step, because a step that a
 * crash interrupted is completed at the next start, outside any operation.
 */
export interface UnauditedOperation<I extends z.ZodObject, O extends z.ZodObject, in C, S> extends OperationBase<
  I,
  O,
  C,
  S
> {
  readonly audit: 'none' | 'erases'
  /** @throws DenidinError with a sentence for the caller. */
  run(context: C, input: z.output<I>, call: Call<S>): Promise<z.output<O>>
}

/**
 * An operation that reads people's messages or changes their memory; the runner writes an audit line for everything it
 * touched.
 */
export interface AuditedOperation<I extends z.ZodObject, O extends z.ZodObject, in C, S> extends OperationBase<
  I,
  O,
  C,
  S
> {
  readonly audit: 'reads' | 'changes'
  /** @throws DenidinError with a sentence for the caller; nothing is audited then. */
  run(context: C, input: z.output<I>, call: Call<S>): Promise<AuditedOutput<z.output<O>>>
}

/** One operation of DeniDin, for any caller and any interface. `C` is the context it runs in. */
export type Operation<
  I extends z.ZodObject = z.ZodObject,
  O extends z.ZodObject = z.ZodObject,
  C = unknown,
  S = unknown,
> = UnauditedOperation<I, O, C, S> | AuditedOperation<I, O, C, S>

/** Defines an operation. `uses` lists the fields of the context that it needs; its functions see no others. */
export const operation = <
  I extends z.ZodObject,
  O extends z.ZodObject,
  const F extends ContextField = never,
  S = undefined,
>(
  definition: Operation<I, O, Uses<F>, S> & { readonly uses: readonly F[] },
): Operation<I, O, Uses<F>, S> & { readonly uses: readonly F[] } => definition

const LEVELS: readonly Access[] = ['anyone', 'godfather', 'operator']

/** Whether a caller of this level may run an operation that requires this access. */
export const mayRun = (level: Access, access: Access): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(access)

/** Whether a caller may run an operation. */
export const mayCall = (
  { level, transport, person }: Caller,
  { access, own = false }: Pick<OperationBase<z.ZodObject, z.ZodObject, unknown, unknown>, 'access' | 'own'>,
): boolean => mayRun(level, access) || (own && transport === 'rest' && person !== undefined)

/** Who a call is attributed to in the audit log: `cron`, `operator`, the id of the person in the chat, or a token. */
export const actorOf = ({ transport, level, person, token }: Caller): string => {
  if (token !== undefined) return `token ${token}`
  return transport === 'cron' ? 'cron' : level === 'operator' ? 'operator' : (person?.person_id ?? 'unknown')
}

/** Whether a caller may see what belongs to a scope: the operator everything, others what is their person's own. */
export const maySee = ({ level, person }: Caller, scope: Scope): boolean =>
  level === 'operator' || (person !== undefined && scope === scopeOfPerson(person.person_id))
