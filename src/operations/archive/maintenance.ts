/**
 * `archive.verify` and `archive.reindex`: checks the integrity of the archive, and rebuilds the data derived from its
 * messages.
 */
import { z } from 'zod'
import { operation } from '../operation.ts'

const count = z.int().min(0)

export const archiveVerify = operation({
  summary: 'Check the archive: the integrity of its database, its references and counts, and on request every hash',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['archive.maintenance'],
  input: z.strictObject({
    check_hashes: z.boolean().default(false).describe('compute the identity of every message and compare it'),
  }),
  output: z.object({
    in_order: z.boolean(),
    messages: count,
    runs: count,
    hashes_checked: count,
    findings: z.array(
      z.object({ kind: z.string(), count, examples: z.string().describe('numbers of the first messages or runs') }),
    ),
  }),
  failure: ({ in_order }) =>
    in_order ? undefined : 'the archive is not in order; make a copy of archive.db, then run `denidin reindex`',
  run: async ({ archive }, { check_hashes }, { signal, progress }) => {
    const { findings, ...counts } = await archive.maintenance.verify(check_hashes, { signal, progress })
    return {
      in_order: findings.length === 0,
      ...counts,
      findings: findings.map(({ what, count: found, examples }) => ({
        kind: what,
        count: found,
        examples: examples.join(', '),
      })),
    }
  },
})

export const archiveReindex = operation({
  summary:
    'Compute the identity of every archived message again and rebuild the search index, after a copy of the archive',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['archive.maintenance'],
  input: z.strictObject({
    backup: z.boolean().default(true).describe('copy the archive first'),
  }),
  output: z.object({
    path: z.string().nullable().describe('the copy'),
    messages: count,
    changed: count.describe('messages whose identity was wrong'),
    merged: count.describe('messages that were the same as others'),
  }),
  run: async ({ archive }, { backup }, { signal, progress }) => {
    const { backup: path, ...counts } = await archive.maintenance.rebuild(backup, { signal, progress })
    return { path: path ?? null, ...counts }
  },
})
