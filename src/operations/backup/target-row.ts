/** Targets of backups as operations show them. */
import { z } from 'zod'
import type { TargetPrune, TargetResult, TargetStatus } from '../../backup/targets/targets.ts'

const count = z.int().min(0)
const LONGEST_NAME = 100

/** Which target is meant. */
export const targetField = z.string().trim().min(1).max(LONGEST_NAME)

export const targetResultRow = z.object({
  target: z.string(),
  state: z.enum(['copied', 'failed']),
  backups: count.describe('how many backups were copied'),
  objects: count.describe('pieces that were copied; 0 for a command, which does not say'),
  bytes: count,
  problem: z.string().nullable().describe('why it failed; DeniDin tries again'),
})

export const resultRow = ({ problem, ...result }: TargetResult): z.output<typeof targetResultRow> => ({
  ...result,
  problem: problem ?? null,
})

export const targetRow = z.object({
  target: z.string(),
  type: z.enum(['folder', 's3', 'command']),
  backups: count.describe('how many backups were there at the last success'),
  newest: z.string().nullable(),
  damaged: count.describe('backups there that a verification found damaged; the next copy repairs them'),
  last_success: z.string().nullable(),
  failing_since: z.string().nullable(),
  attempts: count.describe('failed attempts since then'),
  problem: z.string().nullable(),
})

export const statusRow = ({
  target,
  type,
  backups,
  damaged,
  last_success,
  problem,
}: TargetStatus): z.output<typeof targetRow> => ({
  target,
  type,
  backups: backups.length,
  newest: backups.at(-1) ?? null,
  damaged: damaged.length,
  last_success,
  failing_since: problem?.since ?? null,
  attempts: problem?.attempts ?? 0,
  problem: problem?.reason ?? null,
})

export const targetPruneRow = z.object({
  target: z.string(),
  state: z.enum(['pruned', 'failed', 'not_supported']),
  deleted: z.array(z.string()),
  kept: count,
  objects: count,
  bytes: count,
  problem: z.string().nullable(),
})

export const pruneRow = ({ problem, deleted, ...result }: TargetPrune): z.output<typeof targetPruneRow> => ({
  ...result,
  deleted: [...deleted],
  problem: problem ?? null,
})

/** The sentence about targets that could not be reached; `undefined` if all succeeded. */
export const failedTargets = (
  results: readonly { readonly target: string; readonly state: string; readonly problem: string | null }[],
): string | undefined => {
  const failed = results.filter(({ state }) => state === 'failed')
  if (failed.length === 0) return undefined
  return failed.map(({ target, problem }) => `the target ${target} failed: ${problem ?? ''}`).join('; ')
}
