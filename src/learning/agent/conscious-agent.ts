/** The conscious agent: analyses all memories at regular intervals, and when the operator asks for it. */
import { HOUR_MS, MINUTE_MS, type Clock } from '../../platform/clock.ts'
import { asDenidinError, DenidinError } from '../../platform/errors.ts'
import type { Logger } from '../../platform/logger.ts'
import { analyse, type TieringDeps, type AnalysisReport } from './tiering.ts'

/** Delay of the next run after a failure. */
const AFTER_FAILURE_MS = 5 * MINUTE_MS

/** The status of the agent. */
export interface AgentStatus {
  readonly state: 'disabled' | 'stopped' | 'waiting' | 'looking'
  readonly interval_hours: number
  /** When the next run begins; milliseconds since the Unix epoch. */
  readonly next_at: number | undefined
  readonly last: AnalysisReport | undefined
  /** Why the last run failed, if it did. */
  readonly failure: string | undefined
}

/** Keeps the tiers of memories and the profiles of people up to date. */
export interface ConsciousAgent extends AsyncDisposable {
  /**
   * Runs now and then every `interval_hours`; an agent that is already started only takes the new interval. @throws
   * `disabled`
   */
  start(interval_hours?: number): Promise<AgentStatus>
  /** Stops the agent and aborts a running analysis. */
  stop(): Promise<AgentStatus>
  /** Runs the analysis now, whether started or not; joins a running one. @throws `disabled` */
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

/** The agent while it is disabled. */
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

/** An agent over the stores. It is stopped at first; its status does not outlast the process. */
export class MemoryAgent implements ConsciousAgent {
  readonly #deps: ConsciousAgentDeps
  readonly #logger: Logger
  #interval_hours: number
  #started = false
  #timer: Disposable | undefined
  #next_at: number | undefined
  #running: { readonly report: Promise<AnalysisReport>; readonly stop: AbortController } | undefined
  #last: AnalysisReport | undefined
  #failure: string | undefined

  constructor(deps: ConsciousAgentDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('memory.agent')
    this.#interval_hours = deps.interval_hours
  }

  async start(interval_hours = this.#interval_hours): Promise<AgentStatus> {
    this.#interval_hours = interval_hours
    if (this.#started) this.#wait(interval_hours * HOUR_MS)
    else {
      this.#started = true
      this.#runAndWait()
    }
    return this.status()
  }

  async stop(): Promise<AgentStatus> {
    this.#started = false
    this.#clear()
    this.#running?.stop.abort(new DenidinError('stopping', 'the analysis of the memories was aborted'))
    await this.#running?.report.catch(() => undefined)
    return this.status()
  }

  async run(options: Parameters<ConsciousAgent['run']>[0] = {}): Promise<AnalysisReport> {
    if (this.#running !== undefined) return await this.#running.report
    const stop = new AbortController()
    const signal = options.signal === undefined ? stop.signal : AbortSignal.any([options.signal, stop.signal])
    const report = this.#analyse(signal, options.progress ?? (() => undefined)).finally(() => {
      this.#running = undefined
    })
    this.#running = { report, stop }
    return await report
  }

  status(): AgentStatus {
    const state = this.#running !== undefined ? 'looking' : this.#started ? 'waiting' : 'stopped'
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

  async #analyse(signal: AbortSignal, progress: (done: number, total: number) => void): Promise<AnalysisReport> {
    try {
      const report = await analyse(this.#deps, signal, progress)
      this.#last = report
      this.#failure = undefined
      this.#logger.info('Memories analysed', {
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
        this.#logger.warn('The analysis of the memories failed', { reason: this.#failure })
      }
      throw error
    }
  }

  #runAndWait(): void {
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
    this.#next_at = this.#deps.clock.now() + milliseconds
    this.#timer = this.#deps.clock.after(milliseconds, () => {
      this.#runAndWait()
    })
  }

  #clear(): void {
    this.#timer?.[Symbol.dispose]()
    this.#timer = undefined
    this.#next_at = undefined
  }
}
