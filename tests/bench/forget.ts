// Measures forgetting everything about a person with a long past, through the whole app with real Chroma.
// Usage: npm run bench:forget [-- --quick] [--json]
// Prints what went, what was left (0), how long it took, and how long nobody else had a turn meanwhile.
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { openStores } from '../../src/app/stores.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { filesWith } from '../support/data-files.ts'
import { TestDenidin } from '../support/denidin.ts'
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

const results = []
for (const size of SIZES) {
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
  const delay = monitorEventLoopDelay({ resolution: 1 })
  delay.enable()
  const began = performance.now()
  const { outcome, messages, memories, residue, index } = await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: PHONE },
    { caller: { transport: 'cli', level: 'operator' }, confirmed: true },
  )
  const took_ms = Math.round(performance.now() - began)
  delay.disable()
  await denidin.close()
  const files = await filesWith(denidin.data(), [MARK])
  results.push({
    ...size,
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
