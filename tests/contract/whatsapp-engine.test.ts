// What the WhatsApp channel relies on, for every engine: the real library in a real browser, and the double.
import { beforeAll, describe, expect, test } from '@jest/globals'
import { join } from 'node:path'
import type { EngineConnection, KnownNames, WhatsAppEngine } from '../../src/channels/whatsapp/engine.ts'
import { BROWSER_DEADLINES } from '../../src/channels/whatsapp/wwebjs/deadlines.ts'
import { WwebjsEngine } from '../../src/channels/whatsapp/wwebjs/wwebjs-engine.ts'
import { SECOND_MS, systemClock } from '../../src/platform/clock.ts'
import { makePrivateFolder } from '../../src/platform/files.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { FakeAccount, FakeEngine } from '../support/fake-engine.ts'
import { EngineEventsLog } from '../support/fake-whatsapp/engine-events-log.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const ANA = '15551230001@c.us'
const BOB: { readonly lid: string; readonly phone: string; readonly username: string } = {
  lid: '777000111222333@lid',
  phone: '15551230002@c.us',
  username: 'bob.1',
}
const never = new AbortController().signal

/** An engine with WhatsApp at its other end. */
interface Contender extends AsyncDisposable {
  readonly engine: WhatsAppEngine
  /** The account's own address. */
  readonly phone: string
  /** The phone scans the code that is shown. */
  scan(): void
  /** A person writes; milliseconds since the Unix epoch, in whole seconds. */
  receive(message: { readonly from: string; readonly text: string; readonly sent_at: number }): void
  /** The author of a message edits it, or deletes it for everyone. */
  edit(message_id: string, text: string): void
  delete(message_id: string): void
  /** The phone removes the device. */
  unlink(): void
}

const doubleContender = async (): Promise<Contender> => {
  const account = new FakeAccount()
  const names: KnownNames = { ...BOB }
  account.names.set(BOB.lid, names)
  const engine = new FakeEngine(account, () => systemClock.now())
  const change = (message_id: string, edited: string | undefined): void => {
    const chat_id = account.messages.find(message => message.message_id === message_id)?.chat_id ?? ''
    const found =
      edited === undefined
        ? ({ kind: 'deleted', chat_id, message_id } as const)
        : ({ kind: 'edited', chat_id, message_id, text: edited } as const)
    account.changes.push(found)
    engine.connection.report(events => events.changed(found))
  }
  return {
    engine,
    phone: account.self.phone ?? '',
    scan: () => {
      engine.connection.scan()
    },
    receive: ({ from, text, sent_at }) => {
      const message = account.write({ chat_id: from, text, sent_at })
      engine.connection.report(events => events.message(message))
    },
    edit: change,
    delete: message_id => {
      change(message_id, undefined)
    },
    unlink: () => {
      account.login = undefined
      engine.connection.end({ kind: 'unlinked' })
    },
    [Symbol.asyncDispose]: () => engine.stop(),
  }
}

const wwebjsContender = async (): Promise<Contender> => {
  const { lid: id, phone, username } = BOB
  const fake = await FakeWhatsApp.start({ contacts: [{ id, phone, username, pushname: 'Bob' }] })
  const folder = await temporaryFolder()
  const login_dir = join(folder.path, 'whatsapp')
  await makePrivateFolder(login_dir)
  const engine = new WwebjsEngine({
    settings: {
      pairing_phone: undefined,
      browser_path: await testBrowser(),
      browser_args: fake.browser_args,
      browser_memory_mb: 100_000,
    },
    login_dir,
    cache_dir: join(folder.path, 'browser'),
    environment: process.env,
    // The usual ones: a machine under load must not lose a connection that nothing opens again.
    deadlines: BROWSER_DEADLINES,
    clock: systemClock,
    ids: systemIds,
    logger: silentLogger,
  })
  return {
    engine,
    phone: fake.me.phone,
    scan: () => {
      fake.scan()
    },
    receive: ({ from, text, sent_at }) => {
      fake.receive({ from, text, t: sent_at / SECOND_MS })
    },
    edit: (message_id, text) => {
      fake.change(message_id, { body: text, latestEditSenderTimestampMs: 1 })
    },
    delete: message_id => {
      fake.change(message_id, { type: 'revoked', body: undefined })
    },
    unlink: () => {
      fake.unlink()
    },
    [Symbol.asyncDispose]: async () => {
      await engine.stop()
      await fake[Symbol.asyncDispose]()
      await folder[Symbol.asyncDispose]()
    },
  }
}

/** A connection whose test ends it. */
class Connected implements AsyncDisposable {
  readonly connection: EngineConnection
  readonly log: EngineEventsLog

  constructor(connection: EngineConnection, log: EngineEventsLog) {
    this.connection = connection
    this.log = log
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.connection.close()
  }
}

const connect = async ({ engine }: Contender): Promise<Connected> => {
  const log = new EngineEventsLog()
  await engine.prepare()
  return new Connected(
    engine.connect(log, () => false),
    log,
  )
}

/** A connection that was linked just now. */
const linked = async (contender: Contender): Promise<Connected> => {
  await contender.engine.start()
  const connected = await connect(contender)
  await connected.log.reached('code')
  contender.scan()
  await connected.log.reached('ready')
  return connected
}

const wholeSecond = (): number => Math.floor(systemClock.now() / SECOND_MS) * SECOND_MS

beforeAll(testBrowser, BROWSER_INSTALL_MS)

describe.each<[string, () => Promise<Contender>]>([
  ['wwebjs', wwebjsContender],
  ['double', doubleContender],
])('WhatsApp engine: %s', (_, make) => {
  test('without a login there is a code; once it is scanned, the device links and is ready', async () => {
    await using contender = await make()
    await using connected = await linked(contender)
    const { connection, log } = connected
    expect(log.events.all.map(event => event.kind).filter((kind, at, all) => kind !== all[at - 1])).toEqual([
      'code',
      'linking',
      'ready',
    ])
    expect((await log.reached('ready')).self.phone).toBe(contender.phone)
    expect(connection.isOver).toBe(false)
  })

  test('what a person writes is reported, listed and read with the same id', async () => {
    await using contender = await make()
    await using connected = await linked(contender)
    const { connection, log } = connected
    const sent_at = wholeSecond()
    for (const [index, text] of ['one', 'two', 'three'].entries()) {
      contender.receive({ from: ANA, text, sent_at: sent_at - (2 - index) * SECOND_MS })
      await log.messages.next(message => message.text === text)
    }
    const [first] = log.messages.all
    expect(first).toMatchObject({ chat_id: ANA, author_id: ANA, from_me: false, type: 'chat', text: 'one' })
    expect(await connection.chats()).toEqual([{ chat_id: ANA, newest: sent_at, unread: 3 }])
    const whole = await connection.history(ANA, 0, 10)
    expect(whole.messages.map(message => message.message_id)).toEqual(log.messages.all.map(each => each.message_id))
    expect(whole).toMatchObject({ cut: false, changes: [] })
    const newest = await connection.history(ANA, 0, 2)
    expect([newest.messages.map(message => message.text), newest.cut]).toEqual([['two', 'three'], true])
    const late = await connection.history(ANA, sent_at, 10)
    expect([late.messages.map(message => message.text), late.cut]).toEqual([['three'], false])
    expect(await connection.history('15559990000@c.us', 0, 10)).toEqual({ messages: [], changes: [], cut: false })
  })

  test('what is sent is reported as an own message, and acknowledged', async () => {
    await using contender = await make()
    await using connected = await linked(contender)
    const { connection, log } = connected
    contender.receive({ from: ANA, text: 'hello', sent_at: wholeSecond() })
    const { message_id } = await log.messages.next()
    const sent = await connection.send(ANA, 'hi', message_id)
    expect(sent).toMatchObject({ from_me: true, chat_id: ANA, text: 'hi' })
    const reported = await log.messages.next(message => message.from_me)
    expect(reported.message_id).toBe(sent?.message_id)
    await log.acks.next(ack => ack.message_id === sent?.message_id && ack.level >= 1)
    expect(await connection.acknowledgement(sent?.message_id ?? '')).toBeGreaterThanOrEqual(1)
    expect(await connection.acknowledgement('true_15559990000@c.us_NONE')).toBe(0)
    await connection.markSeen(ANA)
    await connection.setTyping(ANA, 'typing')
    await connection.setTyping(ANA, 'stop')
  })

  test('an edit and a deletion are reported, and are in the history', async () => {
    await using contender = await make()
    await using connected = await linked(contender)
    const { connection, log } = connected
    const sent_at = wholeSecond()
    for (const text of ['five o clok', 'my code is 4711']) {
      contender.receive({ from: ANA, text, sent_at })
      await log.messages.next(message => message.text === text)
    }
    const [first = '', second = ''] = log.messages.all.map(message => message.message_id)
    contender.edit(first, 'five o’clock')
    contender.delete(second)
    const edited = { kind: 'edited', chat_id: ANA, message_id: first, text: 'five o’clock' }
    const deleted = { kind: 'deleted', chat_id: ANA, message_id: second }
    expect(await log.changes.next(change => change.kind === 'edited')).toEqual(edited)
    expect(await log.changes.next(change => change.kind === 'deleted')).toEqual(deleted)
    expect((await connection.history(ANA, 0, 10)).changes).toEqual([edited, deleted])
  })

  test('the names of a person are looked up by one of them', async () => {
    await using contender = await make()
    await using connected = await linked(contender)
    expect(await connected.connection.lookUp(BOB.lid)).toEqual(BOB)
  })

  test('a connection ends once, at once, and reports nothing afterwards', async () => {
    await using contender = await make()
    await using connected = await linked(contender)
    const { connection, log } = connected
    connection.end({ kind: 'replaced', reason: 'a test' })
    expect(connection.isOver).toBe(true)
    const { count } = log
    contender.receive({ from: ANA, text: 'too late', sent_at: wholeSecond() })
    await connection.close()
    await connection.close()
    expect(await connection.ended).toEqual({ kind: 'replaced', reason: 'a test' })
    expect(log.count).toBe(count)
    await expect(connection.chats()).rejects.toMatchObject({ name: 'DenidinError' })
  })

  test('after a close the login is kept: the next connection needs no code', async () => {
    await using contender = await make()
    await using first = await linked(contender)
    await first.connection.close()
    expect(await first.connection.ended).toEqual({ kind: 'closed' })
    await using second = await connect(contender)
    await second.log.reached('ready')
    expect(second.log.events.all.map(event => event.kind)).not.toContain('code')
  })

  test('when the phone removes the device the connection ends as unlinked; without its login there is a code', async () => {
    await using contender = await make()
    await using first = await linked(contender)
    contender.unlink()
    expect(await first.connection.ended).toEqual({ kind: 'unlinked' })
    await first.connection.close()
    await contender.engine.deleteLogin()
    expect(await contender.engine.hasLoginBackup()).toBe(false)
    await using second = await connect(contender)
    await second.log.reached('code')
  })

  test('a copy of the login is used up when it is restored, and works', async () => {
    await using contender = await make()
    const { engine } = contender
    await using first = await linked(contender)
    await first.connection.close()
    expect(await engine.hasLoginBackup()).toBe(false)
    expect(await engine.backUpLogin(never)).toBeGreaterThan(0)
    expect(await engine.hasLoginBackup()).toBe(true)
    await engine.restoreLogin()
    expect(await engine.hasLoginBackup()).toBe(false)
    await using second = await connect(contender)
    await second.log.reached('ready')
  })
})
