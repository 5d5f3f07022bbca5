// Sends requests to the REST API that are made at random from its OpenAPI document, and looks for answers that may not be:
// statuses from 500 on, stack traces, words without the token or beyond its scope or person, files outside of the data
// folder, and memory that grows.
// Usage: npm run test:api-fuzz [-- --requests N] [--seed N]
// Exit code 1 when there is such an answer; its request is printed, made as small as possible.
import { writeFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { ApiFuzz, outsideFile, requests, type FuzzRequest } from '../support/rest/api-fuzz.ts'
import { RestRig } from '../support/rest/rest-rig.ts'

const { values } = parseArgs({
  options: { requests: { type: 'string', default: '10000' }, seed: { type: 'string', default: '1' } },
})
const COUNT = Number(values.requests)
/** What was forgotten meanwhile is said again so often. */
const PLANT_EVERY = 500
const MOST_GROWTH_MB = 100
const MEGABYTE = 1024 * 1024

await using rig = await RestRig.start({ requests_per_minute: 1_000_000, timeout_seconds: 60 })
const outside = outsideFile(rig)
writeFileSync(outside, 'the file outside')
const fuzz = await ApiFuzz.of(rig, outside)
const document = await fuzz.document

const heap = (): number => {
  globalThis.gc?.()
  return process.memoryUsage().heapUsed / MEGABYTE
}

let sent = 0
const marks: number[] = []
const property = fc.asyncProperty(requests(document), async (request: FuzzRequest) => {
  if (++sent % PLANT_EVERY === 0) await fuzz.plant()
  if (sent % Math.ceil(COUNT / 4) === 0) {
    // What the test itself keeps of the requests to the model does not count.
    rig.denidin.models.requests.splice(0)
    rig.denidin.log.lines.splice(0)
    marks.push(Math.round(heap()))
  }
  const faults = await fuzz.faults(request)
  if (faults.length > 0) throw new Error(`${faults.join('; ')}: ${JSON.stringify(request)}`)
})
const result = await fc.check(property, { numRuns: COUNT, seed: Number(values.seed), endOnFailure: false })
const statuses = [...fuzz.statuses]
  .sort(([a], [b]) => a - b)
  .map(([status, count]) => `${String(status)}: ${String(count)}`)
const [first = 0, ...later] = marks
const growth = Math.max(0, (later.at(-1) ?? first) - first)
const seconds = Math.round(performance.now() / 1000)
process.stdout.write(
  `${String(sent)} requests in ${String(seconds)} s; ${statuses.join(', ')}; heap in MB: ${marks.join(', ')}\n`,
)
if (result.failed) process.stdout.write(`${String(result.errorInstance)}\n`)
if (growth > MOST_GROWTH_MB) process.stdout.write(`the heap grew by ${String(growth)} MB\n`)
process.exitCode = result.failed || growth > MOST_GROWTH_MB ? 1 : 0
