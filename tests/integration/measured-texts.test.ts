// What packing keeps of long messages in memory goes when they are edited, deleted or forgotten.
import { expect, jest, test } from '@jest/globals'
import { MeasuredTexts } from '../../src/conversation/packing/measured-texts.ts'
import type { MessageId } from '../../src/messages/message.ts'
import { TestDenidin } from '../support/denidin.ts'

const CHAT = '15550001111@c.us'
const NEEDS = {
  boat: ['paint', 'a rope', 'an anchor', 'two sails'],
  shed: ['hinges', 'a lock', 'gravel', 'roofing felt'],
  car: ['tyres', 'petrol', 'a mirror', 'new wipers'],
} as const
const longText = (about: keyof typeof NEEDS): string =>
  Array.from({ length: 150 }, (_, n) => `My ${about} ${String(n)} needs ${NEEDS[about][n % 4] ?? ''}.`).join(' ')

test('measures of a message are dropped when it is edited, deleted or forgotten', async () => {
  const measuring = jest.spyOn(MeasuredTexts.prototype, 'of')
  await using denidin = await TestDenidin.start()
  const tell = async (about: keyof typeof NEEDS): Promise<MessageId> => {
    const { message_id } = await denidin.channel.deliver({ text: longText(about), chat_id: CHAT })
    await denidin.app.conversation.whenIdle(CHAT)
    return message_id
  }
  const [boat, shed, car] = [await tell('boat'), await tell('shed'), await tell('car')]
  await denidin.say('/reset')
  for (const about of Object.keys(NEEDS)) await denidin.say(`what does my ${about} need?`)
  const measured = measuring.mock.contexts[0] as MeasuredTexts
  const all = [...new Set(measuring.mock.calls.map(([id]) => id))]
  expect([boat, shed, car].map(id => measured.has(id))).toEqual([true, true, true])
  await denidin.channel.events.edited({ message_id: boat, text: 'the boat is sold' })
  await denidin.channel.events.deleted(shed)
  expect([boat, shed, car].map(id => measured.has(id))).toEqual([false, false, true])
  await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: { transport: 'cli', level: 'operator' }, confirmed: true },
  )
  expect(all.filter(id => measured.has(id))).toEqual([])
})
