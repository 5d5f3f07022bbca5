// Measures recall by meaning over many people: latency, size, memory, and whether anybody gets to see what is not theirs.
// Usage: npm run bench:scale [-- --quick] [--json] [--people N] [--messages N] [--largest N] [--dimensions N] [--probes N]
import { parseArgs } from 'node:util'
import { measureScale } from './scale/measure-scale.ts'
import { QUICK_SCALE } from './scale/quick.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    people: { type: 'string' },
    messages: { type: 'string' },
    largest: { type: 'string' },
    dimensions: { type: 'string' },
    probes: { type: 'string' },
  },
})

const FULL = { people: 1000, messages: 1_000_000, largest: 100_000, dimensions: 512, probes: 10_000, questions: 500 }

const sizes = values.quick ? QUICK_SCALE : FULL
const given = Object.fromEntries(
  (['people', 'messages', 'largest', 'dimensions', 'probes'] as const).flatMap(name => {
    const value = values[name]
    return value === undefined ? [] : [[name, Number(value)]]
  }),
)

const report = await measureScale({
  ...sizes,
  ...given,
  progress: text => {
    process.stderr.write(`${text}\n`)
  },
})
if (values.json) console.log(JSON.stringify(report, null, 2))
else {
  const { subjects, chroma_mb, ...whole } = report
  console.table({ ...whole, chroma_filled_mb: chroma_mb.filled, chroma_asked_mb: chroma_mb.asked })
  for (const [name, { first_ms, anybody_ms, largest_ms, ...counts }] of Object.entries(subjects)) {
    console.log(name)
    console.table({ 'first question (ms)': first_ms, 'anybody (ms)': anybody_ms, 'the largest (ms)': largest_ms })
    console.table(counts)
  }
}
