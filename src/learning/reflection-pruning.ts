/** Removes old reflections: by the retention period every night, and when the operator asks for it. */
import type { AuditLog } from '../memory/audit-log.ts'
import type { Scope } from '../messages/scope.ts'
import { DAY_MS, type Clock } from '../platform/clock.ts'
import type { Logger } from '../platform/logger.ts'
import type { SetAside } from '../platform/set-aside.ts'
import type { OldReflections, Reflections } from './reflections.ts'

/** Which reflections to remove, and who asks. */
export interface PruneRequest {
  /** Reflections older than this; by default the retention period. */
  readonly days?: number | undefined
  /** Only those about the conversations of one person or one group. */
  readonly scope?: Scope | undefined
  /** Only report what would be removed. */
  readonly dry_run?: boolean
  /** For the audit log: `operator`, or `cron`. */
  readonly by: string
  readonly signal?: AbortSignal
}

/** What was removed, or would be. */
export interface PrunedReflections {
  readonly days: number
  /** Reflections written before this time; milliseconds since the Unix epoch. */
  readonly before: number
  /** By scope; the scope with the most comes first. */
  readonly found: readonly OldReflections[]
}

export interface ReflectionPruningDeps {
  readonly reflections: Reflections
  readonly audit: AuditLog
  readonly setAside: SetAside
  readonly clock: Clock
  readonly logger: Logger
  /** `memory.reflections.retention_days` */
  readonly retention_days: number
}

/**
 * Removes old reflections scope by scope, with an entry in the audit log for each. After a crash, the next call removes
 * the rest. @throws the signal's reason, between two scopes, when aborted
 */
export type PruneReflections = (request: PruneRequest) => Promise<PrunedReflections>

export const createReflectionPruning = (deps: ReflectionPruningDeps): PruneReflections => {
  const { reflections, audit, setAside, clock } = deps
  const logger = deps.logger.for('cleanup')
  return async ({ days = deps.retention_days, scope, dry_run = false, by, signal }) => {
    const before = clock.now() - days * DAY_MS
    const found = await reflections.older(before, scope)
    if (dry_run) return { days, before, found }
    for (const { scope: whose } of found) {
      signal?.throwIfAborted()
      await setAside.attempt('removing old reflections', whose, async () => {
        const removed = await reflections.removeOlder(whose, before)
        audit.write({ operation: 'memory.prune_reflections', by, whose, counts: { reflections: removed } })
      })
    }
    if (found.length > 0) {
      logger.info('Old reflections removed', { reflections: found.reduce((sum, each) => sum + each.count, 0), days })
    }
    return { days, before, found }
  }
}
