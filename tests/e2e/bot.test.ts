// The whole of it as an operator runs it: both scripts, the real library in a real browser, a WhatsApp of our own.
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from '@jest/globals'
import { systemClock } from '../../src/platform/clock.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { testBrowser } from '../support/fake-whatsapp/test-browser.ts'
import { ScriptHome, type Run } from '../support/script-run.ts'

const ANA = '15551230001@c.us'
const GROUP = '120363000000000001@g.us'
const TIMEOUT_MS = 120_000

let browser_path: string

beforeAll(async () => {
  browser_path = await testBrowser()
}, TIMEOUT_MS)

const homeFor = (fake: FakeWhatsApp, whatsapp: object = {}, rest: object = {}): ScriptHome =>
  new ScriptHome({
    conversation: { debounce_ms: 50 },
    whatsapp: { enabled: true, browser_path, browser_args: fake.browser_args, ...whatsapp },
    ...rest,
  })

/** Writes as a person does and waits for the answer. */
const ask = async (fake: FakeWhatsApp, text: string): Promise<string> => {
  fake.journal.skip()
  fake.receive({ from: ANA, text, name: 'Ana' })
  return (await fake.journal.next('sent')).message.body
}

const QUARTER_BLOCKS = /[▄▀█]{10}/

/** Starts the bot and links it by its QR code; resolves when the start has returned. */
const link = async (fake: FakeWhatsApp, home: ScriptHome): Promise<Run> => {
  const start = home.start('run_denidin.sh')
  await start.prints(QUARTER_BLOCKS)
  fake.scan()
  return await start.ended
}

test(
  'from the QR code to a remembered reply, a drained stop, and a second start without a code',
  async () => {
    await using fake = await FakeWhatsApp.start()
    await using home = homeFor(fake)
    expect((await link(fake, home)).stdout).toMatch(/^DeniDin is up/m)

    expect(await ask(fake, 'My dog is called Rex and he is afraid of thunder')).toContain('offline')
    await fake.journal.next('seen', ({ chat }) => chat === ANA)
    await fake.journal.next('chat_state', ({ chat, state }) => chat === ANA && state === 'composing')
    expect(await ask(fake, '/reset')).toMatch(/saved to long-term memory/)
    expect(await ask(fake, 'What is my dog afraid of?')).toContain('thunder')

    // The bot is up: the same command asks it over its socket.
    const status = await home.done('denidin', ['status', '--json'])
    expect(JSON.parse(status.stdout)).toMatchObject({ running: true, memory_system: 'on' })

    await home.done('stop_denidin.sh')
    expect(home.pid()).toBeUndefined()
    const log = readFileSync(join(home.logs, 'denidin.log'), 'utf8')
    expect(log).toMatch(/Session created: /)
    expect(log).toMatch(/Added message to session: /)
    expect(log).toMatch(/Recalled 2 memories memories=0 quotes=2/)
    expect(log).not.toMatch(/thunder/)
    // One id follows a message from its arrival to its reply.
    const [, trace = ''] = / INFO inbox Message received .*trace=(\S+)/.exec(log) ?? []
    expect(trace).not.toBe('')
    expect(log).toMatch(new RegExp(` INFO outbox Reply sent .*trace=${trace}`))

    const again = await home.done('run_denidin.sh')
    expect(again.stdout).not.toMatch(QUARTER_BLOCKS)
    expect(await ask(fake, 'And my dog?')).toContain('Rex')
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

test(
  'after the start, each new code takes the place of the one before at the end of startup.log',
  async () => {
    await using fake = await FakeWhatsApp.start()
    await using home = homeFor(fake)
    await link(fake, home)
    const output = (): string => readFileSync(join(home.logs, 'startup.log'), 'utf8')
    const began = output()
    expect(began).toMatch(/DeniDin is up\.\nNot tried yet: .+\n$/)
    /** The file, once it ends with another code than `before`. */
    const another = async (before: string): Promise<string> => {
      for (;;) {
        const now = output()
        if (now !== before && /Link WhatsApp: [^]*\n$/.test(now.slice(began.length))) return now
        await systemClock.sleep(20)
      }
    }
    fake.unlink()
    let last = await another(began)
    for (let rotations = 0; rotations < 5; rotations++) {
      fake.rotateQr()
      const next = await another(last)
      expect(next.startsWith(began)).toBe(true)
      expect(next.slice(began.length).match(/Link WhatsApp: /g)).toHaveLength(1)
      expect(next).toMatch(QUARTER_BLOCKS)
      last = next
    }
    await home.done('stop_denidin.sh')
    expect(output().startsWith(last)).toBe(true)
    expect(output()).toMatch(/DeniDin has stopped\.\n$/)
  },
  TIMEOUT_MS,
)

test(
  'messages that came while the bot was stopped, read on the phone or not, have one answer after the start',
  async () => {
    await using fake = await FakeWhatsApp.start()
    await using home = homeFor(fake)
    await link(fake, home)
    await ask(fake, 'Hello')
    await home.done('stop_denidin.sh')
    fake.journal.skip()
    fake.arrivals = 'unheard'
    for (const text of ['Are you there?', 'Hello?', 'Please answer']) fake.receive({ from: ANA, text, name: 'Ana' })
    fake.read(ANA)
    await home.done('run_denidin.sh')
    await fake.journal.next('sent')
    await ask(fake, 'Good')
    expect(fake.sent).toHaveLength(3)
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

test(
  'with renamed ids, a pairing code, a group and a LID the answers go where they belong',
  async () => {
    const bob = { id: '777000111222333@lid', phone: '15551230002@c.us', pushname: 'Bob' }
    await using fake = await FakeWhatsApp.start({ ids: 'renamed', contacts: [bob] })
    await using home = homeFor(fake, { pairing_phone: '+1 555 000 9999' })
    const start = home.start('run_denidin.sh')
    const shown = await start.prints(/Enter this code there: \S+/)
    expect(shown).not.toMatch(QUARTER_BLOCKS)
    fake.enterPairingCode(/Enter this code there: (\S+)/.exec(shown)?.[1] ?? '')
    await start.ended

    fake.receive({ from: bob.id, text: 'My name is Bob and I like chess', name: 'Bob' })
    expect((await fake.journal.next('sent')).message).toMatchObject({ chat: bob.id })

    fake.journal.skip()
    fake.receive({ from: ANA, group: GROUP, text: 'The picnic is on Friday', name: 'Ana' })
    fake.receive({
      from: bob.id,
      group: GROUP,
      text: `@${fake.me.phone.replace(/@.*/, '')} when is the picnic?`,
      mentions: [fake.me.phone],
      name: 'Bob',
    })
    const { message } = await fake.journal.next('sent')
    expect(message).toMatchObject({ chat: GROUP })
    expect(message.body).toContain('Friday')
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

test(
  'with WhatsApp switched off no browser is started and the bot is up at once',
  async () => {
    await using fake = await FakeWhatsApp.start()
    await using home = homeFor(fake, { enabled: false, browser_path: undefined })
    const start = await home.done('run_denidin.sh')
    expect(start.stdout).toMatch(/^DeniDin is up/m)
    expect(existsSync(join(home.data, 'whatsapp'))).toBe(false)
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

test(
  'whatsapp.browser_path is the browser that is started',
  async () => {
    await using fake = await FakeWhatsApp.start()
    await using home = homeFor(fake)
    const marker = home.path('started')
    const wrapper = home.path('my-browser')
    writeFileSync(wrapper, `#!/bin/sh\ntouch '${marker}'\nexec '${browser_path}' "$@"\n`, { mode: 0o755 })
    home.configure({ whatsapp: { enabled: true, browser_path: wrapper, browser_args: fake.browser_args } })
    await home.start('run_denidin.sh').prints(QUARTER_BLOCKS)
    expect(existsSync(marker)).toBe(true)
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

test(
  'log_level and logs_dir say what is logged and where, and words are logged at debug alone',
  async () => {
    await using home = new ScriptHome()
    const say = (level: string): Promise<unknown> =>
      home.done('denidin', ['chat'], {
        input: 'My dog is called Rex\n/reset\n',
        environment: { DENIDIN_LOG_LEVEL: level, DENIDIN_LOGS_DIR: home.path(`logs-${level}`) },
      })
    const logged = (level: string): string => readFileSync(join(home.path(`logs-${level}`), 'denidin.log'), 'utf8')
    await say('info')
    expect(logged('info')).toMatch(/^\S+ INFO session Session created: \S+/m)
    expect(existsSync(join(home.path('logs-info'), 'denidin.json.log'))).toBe(false)
    await say('error')
    expect(logged('error')).not.toMatch(/ (INFO|WARN|DEBUG) /)
    expect(existsSync(home.logs)).toBe(false)
  },
  TIMEOUT_MS,
)

test(
  'with log_json, the same lines are objects in a file of their own',
  async () => {
    await using home = new ScriptHome()
    await home.done('denidin', ['chat'], {
      input: 'My dog is called Rex\n',
      environment: { DENIDIN_LOG_JSON: 'true' },
    })
    const lines = readFileSync(join(home.logs, 'denidin.json.log'), 'utf8').trim().split('\n')
    const messages = lines.map(line => (JSON.parse(line) as { readonly message: string }).message)
    expect(messages).toEqual(expect.arrayContaining([expect.stringMatching(/^Session created: /)]))
    expect(readFileSync(join(home.logs, 'denidin.log'), 'utf8').trim().split('\n')).toHaveLength(lines.length)
  },
  TIMEOUT_MS,
)

test(
  'the cron schedule ends what has expired and purges what was kept long enough',
  async () => {
    const every_second = '* * * * * *'
    await using home = new ScriptHome({
      memory: {
        session: { session_timeout_hours: 0.001, expiry_cron: every_second, cleanup_cron: every_second },
      },
    })
    await home.done('run_denidin.sh')
    await home.done('denidin', ['chat'], { input: 'My dog is called Rex\n' })
    const stored = async (): Promise<number> => {
      // Not well, and so not 0, while Chroma starts.
      const { stdout } = await home.run('denidin', ['status', '--json'])
      return (JSON.parse(stdout) as { sessions_stored: number }).sessions_stored
    }
    // Asking takes about half a second each time; the session ends after 3.6 s.
    while ((await stored()) === 0) expect(home.pid()).toBeDefined()
    const log = readFileSync(join(home.logs, 'denidin.log'), 'utf8')
    expect(log).toMatch(/operation=session\.sweep transport=cron/)
    expect(log).toMatch(/operation=session\.purge transport=cron/)
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)
