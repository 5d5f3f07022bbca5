// Measures the road of a message with an instant model.
// Usage: npm run bench:turn [-- --quick] [--json]
//   own time   from the incoming event to the request to the model, by size of session and number of memories
//   throughput messages a second over 500 chats, with a count of what was lost or repeated
//   memory     resident memory of the bot's process
//   cold start from the start of the process to the first answer of the demo
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { PLAIN_MEMORY } from '../../src/memory/memory.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { BENCH_GODFATHER, startBenchDenidin, type BenchDenidin } from './bench-denidin.ts'
import { connectToOwner } from '../../src/operations/socket/socket-client.ts'
import { percentiles, residentMegabytes, type Percentiles } from './figures.ts'

const quick = process.argv.includes('--quick')
const json = process.argv.includes('--json')
const SAMPLES = quick ? 20 : 200
const MEMORIES = quick ? [0, 500] : [0, 1000, 10_000]
const CHATS = quick ? 50 : 500
const MESSAGES_PER_CHAT = quick ? 4 : 10
const COLD_STARTS = quick ? 2 : 5

const now = (): number => performance.timeOrigin + performance.now()
const progress = (text: string): void => {
  process.stderr.write(`${text}\n`)
}

const chatOf = (phone: string): string => `${phone}@c.us`
const WORDS = 'river stone bread window garden letter winter music orange bridge table lamp'.split(' ')
const words = (count: number, seed: number): string =>
  Array.from({ length: count }, (_, n) => WORDS[(n * 7 + seed * 5 + ((n * seed) % 11)) % WORDS.length]).join(' ')

/** Fills a person's session up to about `tokens` tokens. */
const fillSession = async ({ app, channel }: BenchDenidin, phone: string, tokens: number): Promise<void> => {
  const size = Math.min(1000, Math.floor(tokens / 6))
  for (let n = 0; n * size < tokens; n++) {
    await channel.deliver({ text: words(size, n), chat_id: chatOf(phone) })
    await app.conversation.whenIdle(chatOf(phone))
  }
}

/** Stores memories until the person has `count` of them, and waits until all are in the index. */
const fillMemories = async ({ app }: BenchDenidin, phone: string, from: number, to: number): Promise<void> => {
  const person = await app.people.lookUp(phone)
  const scope: Scope = `person:${person?.person_id ?? ''}`
  for (let n = from; n < to; n++) {
    await app.memory.store({
      ...PLAIN_MEMORY,
      memory_id: `${phone}-${String(n)}`,
      session_id: `${phone}-${String(n)}`,
      scope,
      person_ids: [],
      kind: 'session_summary',
      text: `- ${words(30, n)} number ${String(n)}`,
      said_from: Date.now(),
      said_to: Date.now(),
      valid_from: Date.now(),
      created_at: Date.now(),
    })
  }
  await app.memory.whenIdle()
}

const ownTimes = async (denidin: BenchDenidin, phone: string): Promise<Percentiles> => {
  const times: number[] = []
  for (let n = -5; n < SAMPLES; n++) {
    const requested = denidin.nextRequest()
    const began = now()
    await denidin.channel.deliver({ text: `${words(12, n + 50)}?`, chat_id: chatOf(phone) })
    const arrived = await requested
    await denidin.app.conversation.whenIdle(chatOf(phone))
    // The first rounds warm up connections and caches.
    if (n >= 0) times.push(arrived - began)
  }
  return percentiles(times)
}

const measureOwnTime = async (): Promise<Record<string, Percentiles>> => {
  const result: Record<string, Percentiles> = {}
  for (const [size, phone, tokens] of [
    ['4K', '15550000001', 4000],
    ['100K', BENCH_GODFATHER, 100_000],
  ] as const) {
    await using denidin = await startBenchDenidin({ concurrency: 8 })
    await fillSession(denidin, phone, tokens)
    let have = 0
    for (const memories of MEMORIES) {
      progress(`own time: session ${size}, ${String(memories)} memories …`)
      await fillMemories(denidin, phone, have, memories)
      have = memories
      result[`${size} tokens, ${String(memories)} memories`] = await ownTimes(denidin, phone)
    }
  }
  return result
}

const measureThroughput = async (): Promise<Record<string, number>> => {
  progress(`throughput: ${String(CHATS)} chats, ${String(MESSAGES_PER_CHAT)} messages each …`)
  await using denidin = await startBenchDenidin({ concurrency: 32 })
  const phones = Array.from({ length: CHATS }, (_, n) => `1556${String(n).padStart(7, '0')}`)
  const began = now()
  for (let round = 0; round < MESSAGES_PER_CHAT; round++) {
    await Promise.all(phones.map(phone => denidin.channel.deliver({ text: words(15, round), chat_id: chatOf(phone) })))
    await Promise.all(phones.map(phone => denidin.app.conversation.whenIdle(chatOf(phone))))
  }
  const seconds = (now() - began) / 1000
  const answers = new Map<string, number>()
  for (const { chat_id } of denidin.channel.sent) answers.set(chat_id, (answers.get(chat_id) ?? 0) + 1)
  const counts = phones.map(phone => answers.get(chatOf(phone)) ?? 0)
  return {
    messages: CHATS * MESSAGES_PER_CHAT,
    messages_per_second: Math.round((CHATS * MESSAGES_PER_CHAT) / seconds),
    lost: counts.reduce((sum, count) => sum + Math.max(0, MESSAGES_PER_CHAT - count), 0),
    repeated: counts.reduce((sum, count) => sum + Math.max(0, count - MESSAGES_PER_CHAT), 0),
  }
}

/** Resident memory of the bot's process, started and after a talk in each of many chats, in MB (Linux). */
const measureMemory = async (): Promise<Record<string, number>> => {
  progress(`memory: the bot's process, ${String(CHATS)} chats …`)
  await using folder = await temporaryFolder()
  const bot = spawn(join(ROOT, 'bin/denidin-bot'), {
    env: demoEnvironment(folder.path),
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const ended = new Promise(resolve => bot.once('exit', resolve))
  await new Promise(resolve => bot.stdout.once('data', resolve))
  const started = residentMegabytes(bot.pid)
  const client = await connectToOwner(join(folder.path, 'data', 'run', 'denidin.sock'))
  if (client === undefined) throw new Error('the bot serves no socket')
  const phones = Array.from({ length: CHATS }, (_, n) => `1556${String(n).padStart(7, '0')}`)
  for (const message of ['My dog is called Rex', '/reset', 'What is my dog called?']) {
    await Promise.all(phones.map(phone => client.call('chat.say', { message, as: phone })))
  }
  const talked = residentMegabytes(bot.pid)
  await client[Symbol.asyncDispose]()
  bot.kill('SIGTERM')
  await ended
  return { started_mb: started, after_talks_mb: talked }
}

const ROOT = join(import.meta.dirname, '..', '..')

const demoEnvironment = (folder: string): NodeJS.ProcessEnv => ({
  ...process.env,
  DENIDIN_CONFIG: join(ROOT, 'config/demo.json'),
  DENIDIN_DATA_ROOT: join(folder, 'data'),
  DENIDIN_LOGS_DIR: join(folder, 'logs'),
})

/** From the start of the process to the first answer of a chat with the demo's configuration, in milliseconds. */
const coldStart = async (folder: string): Promise<number> => {
  const began = now()
  const child = spawn(join(ROOT, 'bin/denidin'), ['chat'], {
    env: demoEnvironment(folder),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const answered = new Promise<number>(resolve => {
    child.stdout.once('data', () => {
      resolve(now() - began)
    })
  })
  child.stdin.write('Hello, my dog is called Rex\n')
  const time = await answered
  child.stdin.end()
  await new Promise(resolve => child.once('exit', resolve))
  return time
}

const measureColdStart = async (): Promise<Percentiles> => {
  progress('cold start …')
  const times: number[] = []
  for (let n = 0; n < COLD_STARTS; n++) {
    await using folder = await temporaryFolder()
    times.push(await coldStart(folder.path))
  }
  return percentiles(times)
}

const report = {
  own_time_ms: await measureOwnTime(),
  throughput: await measureThroughput(),
  memory: await measureMemory(),
  cold_start_ms: await measureColdStart(),
}
if (json) {
  console.log(JSON.stringify(report, null, 2))
} else {
  console.log('Own time from the incoming event to the request to the model (ms)')
  console.table(report.own_time_ms)
  console.log('Throughput')
  console.table(report.throughput)
  console.log('Resident memory of the bot, WhatsApp off (MB)')
  console.table(report.memory)
  console.log('Cold start to the first answer of the demo (ms)')
  console.table(report.cold_start_ms)
}
