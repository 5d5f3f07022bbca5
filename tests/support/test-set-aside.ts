import { silentLogger } from '../../src/platform/logger.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { SetAside } from '../../src/platform/set-aside.ts'

/** Sets items aside without a word in any log. */
export const testSetAside = (): SetAside => new SetAside(silentLogger, createMetrics())
