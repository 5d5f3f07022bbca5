// Measures what one person's flood of messages, and messages as long as WhatsApp allows, cost the others: how long they
// wait for their answers, with and without it, in turns within one run.
// Usage: npm run bench:flood [-- --quick] [--people N] [--rounds N] [--trouble NAME] [--json]
// Prints the elapsed time, and the work of the bot's thread meanwhile, which other programs of the machine do not change.
// Exit code 1 when by that work the others wait more than 1.5 times as long (of 100 people or more: 1.1 times), in the
// median or for 95 of 100 answers.
import { parseArgs } from 'node:util'
import { settle, startBenchDenidin, type BenchDenidin } from './bench-denidin.ts'
import { percentiles } from './figures.ts'
import { SHAPES } from './growth/shapes.ts'
import { chatOf, now } from './turn/own-time.ts'

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    json: { type: 'boolean', default: false },
    people: { type: 'string', default: '6' },
    rounds: { type: 'string' },
    trouble: { type: 'string' },
  },
})

const ROUNDS = Number(values.rounds ?? (values.quick ? 1 : 4))
/** People who talk in their own time. */
const OTHERS = Number(values.people)
/** Among many, one more hardly counts. */
const MOST_RATIO = OTHERS >= 100 ? 1.1 : 1.5
/** Messages of each of them in one phase. */
const MESSAGES = values.quick ? 10 : 25
const FLOOD = values.quick ? 100 : 500
const MONSTER_CHARACTERS = 65_536
const MONSTERS = ['English sentences', 'Hebrew sentences', 'different facts', 'lines', '"…"', '"我"', '"a"', 'names']
const FLOODER = '15559999999'
/** Groups in which the same person writes at once: more than there are places for turns. */
const GROUPS = Array.from({ length: 12 }, (_, n) => `120363000000${String(n).padStart(6, '0')}@g.us`)

/** How long a person waited for an answer, in milliseconds. */
interface Wait {
  readonly elapsed: number
  /** What the thread of the bot worked meanwhile, for anyone: other programs of the machine do not count. */
  readonly work: number
}

const MICROSECONDS_PER_MS = 1000

const worked = (): number => {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / MICROSECONDS_PER_MS
}

/** Talks in turns: everyone waits for their answer, then writes again. */
const talk = async ({ app, channel }: BenchDenidin): Promise<readonly Wait[]> => {
  const waits: Wait[] = []
  const person = async (n: number): Promise<void> => {
    const chat_id = chatOf(`1555100${String(1000 + n)}`)
    for (let message = 0; message < MESSAGES; message++) {
      const began = now()
      const before = worked()
      await channel.deliver({ text: `What should I cook on day ${String(message)} of my week ${String(n)}?`, chat_id })
      await app.conversation.whenIdle(chat_id)
      waits.push({ elapsed: now() - began, work: worked() - before })
    }
  }
  await Promise.all(Array.from({ length: OTHERS }, (_, n) => person(n)))
  return waits
}

const SENDER = { identities: [{ kind: 'phone', value: FLOODER }] } as const

/** Has one person write, one message after the other as a channel hands them over, without waiting for answers. */
const write = async ({ channel }: BenchDenidin, trouble: Trouble, goesOn: () => boolean): Promise<number> => {
  const groups = trouble === 'flood in groups'
  let written = 0
  for (const text of TROUBLES[trouble]()) {
    if (!goesOn()) break
    const group = GROUPS[written % GROUPS.length] ?? ''
    await channel.deliver(
      groups ? { text, chat_id: group, chat_kind: 'group', sender: SENDER } : { text, chat_id: chatOf(FLOODER) },
    )
    written++
  }
  return written
}

const flood = function* (): Generator<string> {
  for (let n = 0; n < FLOOD; n++) yield `and another thing, number ${String(n)}: my cat sat on box ${String(n * 7)}`
}

const monsters = function* (): Generator<string> {
  for (const name of MONSTERS) {
    const shape = SHAPES.find(each => each.name === name)
    if (shape === undefined) throw new Error(`there is no shape ${name}`)
    yield shape.text(MONSTER_CHARACTERS).slice(0, MONSTER_CHARACTERS)
  }
}

const TROUBLES = { flood, 'flood in groups': flood, 'monster messages': monsters } as const
type Trouble = keyof typeof TROUBLES

interface Row extends Record<string, string | number> {
  readonly trouble: string
  readonly messages: number
}

const ratio = (one: number, other: number): number => Math.round((100 * one) / other) / 100

const measure = async (trouble: Trouble): Promise<Row> => {
  await using denidin = await startBenchDenidin({ concurrency: 4 })
  await talk(denidin)
  const calm: Wait[] = []
  const troubled: Wait[] = []
  let messages = 0
  for (let round = 0; round < ROUNDS; round++) {
    calm.push(...(await talk(denidin)))
    let talking = true
    const written = write(denidin, trouble, () => talking)
    troubled.push(...(await talk(denidin)))
    talking = false
    messages += await written
    for (const chat_id of [chatOf(FLOODER), ...GROUPS]) await settle(denidin, chat_id)
  }
  const figures = (kind: keyof Wait): Readonly<Record<string, number>> => {
    const without = percentiles(calm.map(wait => wait[kind]))
    const during = percentiles(troubled.map(wait => wait[kind]))
    return {
      [`${kind}_p50`]: without.p50,
      [`${kind}_p50_during`]: during.p50,
      [`${kind}_p50_ratio`]: ratio(during.p50, without.p50),
      [`${kind}_p95`]: without.p95,
      [`${kind}_p95_during`]: during.p95,
      [`${kind}_p95_ratio`]: ratio(during.p95, without.p95),
    }
  }
  return { trouble, messages, ...figures('elapsed'), ...figures('work') }
}

const rows: Row[] = []
const isMeasured = (trouble: string): boolean => values.trouble === undefined || values.trouble === trouble
for (const trouble of (Object.keys(TROUBLES) as Trouble[]).filter(isMeasured)) {
  process.stderr.write(`${trouble} …\n`)
  rows.push(await measure(trouble))
}
if (values.json) process.stdout.write(`${JSON.stringify(rows, null, 2)}\n`)
else console.table(rows)
const isFair = (row: Row): boolean =>
  Math.max(Number(row['work_p50_ratio']), Number(row['work_p95_ratio'])) <= MOST_RATIO
process.exitCode = rows.every(isFair) ? 0 : 1
