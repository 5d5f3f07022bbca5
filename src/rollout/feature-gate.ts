/** The port that says whether a conversation has a feature that is being rolled out in stages. */
import type { Scope } from '../messages/scope.ts'
import type { StagedFeature } from './stage.ts'

export interface FeatureGate {
  /** Whether a conversation has a feature whose flag is on. */
  has(feature: StagedFeature, scope: Scope): Promise<boolean>
}
