// A runner over a few operations, with no more of the context than they use.
import type { AuditEntry } from '../../../src/memory/audit-log.ts'
import type { OperationsIn } from '../../../src/operations/runner.ts'
import { createRunner, type Runner } from '../../../src/operations/runner.ts'
import type { Logger } from '../../../src/platform/logger.ts'
import { silentLogger } from '../../../src/platform/logger.ts'
import { createMetrics } from '../../../src/platform/metrics.ts'
import { FakeClock } from '../fake-clock.ts'
import { fakeExclusive, type Asked } from './fakes.ts'

export interface RunnerOf<C> {
  readonly operations: OperationsIn<NoInfer<C>>
  readonly context: C
  readonly asked?: Asked
  /** Takes the lines of the audit log. */
  readonly audited?: AuditEntry[]
  readonly running?: () => boolean
  readonly logger?: Logger
  readonly clock?: FakeClock
}

export const runnerOf = <C>({
  operations,
  context,
  asked = [],
  audited = [],
  running = () => false,
  logger = silentLogger,
  clock = new FakeClock(),
}: RunnerOf<C>): Runner =>
  createRunner({
    operations,
    context,
    running,
    exclusive: fakeExclusive(asked),
    audit: { write: entry => audited.push(entry) },
    clock,
    logger,
    metrics: createMetrics(),
  })
