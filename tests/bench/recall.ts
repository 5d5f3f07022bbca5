// Measures what recall finds, through the product's own message store, index and search.
// Usage: npm run bench:recall [-- --data FILE] [--bursts] [--json] [--quick] [--ablations] [--unrelated] [--sizes]
//   --data       conversations in the format of LoCoMo, with, where they apply, `asker` (the speaker who asks), turns with
//                `role: assistant`, and questions with `asked_at` (a turn: only what was said before it may be found);
//                without it, talks that the project makes up (English, Hebrew)
//   --bursts     each turn as a burst of short messages, as people write on a phone
//   --ablations  the same once more for each part of the ranking left out, and for parts that are not in it
//   --unrelated  how much is recalled for questions that have nothing to do with what was said
//   --sizes      time of a search among 10,000 and 100,000 messages of one person
// What says the same again within an answer is measured in any case, on talks in which people repeat themselves.
//   --quick      fewer talks, smaller sizes
import { parseArgs } from 'node:util'
import { generateDialogue, generateRepetitive } from '../support/dialogues/generate.ts'
import { asBursts } from './recall/bursts.ts'
import { openBenchRecall, type RecallVariant } from './recall/bench-recall.ts'
import { isAskedInside, measureInside, measureRecall, type RecallReport } from './recall/measure.ts'
import { readLocomo } from './recall/locomo.ts'
import { measureRestated } from './recall/restated.ts'
import { measureSizes } from './recall/sizes.ts'
import { measureUnrelated } from './recall/unrelated.ts'
import { variants } from './recall/variants.ts'

const { values } = parseArgs({
  options: {
    data: { type: 'string' },
    bursts: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    quick: { type: 'boolean', default: false },
    ablations: { type: 'boolean', default: false },
    unrelated: { type: 'boolean', default: false },
    sizes: { type: 'boolean', default: false },
  },
})

/** Seeds of the talks that are made up; the ranker is trained on others. */
const FIRST_SEED = 1
const TALKS = values.quick ? 2 : 10

const made_up = Array.from({ length: TALKS }, (_, n) => FIRST_SEED + n).flatMap(seed => [
  generateDialogue('en', seed),
  generateDialogue('he', seed),
])
const talks = values.data === undefined ? made_up : readLocomo(values.data)
const dialogues = values.bursts ? talks.map(asBursts) : talks

const report: Record<string, unknown> = {}
{
  await using bench = await openBenchRecall(dialogues)
  const inside = dialogues.some(isAskedInside)
  const measure = (variant?: RecallVariant, budgets?: readonly number[]): Promise<RecallReport> =>
    inside ? measureInside(dialogues, variant, budgets) : measureRecall(bench.recall(variant), dialogues, budgets)
  const { recall, latency_ms } = await measure()
  Object.assign(report, {
    recall,
    latency_ms,
    messages: dialogues.reduce((sum, each) => sum + each.turns.length, 0),
    indexing_ms: Math.round(bench.indexing_ms),
  })
  if (values.ablations) {
    const rows: Record<string, unknown> = {}
    for (const [name, variant] of Object.entries(await variants(dialogues))) {
      const measured = (await measure(variant, [1000])).recall
      const figure = (group: string, column: string): number | undefined => measured[group]?.[column]
      rows[name] = {
        'all but adversarial @10': figure('all but adversarial', '@10'),
        'all @10': figure('all', '@10'),
        'all but adversarial, 1000 tokens': figure('all but adversarial', '1000 tokens'),
        'all, 1000 tokens': figure('all', '1000 tokens'),
      }
    }
    report['ablations'] = rows
  }
  if (values.unrelated) report['unrelated'] = await measureUnrelated(bench, dialogues)
}
{
  const repetitive = made_up
    .map(({ name }) => name.split('-'))
    .map(([language, seed]) => generateRepetitive(language === 'he' ? 'he' : 'en', Number(seed)))
  await using bench = await openBenchRecall(repetitive)
  report['restated'] = {
    'talks in which every fact is told three times': await measureRestated(bench.recall(), repetitive),
  }
}
if (values.sizes) report['sizes'] = await measureSizes(values.quick ? [1000, 10_000] : [10_000, 100_000])

if (values.json) {
  console.log(JSON.stringify(report, null, 2))
} else {
  for (const [name, part] of Object.entries(report)) {
    console.log(name)
    if (typeof part === 'object' && name !== 'latency_ms') console.table(part)
    else console.log(part)
  }
}
