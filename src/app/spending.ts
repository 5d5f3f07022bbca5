/** Wires the spending limits: who is exempt, what is checked, and what the administrator sees. */
import type { Settings } from '../config/settings.ts'
import type { Database } from '../database/sqlite/database.ts'
import { configuredRoles } from '../people/roles.ts'
import type { HealthCheck } from '../platform/health.ts'
import { SqlitePersonRows } from '../people/sqlite/person-rows.ts'
import { LimitGuard } from '../usage/limits/limit-guard.ts'
import { noLimitWarnings, StoredLimitWarnings, type LimitWarnings } from '../usage/limits/limit-warnings.ts'
import { LimitsHealth, PersonalLimitsHealth } from '../usage/limits/limits-health.ts'
import { spendingLimitsOf } from '../usage/limits/spending-limits.ts'
import type { PriceBook } from '../usage/prices/price-book.ts'
import { SqliteSpending } from '../usage/sqlite/sqlite-spending.ts'
import { createPriceBook } from './budget.ts'
import type { Runtime } from './runtime.ts'

/** The cost of calls, and its limits. */
export interface Spending {
  readonly prices: PriceBook
  readonly sums: SqliteSpending
  readonly guard: LimitGuard
  readonly warnings: LimitWarnings
  readonly health: readonly HealthCheck[]
}

/** The meter is created before the people, so exemptions are read from the rows of the people. */
export const createSpending = (
  settings: Settings,
  database: Database,
  { clock, ids, logger }: Pick<Runtime, 'clock' | 'ids' | 'logger'>,
): Spending => {
  const { limits, godfather_phone, user_roles } = settings
  const prices = createPriceBook(settings, { logger })
  const sums = new SqliteSpending(database, clock)
  const roles = configuredRoles({ godfather_phone, blocked_phones: user_roles.blocked_phones })
  const persons = new SqlitePersonRows({ database, roles, ids, clock })
  const guard = new LimitGuard({
    limits: spendingLimitsOf(limits),
    sums,
    prices,
    unpriced_models: limits.unpriced_models,
    smaller_model: limits.at_limit === 'smaller_model' ? limits.smaller_model : undefined,
    isExempt: person_id => limits.exempt_godfather && persons.find(person_id)?.role === 'godfather',
    clock,
  })
  const warnings = guard.limits.length === 0 ? noLimitWarnings : new StoredLimitWarnings({ guard, store: sums })
  const health = [new LimitsHealth({ guard, prices }), new PersonalLimitsHealth({ guard })]
  return { prices, sums, guard, warnings, health }
}
