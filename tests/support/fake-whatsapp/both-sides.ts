import { expect } from '@jest/globals'
import type { WhatsAppDeadlines } from '../../../src/channels/whatsapp/create-whatsapp-channel.ts'
import type { ChannelRun } from './channel-run.ts'
import { until } from '../until.ts'

/** A person whose chat is used to see whether all is well. */
export const ANA = '15551230001@c.us'

/** Deadlines for tests: each far above what it bounds, and far below a person's patience. */
export const FAST: Partial<WhatsAppDeadlines> = {
  look_every_ms: 150,
  look_early_ms: 100,
  look_ms: 700,
  close_ms: 1000,
  retry_ms: 100,
}

/** After a fault: a message of Ana is heard once, and the answer reaches her once. */
export const bothHear = async (run: ChannelRun): Promise<void> => {
  const { fake, channel, messages } = run
  const sent = fake.receive({ from: ANA, text: 'are you still there?' })
  const heard = await messages.next(({ message_id }) => message_id === `false_${ANA}_${sent.id}`)
  const delivery = await channel.send(heard.chat_id, 'still here', {})
  expect(delivery).toMatchObject({ outcome: 'sent' })
  expect(fake.sent.filter(({ body }) => body === 'still here')).toHaveLength(1)
  expect(await run.browsers()).toHaveLength(1)
}

/** Resolves when the login was backed up. */
export const backedUp = (run: ChannelRun): Promise<void> =>
  until(() => run.log.lines.some(({ message }) => message === 'The login was backed up'))
