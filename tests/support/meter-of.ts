// A meter over a database, with prices and limits of a test.
import type { Database } from '../../src/database/sqlite/database.ts'
import type { Clock } from '../../src/platform/clock.ts'
import { createMetrics, type Metrics } from '../../src/platform/metrics.ts'
import { LimitGuard, type LimitGuardDeps } from '../../src/usage/limits/limit-guard.ts'
import { noPrices, type PriceBook } from '../../src/usage/prices/price-book.ts'
import { SqliteMeter } from '../../src/usage/sqlite/sqlite-meter.ts'
import { SqliteSpending } from '../../src/usage/sqlite/sqlite-spending.ts'

export interface Metering {
  readonly meter: SqliteMeter
  readonly guard: LimitGuard
  readonly spending: SqliteSpending
}

/** The meter with what belongs to it. */
export const meteringOf = (
  database: Database,
  clock: Clock,
  prices: PriceBook = noPrices,
  limits: Partial<Omit<LimitGuardDeps, 'sums' | 'prices' | 'clock'>> = {},
  metrics: Metrics = createMetrics(),
): Metering => {
  const spending = new SqliteSpending(database, clock)
  const guard = new LimitGuard({
    limits: [],
    unpriced_models: 'free',
    smaller_model: undefined,
    isExempt: () => false,
    ...limits,
    sums: spending,
    prices,
    clock,
  })
  return { meter: new SqliteMeter({ database, clock, prices, limits: guard, metrics }), guard, spending }
}

export const meterOf = (database: Database, clock: Clock, prices?: PriceBook): SqliteMeter =>
  meteringOf(database, clock, prices).meter
