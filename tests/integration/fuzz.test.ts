import { expect, test } from '@jest/globals'
import { fuzzPipeline } from '../support/fuzz-pipeline.ts'

/** `npm run test:fuzz` tries 100,000 with a new seed each time. */
const TEXTS = 400

test('generated texts of every kind: no turn fails, no item is set aside, no error is logged', async () => {
  const seed = Number(process.env['FUZZ_SEED'] ?? 20_261_128)
  expect(await fuzzPipeline(TEXTS, seed)).toEqual({ seed, texts: TEXTS, failures: [], turns_failed: 0, set_aside: 0 })
}, 120_000)
