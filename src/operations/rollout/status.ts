/** `rollout.status` and `rollout.set`: shows and changes the stage of each feature. */
import { z } from 'zod'
import { DenidinError } from '../../platform/errors.ts'
import { AUTO_PAUSE, type RolloutChange } from '../../rollout/rollout-store.ts'
import {
  parseStage,
  STAGE_NAMES,
  STAGED_FEATURES,
  stageName,
  type Stage,
  type StagedFeature,
} from '../../rollout/stage.ts'
import type { Uses } from '../context.ts'
import { actorOf, operation } from '../operation.ts'
import { isoTime } from '../references.ts'

const MOST_STAGE_CHARACTERS = 40
const MOST_REASON_CHARACTERS = 500
const MOST_CHANGES = 200
const SHOWN_CHANGES = 10

const change = z.object({
  feature: z.enum(STAGED_FEATURES),
  from_stage: z.string(),
  to_stage: z.string(),
  at: z.string(),
  by: z.string().nullable().describe('a person id, operator, a token, or auto_pause; null: a person who was forgotten'),
  reason: z.string().nullable(),
  forced: z.boolean().describe('whether it came earlier than the dwell times allow'),
})

const show = ({ feature, from, to, at, by, reason, forced }: RolloutChange): z.output<typeof change> => ({
  feature,
  from_stage: stageName(from),
  to_stage: stageName(to),
  at: isoTime(at),
  by: by ?? null,
  reason: reason ?? null,
  forced,
})

export const rolloutStatus = operation({
  summary: 'Show who has which feature, and the last changes',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['instance.flags', 'rollout.stages', 'rollout.settings'],
  input: z.strictObject({
    limit: z.int().min(0).max(MOST_CHANGES).default(SHOWN_CHANGES).describe('maximum number of changes'),
  }),
  output: z.object({
    auto_pause: z.boolean().describe('whether a stage steps back by itself when answers leave the limits'),
    features: z.array(
      z.object({
        feature: z.enum(STAGED_FEATURES),
        flag: z.enum(['on', 'off']).describe('off always wins'),
        stage: z.string(),
        people: z.int().min(0).describe('people who were let in, besides the godfather; at all: everybody has it'),
        since: z.string().nullable().describe('null: it was never rolled out in stages'),
        wider_from: z.string().nullable().describe('when a wider stage may follow'),
        paused_because: z.string().nullable().describe('why the stage stepped back by itself'),
      }),
    ),
    changes: z.array(change),
  }),
  run: async ({ instance, rollout }, { limit }) => ({
    auto_pause: rollout.settings.auto_pause,
    features: (await rollout.stages.states()).map(({ feature, stage, change: last, members, wider_from }) => ({
      feature,
      flag: instance.flags.find(({ name }) => name === feature)?.value === true ? ('on' as const) : ('off' as const),
      stage: stageName(stage),
      people: members,
      since: last === undefined ? null : isoTime(last.at),
      wider_from: wider_from === undefined ? null : isoTime(wider_from),
      paused_because: last?.by === AUTO_PAUSE ? (last.reason ?? null) : null,
    })),
    changes: (await rollout.stages.changes(limit)).map(show),
  }),
})

type SetContext = Uses<'instance.flags' | 'instance.godfather_phone' | 'rollout.stages'>

/** Why the stage gives a feature to fewer people than it says. */
const limitsOf = ({ instance }: SetContext, feature: StagedFeature, { kind }: Stage): readonly string[] => {
  if (kind === 'off') return []
  const flag = instance.flags.find(({ name }) => name === feature)
  const godfather =
    kind !== 'all' && instance.godfather_phone === undefined
      ? ['godfather_phone is not configured: there is no godfather who has it']
      : []
  if (flag?.value !== true) return [`the flag ${feature} is off, so nobody has it: off always wins`, ...godfather]
  return [...(flag.reason === undefined ? [] : [`it has no effect: ${flag.reason}`]), ...godfather]
}

export const rolloutSet = operation({
  summary: 'Set the stage of a feature: off, godfather, first-10, first-50, a percentage, or all',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['instance.flags', 'instance.godfather_phone', 'rollout.stages'],
  input: z.strictObject({
    feature: z.enum(STAGED_FEATURES).describe('the feature flag'),
    stage: z.string().min(1).max(MOST_STAGE_CHARACTERS).describe(`who has it: ${STAGE_NAMES}`),
    force: z.boolean().default(false).describe('do not wait for the end of the stage, and allow to skip stages'),
    reason: z.string().trim().min(1).max(MOST_REASON_CHARACTERS).optional().describe('why, for the record'),
  }),
  output: change.extend({
    at: z.string().nullable().describe('null: it has never had another stage'),
    changed: z.boolean().describe('false: it was at this stage already, and its time goes on'),
    notes: z.array(z.string()).describe('why fewer people have it than the stage says'),
  }),
  run: async (context, { feature, stage, force, reason }, { caller }) => {
    const { stages } = context.rollout
    const to = parseStage(stage)
    if (to === undefined) {
      throw new DenidinError('invalid_input', `"${stage}" is no stage; allowed are ${STAGE_NAMES}`)
    }
    const before = stages.changeOf(feature)
    const changed = await stages.set({ feature, to, by: actorOf(caller), reason, force })
    const notes = [
      ...(changed === undefined ? [`it was at ${stageName(to)} already: nothing changed`] : []),
      ...limitsOf(context, feature, to),
    ]
    if (changed !== undefined) return { ...show(changed), changed: true, notes }
    const name = stageName(to)
    const unchanged = { feature, from_stage: name, to_stage: name, at: null, by: null, reason: null, forced: false }
    const last = before === undefined ? unchanged : { ...show(before), from_stage: name }
    return { ...last, changed: false, notes }
  },
})
