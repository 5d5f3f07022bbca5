import { beforeAll, expect, test } from '@jest/globals'
import { NEWS_DIALOG, PASSKEY } from '../../src/channels/whatsapp/operator-tasks.ts'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'
import { BROWSER_INSTALL_MS, testBrowser } from '../support/fake-whatsapp/test-browser.ts'

// What only a person can deal with: the operator is told what to do, in a sentence, and it goes on by itself afterwards.

const ANA = '15551230001@c.us'
const FAST = { look_every_ms: 100, look_early_ms: 50, retry_ms: 100, longest_retry_ms: 300 }

beforeAll(testBrowser, BROWSER_INSTALL_MS)

test.each(['passkey_words', 'passkey_wanted'] as const)(
  'a request for a passkey (%s) is told to the operator, also beside the next code',
  async screen => {
    await using fake = await FakeWhatsApp.start()
    await using run = await ChannelRun.make(fake, { deadlines: FAST })
    await run.start()
    const first = await run.qrs.next()
    fake.show(screen)
    const { detail: reason } = await run.reached('action_required')
    expect(reason).toBe(PASSKEY.sentence)
    await expect(run.channel.health()).resolves.toMatchObject({
      state: 'down',
      detail: expect.stringContaining(reason),
    })
    fake.show('none')
    run.states.skip()
    fake.rotateQr()
    await run.qrs.next(text => text !== first)
    expect((await run.reached('qr')).detail).toContain('passkey')
    fake.scan()
    await run.reached('ready')
  },
)

test('words about passkeys that people write are not a request for one', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.linked(fake, { deadlines: FAST })
  run.skip()
  fake.show('passkey_words')
  fake.show('news')
  // The looks go on: the dialog was seen.
  await fake.journal.next('acknowledged')
  expect(run.states.all.map(({ state }) => state)).not.toContain('action_required')
  await expect(run.channel.send(ANA, 'hi', {})).resolves.toMatchObject({ outcome: 'sent' })
})

test('a dialog of news is acknowledged', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.linked(fake, { deadlines: FAST })
  fake.show('news')
  await fake.journal.next('acknowledged')
  fake.show('news')
  run.skip()
  await fake.journal.next('acknowledged')
  expect(run.states.all.map(({ state }) => state)).toEqual(['starting', 'qr', 'linking', 'ready'])
})

test('a dialog of news that stays is told to the operator, and messages are answered meanwhile', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.linked(fake, { deadlines: FAST })
  fake.show('stubborn_news')
  expect(await run.reached('action_required')).toMatchObject({
    detail: NEWS_DIALOG.sentence,
    action: 'close_dialog',
    can_send: true,
  })
  const sent = fake.receive({ from: ANA, text: 'hello' })
  await run.messages.next(({ message_id }) => message_id.endsWith(sent.id))
  await expect(run.channel.send(ANA, 'hi', {})).resolves.toMatchObject({ outcome: 'sent' })
  run.states.skip()
  fake.show('none')
  await run.reached('ready')
  expect(run.readies).toBe(1)
})

test.each([
  ['TOS_BLOCK', /blocked this account/],
  ['SMB_TOS_BLOCK', /blocked this business account/],
  ['PROXYBLOCK', /refuses connections from this network/],
  ['DEPRECATED_VERSION', /no longer accepts this version/],
])('%s at the login is told to the operator, tried again, and forgotten when it is over', async (state, sentence) => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.make(fake, { deadlines: FAST })
  await run.start()
  await run.qrs.next()
  fake.block = state
  fake.scan()
  expect((await run.reached('action_required')).detail).toMatch(sentence)
  await expect(run.channel.send(ANA, 'hi', {})).resolves.toMatchObject({ outcome: 'not_sent' })
  fake.block = undefined
  fake.scan()
  run.states.skip()
  const next = await run.states.next(({ state }) => state === 'ready' || state === 'qr')
  if (next.state === 'qr') fake.scan()
  await run.reached('ready')
  expect(run.log.text('info')).toMatch(/WhatsApp needs a person .*"ended_by":"WhatsApp"/)
})

test('a block that comes while it is ready is told too', async () => {
  await using fake = await FakeWhatsApp.start()
  await using run = await ChannelRun.settled(fake, { deadlines: FAST })
  fake.connection('PROXYBLOCK')
  expect((await run.reached('action_required')).detail).toMatch(/refuses connections/)
  run.states.skip()
  await run.reached('ready')
  await expect(run.channel.send(ANA, 'hi', {})).resolves.toMatchObject({ outcome: 'sent' })
})
