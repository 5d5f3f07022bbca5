import type { z } from 'zod'
import type { ChatId, MessageId } from '../messages/message.ts'
import type { Scope } from '../messages/scope.ts'
import type { Person } from '../people/person.ts'
import type { OperationDeps } from './context.ts'

/** Who may run an operation. Each level includes those before it: `operator` is whoever owns the data folder. */
export type Access = 'anyone' | 'godfather' | 'operator'

/** Who asks. Comes from the transport, never from the request. */
export interface Caller {
  readonly transport: 'chat' | 'cli' | 'cron'
  readonly level: Access
  readonly person?: Person
  /** The chat that the call came from. */
  readonly chat?: {
    readonly chat_id: ChatId
    readonly scope: Scope
    /** The message that holds the call. */
    readonly message_id?: MessageId
  }
  /** The queue that the call already runs in; it must not be waited for again. */
  readonly inside?: Scope
}

/** How far a long operation has come. */
export interface ProgressStep {
  readonly done: number
  readonly total?: number
  /** What is counted, in the plural: `sessions`. */
  readonly unit: string
}

/** One call of an operation. */
export interface Call {
  readonly caller: Caller
  /** Aborted when the caller went away or DeniDin stops. */
  readonly signal: AbortSignal
  progress(step: ProgressStep): void
}

/** One thing that DeniDin can be asked to do, whoever asks and by whichever interface. */
export interface Operation<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** One sentence without a full stop, for help texts. */
  readonly summary: string
  /** Flat, snake_case; every field carries a description. */
  readonly input: I
  /** An object, never a sentence; times are ISO 8601 texts. */
  readonly output: O
  readonly access: Access
  readonly effect: 'read' | 'write' | 'destroy'
  /** `bot`: only the running bot can do it. `data`: any process that owns the data folder. `nothing`: neither. */
  readonly needs: 'nothing' | 'data' | 'bot'
  /** Whether this input must be confirmed first. Without it, exactly what destroys must be. */
  confirm?(input: z.output<I>): boolean
  /** The scope in whose queue the act must run alone, so that no turn of that conversation runs meanwhile. */
  turnOf?(deps: OperationDeps, input: z.output<I>, caller: Caller): Promise<Scope | undefined>
  /** Why what was found out still counts as a failure, for those who look at the exit code alone. */
  failure?(output: z.output<O>): string | undefined
  /** @throws DenidinError with a sentence for the caller. */
  run(deps: OperationDeps, input: z.output<I>, call: Call): Promise<z.output<O>>
}

/** Gives a definition its types. */
export const operation = <I extends z.ZodObject, O extends z.ZodObject>(definition: Operation<I, O>): Operation<I, O> =>
  definition

const LEVELS: readonly Access[] = ['anyone', 'godfather', 'operator']

/** Whether a caller of this level may do what asks for that access. */
export const mayRun = (level: Access, access: Access): boolean => LEVELS.indexOf(level) >= LEVELS.indexOf(access)
