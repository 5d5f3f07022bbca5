/** The messages between the two sides of a worker thread, and the types of the requests. */
import type { ErrorRecord } from '../error-record.ts'
import type { Health } from '../health.ts'
import type { LogFields } from '../logger.ts'

/** Requests by name, with their input and output. Both are copied (structured clone): no functions, no classes. */
export type RequestMap<R> = { readonly [N in keyof R]: { readonly input: unknown; readonly output: unknown } }

/** The progress of a long request. */
export interface ThreadProgress {
  readonly done: number
  readonly total?: number
  /** The counted items, in the plural. */
  readonly unit: string
}

export interface RequestOptions {
  readonly signal?: AbortSignal | undefined
  readonly progress?: ((step: ThreadProgress) => void) | undefined
}

/** Something that answers requests. */
export interface Requests<R extends RequestMap<R>> {
  /** @throws DenidinError as the handler does; `unavailable` if the thread crashed; the reason of the signal. */
  request<N extends keyof R & string>(name: N, input: R[N]['input'], options?: RequestOptions): Promise<R[N]['output']>
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** From the main side to the thread. */
export type ToThread =
  | { readonly kind: 'request'; readonly id: number; readonly name: string; readonly input: unknown }
  | { readonly kind: 'abort'; readonly id: number }
  /** Finish the running work, close everything, and end. */
  | { readonly kind: 'stop' }

/** From the thread to the main side. */
export type FromThread =
  | { readonly kind: 'progress'; readonly id: number; readonly step: ThreadProgress }
  | { readonly kind: 'done'; readonly id: number; readonly output: unknown }
  | { readonly kind: 'failed'; readonly id: number; readonly error: ErrorRecord }
  /** The health of the thread, when it may have changed. */
  | { readonly kind: 'health'; readonly health: Health }
  | {
      readonly kind: 'log'
      readonly level: LogLevel
      readonly component: string
      readonly message: string
      readonly fields: LogFields | undefined
    }
