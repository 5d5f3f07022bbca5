/** The stages of a rollout: who has a feature in each of them, how they follow each other, and how they are written. */
import { createHash } from 'node:crypto'
import { DAY_MS, HOUR_MS } from '../platform/clock.ts'

/** Feature flags that people can have one by one. The others choose which models are asked, for everybody. */
export const STAGED_FEATURES = [
  'enable_memory_system',
  'use_schema_v2',
  'enable_llm_entity_extraction',
  'enable_conscious_agent',
  'enable_filesystem_extraction',
] as const
export type StagedFeature = (typeof STAGED_FEATURES)[number]

/** Who has a feature. Groups have it only at `all`, because a group's memory holds the words of all its members. */
export type Stage =
  | { readonly kind: 'off' }
  | { readonly kind: 'godfather' }
  /** The godfather, and this many people in the order in which they first wrote. */
  | { readonly kind: 'first'; readonly people: number }
  /** Those of the stages before, and this share of all others, chosen by a hash of their id. */
  | { readonly kind: 'percent'; readonly percent: number }
  | { readonly kind: 'all' }

/** The stage of a feature that was never rolled out. */
export const ALL: Stage = { kind: 'all' }

/** The usual stages, from narrow to wide. */
export const USUAL_STAGES: readonly Stage[] = [
  { kind: 'off' },
  { kind: 'godfather' },
  { kind: 'first', people: 10 },
  { kind: 'first', people: 50 },
  { kind: 'percent', percent: 50 },
  ALL,
]

const FEW_PEOPLE = 10
const SOME_PEOPLE = 50
const MOST_PEOPLE = 100_000

/** `off`, `godfather`, `first-10`, `25%`, `all` */
export const stageName = (stage: Stage): string => {
  if (stage.kind === 'first') return `first-${String(stage.people)}`
  return stage.kind === 'percent' ? `${String(stage.percent)}%` : stage.kind
}

/** What `parseStage` accepts, for messages. */
export const STAGE_NAMES = 'off, godfather, first-10 (or another number of people), 25% (or another percentage), all'

/** The stage of a name; `undefined` if it is none. */
export const parseStage = (text: string): Stage | undefined => {
  const name = text.trim().toLowerCase()
  if (name === 'off' || name === 'godfather' || name === 'all') return { kind: name }
  const people = Number(/^(?:first[- ]?)?(\d{1,6})$/.exec(name)?.[1])
  if (people >= 1 && people <= MOST_PEOPLE) return { kind: 'first', people }
  const percent = Number(/^(\d{1,2})\s?%$|^percent[- ]?(\d{1,2})$/.exec(name)?.slice(1).find(Boolean))
  return percent >= 1 ? { kind: 'percent', percent } : undefined
}

const KINDS: readonly Stage['kind'][] = ['off', 'godfather', 'first', 'percent', 'all']

const sizeOf = (stage: Stage): number =>
  stage.kind === 'first' ? stage.people : stage.kind === 'percent' ? stage.percent : 0

/** Negative if `one` is narrower than `other`, positive if it is wider, 0 if they are the same. */
export const compareStages = (one: Stage, other: Stage): number =>
  KINDS.indexOf(one.kind) - KINDS.indexOf(other.kind) || sizeOf(one) - sizeOf(other)

/** Whether `to` may come right after `from`: the order is godfather, ten people, fifty, and then a share or all. */
export const mayFollow = (from: Stage, to: Stage): boolean => {
  switch (from.kind) {
    case 'off':
      return to.kind === 'godfather'
    case 'godfather':
      return to.kind === 'first' && to.people <= FEW_PEOPLE
    case 'first':
      return from.people < FEW_PEOPLE
        ? to.kind === 'first' && to.people <= FEW_PEOPLE
        : from.people < SOME_PEOPLE
          ? to.kind === 'first' && to.people <= SOME_PEOPLE
          : true
    case 'percent':
    case 'all':
      return true
  }
}

/** How long a stage lasts at least, in milliseconds, before a wider one follows. */
export interface DwellTimes {
  readonly godfather: number
  /** Up to ten people. */
  readonly few_people: number
  /** More people, and shares. */
  readonly many_people: number
}

/** Source: the guide to enabling memory in production: seven days, 24 hours, 48 hours. */
export const USUAL_DWELL: DwellTimes = { godfather: 7 * DAY_MS, few_people: 24 * HOUR_MS, many_people: 48 * HOUR_MS }

export const dwellOf = (stage: Stage, times: DwellTimes): number => {
  switch (stage.kind) {
    case 'off':
    case 'all':
      return 0
    case 'godfather':
      return times.godfather
    case 'first':
      return stage.people <= FEW_PEOPLE ? times.few_people : times.many_people
    case 'percent':
      return times.many_people
  }
}

const BUCKETS = 10_000

/** The place of a person in the order of shares, from 0 to 9,999: the same for ever, and different for each feature. */
export const bucketOf = (feature: StagedFeature, person_id: string): number =>
  createHash('sha256').update(`${feature} ${person_id}`).digest().readUInt32BE() % BUCKETS

/** Whether a share includes a bucket. */
export const includesBucket = (percent: number, bucket: number): boolean => bucket < (percent / 100) * BUCKETS
