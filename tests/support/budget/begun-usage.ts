import type { BegunUsage, ScopeUsage } from '../../../src/budget/usage/usage-entry.ts'

const scope = (tokens: number, demand_tokens = tokens): ScopeUsage => ({ count: 1, tokens, demand_tokens })

/** A turn of a client that used three quarters of its budget. */
export const begunUsage = (more: Partial<BegunUsage> = {}): BegunUsage => ({
  kind: 'turn',
  agent: 'client',
  task: 'When do I fly to Rome?',
  complexity: 'simple',
  profile: 'client',
  budget_allocated: 4000,
  tokens_loaded: 3000,
  demand_tokens: 3000,
  scope_breakdown: { 'agent-specific': scope(1500), recent: scope(900), global: scope(600) },
  warnings: [],
  person_id: 'ana',
  message_ids: ['m1'],
  ...more,
})
