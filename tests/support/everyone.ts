// A rollout that has reached everybody.
import type { FeatureGate } from '../../src/rollout/feature-gate.ts'

export const everyone: FeatureGate = { has: () => Promise.resolve(true) }
