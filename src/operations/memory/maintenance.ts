/** Upkeep of the vectors and of their index. */
import { z } from 'zod'
import { operation } from '../operation.ts'

const count = z.int().min(0)
const MOST_EMBEDDINGS = 1000

export const memoryRebuild = operation({
  summary: 'Fill the index anew from the stored vectors, while the bot answers from the old one',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({}),
  output: z.object({ vectors: count.describe('put into the index anew') }),
  run: async ({ maintenance: upkeep }, _input, { signal, progress }) =>
    await upkeep.rebuild({
      signal,
      progress: (done, total) => {
        progress({ done, total, unit: 'vectors' })
      },
    }),
})

export const memoryVerify = operation({
  summary: 'Compare memories, messages, their vectors and the index row by row',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  input: z.strictObject({
    repair: z.boolean().default(false).describe('put right what is wrong'),
    every_vector: z.boolean().default(false).describe('compare the numbers of every vector, not those of a sample'),
  }),
  output: z.object({
    in_order: z.boolean().describe('nothing was wrong, or it has been put right'),
    looked_at: count.describe('rows that were compared'),
    findings: z.array(
      z.object({
        part: z.string(),
        what: z.enum(['missing', 'foreign', 'misplaced', 'altered']),
        count,
      }),
    ),
  }),
  failure: ({ in_order }) =>
    in_order ? undefined : 'the memory is not in order; `denidin memory verify --repair` puts it right',
  run: async ({ maintenance: upkeep }, input, { signal, progress }) => {
    const { findings, ...found } = await upkeep.verify({
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
  summary: 'Suggest memory.longterm.min_similarity for the embedding model, from what is remembered',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  input: z.strictObject({
    embeddings: z
      .int()
      .min(0)
      .max(MOST_EMBEDDINGS)
      .default(0)
      .describe('most messages that are embedded as questions, which costs; 0: stored vectors alone'),
  }),
  output: z.object({
    model: z.string(),
    min_similarity: z.number().describe('the threshold that holds now'),
    suggested: z.number().nullable(),
    verdict: z.string(),
    similarities: z.array(distribution),
    related_above: z.number().nullable().describe('percent of related pairs at or above the suggestion'),
    unrelated_above: z.number().nullable(),
    related_above_now: z.number().nullable(),
    unrelated_above_now: z.number().nullable(),
    embedded: count,
  }),
  run: async ({ maintenance: upkeep }, { embeddings }, { signal }) => {
    const { related, unrelated, ...found } = await upkeep.calibrate({ most_embeddings: embeddings, signal })
    return {
      ...found,
      suggested: found.suggested ?? null,
      verdict:
        found.suggested === undefined
          ? 'there is too little to tell: at least 30 pairs of each kind are needed'
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
  summary: 'Remove the vectors of embedding models that are not in use any more',
  access: 'operator',
  effect: 'destroy',
  needs: 'data',
  input: z.strictObject({}),
  output: z.object({ removed: z.array(z.object({ space: z.string(), vectors: count })) }),
  run: async ({ maintenance: upkeep }, _input, { signal }) => ({ removed: [...(await upkeep.pruneSpaces(signal))] }),
})
