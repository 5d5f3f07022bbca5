/** `metrics`: every value that is counted or measured, as a list or in the text format of Prometheus. */
import { z } from 'zod'
import { METRIC_PREFIX } from '../../platform/metric-list.ts'
import type { MetricSample } from '../../platform/prometheus-metrics.ts'
import { operation } from '../operation.ts'

const MEBIBYTE = 2 ** 20

/** The sum of the values of a metric with these labels; `undefined` if there are none. */
const sumOf = (
  samples: readonly MetricSample[],
  metric: string,
  wanted: Readonly<Record<string, string>> = {},
): number | undefined => {
  const found = samples.filter(
    ({ name, labels }) =>
      name === METRIC_PREFIX + metric && Object.entries(wanted).every(([label, value]) => labels[label] === value),
  )
  return found.length === 0 ? undefined : found.reduce((sum, { value }) => sum + value, 0)
}

export const metrics = operation({
  summary: 'Show every value that is counted or measured, for monitoring',
  access: 'operator',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: ['system.installation'],
  input: z.strictObject({
    format: z
      .enum(['values', 'prometheus'])
      .default('values')
      .describe('a list of values, or the text format of Prometheus'),
  }),
  output: z.object({
    experiences: z.int().min(0).nullable().describe('memories; null: they cannot be read'),
    vectors: z.int().min(0).nullable().describe('vectors of the model in use'),
    db_size_mb: z.number().min(0).nullable().describe('size of the database, in units of 1,048,576 bytes'),
    values: z.array(
      z.object({ metric: z.string(), labels: z.record(z.string(), z.string()), value: z.number().nullable() }),
    ),
    text: z.string().optional().describe('present only with the format prometheus, where values is empty'),
  }),
  run: async ({ system: { installation } }, { format }) => {
    const samples = await installation.samples()
    const bytes = sumOf(samples, 'database_bytes', { database: 'denidin' })
    return {
      experiences: sumOf(samples, 'memories') ?? null,
      vectors: sumOf(samples, 'vectors', { use: 'present' }) ?? null,
      db_size_mb: bytes === undefined ? null : bytes / MEBIBYTE,
      ...(format === 'prometheus'
        ? { values: [], text: await installation.text() }
        : {
            values: samples.map(({ name: metric, labels, value }) => ({
              metric,
              labels: { ...labels },
              // JSON has no other numbers.
              value: Number.isFinite(value) ? value : null,
            })),
          }),
    }
  },
})
