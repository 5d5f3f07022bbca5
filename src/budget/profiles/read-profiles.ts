/** Reads an operator's budget profiles, checks them, and fills in defaults for missing values. */
import { z } from 'zod'
import { brokenFile, readJsonWithComments, type NamedText } from '../../platform/json-with-comments.ts'
import { COMPLEXITIES } from '../../text/complexity/complexity.ts'
import {
  BUDGET_SCOPES,
  DEFAULT_BUDGET_PROFILES,
  scopeNamed,
  SPECIALIST_WEIGHTS,
  type BudgetProfile,
  type BudgetProfiles,
  type BudgetScope,
  type ScopeWeights,
} from './budget-profiles.ts'

/** Most tokens of a budget: more than any model reads. */
const MOST_TOKENS = 10_000_000
const MOST_MULTIPLIER = 100
/** Weights are written with few digits: three times 0.33 counts as a whole. */
const WEIGHT_TOLERANCE = 0.011

const TOKENS = `must be a whole number of tokens from 1 to ${MOST_TOKENS.toLocaleString('en')}`
const SHARE = 'must be a number from 0 to 1'
const SAMPLES = 'must be a whole number above 0'
const NAME = 'must be the name of a profile'
const tokens = z.int(TOKENS).min(1, TOKENS).max(MOST_TOKENS, TOKENS)
const share = z.number(SHARE).min(0, SHARE).max(1, SHARE)
const samples = z.int(SAMPLES).min(1, SAMPLES)
const multiplier = z
  .number('must be a number above 0')
  .positive('must be a number above 0')
  .max(MOST_MULTIPLIER, `must be at most ${String(MOST_MULTIPLIER)}`)

const scopeWeights = z
  .record(z.string(), share, 'must be an object of scopes and their shares')
  .transform((given, context): ScopeWeights => {
    const weights: Record<BudgetScope, number> = { 'agent-specific': 0, recent: 0, global: 0 }
    for (const [name, weight] of Object.entries(given)) {
      const scope = scopeNamed(name)
      if (scope === undefined) context.addIssue(`knows no scope "${name}": allowed are ${BUDGET_SCOPES.join(', ')}`)
      else weights[scope] += weight
    }
    const sum = BUDGET_SCOPES.reduce((total, scope) => total + weights[scope], 0)
    if (Math.abs(sum - 1) > WEIGHT_TOLERANCE) context.addIssue(`must add up to 1, not ${sum.toFixed(2)}`)
    return weights
  })

const profile = z.strictObject({
  base_budget: tokens.optional(),
  max_budget: tokens.optional(),
  scope_weights: scopeWeights.optional(),
})

const { alert_thresholds: ALERTS, tuning: TUNING } = DEFAULT_BUDGET_PROFILES

const FILE = z.strictObject({
  profiles: z.record(z.string(), profile).default({}),
  agent_assignments: z.record(z.string(), z.string(NAME)).default({}),
  complexity_multipliers: z.partialRecord(z.enum(COMPLEXITIES), multiplier).default({}),
  alert_thresholds: z
    .strictObject({
      info: share.default(ALERTS.info),
      warning: share.default(ALERTS.warning),
      critical: share.default(ALERTS.critical),
    })
    .prefault({}),
  tuning: z
    .strictObject({
      exceed_rate: share.default(TUNING.exceed_rate),
      under_use: share.default(TUNING.under_use),
      min_samples: samples.default(TUNING.min_samples),
      min_confidence: share.default(TUNING.min_confidence),
    })
    .prefault({}),
})

/**
 * Reads the text of a profile file: JSON with comments. Missing values keep their defaults, within a profile too.
 * @param source names the file in errors
 * @throws DenidinError `invalid_config` with the line and the reason
 */
export const readBudgetProfiles = (text: string, source: string): BudgetProfiles => {
  const file = { text, source }
  const given = readJsonWithComments(file, FILE, path => KEYS[path[0] ?? ''] ?? [])
  const { profiles, agent_assignments, complexity_multipliers, alert_thresholds, tuning } = given
  const merged: BudgetProfiles = {
    profiles: {
      ...DEFAULT_BUDGET_PROFILES.profiles,
      ...Object.fromEntries(Object.entries(profiles).map(([name, each]) => [name, completed(name, each, file)])),
    },
    agent_assignments: { ...DEFAULT_BUDGET_PROFILES.agent_assignments, ...agent_assignments },
    complexity_multipliers: { ...DEFAULT_BUDGET_PROFILES.complexity_multipliers, ...complexity_multipliers },
    alert_thresholds,
    tuning,
  }
  for (const [agent, name] of Object.entries(agent_assignments)) {
    const wild = agent.replace(/\/\*$/, '')
    if (wild.includes('*')) {
      const path = ['agent_assignments', agent]
      throw brokenFile(file, path, 'may have * only instead of a whole name, as in roles/*')
    }
    if (Object.hasOwn(merged.profiles, name)) continue
    const known = Object.keys(merged.profiles).join(', ')
    throw brokenFile(file, ['agent_assignments', agent], `names the profile "${name}", and the profiles are ${known}`)
  }
  const { info, warning, critical } = merged.alert_thresholds
  if (info > warning || warning > critical) {
    throw brokenFile(file, ['alert_thresholds'], 'must rise from info to warning to critical')
  }
  return merged
}

type GivenProfile = z.output<typeof profile>

/**
 * A complete profile: missing values come from the default profile of its name, or else from a narrow specialist's
 * weights.
 */
const completed = (name: string, given: GivenProfile, file: NamedText): BudgetProfile => {
  const usual = DEFAULT_BUDGET_PROFILES.profiles[name]
  const base_budget = given.base_budget ?? usual?.base_budget
  // A base above the usual maximum raises it; an explicit maximum is never exceeded.
  const max_budget = given.max_budget ?? Math.max(usual?.max_budget ?? 0, base_budget ?? 0)
  if (base_budget === undefined) throw brokenFile(file, ['profiles', name], 'needs a base_budget')
  if (base_budget > max_budget) {
    const most = max_budget.toLocaleString('en')
    throw brokenFile(file, ['profiles', name], `has a base_budget above its max_budget of ${most}`)
  }
  const scope_weights = given.scope_weights ?? usual?.scope_weights ?? SPECIALIST_WEIGHTS
  return { base_budget, max_budget, scope_weights }
}

/** The keys of each section, and of the file itself. */
const KEYS: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(FILE.shape),
  profiles: Object.keys(profile.shape),
  complexity_multipliers: COMPLEXITIES,
  alert_thresholds: Object.keys(ALERTS),
  tuning: Object.keys(TUNING),
}
