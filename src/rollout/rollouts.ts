/** Who has which feature: answers for the pipeline, and changes the stages within their dwell times. */
import { personOfScope, scopeOfPerson, type Scope } from '../messages/scope.ts'
import type { People } from '../people/people.ts'
import type { PersonId } from '../people/person.ts'
import { HOUR_MS, type Clock } from '../platform/clock.ts'
import { DenidinError } from '../platform/errors.ts'
import type { Logger } from '../platform/logger.ts'
import type { FeatureGate } from './feature-gate.ts'
import { AUTO_PAUSE, type RolloutChange, type RolloutStore } from './rollout-store.ts'
import {
  ALL,
  bucketOf,
  compareStages,
  dwellOf,
  includesBucket,
  mayFollow,
  STAGED_FEATURES,
  stageName,
  type DwellTimes,
  type Stage,
  type StagedFeature,
} from './stage.ts'

export interface RolloutsDeps {
  readonly store: RolloutStore
  readonly people: Pick<People, 'find'>
  /** Ids of all people, first met first. */
  readonly oldest: () => Iterable<PersonId>
  readonly dwell: DwellTimes
  readonly clock: Clock
  readonly logger: Logger
}

/** The state of one feature. */
export interface RolloutState {
  readonly feature: StagedFeature
  readonly stage: Stage
  /** The change that began the stage; `undefined` if the feature was never staged. */
  readonly change: RolloutChange | undefined
  /** How many conversations were let in, besides the godfather. */
  readonly members: number
  /** When a wider stage may follow, milliseconds since the Unix epoch. */
  readonly wider_from: number | undefined
}

export interface StageRequest {
  readonly feature: StagedFeature
  readonly to: Stage
  readonly by: string
  readonly reason?: string | undefined
  readonly force?: boolean
}

export class Rollouts implements FeatureGate {
  readonly #deps: RolloutsDeps
  readonly #logger: Logger
  readonly #current = new Map<StagedFeature, RolloutChange>()

  private constructor(deps: RolloutsDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('rollout')
  }

  static async open(deps: RolloutsDeps): Promise<Rollouts> {
    const rollouts = new Rollouts(deps)
    for (const change of await deps.store.current()) rollouts.#current.set(change.feature, change)
    return rollouts
  }

  /** The stage of a feature. */
  stageOf(feature: StagedFeature): Stage {
    return this.#current.get(feature)?.to ?? ALL
  }

  /** The change that began the current stage of a feature, if it was ever staged. */
  changeOf(feature: StagedFeature): RolloutChange | undefined {
    return this.#current.get(feature)
  }

  /** Without stages no one is looked up. */
  async has(feature: StagedFeature, scope: Scope): Promise<boolean> {
    const stage = this.stageOf(feature)
    if (stage.kind === 'all') return true
    const person_id = personOfScope(scope)
    if (stage.kind === 'off' || person_id === undefined) return false
    const person = await this.#deps.people.find(person_id)
    if (person?.role === 'godfather') return true
    if (person?.role !== 'client' || stage.kind === 'godfather') return false
    return await this.#isIncluded(feature, stage, person.person_id)
  }

  async states(): Promise<readonly RolloutState[]> {
    const { store, dwell } = this.#deps
    return await Promise.all(
      STAGED_FEATURES.map(async feature => {
        const stage = this.stageOf(feature)
        const change = this.#current.get(feature)
        const wider_from = change === undefined || stage.kind === 'all' ? undefined : change.at + dwellOf(stage, dwell)
        return { feature, stage, change, members: await store.count(feature), wider_from }
      }),
    )
  }

  changes(limit: number): Promise<readonly RolloutChange[]> {
    return this.#deps.store.changes(limit)
  }

  /**
   * Changes the stage of a feature; it holds from the next message on. A stage that stepped back by itself may be set
   * again: someone has looked at it. @returns `undefined` if it is at that stage already, so that its time goes on
   * @throws DenidinError `forbidden` if a wider stage would begin too early or skip one, unless it is forced
   */
  async set({ feature, to, by, reason, force = false }: StageRequest): Promise<RolloutChange | undefined> {
    const from = this.stageOf(feature)
    if (compareStages(to, from) === 0 && this.#current.get(feature)?.by !== AUTO_PAUSE) return undefined
    const obstacle = compareStages(to, from) > 0 ? this.#obstacle(feature, from, to) : undefined
    if (obstacle !== undefined && !force) throw new DenidinError('forbidden', `${obstacle}, or use --force`)
    const at = this.#deps.clock.now()
    const change = { feature, from, to, at, by, reason, forced: obstacle !== undefined }
    await this.#deps.store.change(change)
    this.#current.set(feature, change)
    if (to.kind === 'first') await this.#admitFirst(feature, to.people)
    this.#logger.info('The stage of a rollout changed', {
      feature,
      from: stageName(from),
      to: stageName(to),
      by,
      forced: change.forced,
    })
    return change
  }

  /** Why a wider stage may not begin now. */
  #obstacle(feature: StagedFeature, from: Stage, to: Stage): string | undefined {
    if (!mayFollow(from, to)) {
      return `${stageName(to)} skips a stage after ${stageName(from)}: the order is godfather, first-10, first-50, then a percentage or all; set the next one`
    }
    const since = this.#current.get(feature)?.at
    const { dwell, clock } = this.#deps
    const lasts_ms = dwellOf(from, dwell)
    const lasted_ms = Math.max(0, clock.now() - (since ?? Number.NEGATIVE_INFINITY))
    if (lasted_ms >= lasts_ms) return undefined
    const until = new Date(clock.now() + lasts_ms - lasted_ms).toISOString()
    return `the stage ${stageName(from)} lasts ${hours(lasts_ms)} hours, of which ${hours(lasted_ms)} are over: wait until ${until}`
  }

  async #isIncluded(
    feature: StagedFeature,
    stage: Extract<Stage, { kind: 'first' | 'percent' }>,
    person_id: PersonId,
  ): Promise<boolean> {
    const { store } = this.#deps
    const scope = scopeOfPerson(person_id)
    if (await store.isMember(feature, scope)) return true
    const member = this.#member(feature, person_id)
    if (stage.kind === 'first') return await store.admitNext(member, stage.people)
    if (!includesBucket(stage.percent, member.bucket)) return false
    // Whoever was once in stays in when two persons turn out to be one.
    await store.admit(member)
    return true
  }

  /** Lets the people in who wrote first; those who write later take the places that are left. */
  async #admitFirst(feature: StagedFeature, most: number): Promise<void> {
    const { store, people, oldest } = this.#deps
    for (const person_id of oldest()) {
      if ((await people.find(person_id))?.role !== 'client') continue
      if (!(await store.admitNext(this.#member(feature, person_id), most))) return
    }
  }

  #member(feature: StagedFeature, person_id: PersonId): Parameters<RolloutStore['admit']>[0] {
    const scope = scopeOfPerson(person_id)
    return { feature, scope, bucket: bucketOf(feature, person_id), at: this.#deps.clock.now() }
  }
}

const hours = (milliseconds: number): string => String(Math.floor(milliseconds / HOUR_MS))
