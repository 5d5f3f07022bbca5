// Measures the pipeline of a message with an instant model.
// Usage: npm run bench:turn [-- --quick] [--json] [--only PART …]
//   own-time   from the incoming event to the request to the model, by size of session and number of memories, on
//              sessions of twelve different words: comparable with old figures
//   realistic  the same on made-up talks: memory off, words only, words and vectors, by size of session and of the past
//   throughput messages a second over 500 chats, with a count of what was lost or repeated
//   memory     resident memory of the bot's process
//   cold-start from the start of the process to the first answer of the demo
import { parseArgs } from 'node:util'
import { measureOwnTime } from './turn/own-time.ts'
import { measureColdStart, measureMemory } from './turn/process.ts'
import { measureRealistic } from './turn/realistic.ts'
import { measureThroughput } from './turn/throughput.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
})
const { quick, json, only } = values

const samples = quick ? 20 : 200
const memory_counts = quick ? [0, 500] : [0, 1000, 10_000]
const past_sizes = quick ? [500] : [0, 1000, 10_000]
const chats = quick ? 50 : 500
const messages_per_chat = quick ? 4 : 10
const cold_starts = quick ? 2 : 5

const progress = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

interface Part {
  readonly title: string
  measure(): Promise<object>
}

/** Name in the report → what it is. */
const PARTS: Readonly<Record<string, Part>> = {
  own_time_ms: {
    title: 'Own time from the incoming event to the request to the model, twelve words (ms)',
    measure: () => measureOwnTime(memory_counts, { samples, progress }),
  },
  realistic_ms: {
    title: 'Own time on made-up talks (ms)',
    measure: () => measureRealistic(past_sizes, { samples, progress }),
  },
  throughput: {
    title: 'Throughput',
    measure: () => measureThroughput({ chats, messages_per_chat }),
  },
  memory: {
    title: 'Resident memory of the bot, WhatsApp off (MB)',
    measure: () => measureMemory(chats),
  },
  cold_start_ms: {
    title: 'Cold start to the first answer of the demo (ms)',
    measure: () => measureColdStart(cold_starts),
  },
}

/** `own_time_ms` → `own-time`, as the command line names it. */
const argumentOf = (name: string): string => name.replace(/_ms$/, '').replaceAll('_', '-')

const unknown = only.filter(each => !Object.keys(PARTS).map(argumentOf).includes(each))
if (unknown.length > 0) {
  progress(`There is no part "${unknown.join('", "')}". Parts: ${Object.keys(PARTS).map(argumentOf).join(', ')}.`)
  process.exit(1)
}

const report: Record<string, object> = {}
for (const [name, { title, measure }] of Object.entries(PARTS)) {
  if (only.length > 0 && !only.includes(argumentOf(name))) continue
  progress(`${title} …`)
  report[name] = await measure()
}
if (json) {
  console.log(JSON.stringify(report, null, 2))
} else {
  for (const [name, figures] of Object.entries(report)) {
    console.log(PARTS[name]?.title)
    console.table(figures)
  }
}
