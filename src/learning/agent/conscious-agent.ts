import { HOUR_MS, MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { analyse, type TieringDeps, type AnalysisReport } from './tiering.ts'

/** After a failed look the next one comes sooner. */
const AFTER_FAILURE_MS = 5 * MINUTE_MS

/** How the agent stands. */
export interface AgentStatus {
  readonly state: 'disabled' | 'stopped' | 'waiting' | 'looking'
  readonly interval_hours: number
  /** When it looks next; milliseconds since the Unix epoch. */
  readonly next_at: number | undefined
  readonly last: AnalysisReport | undefined
  /** Why the last look failed, if it did. */
  readonly failure: string | undefined
}

/** Looks at the memories now and then, and keeps near at hand what is wanted. */
export interface ConsciousAgent extends AsyncDisposable {
  /** Looks at once and then every `interval_hours`; a running one goes on with the new interval. @throws `disabled` */
  start(interval_hours?: number): Promise<AgentStatus>
  /** Calls off a look that is under way. */
  stop(): Promise<AgentStatus>
  /** Looks now, whether started or not; joins a look that is under way. @throws `disabled` */
  run(options?: {
    readonly signal?: AbortSignal
    readonly progress?: (done: number, total: number) => void
  }): Promise<AnalysisReport>
  status(): AgentStatus
}

export interface ConsciousAgentDeps extends TieringDeps {
  readonly clock: Clock
  readonly logger: Logger
  readonly interval_hours: number
}

/** The agent that is switched off. */
export const noConsciousAgent = (interval_hours: number): ConsciousAgent => {
  const status = { state: 'disabled', interval_hours, next_at: undefined, last: undefined, failure: undefined } as const
  const refuse = (): never => {
    throw new DenidinError('disabled', 'the conscious agent is switched off: feature_flags.enable_conscious_agent')
  }
  return {
    start: async () => refuse(),
    stop: async () => status,
    run: async () => refuse(),
    status: () => status,
    [Symbol.asyncDispose]: async () => undefined,
  }
}

/** An agent that is stopped; nothing outlasts the process but what it moved. */
export const createConsciousAgent = (parts: ConsciousAgentDeps): ConsciousAgent => new Agent(parts)

class Agent implements ConsciousAgent {
  readonly #parts: ConsciousAgentDeps
  readonly #logger: Logger
  #interval_hours: number
  #started = false
  #timer: Disposable | undefined
  #next_at: number | undefined
  #looking: { readonly report: Promise<AnalysisReport>; readonly stop: AbortController } | undefined
  #last: AnalysisReport | undefined
  #failure: string | undefined

  constructor(parts: ConsciousAgentDeps) {
    this.#parts = parts
    this.#logger = parts.logger.for('memory.agent')
    this.#interval_hours = parts.interval_hours
  }

  async start(interval_hours = this.#interval_hours): Promise<AgentStatus> {
    this.#interval_hours = interval_hours
    if (this.#started) this.#wait(interval_hours * HOUR_MS)
    else {
      this.#started = true
      this.#lookAndWait()
    }
    return this.status()
  }

  async stop(): Promise<AgentStatus> {
    this.#started = false
    this.#clear()
    this.#looking?.stop.abort(new DenidinError('stopping', 'the look at the memories was called off'))
    await this.#looking?.report.catch(() => undefined)
    return this.status()
  }

  async run(options: Parameters<ConsciousAgent['run']>[0] = {}): Promise<AnalysisReport> {
    if (this.#looking !== undefined) return await this.#looking.report
    const stop = new AbortController()
    const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
    const report = this.#look(signal, options.progress ?? (() => undefined)).finally(() => {
      this.#looking = undefined
    })
    this.#looking = { report, stop }
    return await report
  }

  status(): AgentStatus {
    const state = this.#looking !== undefined ? 'looking' : this.#started ? 'waiting' : 'stopped'
    return {
      state,
      interval_hours: this.#interval_hours,
      next_at: this.#next_at,
      last: this.#last,
      failure: this.#failure,
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
  }

  async #look(signal: AbortSignal, progress: (done: number, total: number) => void): Promise<AnalysisReport> {
    try {
      const report = await analyse(this.#parts, signal, progress)
      this.#last = report
      this.#failure = undefined
      this.#logger.info('Looked at the memories', {
        memories: report.patterns_analyzed,
        promoted: report.promoted_ids.length,
        demoted: report.demoted_ids.length,
        merged: report.merged_ids.length,
        profiles: report.profiles,
      })
      return report
    } catch (error) {
      if (!signal.aborted) {
        this.#failure = asDenidinError(error).message
        this.#logger.warn('The look at the memories failed', { reason: this.#failure })
      }
      throw error
    }
  }

  #lookAndWait(): void {
    void this.run().then(
      () => {
        this.#wait(this.#interval_hours * HOUR_MS)
      },
      () => {
        this.#wait(AFTER_FAILURE_MS)
      },
    )
  }

  #wait(milliseconds: number): void {
    this.#clear()
    if (!this.#started) return
    this.#next_at = this.#parts.clock.now() + milliseconds
    this.#timer = this.#parts.clock.after(milliseconds, () => {
      this.#lookAndWait()
    })
  }

  #clear(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#next_at = undefined
  }
}
