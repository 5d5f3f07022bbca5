// After a link with another WhatsApp account, a reply that waits does not go out from that one; the old one sends it.
import { afterEach, expect, test } from '@jest/globals'
import type { Self } from '../../src/channels/whatsapp/whatsapp-message.ts'
import { operations } from '../../src/operations/list.ts'
import { DAY_MS, HOUR_MS } from '../../src/platform/clock.ts'
import { GODFATHER } from '../support/denidin.ts'
import { EngineWorld } from '../support/identity/engine-world.ts'
import { hold, reply } from '../support/model-server.ts'
import { until } from '../support/until.ts'

const OLD: Self = { phone: '15550009999@c.us', lid: '900@lid' }
const NEW: Self = { phone: '15550008888@c.us', lid: '800@lid' }
const OPERATOR = { caller: { transport: 'cli', level: 'operator' } } as const
const ADMINISTRATOR = `${GODFATHER}@c.us`

let world: EngineWorld

const start = async (): Promise<string> => {
  world = await EngineWorld.start({ alerts: { after_seconds: 0 } })
  world.denidin.clock.hasten(30)
  return world.person().phone
}

afterEach(async () => {
  await world[Symbol.asyncDispose]()
})

/** What one of our accounts sent to somebody. */
const sentBy = ({ phone }: Self, to: string): readonly string[] =>
  world.account.messages
    .filter(each => each.from_me && each.author_id === phone && each.chat_id === to)
    .map(each => each.text)

const status = async () => operations.status.output.parse(await world.denidin.app.runner.run('status', {}, OPERATOR))

const part = async (wanted: string) => (await status()).parts.find(({ name }) => name === wanted)

const delivery = () => part('delivery')

/** Somebody asks, and the answer is ready only when the phone has removed us. */
const askAndUnlink = async (ana: string): Promise<void> => {
  const answer = hold(reply('Your dog is called Rex.'))
  world.denidin.models.next('completion', answer.answer)
  await world.write('what is my dog called?', ana)
  await answer.arrived
  await world.unlink()
  answer.release()
  await until(async () => (await status()).outbox_waiting === 1)
  await world.denidin.app.conversation.whenIdle(ana)
}

test('a reply that waits is set aside for another account, and sent by the old one', async () => {
  const ana = await start()
  await askAndUnlink(ana)
  world.scan(NEW)
  await until(() => sentBy(NEW, ADMINISTRATOR).length > 0)
  expect(await delivery()).toMatchObject({
    state: 'degraded',
    detail: expect.stringMatching(/^Not sent: another WhatsApp account was linked\. .*: 1\.$/),
  })
  expect(sentBy(NEW, ADMINISTRATOR)).toEqual([expect.stringMatching(/another WhatsApp account was linked\. .*: 1\.$/)])

  // What is written to the new account is answered by it, and a restart changes nothing.
  world.denidin.models.next('completion', reply('Hello to you.'))
  await world.say('hello', ana)
  await until(() => sentBy(NEW, ana).length > 0)
  await world.restart()
  await until(async () => (await delivery())?.state === 'degraded')
  expect(sentBy(NEW, ana)).toEqual(['Hello to you.'])
  expect(await status()).toMatchObject({ outbox_waiting: 1, outbox_failed: 0 })

  await world.unlink()
  world.scan(OLD)
  await until(() => sentBy(OLD, ana).length > 0)
  await until(async () => (await status()).outbox_waiting === 0)
  expect(sentBy(OLD, ana)).toEqual(['Your dog is called Rex.'])
  expect(sentBy(NEW, ana)).toEqual(['Hello to you.'])
  expect((await delivery())?.state).toBe('ok')
  // Its end is too short to be news, and nothing was told twice.
  expect(sentBy(NEW, ADMINISTRATOR).filter(text => text.includes('another WhatsApp account'))).toHaveLength(1)
})

test.each<[string, Self]>([
  ['the same account', OLD],
  ['the same account, which shows only its number', { phone: OLD.phone, lid: undefined }],
  ['the same account with another number', { phone: NEW.phone, lid: OLD.lid }],
  ['an account that shows no name', { phone: undefined, lid: undefined }],
])('a reply that waits is sent after a link with %s', async (_, self) => {
  const ana = await start()
  await askAndUnlink(ana)
  world.scan(self)
  await until(() => world.sent.some(({ chat }) => chat === ana))
  expect(world.sent.filter(({ chat }) => chat === ana).map(({ text }) => text)).toEqual(['Your dog is called Rex.'])
})

test('a message that the old account received and nobody answered is not answered by the new one', async () => {
  const ana = await start()
  const { denidin } = world
  denidin.models.always('completion', reply('It is called Rex.'))
  await denidin.close()
  // The process ended before it answered, and was linked with the other account before it could.
  await denidin.leaveUnanswered('what is my dog called?', ana, `${OLD.phone ?? ''} ${OLD.lid ?? ''}`)
  world.account.self = NEW
  await denidin.open()
  await until(async () => (await delivery())?.state === 'degraded')
  expect(sentBy(NEW, ana)).toEqual([])

  await world.unlink()
  world.scan(OLD)
  await until(() => sentBy(OLD, ana).length > 0)
  expect(sentBy(OLD, ana)).toEqual(['It is called Rex.'])
})

test('an answer that is ready only when the other account is linked waits for the old one', async () => {
  const ana = await start()
  const answer = hold(reply('It is called Rex.'))
  world.denidin.models.next('completion', answer.answer)
  await world.write('what is my dog called?', ana)
  await answer.arrived
  await world.unlink()
  world.scan(NEW)
  await until(async () => (await part('whatsapp'))?.state === 'ok')
  answer.release()
  await world.denidin.app.conversation.whenIdle(ana)
  expect(await status()).toMatchObject({ outbox_waiting: 1 })
  expect(sentBy(NEW, ana)).toEqual([])

  await world.unlink()
  world.scan(OLD)
  await until(() => sentBy(OLD, ana).length > 0)
  expect(sentBy(OLD, ana)).toEqual(['It is called Rex.'])
})

test('a reply that was set aside is given up when it is too old, even if the old account comes back', async () => {
  const ana = await start()
  await askAndUnlink(ana)
  world.scan(NEW)
  await until(async () => (await delivery())?.state === 'degraded')
  world.denidin.clock.pass(DAY_MS + HOUR_MS)
  await world.unlink()
  world.scan(OLD)
  await until(async () => (await status()).outbox_failed === 1)
  expect([...sentBy(NEW, ana), ...sentBy(OLD, ana)]).toEqual([])
  const lines = world.denidin.log.lines.filter(({ level }) => level !== 'debug')
  expect(JSON.stringify(lines)).not.toContain('Rex')
})
