/** Steps a stage back by itself when the answers to its people leave the limits, and reports it as a health check. */
import { personOfScope } from '../messages/scope.ts'
import type { PersonId } from '../people/person.ts'
import { DAY_MS, type Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import type { Health, HealthCheck } from '../platform/health.ts'
import type { Logger } from '../platform/logger.ts'
import type { AnsweredTurn, TurnObserver } from './answered-turn.ts'
import type { AnswerLog, CountedAnswer } from './answer-log.ts'
import { findBreach, type RolloutLimits } from './limits.ts'
import { AUTO_PAUSE } from './rollout-store.ts'
import type { Rollouts } from './rollouts.ts'
import { compareStages, STAGED_FEATURES, stageName, USUAL_STAGES, type Stage, type StagedFeature } from './stage.ts'

/** How long the limits still hold after a feature reached everybody. */
const WATCHED_AT_ALL_MS = 7 * DAY_MS
const MOST_CHANGES = 1000

export interface AutoPauseDeps {
  readonly rollouts: Rollouts
  readonly answers: AnswerLog
  /** `undefined`: no stage steps back by itself. */
  readonly limits: RolloutLimits | undefined
  /** The cost of the calls for a person since an instant, in units of the currency; `undefined`: not known. */
  readonly costSince: (person_id: PersonId, at: number) => Promise<number | undefined>
  readonly clock: Clock
  readonly logger: Logger
}

export class AutoPause implements TurnObserver, HealthCheck {
  readonly name = 'rollout'
  readonly #deps: AutoPauseDeps
  readonly #logger: Logger

  constructor(deps: AutoPauseDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('rollout')
  }

  async answered(turn: AnsweredTurn): Promise<void> {
    const { limits } = this.#deps
    const watched = STAGED_FEATURES.filter(feature => this.#isWatched(feature))
    if (limits === undefined || watched.length === 0) return
    try {
      const counted = await this.#count(turn, limits)
      for (const feature of watched) await this.#add(feature, turn, counted, limits)
    } catch (error) {
      this.#logger.error('The limits of a rollout could not be checked', { reason: asDenidinError(error).message })
    }
  }

  async health(): Promise<Health> {
    const { rollouts } = this.#deps
    const staged = STAGED_FEATURES.filter(feature => rollouts.stageOf(feature).kind !== 'all')
    const paused = STAGED_FEATURES.flatMap(feature => {
      const change = rollouts.changeOf(feature)
      return change?.by === AUTO_PAUSE
        ? [`${feature} stepped back from ${stageName(change.from)} to ${stageName(change.to)}: ${change.reason ?? ''}.`]
        : []
    })
    if (paused.length > 0) {
      return {
        state: 'degraded',
        detail: `${paused.join(' ')} Find the cause, then go on with \`denidin rollout set\`.`,
      }
    }
    if (staged.length === 0) return { state: 'off', detail: 'Every feature is open for everybody.' }
    const stages = staged.map(feature => `${feature} is at ${stageName(rollouts.stageOf(feature))}`)
    return { state: 'ok', detail: `${stages.join(', ')}.` }
  }

  /** Whether a feature is being rolled out, or was until recently. */
  #isWatched(feature: StagedFeature): boolean {
    const change = this.#deps.rollouts.changeOf(feature)
    if (change === undefined || change.to.kind === 'off') return false
    return change.to.kind !== 'all' || this.#deps.clock.now() - change.at < WATCHED_AT_ALL_MS
  }

  async #count(
    { scope, failed, own_ms, took_ms }: AnsweredTurn,
    { max_cost_per_answer }: RolloutLimits,
  ): Promise<CountedAnswer> {
    const { clock, costSince } = this.#deps
    const person_id = personOfScope(scope)
    const cost =
      max_cost_per_answer === undefined || person_id === undefined
        ? undefined
        : await costSince(person_id, clock.now() - took_ms)
    return { at: clock.now(), failed, own_ms, cost }
  }

  async #add(
    feature: StagedFeature,
    { scope }: AnsweredTurn,
    answer: CountedAnswer,
    limits: RolloutLimits,
  ): Promise<void> {
    const { rollouts, answers } = this.#deps
    if (!(await rollouts.has(feature, scope))) return
    const window = { since: answer.at - limits.window_ms, slow_ms: limits.max_response_ms }
    const reason = findBreach(await answers.add(feature, answer, window), limits)
    if (reason !== undefined) await this.#stepBack(feature, reason)
  }

  async #stepBack(feature: StagedFeature, reason: string): Promise<void> {
    const { rollouts } = this.#deps
    const from = rollouts.stageOf(feature)
    const to = await this.#before(feature, from)
    await rollouts.set({ feature, to, by: AUTO_PAUSE, reason })
    this.#logger.warn('A stage of a rollout stepped back by itself', {
      feature,
      from: stageName(from),
      to: stageName(to),
      reason,
    })
  }

  /** The stage that a feature had before, or the next narrower of the usual stages. */
  async #before(feature: StagedFeature, stage: Stage): Promise<Stage> {
    const changes = await this.#deps.rollouts.changes(MOST_CHANGES)
    const earlier = changes.find(change => change.feature === feature && compareStages(change.to, stage) < 0)?.to
    const usual = USUAL_STAGES.findLast(each => compareStages(each, stage) < 0)
    return earlier ?? usual ?? { kind: 'off' }
  }
}
