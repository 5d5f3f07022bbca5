// Measures what the REST API costs beside the same operations called in the process: searches of the archive and chats
// with an instant model, with 32 requests at once, in turns within one run. The client is another process.
// Usage: npm run bench:api [-- --quick] [--rounds N] [--json]
// Prints requests per second, the time of single requests, and the work of the bot's thread per request in processor
// time, which other programs of the machine hardly change. Exit code 1 when a request over REST costs the thread more
// than 3 ms beyond the operation: on average with 32 at once, or for 95 of 100 requests one at a time.
import { fork, type ChildProcess } from 'node:child_process'
import { subscribe } from 'node:diagnostics_channel'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { serveRest } from '../../src/interfaces/rest/rest-server.ts'
import { OPERATOR } from '../../src/operations/client.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
import { startBenchDenidin } from './bench-denidin.ts'
import { percentiles } from './figures.ts'
import type { ClientJob, ClientReport } from './api-client.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    rounds: { type: 'string' },
  },
})

const ROUNDS = Number(values.rounds ?? (values.quick ? 2 : 8))
const CONNECTIONS = 32
const REQUESTS = values.quick ? 160 : 640
const SINGLE = values.quick ? 50 : 200
const MOST_OVERHEAD_MS = 3
const MICROSECONDS_PER_MS = 1000
const PERSON = '15551000001'

const KINDS = {
  search: {
    path: '/api/v1/search',
    operation: 'archive.search',
    body: (n: number) => ({ query: `dinner number ${String(n % 50)}` }),
  },
  chat: {
    path: '/api/chat',
    operation: 'chat.say',
    // Each connection speaks as a person of its own: messages of one person wait for each other.
    body: (n: number) => ({
      message: `What should I cook on day ${String(n)}?`,
      as: String(15_551_000_000 + (n % CONNECTIONS)),
    }),
  },
} as const
type Kind = keyof typeof KINDS

const worked = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / MICROSECONDS_PER_MS
}

/** Times of requests, and what the thread of the bot worked for all of them, in milliseconds. */
interface Phase extends ClientReport {
  readonly work: number
  /** The same of each request, if they come one at a time. */
  readonly works: readonly number[]
}

/** The work of the thread for each request that is served alone: from its arrival until its answer is written. */
let served: number[] = []
let arrived = 0
subscribe('http.server.request.start', () => {
  arrived = worked()
})
subscribe('http.server.response.finish', () => {
  served.push(worked() - arrived)
})

await using denidin = await startBenchDenidin({ concurrency: CONNECTIONS })
const { runner, access, people } = denidin.app
await using server = await serveRest({
  settings: {
    host: '127.0.0.1',
    port: 0,
    behind_tls_proxy: false,
    cors_origins: [],
    requests_per_minute: 1_000_000,
    body_kilobytes: 1024,
    timeout_seconds: 120,
  },
  version: 'bench',
  runner,
  access,
  people,
  clock: systemClock,
  ids: systemIds,
  logger: silentLogger,
  metrics: createMetrics(),
})
const { token } = await runner.run('api.token_create', { name: 'bench', scopes: 'read,write' }, { caller: OPERATOR })
const client = fork(join(import.meta.dirname, 'api-client.ts'), [server.address, String(token)])
await once(client, 'message')

let next = 0
const bodies = (kind: Kind, count: number): readonly object[] =>
  Array.from({ length: count }, () => KINDS[kind].body(next++))

const overRest = async (child: ChildProcess, kind: Kind, count: number, at_once: number): Promise<Phase> => {
  served = []
  const before = worked()
  child.send({ path: KINDS[kind].path, bodies: bodies(kind, count), at_once } satisfies ClientJob)
  const [report] = (await once(child, 'message')) as [ClientReport]
  return { ...report, work: worked() - before, works: served }
}

const inProcess = async (kind: Kind, count: number, at_once: number): Promise<Phase> => {
  const waiting = [...bodies(kind, count)]
  const times: number[] = []
  const works: number[] = []
  const before = worked()
  const began = performance.now()
  const caller = { transport: 'rest', level: 'operator', token: 'bench' } as const
  const worker = async (): Promise<void> => {
    for (let body = waiting.pop(); body !== undefined; body = waiting.pop()) {
      const [start, work] = [performance.now(), worked()]
      await runner.run(KINDS[kind].operation, body, { caller })
      times.push(performance.now() - start)
      works.push(worked() - work)
    }
  }
  await Promise.all(Array.from({ length: at_once }, worker))
  return { times, works, elapsed: performance.now() - began, work: worked() - before }
}

for (let n = 0; n < 50; n++) {
  await runner.run('chat.say', { message: `Dinner number ${String(n)} was good.`, as: PERSON }, { caller: OPERATOR })
}
await overRest(client, 'search', CONNECTIONS, CONNECTIONS)
await inProcess('search', CONNECTIONS, CONNECTIONS)

const rounded = (value: number): number => Math.round(value * 100) / 100
const sum = (phases: readonly Phase[], of: (phase: Phase) => number): number =>
  phases.reduce((total, phase) => total + of(phase), 0)

const figuresOf = async (kind: Kind) => {
  const many: Record<'rest' | 'process', Phase[]> = { rest: [], process: [] }
  const single: Record<'rest' | 'process', Phase[]> = { rest: [], process: [] }
  for (let round = 0; round < ROUNDS; round++) {
    many.process.push(await inProcess(kind, REQUESTS, CONNECTIONS))
    many.rest.push(await overRest(client, kind, REQUESTS, CONNECTIONS))
    single.process.push(await inProcess(kind, SINGLE, 1))
    single.rest.push(await overRest(client, kind, SINGLE, 1))
  }
  const show = (phases: readonly Phase[]) => {
    const times = phases.flatMap(phase => [...phase.times])
    const { p50, p95 } = percentiles(times)
    return {
      per_second: rounded((times.length * 1000) / sum(phases, phase => phase.elapsed)),
      p50_ms: p50,
      p95_ms: p95,
      work_ms: rounded(sum(phases, phase => phase.work) / times.length),
      p95_work_ms: percentiles(phases.flatMap(phase => [...phase.works])).p95,
    }
  }
  const shown = {
    at_once: { process: show(many.process), rest: show(many.rest) },
    single: { process: show(single.process), rest: show(single.rest) },
  }
  return {
    ...shown,
    overhead_work_ms: rounded(shown.at_once.rest.work_ms - shown.at_once.process.work_ms),
    overhead_p95_work_ms: rounded(shown.single.rest.p95_work_ms - shown.single.process.p95_work_ms),
    overhead_p95_ms: rounded(shown.single.rest.p95_ms - shown.single.process.p95_ms),
  }
}

const report = {
  connections: CONNECTIONS,
  requests: REQUESTS * ROUNDS,
  search: await figuresOf('search'),
  chat: await figuresOf('chat'),
}
client.kill()

if (values.json) process.stdout.write(`${JSON.stringify(report, null, 2)}\n`)
else {
  for (const kind of ['search', 'chat'] as const) {
    const { at_once, single, overhead_work_ms, overhead_p95_work_ms, overhead_p95_ms } = report[kind]
    process.stdout.write(
      [
        `${kind}, ${String(CONNECTIONS)} at once: ${String(at_once.rest.per_second)} requests a second over REST, ${String(at_once.process.per_second)} in the process; work of the thread ${String(at_once.rest.work_ms)} and ${String(at_once.process.work_ms)} ms a request`,
        `${kind}, one at a time: 95 of 100 within ${String(single.rest.p95_ms)} ms over REST, ${String(single.process.p95_ms)} ms in the process; with at most ${String(single.rest.p95_work_ms)} and ${String(single.process.p95_work_ms)} ms of work`,
        `${kind}, overhead of a request: ${String(overhead_work_ms)} ms of work on average; for 95 of 100, one at a time, ${String(overhead_p95_work_ms)} ms of work and ${String(overhead_p95_ms)} ms by the clock`,
        '',
      ].join('\n'),
    )
  }
}
const worst = Math.max(
  ...[report.search, report.chat].flatMap(({ overhead_work_ms, overhead_p95_work_ms }) => [
    overhead_work_ms,
    overhead_p95_work_ms,
  ]),
)
process.exitCode = worst > MOST_OVERHEAD_MS ? 1 : 0
