// Measures how often recall shows what no longer holds without what holds now: the stale-answer rate.
// Usage: npm run bench:stale [-- --json] [--half first|second] [--path NAME] [--seed N] [--show]
//   --half   one half of the subjects; without it both
//   --path   how facts are learned: rules, model, summaries, or messages (nothing was learned yet); without it all
//   --seed   other wordings and values
//   --show   prints what was recalled where the present value is missing
// The conversations go through a whole DeniDin: real stores, index and Chroma, and a scripted model server.
import { parseArgs } from 'node:util'
import { corrections } from '../support/corrections/corrections.ts'
import { measureStale, PATHS, type LearningPath } from './stale/measure-stale.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'boolean', default: false },
    half: { type: 'string' },
    path: { type: 'string' },
    seed: { type: 'string', default: '1' },
    show: { type: 'boolean', default: false },
  },
})

const set = corrections(Number(values.seed)).filter(each => values.half === undefined || each.half === values.half)
const paths = PATHS.filter(path => values.path === undefined || path === values.path)
const rows: Record<string, unknown> = {}
for (const path of paths satisfies readonly LearningPath[]) {
  const { figures, missing } = await measureStale(path, set)
  Object.assign(rows, figures)
  if (!values.show) continue
  for (const { name, recalled, stale } of missing) {
    console.error(`${path}, ${stale ? 'stale' : 'nothing'}: ${name}\n${recalled}\n`)
  }
}
if (values.json) console.log(JSON.stringify(rows, null, 2))
else console.table(rows)
