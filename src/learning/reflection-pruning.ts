import type { AuditLog } from '../memory/audit-log.ts'
import type { Scope } from '../messages/scope.ts'
import { DAY_MS, type Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { OldReflections, Reflections } from './processed-messages.ts'

/** Which reflections are to go, and who asks. */
export interface PruneRequest {
  /** Those older than so many days; by default as many as they are kept. */
  readonly days?: number | undefined
  /** Only those about one person's or one group's conversations. */
  readonly scope?: Scope | undefined
  /** Only tells what would go. */
  readonly dry_run?: boolean
  /** For the audit: `operator`, or `cron`. */
  readonly by: string
  readonly signal?: AbortSignal
}

/** What went, or would go. */
export interface PrunedReflections {
  readonly days: number
  /** Those that were written earlier; milliseconds since the Unix epoch. */
  readonly before: number
  /** By whose conversations they were about, most first. */
  readonly found: readonly OldReflections[]
}

export interface ReflectionPruningDeps {
  readonly reflections: Reflections
  readonly audit: AuditLog
  readonly clock: Clock
  readonly logger: Logger
  /** `memory.reflections.retention_days` */
  readonly retention_days: number
}

/**
 * Removes reflections by their age, one scope after the other; each is written down in the audit. What a crash leaves
 * goes the next time. @throws the signal's reason between two scopes when it is called off.
 */
export type PruneReflections = (request: PruneRequest) => Promise<PrunedReflections>

export const createReflectionPruning = (parts: ReflectionPruningDeps): PruneReflections => {
  const { reflections, audit, clock } = parts
  const logger = parts.logger.for('cleanup')
  return async ({ days = parts.retention_days, scope, dry_run = false, by, signal }) => {
    const before = clock.now() - days * DAY_MS
    const found = await reflections.older(before, scope)
    if (dry_run) return { days, before, found }
    for (const { scope: whose } of found) {
      signal?.throwIfAborted()
      const removed = await reflections.removeOlder(whose, before)
      audit.write({ operation: 'memory.prune_reflections', by, whose, counts: { reflections: removed } })
    }
    if (found.length > 0) {
      logger.info('Old reflections removed', { reflections: found.reduce((sum, each) => sum + each.count, 0), days })
    }
    return { days, before, found }
  }
}
