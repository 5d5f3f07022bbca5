// Measures forgetting, through the whole app with real Chroma: the last message of a person with a long past, a burst of
// such requests by several people, and everything about the person.
// Usage: npm run bench:forget [-- --quick] [--json] [--archive N]
// --archive N: instead, how long forgetting waits in an archive of N long messages (300,000: about 1.1 GB) that is idle,
// checked, or copied by a reindex.
// Prints what went, what was left (0), how long it took, and how long nobody else had a turn meanwhile.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openStores } from '../support/stores.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { filesWith } from '../support/data-files.ts'
import { TestDenidin } from '../support/denidin.ts'
import { measureInArchive } from './forget/in-archive.ts'
import { option } from './option.ts'
import { fillPast, MARK } from '../support/large-person.ts'

const json = process.argv.includes('--json')
const SIZES = process.argv.includes('--quick')
  ? [{ messages: 1000, memories: 50 }]
  : [
      { messages: 1000, memories: 100 },
      { messages: 9000, memories: 1000 },
      { messages: 100_000, memories: 1000 },
    ]
const PHONE = '15550007777'
const NANOSECONDS_PER_MS = 1e6
const LAST_TIMES = 8
const BURST = 10
const OPERATOR = { caller: { transport: 'cli', level: 'operator' }, confirmed: true } as const

/** Milliseconds that an act took. */
const timed = async (act: () => Promise<unknown>): Promise<number> => {
  const began = performance.now()
  await act()
  return Math.round(performance.now() - began)
}

/** The last message of one person, again and again, and then a memory of several people at once. */
const measureLast = async (denidin: TestDenidin) => {
  const last = (person: string): Promise<unknown> =>
    denidin.app.runner.run('memory.forget', { what: 'last', person }, OPERATOR)
  const first_ms = await timed(() => last(PHONE))
  const times: number[] = []
  for (let n = 0; n < LAST_TIMES; n++) times.push(await timed(() => last(PHONE)))
  const people = Array.from({ length: BURST }, (_, n) => `1555000888${String(n)}`)
  for (const phone of people) {
    await denidin.say(`/remember my locker is number ${phone}`, { phone })
    await denidin.say('/memory', { phone })
  }
  await denidin.app.memory.whenIdle()
  const burst_ms = await timed(() => Promise.all(people.map(phone => denidin.say('/forget 1', { phone }))))
  return { first_ms, median_ms: times.sort((a, b) => a - b)[LAST_TIMES >> 1], most_ms: Math.max(...times), burst_ms }
}

const results: object[] = []
const archived = option('--archive')
if (archived !== undefined) results.push(await measureInArchive(Number(archived)))
for (const size of archived === undefined ? SIZES : []) {
  await using denidin = await TestDenidin.start()
  await denidin.close()
  {
    using stores = openStores(
      denidin.settings(),
      surroundings(denidin.settings(), denidin.log, { clock: denidin.clock }),
    )
    await fillPast(stores, denidin.data('sessions'), { phone: PHONE, ...size, now: denidin.clock.now() })
  }
  await denidin.open()
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  await denidin.app.messageIndex.whenIdle()
  const last = await measureLast(denidin)
  await denidin.app.messageVectors.whenIdle()
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  const { outcome, messages, memories, residue, index } = await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: PHONE },
    OPERATOR,
  )
  const took_ms = Math.round(performance.now() - began)
  delay.disable()
  await denidin.close()
  const files = await filesWith(denidin.data(), [MARK])
  results.push({
    ...size,
    last_first_ms: last.first_ms,
    last_median_ms: last.median_ms,
    last_most_ms: last.most_ms,
    last_burst_ms: last.burst_ms,
    outcome,
    gone_messages: messages,
    gone_memories: memories,
    residue,
    index,
    files_with_a_word: files.length,
    took_ms,
    longest_block_ms: Math.round(delay.max / NANOSECONDS_PER_MS),
  })
}
if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`)
else console.table(results)
