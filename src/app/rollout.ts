/** Wires rollouts: who has which feature, the limits of stages, and what is counted for their report. */
import type { Settings } from '../config/settings.ts'
import type { Module } from '../lifecycle/module.ts'
import type { MemberNames } from '../messages/member-names.ts'
import { unregisteredNames } from '../messages/member-names.ts'
import type { Scope } from '../messages/scope.ts'
import { oldestPeople } from '../people/sqlite/oldest-people.ts'
import type { OperationContext } from '../operations/context.ts'
import { HOUR_MS, MINUTE_MS } from '../platform/clock.ts'
import type { TurnObserver } from '../rollout/answered-turn.ts'
import { AutoPause } from '../rollout/auto-pause.ts'
import type { FeatureGate } from '../rollout/feature-gate.ts'
import type { RolloutLimits } from '../rollout/limits.ts'
import { Rollouts } from '../rollout/rollouts.ts'
import type { DwellTimes } from '../rollout/stage.ts'
import { TurnFigures } from '../rollout/turn-figures.ts'
import type { Runtime } from './runtime.ts'
import type { Stores } from './stores.ts'

/** Whether the messages of a conversation may be stored and recalled. */
export type Remembers = (scope: Scope) => Promise<boolean>

/** With the master switch off no conversation has a memory, whatever its stage. */
export const remembersOf = ({ feature_flags }: Pick<Settings, 'feature_flags'>, gate: FeatureGate): Remembers =>
  feature_flags.enable_memory_system ? scope => gate.has('enable_memory_system', scope) : async () => false

/** Names of the members of groups are registered only in groups that have a memory. */
export const namesInMemory = (names: MemberNames, remembers: Remembers): MemberNames => {
  const namesOf = async (scope: Scope): Promise<MemberNames> => ((await remembers(scope)) ? names : unregisteredNames)
  return {
    nameOf: async member => await (await namesOf(member.scope)).nameOf(member),
    latest: async (scope, person_id) => await (await namesOf(scope)).latest(scope, person_id),
  }
}

const dwellTimes = ({ dwell_hours }: Settings['rollout']): DwellTimes => ({
  godfather: dwell_hours.godfather * HOUR_MS,
  few_people: dwell_hours.few_people * HOUR_MS,
  many_people: dwell_hours.many_people * HOUR_MS,
})

const limitsOf = (rollout: Settings['rollout']): RolloutLimits => ({
  window_ms: rollout.window_minutes * MINUTE_MS,
  min_answers: rollout.min_answers,
  max_error_percent: rollout.max_error_percent,
  max_response_ms: rollout.max_response_ms,
  max_cost_per_answer: rollout.max_cost_per_answer,
})

export const openRollouts = async (
  { rollout }: Settings,
  stores: Pick<Stores, 'rollouts' | 'people' | 'database'>,
  { clock, logger }: Pick<Runtime, 'clock' | 'logger'>,
): Promise<Rollouts> =>
  await Rollouts.open({
    store: stores.rollouts,
    people: stores.people,
    oldest: () => oldestPeople(stores.database),
    dwell: dwellTimes(rollout),
    clock,
    logger,
  })

/** What operations use of rollouts. */
export const rolloutContext = (
  { rollout }: Settings,
  { stores, rollouts }: { readonly stores: Stores; readonly rollouts: Rollouts },
  { figures }: Pick<RolloutWatch, 'figures'>,
): OperationContext['rollout'] => ({
  stages: rollouts,
  figures: {
    write: () => figures.write(),
    between: (first, last) => stores.turnFigures.between(first, last),
    firstDay: () => stores.turnFigures.firstDay(),
    activity: (begins, ends) => stores.turnFigures.activity(begins, ends),
  },
  settings: { auto_pause: rollout.auto_pause, limits: limitsOf(rollout) },
})

/** What follows the answers of turns. */
export interface RolloutWatch {
  readonly observer: TurnObserver
  readonly autoPause: AutoPause
  readonly figures: TurnFigures
  readonly module: Module
}

export const createRolloutWatch = (
  { rollout }: Settings,
  { stores, rollouts }: { readonly stores: Stores; readonly rollouts: Rollouts },
  { clock, logger }: Pick<Runtime, 'clock' | 'logger'>,
): RolloutWatch => {
  const autoPause = new AutoPause({
    rollouts,
    answers: stores.rolloutAnswers,
    limits: rollout.auto_pause ? limitsOf(rollout) : undefined,
    costSince: (person_id, at) => stores.costs.ofPersonSince(person_id, at),
    clock,
    logger,
  })
  const figures = new TurnFigures({ store: stores.turnFigures, clock, logger })
  return {
    autoPause,
    figures,
    observer: {
      answered: async turn => {
        await figures.answered(turn)
        await autoPause.answered(turn)
      },
    },
    module: { name: 'rollout', stop: () => figures.write() },
  }
}
