// The real bot, killed in the middle of its work again and again while people talk to it.
import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { runFolder } from '../../src/app/run-folder.ts'
import type { OperationsClient } from '../../src/operations/client.ts'
import { connectToOwner } from '../../src/operations/socket/socket-client.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { ScriptedModelServer, type RecordedRequest } from '../support/model-server.ts'
import { PROJECT, ScriptHome } from '../support/script-run.ts'

/** How often the bot is killed: `CRASH_KILLS`, 30 by default. */
const KILLS = Number(process.env['CRASH_KILLS'] ?? 30)
/** One life, from its start to its end, takes about a second; many times that on a busy machine. */
const TIMEOUT_MS = 60_000 + KILLS * 5000
const PHONES = ['15550001111', '15550002222', '15550003333', '15550004444']
/** Every so many messages a person resets the conversation. */
const RESET_EVERY = 6
const LONGEST_LIFE_MS = 700

const BAD_NEWS = /Session file is damaged|Something failed that nobody waited for|A turn failed/

let home: ScriptHome
let models: ScriptedModelServer
let bot: ChildProcess | undefined
let onRequest: (request: RecordedRequest) => void

beforeEach(async () => {
  onRequest = () => undefined
  models = await ScriptedModelServer.start({ instant: true, on_request: request => onRequest(request) })
  home = new ScriptHome({
    openai_api_key: 'sk-test',
    ai: { base_url: models.base_url, model: 'scripted', retries: 0 },
    embeddings: { model: 'scripted-embedding' },
    conversation: { debounce_ms: 0 },
  })
})

afterEach(async () => {
  bot?.kill('SIGKILL')
  await models[Symbol.asyncDispose]()
  await home[Symbol.asyncDispose]()
})

const startBot = async (): Promise<OperationsClient> => {
  const child = spawn(join(PROJECT, 'bin/denidin-bot'), {
    env: { PATH: process.env['PATH'], HOME: home.folder, DENIDIN_CONFIG: home.config },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  bot = child
  let printed = ''
  for await (const chunk of child.stdout.setEncoding('utf8').iterator({ destroyOnReturn: false })) {
    printed += String(chunk)
    if (printed.includes('DeniDin is up')) break
  }
  child.stdout.resume()
  const client = await connectToOwner(runFolder(home.data).socket)
  if (client === undefined) throw new Error(`the bot did not come up: ${printed}`)
  return client
}

/** Ends the bot and waits until it is gone. */
const endBot = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> => {
  const child = bot as ChildProcess
  const gone = once(child, 'exit')
  child.kill(signal)
  const [code] = (await gone) as [number | null]
  return code
}

/** Moments at which the bot is killed; each resolves when it has come. */
const nextRequest = (matches: (request: RecordedRequest) => boolean): Promise<void> =>
  new Promise(resolve => {
    onRequest = request => {
      if (matches(request)) resolve()
    }
  })

const MOMENTS: readonly (() => Promise<void>)[] = [
  () => nextRequest(({ kind }) => kind === 'completion'),
  () => nextRequest(({ kind }) => kind === 'extraction'),
  () => nextRequest(({ kind }) => kind === 'embedding'),
  ...Array.from(
    { length: Math.max(0, KILLS - 3) },
    () => () => systemClock.sleep(systemIds.fraction() * LONGEST_LIFE_MS),
  ),
]

/** Processes of this machine that work on the home's data, besides the bot. */
const helpers = (): string[] =>
  readdirSync('/proc')
    .filter(name => /^\d+$/.test(name))
    .filter(pid => {
      try {
        return readFileSync(join('/proc', pid, 'cmdline'), 'utf8').includes(join(home.data, 'memory'))
      } catch {
        return false
      }
    })

test(
  'whenever the bot is killed, each message is answered once or unconfirmed, and all conversations are whole',
  async () => {
    const replies: string[] = []
    const answered: string[] = []
    const troubles: unknown[] = []
    const numbers = new Map(PHONES.map(phone => [phone, 0]))
    const say = async (client: OperationsClient, phone: string): Promise<void> => {
      const number = (numbers.get(phone) ?? 0) + 1
      numbers.set(phone, number)
      const message = number % RESET_EVERY === 0 ? '/reset' : `message ${String(number)} of ${phone}`
      const output = await client.call('chat.say', { message, as: phone })
      replies.push(...(output['replies'] as string[]))
      if (message !== '/reset') answered.push(message)
    }
    const talkUntilTheEnd = async (client: OperationsClient, phone: string): Promise<void> => {
      try {
        for (;;) await say(client, phone)
      } catch (error) {
        // The bot is gone; the next one is talked to.
        if (!(error instanceof DenidinError) || error.code !== 'unavailable') troubles.push(error)
      }
    }

    for (const moment of MOMENTS) {
      const client = await startBot()
      const come = moment()
      const talks = PHONES.map(phone => talkUntilTheEnd(client, phone))
      await come
      await endBot('SIGKILL')
      await Promise.all(talks)
      await client[Symbol.asyncDispose]()
    }

    onRequest = () => undefined
    const client = await startBot()
    for (const phone of PHONES) await say(client, phone)
    let status = await client.call('status', {})
    while (Number(status['inbox_waiting']) > 0) status = await client.call('status', {})
    await client.call('session.sweep', {})
    const { sessions } = (await client.call('session.list', { limit: 200 })) as { sessions: { session_id: string }[] }
    for (const { session_id } of sessions) {
      const { window } = (await client.call('session.show', { session_id })) as { window: { content: string }[] }
      const said = window.map(each => each.content)
      expect(new Set(said).size).toBe(said.length)
    }
    await client[Symbol.asyncDispose]()
    expect(await endBot('SIGTERM')).toBe(0)

    expect(troubles).toEqual([])
    // Nothing was heard twice, and whatever was answered is on disk.
    expect(new Set(withoutOwnWords(replies)).size).toBe(withoutOwnWords(replies).length)
    using database = new DatabaseSync(join(home.data, 'denidin.db'), { readOnly: true })
    const rows = <T>(sql: string): T[] => database.prepare(sql).all() as T[]
    const kept = new Set(rows<{ text: string }>('select text from messages').map(row => row.text))
    expect(answered.filter(text => !kept.has(text))).toEqual([])
    expect(rows(`select * from inbox where state not in ('answered', 'unconfirmed')`)).toEqual([])
    expect(
      rows(`
        select i.message_id, i.state, group_concat(o.state) outcomes
        from inbox i left join outbox_answers a using (message_id) left join outbox o using (outbox_id)
        group by i.message_id
        having outcomes is not case i.state when 'answered' then 'sent' else 'unconfirmed' end`),
    ).toEqual([])
    const [unconfirmed] = rows<{ n: number }>(`select count(*) n from outbox where state = 'unconfirmed'`)
    expect(unconfirmed?.n).toBeLessThanOrEqual(MOMENTS.length * PHONES.length)
    // Each conversation that ended is remembered once, and so is every single thing that was said in it.
    expect(
      rows(`
        select s.session_id, s.state, count(r.session_id) reflections
        from sessions s left join reflections r using (session_id)
        where s.state <> 'active' and exists (select 1 from messages w where w.session_id = s.session_id)
        group by s.session_id having reflections <> 1 or s.state <> 'stored'`),
    ).toEqual([])
    expect(
      rows(`
        select w.text, count(m.memory_id) facts
        from sessions s join messages w using (session_id) left join memory_sources m using (message_id)
        where s.state <> 'active' and w.role = 'user' group by w.message_id having facts <> 1`),
    ).toEqual([])
    // The index may be damaged by a kill, and then fills itself again; a conversation never is.
    const log = readFileSync(join(home.logs, 'denidin.log'), 'utf8').split('\n')
    expect(log.filter(line => BAD_NEWS.test(line))).toEqual([])
    // Chroma ends with its parent, killed or not.
    while (helpers().length > 0) await systemClock.sleep(20)
  },
  TIMEOUT_MS,
)

/** Answers of the model; commands are answered in the same words each time. */
const withoutOwnWords = (replies: readonly string[]): readonly string[] =>
  replies.filter(text => text.startsWith('You said: '))
