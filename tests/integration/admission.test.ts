// Whose messages are read at all, and the commands by which the godfather decides it, through the whole of DeniDin.
import { readFile } from 'node:fs/promises'
import { afterEach, expect, test } from '@jest/globals'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'

const OPERATOR = { transport: 'cli', level: 'operator' } as const
const [ANA, BEN] = ['15550001111', '15550002222'] as const
const GROUP = '120363000000000001@g.us'
const CODE = 'open-sesame-42'

let denidin: TestDenidin | undefined

afterEach(async () => {
  await denidin?.[Symbol.asyncDispose]()
  denidin = undefined
})

const start = async (whatsapp: Record<string, Json[string]>): Promise<TestDenidin> =>
  (denidin = await TestDenidin.start({ whatsapp: { enabled: false, ...whatsapp } }))

const run = (started: TestDenidin, name: string, input: object = {}) =>
  started.app.runner.run(name, input, { caller: OPERATOR })

/** The texts of all requests to models so far. */
const shown = (started: TestDenidin): string => JSON.stringify(started.models.requests.map(({ body }) => body))

test('with whatsapp.answer everyone strangers are answered', async () => {
  const started = await start({})
  expect(await started.say('hello there', { phone: ANA })).toBe('You said: hello there')
})

test('with whatsapp.answer allow_list only the godfather and listed people are read', async () => {
  const started = await start({ answer: 'allow_list' })
  expect(await started.say('my secret is 4711', { phone: ANA })).toBe('')
  expect(await started.say('/help', { phone: ANA })).toBe('')
  expect(await started.say('hello', { phone: GODFATHER })).toBe('You said: hello')
  await run(started, 'people.allow', { person: ANA })
  expect(await started.say('hello', { phone: ANA })).toBe('You said: hello')
  await run(started, 'people.disallow', { person: ANA })
  expect(await started.say('still there?', { phone: ANA })).toBe('')
  expect(shown(started)).not.toMatch(/4711|still there/)
  await started.close()
  expect((await readFile(started.data('denidin.db'))).includes('4711')).toBe(false)
})

test('a number can be put on the list before it ever wrote', async () => {
  const started = await start({ answer: 'allow_list' })
  expect(await run(started, 'people.allow', { person: '+1 555 000 2222' })).toMatchObject({ phone: BEN, allowed: true })
  expect(await started.say('hello', { phone: BEN })).toBe('You said: hello')
  await expect(run(started, 'people.allow', { person: 'nobody' })).rejects.toMatchObject({ code: 'not_found' })
})

test('messages that were missed, and those that waited over a restart, are read only if their writer is on the list', async () => {
  const started = await start({ answer: 'allow_list' })
  await run(started, 'people.allow', { person: ANA })
  await started.close()
  await started.leaveUnanswered('waiting from Ana')
  await started.leaveUnanswered('waiting from Ben', `${BEN}@c.us`)
  await started.open()
  await started.channel.sentCount(1)
  const missed = (phone: string, text: string) =>
    started.channel.events.backfilled({
      chat_id: `${phone}@c.us`,
      until: started.clock.now(),
      said: [
        {
          by: 'person',
          message: {
            message_id: `missed-${phone}`,
            chat_id: `${phone}@c.us`,
            chat_kind: 'direct',
            sender: { identities: [{ kind: 'phone', value: phone }] },
            text,
            sent_at: started.clock.now(),
            addressed: true,
            may_continue: false,
          },
        },
      ],
    })
  await missed(BEN, 'missed from Ben')
  await missed(ANA, 'missed from Ana')
  await started.app.conversation.whenIdle(`${ANA}@c.us`)
  await started.app.conversation.whenIdle(`${BEN}@c.us`)
  expect(shown(started)).toContain('waiting from Ana')
  expect(shown(started)).toContain('missed from Ana')
  expect(shown(started)).not.toContain('from Ben')
  expect(started.channel.sent.filter(({ chat_id }) => chat_id.startsWith(BEN))).toEqual([])
})

test('in a group only listed people are read, and nobody’s words come in as a quote', async () => {
  const started = await start({ answer: 'allow_list' })
  await run(started, 'people.allow', { person: ANA })
  const say = async (phone: string, text: string, more: object = {}): Promise<void> => {
    const sender = { identities: [{ kind: 'phone', value: phone } as const], name: phone }
    await started.channel.deliver({
      text,
      chat_id: GROUP,
      chat_kind: 'group',
      sender,
      sent_at: started.clock.now(),
      ...more,
    })
    await started.app.conversation.whenIdle(GROUP)
  }
  await say(BEN, 'the vault opens at nine')
  await say(ANA, 'what did they say?', {
    reply_to: 'unknown-message',
    quote: { by: { identities: [{ kind: 'phone', value: BEN }] }, text: 'the vault opens at nine' },
  })
  expect(shown(started)).toContain('what did they say?')
  expect(shown(started)).not.toContain('vault')
})

test('whatsapp.invite_code lets a person in who sends it, and is stored and logged nowhere', async () => {
  const started = await start({ answer: 'allow_list', invite_code: CODE })
  expect(await started.say('hello', { phone: ANA })).toBe('')
  expect(await started.say('Open-sesame-42', { phone: ANA })).toBe('')
  expect(await started.say(` ${CODE} `, { phone: ANA })).toBe(
    'Welcome! I answer you from now on. /help shows what I can do.',
  )
  expect(await started.say('hello again', { phone: ANA })).toBe('You said: hello again')
  expect(shown(started)).not.toContain('sesame')
  expect(started.log.text()).not.toContain('sesame')
  await started.close()
  expect((await readFile(started.data('denidin.db'))).includes('sesame')).toBe(false)
})

test('the invite code can be tried five times an hour', async () => {
  const started = await start({ answer: 'allow_list', invite_code: CODE })
  for (const guess of ['one', 'two', 'three', 'four', 'five']) await started.say(guess, { phone: ANA })
  expect(await started.say(CODE, { phone: ANA })).toBe('')
  expect(await started.say(CODE, { phone: BEN })).toMatch(/Welcome/)
  started.clock.pass(HOUR_MS)
  expect(await started.say(CODE, { phone: ANA })).toMatch(/Welcome/)
})

test('with whatsapp.answer contacts people in the address book are read too', async () => {
  const started = await start({ answer: 'contacts' })
  Object.assign(started.channel, {
    isContact: (addresses: readonly string[]) => Promise.resolve(addresses.includes(`${ANA}@c.us`)),
  })
  expect(await started.say('hello', { phone: ANA })).toBe('You said: hello')
  expect(await started.say('hello', { phone: BEN })).toBe('')
  // A channel that cannot tell lets no one in.
  Object.assign(started.channel, { isContact: () => Promise.reject(new Error('the page is closed')) })
  expect(await started.say('are you there?', { phone: ANA })).toBe('')
})

test('the godfather lists people, changes their roles and the allow list in the chat, in his language', async () => {
  const started = await start({ answer: 'allow_list' })
  const order = (text: string): Promise<string> => started.say(text, { phone: GODFATHER })
  await started.say('hello', { phone: ANA, name: 'Ana' })
  expect(await order(`/allow ${ANA}`)).toBe('Ana, +15550001111 is on the allow list.')
  expect(await order('/users')).toMatch(
    /^• .*\+15559990000: a godfather\n• Ana, \+15550001111: a client, on the allow list$/,
  )
  expect(await order(`/block +1 (555) 000-1111`)).toMatch(/^Ana, \+15550001111 is blocked/)
  expect(await started.say('hello', { phone: ANA })).toBe('')
  expect(await order(`/unblock ${ANA}`)).toBe('Ana, +15550001111 is not blocked any more.')
  expect(await started.say('hello', { phone: ANA })).toBe('You said: hello')
  expect(await order(`/role ${ANA} godfather`)).toBe('Ana, +15550001111 is now a godfather.')
  expect(await order(`/role ${ANA} king`)).toMatch(/^Write \/role with/)
  expect(await order(`/role ${GODFATHER} client`)).toMatch(/^The configuration determines this role/)
  expect(await order('/block 15557777777')).toMatch(/^Write \/block with a phone number that has written/)
  expect(await order(`/disallow ${ANA}`)).toBe('Ana, +15550001111 is not on the allow list any more.')
  await order('/lang he')
  expect(await order(`/תפקיד ${ANA} לקוח`)).toBe('התפקיד של Ana, ‎+15550001111 הוא עכשיו: לקוח.')
  expect(
    started.log.lines.some(({ component, fields }) => component === 'audit' && fields['operation'] === 'people.role'),
  ).toBe(true)
})

test('these commands are the godfather’s alone', async () => {
  const started = await start({})
  for (const text of ['/users', `/role ${ANA} godfather`, `/block ${BEN}`, `/allow ${BEN}`, '/listen', '/restart']) {
    expect(await started.say(text, { phone: ANA })).toMatch(/is for my administrator/)
  }
})

test('in a conversation that is only listened to, everything is remembered and nothing answered until /resume', async () => {
  const started = await start({})
  await started.say('hello', { phone: ANA })
  expect(await started.say(`/listen ${ANA}`, { phone: GODFATHER })).toMatch(/^I only listen and remember now/)
  expect(await started.say('my locker is 417', { phone: ANA })).toBe('')
  expect(await started.say('/help', { phone: ANA })).toBe('')
  expect(await started.say('anyone?', { phone: ANA })).toBe('')
  await started.restart()
  expect(await started.say('still nobody?', { phone: ANA })).toBe('')
  expect(await run(started, 'chat.pauses')).toMatchObject({ pauses: [{ reason: 'listen', until: null }] })
  expect(await started.say(`/resume ${ANA}`, { phone: GODFATHER })).toMatch(/^I answer again/)
  expect(await started.say('what is my locker?', { phone: ANA })).not.toBe('')
  expect(started.lastRequest()).toContain('my locker is 417')
})

test('/restart asks first, then restarts the connection alone', async () => {
  const started = await start({})
  let restarts = 0
  Object.assign(started.channel, {
    restart: () => {
      restarts++
      return Promise.resolve()
    },
  })
  expect(await started.say('/restart', { phone: GODFATHER })).toMatch(/^Shall I close my connection/)
  expect(restarts).toBe(0)
  expect(await started.say('yes', { phone: GODFATHER })).toMatch(/^I am restarting/)
  expect(restarts).toBe(1)
})
