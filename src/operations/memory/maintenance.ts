/** `memory.rebuild`, `verify`, `calibrate` and `prune_spaces`: maintenance of the vectors and their index. */
import { z } from 'zod'
import { operation } from '../operation.ts'

const count = z.int().min(0)
const MOST_EMBEDDINGS = 1000

export const memoryRebuild = operation({
  summary: 'Rebuild the index from the stored vectors; the bot keeps answering from the old one meanwhile',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['memory.maintenance'],
  input: z.strictObject({}),
  output: z.object({ vectors: count.describe('vectors put into the new index') }),
  run: async ({ memory: { maintenance } }, _input, { signal, progress }) =>
    await maintenance.rebuild({
      signal,
      progress: (done, total) => {
        progress({ done, total, unit: 'vectors' })
      },
    }),
})

export const memoryVerify = operation({
  summary: 'Compare memories, messages, vectors and the index row by row, and report differences',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'none',
  uses: ['memory.maintenance'],
  input: z.strictObject({
    repair: z.boolean().default(false).describe('repair the differences'),
    every_vector: z.boolean().default(false).describe('compare the numbers in every vector instead of in a sample'),
  }),
  output: z.object({
    in_order: z.boolean().describe('no differences, or all of them were repaired'),
    looked_at: count.describe('rows compared'),
    findings: z.array(
      z.object({
        part: z.string(),
        what: z.enum(['missing', 'foreign', 'misplaced', 'altered']),
        count,
      }),
    ),
  }),
  failure: ({ in_order }) =>
    in_order ? undefined : 'the memory is not in order; run `denidin memory verify --repair`',
  run: async ({ memory: { maintenance } }, input, { signal, progress }) => {
    const { findings, ...found } = await maintenance.verify({
      ...input,
      signal,
      progress: done => {
        progress({ done, unit: 'rows' })
      },
    })
    return { ...found, findings: [...findings] }
  },
})

const distribution = z.object({ kind: z.string(), pairs: count, p05: z.number(), p50: z.number(), p95: z.number() })

export const memoryCalibrate = operation({
  summary: 'Suggest a value of memory.longterm.min_similarity for the embedding model, from the stored memories',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['memory.maintenance'],
  input: z.strictObject({
    embeddings: z
      .int()
      .min(0)
      .max(MOST_EMBEDDINGS)
      .default(0)
      .describe('maximum number of messages to embed as questions, which costs money; 0: use stored vectors only'),
  }),
  output: z.object({
    model: z.string(),
    min_similarity: z.number().describe('threshold in use now'),
    suggested: z.number().nullable(),
    verdict: z.string(),
    similarities: z.array(distribution),
    related_above: z.number().nullable().describe('percentage of related pairs at or above the suggestion'),
    unrelated_above: z.number().nullable(),
    related_above_now: z.number().nullable(),
    unrelated_above_now: z.number().nullable(),
    embedded: count,
  }),
  run: async ({ memory: { maintenance } }, { embeddings }, { signal }) => {
    const { related, unrelated, ...found } = await maintenance.calibrate({ most_embeddings: embeddings, signal })
    return {
      ...found,
      suggested: found.suggested ?? null,
      verdict:
        found.suggested === undefined
          ? 'not enough data: at least 30 pairs of each kind are needed'
          : `set memory.longterm.min_similarity to ${found.suggested.toFixed(2)}`,
      similarities: [
        { kind: 'related', ...related },
        { kind: 'unrelated', ...unrelated },
      ],
      related_above: found.related_above ?? null,
      unrelated_above: found.unrelated_above ?? null,
      related_above_now: found.related_above_now ?? null,
      unrelated_above_now: found.unrelated_above_now ?? null,
    }
  },
})

export const memoryPruneSpaces = operation({
  summary: 'Delete the vectors of embedding models that are no longer in use',
  access: 'operator',
  effect: 'destroy',
  needs: 'data',
  audit: 'none',
  uses: ['memory.maintenance'],
  input: z.strictObject({}),
  output: z.object({ removed: z.array(z.object({ space: z.string(), vectors: count })) }),
  run: async ({ memory: { maintenance } }, _input, { signal }) => ({
    removed: [...(await maintenance.pruneSpaces(signal))],
  }),
})
