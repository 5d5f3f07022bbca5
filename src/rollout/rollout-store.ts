/** The port of the store of rollouts: the stage of each feature, every change of it, and who was let in. */
import type { Scope } from '../messages/scope.ts'
import type { Stage, StagedFeature } from './stage.ts'

/** Who changed a stage that stepped back by itself. */
export const AUTO_PAUSE = 'auto_pause'

export interface RolloutChange {
  readonly feature: StagedFeature
  readonly from: Stage
  readonly to: Stage
  /** Milliseconds since the Unix epoch. */
  readonly at: number
  /** Who changed it: a person id, `operator`, the name of a token, or `auto_pause`; `undefined`: a person who was forgotten. */
  readonly by: string | undefined
  readonly reason: string | undefined
  /** Whether it was changed earlier than the dwell times allow. */
  readonly forced: boolean
}

/** A conversation that has a feature because it was among the first, or by its bucket. */
export interface RolloutMember {
  readonly feature: StagedFeature
  readonly scope: Scope
  /** From 1, in the order in which people were let in; `undefined` for those let in by their bucket. */
  readonly rank: number | undefined
  readonly bucket: number
  readonly at: number
}

export interface RolloutStore {
  /** The last change of each feature that was ever changed. */
  current(): Promise<readonly RolloutChange[]>
  /** Newest first. */
  changes(limit: number): Promise<readonly RolloutChange[]>
  /**
   * Records a change. People stay in while the rollout widens; when it narrows, those who are not in the new stage
   * leave.
   */
  change(change: RolloutChange): Promise<void>
  isMember(feature: StagedFeature, scope: Scope): Promise<boolean>
  /** Lets a conversation in by its bucket. */
  admit(member: Omit<RolloutMember, 'rank'>): Promise<void>
  /** Lets a conversation in as the next of the first people, if fewer than `most` are in. @returns whether it is in */
  admitNext(member: Omit<RolloutMember, 'rank'>, most: number): Promise<boolean>
  /** How many were let in. */
  count(feature: StagedFeature): Promise<number>
}
