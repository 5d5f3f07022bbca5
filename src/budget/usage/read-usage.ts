/** Analyses the current usage log: its files, and the entries that wait in memory. */
import { fileFault } from '../../platform/file-faults.ts'
import { bytesOfText, lineBatches } from '../../platform/line-batches.ts'
import type { FileUsageLog } from './file-usage-log.ts'
import { UsageCounter, type BudgetToday, type UsageAnalysis, type UsageQuery } from './usage-analysis.ts'
import type { OpenUse } from './usage-entry.ts'

export interface UsageReport extends UsageAnalysis {
  /** Loads that have begun and not ended, oldest first. */
  readonly open_loads: readonly Pick<OpenUse, 'id' | 'agent' | 'timestamp'>[]
}

/** @throws DenidinError `unavailable` if a file cannot be read; the signal's reason when it is aborted */
export const analyseUsage = async (
  log: Pick<FileUsageLog, 'files' | 'inMemory' | 'openLoads'>,
  query: UsageQuery,
  options: { readonly budgetToday?: BudgetToday; readonly signal?: AbortSignal } = {},
): Promise<UsageReport> => {
  const counter = new UsageCounter(query, options.budgetToday)
  const loads = await log.openLoads()
  for (const path of await log.files()) {
    for await (const lines of readable(path)) {
      options.signal?.throwIfAborted()
      counter.add(lines)
    }
  }
  const { entries } = await log.inMemory()
  counter.add(entries.map(entry => bytesOfText(JSON.stringify(entry))))
  const part = query.agent?.trim().toLowerCase() ?? ''
  const open_loads = loads.filter(({ agent }) => agent.toLowerCase().includes(part))
  return {
    ...counter.result(),
    open_loads: open_loads.map(({ id, agent, timestamp }) => ({ id, agent, timestamp })),
  }
}

/** The lines of a file. A missing one was an old file that has just been removed to stay within the limit. */
async function* readable(path: string): AsyncGenerator<readonly string[]> {
  try {
    yield* lineBatches(path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw fileFault(error, path)
  }
}
