// The WhatsApp channel over an engine that needs no browser: what each end of a connection calls for.
import { readdir } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import type { BackfilledChat } from '../../src/channels/channel.ts'
import type { ConnectionState } from '../../src/channels/whatsapp/connection-state.ts'
import { CHANNEL_DEADLINES } from '../../src/channels/whatsapp/deadlines.ts'
import { LoginRecord } from '../../src/channels/whatsapp/login-record.ts'
import { WhatsAppChannel } from '../../src/channels/whatsapp/whatsapp-channel.ts'
import type { IncomingMessage } from '../../src/messages/message.ts'
import { MINUTE_MS, SECOND_MS } from '../../src/platform/clock.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { FakeAccount, FakeEngine } from '../support/fake-engine.ts'
import { fakeIds } from '../support/fake-ids.ts'
import { memoryLog, type MemoryLog } from '../support/memory-log.ts'
import { noChanges } from '../support/no-changes.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ANA = '15551230001@c.us'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
let clock: FakeClock
let log: MemoryLog
let account: FakeAccount
let engine: FakeEngine
let channel: WhatsAppChannel
let states: ConnectionState[]
let messages: IncomingMessage[]
let backfilled: BackfilledChat[]
let readies: number

beforeEach(async () => {
  folder = await temporaryFolder()
  clock = new FakeClock()
  log = memoryLog()
  account = new FakeAccount()
  engine = new FakeEngine(account, () => clock.now())
  states = []
  messages = []
  backfilled = []
  readies = 0
  channel = new WhatsAppChannel({
    engine,
    login: new LoginRecord(folder.path),
    deadlines: CHANNEL_DEADLINES,
    clock,
    ids: fakeIds(),
    logger: log,
    onState: state => {
      states.push(state)
    },
  })
})
afterEach(async () => {
  await channel.stop()
  await folder[Symbol.asyncDispose]()
})

/** Lets time pass, as much as it takes, until it holds; files are read in real time meanwhile. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await clock.advance(SECOND_MS)
}

const state = (): ConnectionState['state'] | undefined => states.at(-1)?.state

/** The pauses before new connections so far, as the log has them. */
const pauses = (): readonly number[] =>
  log.lines.flatMap(({ fields }) => (typeof fields['wait_ms'] === 'number' ? [fields['wait_ms']] : []))

const start = (): Promise<void> =>
  channel.start({
    ...noChanges,
    message: async message => {
      messages.push(message)
    },
    backfilled: async chat => {
      backfilled.push(chat)
    },
    ready: () => {
      readies += 1
    },
  })

/** A channel that was linked just now. */
const linked = async (): Promise<void> => {
  await start()
  await until(() => state() === 'qr')
  engine.connection.scan()
  await until(() => state() === 'ready')
}

test('the code is there as data until it is scanned; then the channel can send, and the link is on record', async () => {
  await start()
  await until(() => state() === 'qr')
  expect(states.at(-1)).toMatchObject({ qr: 'fake code', action: 'scan_qr', can_send: false })
  engine.connection.scan()
  await until(() => state() === 'ready')
  expect(states.at(-1)).not.toHaveProperty('qr')
  expect(readies).toBe(1)
  const files = (): Promise<string[]> => readdir(folder.path)
  while (!(await files()).includes('linked.json')) await clock.advance(1)
  await expect(channel.send(ANA, 'hi', {})).resolves.toMatchObject({ outcome: 'sent' })
})

test('a lost connection is opened again without a code, and messages of the meantime are one turn', async () => {
  await linked()
  engine.connection.end({ kind: 'lost', reason: 'The browser ended.' })
  await until(() => state() === 'degraded')
  await expect(channel.send(ANA, 'hi', {})).resolves.toEqual({ outcome: 'not_sent', reason: 'The browser ended.' })
  for (const text of ['are you', 'there?']) account.write({ chat_id: ANA, text, sent_at: clock.now() })
  await until(() => engine.connections.length === 2)
  expect(pauses()).toEqual([expect.any(Number)])
  await until(() => backfilled.length === 1)
  expect(backfilled[0]?.said.map(({ message }) => message.text)).toEqual(['are you', 'there?'])
  expect(states.map(each => each.state).slice(-2)).toEqual(['degraded', 'ready'])
})

test('the pause doubles with every failure, up to five minutes', async () => {
  await linked()
  for (let failures = 1; failures <= 10; failures++) {
    const count = engine.connections.length
    engine.connection.end({ kind: 'lost', reason: 'x' })
    await until(() => engine.connections.length > count)
  }
  // Half of each pause is random.
  for (const [index, pause] of pauses().entries()) {
    const longest = Math.min(2 * SECOND_MS * 2 ** index, 5 * MINUTE_MS)
    expect(pause).toBeGreaterThanOrEqual(longest / 2)
    expect(pause).toBeLessThanOrEqual(longest)
  }
  expect(pauses()).toHaveLength(10)
})

test('being ready for five minutes makes the next failure the first one', async () => {
  await linked()
  for (let failures = 0; failures < 5; failures++) {
    const count = engine.connections.length
    engine.connection.end({ kind: 'lost', reason: 'x' })
    await until(() => engine.connections.length > count)
  }
  await until(() => state() === 'ready')
  await clock.advance(5 * MINUTE_MS)
  engine.connection.end({ kind: 'lost', reason: 'x' })
  await until(() => engine.connections.length === 7)
  expect(pauses().at(-2)).toBeGreaterThan(10 * SECOND_MS)
  expect(pauses().at(-1)).toBeLessThanOrEqual(2 * SECOND_MS)
})

test('a login is backed up when it has lasted, and restored when it is damaged', async () => {
  await linked()
  expect(engine.backup).toBeUndefined()
  await clock.advance(2 * MINUTE_MS)
  await until(() => engine.backup !== undefined)
  const { login } = engine
  await channel.stop()
  engine.login = undefined
  await start()
  await until(() => state() === 'ready')
  expect(engine.login).toBe(login)
  expect(states.find(each => /login on disk was broken/.test(each.detail))?.state).toBe('degraded')
  expect(log.text('info')).toContain('the backup of the login is used')
})

test('a login that is gone with its backup shows a code and says why', async () => {
  await linked()
  await channel.stop()
  engine.login = undefined
  states = []
  await start()
  await until(() => state() === 'qr')
  expect(states.at(-1)?.detail).toMatch(/login on disk is broken, and there is no backup/)
})

test('when the phone removes the device, login and backup are deleted and a new code comes at once', async () => {
  await linked()
  await clock.advance(2 * MINUTE_MS)
  await until(() => engine.backup !== undefined)
  account.login = undefined
  engine.connection.end({ kind: 'unlinked' })
  await until(() => state() === 'qr')
  expect(pauses()).toEqual([0])
  expect([engine.login, engine.backup]).toEqual([undefined, undefined])
  expect(states.at(-1)?.detail).toMatch(/phone removed DeniDin/)
})

test('a login folder that cannot be used needs the operator, and is tried again', async () => {
  engine.broken = new Error('the disk is full')
  await start()
  await until(() => state() === 'action_required')
  expect(states.at(-1)).toMatchObject({ action: 'repair_disk', detail: 'the disk is full' })
  await until(() => state() === 'qr')
})

test('a connection may be replaced once no one writes, and nothing is under way', async () => {
  await linked()
  await clock.advance(MINUTE_MS)
  const { connection } = engine
  expect(connection.isQuiet()).toBe(true)
  const typing = await channel.typing(ANA)
  expect(connection.isQuiet()).toBe(false)
  await typing[Symbol.asyncDispose]()
  expect(connection.isQuiet()).toBe(true)
  connection.report(events => events.message(account.write({ chat_id: ANA, text: 'hi', sent_at: clock.now() })))
  expect(connection.isQuiet()).toBe(false)
  await clock.advance(MINUTE_MS)
  expect(connection.isQuiet()).toBe(true)
})

test('a stop closes the connection in every state, and keeps the login', async () => {
  await linked()
  const { connection, login } = engine
  await channel.stop()
  expect(connection.isOver).toBe(true)
  expect(engine.login).toBe(login)
  expect(states.map(each => each.state).slice(-2)).toEqual(['stopping', 'stopped'])
})
