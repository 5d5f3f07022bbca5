// Measures what backups cost the messages that are answered meanwhile: a stream of messages, minute by minute, with an
// incremental backup at the beginning of every second minute. Two minutes of a kind follow each other, so that the
// growing conversations count for both kinds alike.
// Usage: npm run bench:backup-load [-- --quick] [--json] [--minutes N] [--past N]
// Prints the time from the incoming event to the request to the model, elapsed and as work of the bot's thread, which
// other programs of the machine do not change. Exit code 1 when by that work p95 is more than 1.1 times that of the
// minutes without a backup.
import { parseArgs } from 'node:util'
import { setTimeout as sleep } from 'node:timers/promises'
import { OPERATOR } from '../../src/operations/client.ts'
import { settle, startBenchDenidin, type BenchDenidin } from './bench-denidin.ts'
import { percentiles } from './figures.ts'
import { processorMs } from './longest-turn.ts'
import { chatOf, now, words } from './turn/own-time.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    minutes: { type: 'string' },
    past: { type: 'string' },
  },
})

const MINUTE_MS = values.quick ? 5000 : 60_000
/** Half of them with a backup; a multiple of four. */
const MINUTES = Number(values.minutes ?? (values.quick ? 4 : 8))
/** Messages of the past, which the first backup copies. */
const PAST = Number(values.past ?? (values.quick ? 2000 : 50_000))
const PEOPLE = 20
/** A message every 100 ms: far more than an installation gets. */
const PAUSE_MS = 100
const MOST_RATIO = 1.1

/** How long a message took until the model was asked, in milliseconds. */
interface Wait {
  readonly elapsed: number
  readonly work: number
}

/** Answers messages of people in turn for a minute. */
const minute = async (denidin: BenchDenidin, from: number): Promise<readonly Wait[]> => {
  const waits: Wait[] = []
  const ends = now() + MINUTE_MS
  for (let n = from; now() < ends; n++) {
    const chat_id = chatOf(`1555200${String(1000 + (n % PEOPLE))}`)
    const requested = denidin.nextRequest()
    const [began, before] = [now(), processorMs()]
    await denidin.channel.deliver({ text: `${words(8, n)}?`, chat_id })
    const arrived = await requested
    waits.push({ elapsed: arrived - began, work: processorMs() - before })
    await denidin.app.conversation.whenIdle(chat_id)
    await sleep(PAUSE_MS)
  }
  return waits
}

const fill = async (stores: Parameters<NonNullable<Parameters<typeof startBenchDenidin>[0]['fill']>>[0]) => {
  const { person_id } = await stores.people.resolve({
    identities: [{ kind: 'phone', value: '15552009999' }],
    name: 'Ann',
  })
  stores.database.run('pragma synchronous = off')
  for (let n = 0; n < PAST; n++) {
    await stores.messages.inbox.receive({
      message: {
        message_id: `past-${String(n)}`,
        chat_id: chatOf('15552009999'),
        chat_kind: 'direct',
        text: words(12, n),
        sent_at: n * 1000,
        sender: { identities: [], name: 'Ann' },
        addressed: false,
        may_continue: false,
      },
      person_id,
      scope: `person:${person_id}`,
      received_at: n * 1000,
      state: 'heard',
      role: 'user',
      tokens: 12,
    })
  }
}

await using denidin = await startBenchDenidin({ concurrency: 8, fill })
const backup = async (type: 'full' | 'incremental'): Promise<number> => {
  const began = now()
  await denidin.app.runner.run('backup.create', { type }, { caller: OPERATOR })
  return now() - began
}

process.stderr.write('the past is indexed and backed up …\n')
await settle(denidin, chatOf('15552009999'))
await backup('full')
await minute(denidin, 0)
const waits: Record<'without' | 'with', Wait[]> = { without: [], with: [] }
const seconds: number[] = []
for (let n = 0; n < MINUTES; n++) {
  const kind = n % 4 === 0 || n % 4 === 3 ? 'without' : 'with'
  process.stderr.write(`minute ${String(n + 1)} of ${String(MINUTES)}, ${kind} a backup …\n`)
  const made = kind === 'with' ? backup('incremental') : undefined
  waits[kind].push(...(await minute(denidin, n * 1000)))
  if (made !== undefined) seconds.push((await made) / 1000)
}

const figures = (measure: keyof Wait) => {
  const [without, during] = (['without', 'with'] as const).map(kind =>
    percentiles(waits[kind].map(each => each[measure])),
  )
  return {
    p50: without?.p50,
    p50_with: during?.p50,
    p95: without?.p95,
    p95_with: during?.p95,
    p95_ratio: Math.round((100 * (during?.p95 ?? 0)) / (without?.p95 ?? 1)) / 100,
    messages: waits.without.length + waits.with.length,
  }
}
const report = { elapsed_ms: figures('elapsed'), work_ms: figures('work'), backup_seconds: seconds }
if (values.json) {
  console.log(JSON.stringify(report, null, 2))
} else {
  console.table({ elapsed_ms: report.elapsed_ms, work_ms: report.work_ms })
  console.log(`backups: ${seconds.map(each => each.toFixed(1)).join(', ')} s`)
}
process.exitCode = report.work_ms.p95_ratio > MOST_RATIO ? 1 : 0
