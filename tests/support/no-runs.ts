/** For a schedule whose runs need not be remembered, and begin on time. */
import type { ScheduleDeps } from '../../src/interfaces/cron/schedule.ts'
import { systemIds } from '../../src/platform/ids.ts'

export const noRuns: Pick<ScheduleDeps, 'runs' | 'jitter_ms' | 'ids'> = {
  runs: { begin: () => Promise.resolve(), record: () => Promise.resolve() },
  jitter_ms: 0,
  ids: systemIds,
}
