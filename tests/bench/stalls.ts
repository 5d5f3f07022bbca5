// Sends monster messages of many shapes through a whole DeniDin and tells for how long the event loop was blocked at
// most, and by which function. Each is said, learned from, looked up and forgotten.
// Usage: npm run bench:stalls [-- --quick] [--json] [--only SHAPE …]
// Exit code 1 when a stretch took longer than 100 ms of processor time.
import { parseArgs } from 'node:util'
import { settle, startBenchDenidin, type BenchDenidin } from './bench-denidin.ts'
import { SHAPES } from './growth/shapes.ts'
import { longestStall } from './stalls/stall-watch.ts'
import { chatOf } from './turn/own-time.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    only: { type: 'string', multiple: true, default: [] },
  },
})

/** As long as a message of WhatsApp may be. */
const CHARACTERS = 65_536
/** Nothing may block the event loop for longer. */
const MOST_MS = 100

/** Shapes of text that people and attackers write, each hard in its own way. */
const CHOSEN = [
  'English sentences',
  'Hebrew sentences',
  'different facts',
  'different words',
  'different Hebrew words',
  'names',
  'numbered list',
  'lines',
  '"a"',
  '"ו"',
  '"我"',
  '"…"',
  '"I live in "',
  '"3 may 2026 "',
  '"? "',
  '"\\n"',
  '"[a]("',
  '"a|b\\n"',
  '"> "',
  '"http://a "',
  '"\u0300"',
  '"\u{1f600}"',
  '"\\ud83d"',
  'marks in reverse order',
  'nested objects',
]

/** How the messages are learned from. */
const KINDS = {
  'a model': { enable_llm_entity_extraction: true },
  rules: { enable_llm_entity_extraction: false },
} as const

interface Row {
  readonly learned_by: string
  readonly shape: string
  readonly stage: string
  readonly cpu_ms: number
  readonly where: string
}

const OPERATOR = { caller: { transport: 'cli', level: 'operator' } } as const

const stages = (denidin: BenchDenidin, text: string): Readonly<Record<string, (phone: string) => Promise<unknown>>> => {
  const say = async (said: string, phone: string): Promise<void> => {
    await denidin.channel.deliver({ text: said, chat_id: chatOf(phone) })
    await settle(denidin, chatOf(phone))
  }
  return {
    said: phone => say(text, phone),
    'answered after it': phone => say('What did I say before?', phone),
    'the session ends': phone => say('/reset', phone),
    'looked up': phone => say('/memory sister', phone),
    'said again': phone => say(text, phone),
    'the session ends again': phone => say('/reset', phone),
    exported: phone => say('/export', phone),
    agent: () => denidin.app.runner.run('memory.agent_run', {}, OPERATOR),
    forgotten: async phone => {
      await say('/forget all', phone)
      await say('yes', phone)
    },
  }
}

const wanted = SHAPES.filter(({ name }) =>
  values.only.length === 0 ? CHOSEN.includes(name) : values.only.some(each => name.includes(each)),
)
if (wanted.length < Math.max(1, values.only.length === 0 ? CHOSEN.length : values.only.length)) {
  throw new Error(`no shape has one of these names: ${(values.only.length === 0 ? CHOSEN : values.only).join(', ')}`)
}
const shapes = values.quick ? wanted.filter((_, n) => n % 5 === 0) : wanted
const rows: Row[] = []
for (const [learned_by, feature_flags] of Object.entries(KINDS)) {
  await using denidin = await startBenchDenidin({ concurrency: 8, feature_flags })
  await denidin.channel.deliver({ text: 'hello', chat_id: chatOf('15550000000') })
  await settle(denidin, chatOf('15550000000'))
  for (const [n, { name, text }] of shapes.entries()) {
    process.stderr.write(`${learned_by}: ${name} …\n`)
    const phone = `1555${String(1_000_000 + n)}`
    for (const [stage, act] of Object.entries(stages(denidin, text(CHARACTERS).slice(0, CHARACTERS)))) {
      const { cpu_ms, where } = await longestStall(async () => {
        await act(phone)
      })
      rows.push({ learned_by, shape: name, stage, cpu_ms, where })
    }
  }
}
rows.sort((a, b) => b.cpu_ms - a.cpu_ms)
const slow = rows.filter(row => row.cpu_ms > MOST_MS)
if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
else console.table(rows.slice(0, Math.max(20, slow.length)))
process.stderr.write(`${String(rows.length)} measurements, ${String(slow.length)} above ${String(MOST_MS)} ms\n`)
process.exitCode = slow.length === 0 ? 0 : 1
