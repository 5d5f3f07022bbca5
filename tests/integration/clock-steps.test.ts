// The machine's clock is set forward or back while DeniDin runs: everyone is answered as before.
import { afterEach, expect, test } from '@jest/globals'
import { hold, reply } from '../support/model-server.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const STEPS = [
  ['back by an hour', -HOUR_MS],
  ['back by a day', -DAY_MS],
  ['back by a year', -365 * DAY_MS],
  ['forward by two days', 2 * DAY_MS],
] as const

const PACED = {
  conversation: { debounce_ms: 20, pacing: { characters_per_second: 1000, chat_gap_ms: 20, global_gap_ms: 10 } },
}

/** A person writes, with the time of WhatsApp's servers, which no step of ours changes; resolves with the reply. */
const write = async (text: string, phone = '15550001111'): Promise<string> => {
  const chat_id = `${phone}@c.us`
  const before = denidin.channel.sent.length
  await denidin.channel.deliver({ text, chat_id, sent_at: Date.now() })
  await denidin.app.conversation.whenIdle(chat_id)
  return denidin.channel.sent
    .slice(before)
    .filter(each => each.chat_id === chat_id)
    .map(each => each.text)
    .join('\n')
}

const OPERATOR = { caller: { transport: 'cli', level: 'operator' } } as const

// One DeniDin for all of it: each start brings up a Chroma server.
test.each(STEPS)('a clock that is set %s keeps no one waiting', async (_, step_ms) => {
  denidin = await TestDenidin.start(PACED)
  // Typing three long parts would take eleven seconds.
  denidin.clock.hasten(10)
  expect(await write('my dog is called Rex')).not.toBe('')
  const asked = await write('/forget all', '15550003333')
  const owner = { message_id: 'own-1', chat_id: '15550004444@c.us', chat_kind: 'direct', text: 'I am here' } as const
  await write('hello', '15550004444')
  const other = { identities: [{ kind: 'phone', value: '15550004444' }] } as const
  await denidin.channel.events.ownerWrote({ ...owner, other, sent_at: Date.now() })
  expect(await write('and now?', '15550004444')).toBe('')
  const parts = ['a', 'b', 'c'].map(letter => `${letter} `.repeat(1900).trim())
  const answer = hold(reply(parts.join('\n\n')))
  denidin.models.next('completion', answer.answer)
  const under_way = write('tell me all', '15550005555')
  await answer.arrived

  denidin.clock.forward(step_ms)

  // A reply that is on its way comes in its order.
  answer.release()
  expect(
    (await under_way)
      .match(/[abc](?= )/g)
      ?.join('')
      .replace(/(.)\1+/g, '$1'),
  ).toBe('abc')
  // The same chat, another one, a command.
  expect(await write('he is brown')).not.toBe('')
  expect(await write('hello', '15550002222')).not.toBe('')
  expect(await write('/privacy')).not.toBe('')
  // A question stays open: a yes is an answer, and no talk.
  const completions = denidin.models.of('completion').length
  expect(await write('yes', '15550003333')).not.toBe(asked)
  expect(denidin.models.of('completion')).toHaveLength(completions)
  // The owner's pause ends no later than was meant.
  await write('anyone?', '15550004444')
  denidin.clock.forward(61 * MINUTE_MS)
  expect(await write('and later?', '15550004444')).not.toBe('')
  // Sessions end and are stored.
  denidin.clock.forward(25 * HOUR_MS)
  await denidin.app.runner.run('session.sweep', { purge: false }, OPERATOR)
  expect(await denidin.app.runner.run('status', {}, OPERATOR)).toMatchObject({
    sessions_active: 0,
    sessions_waiting: 0,
  })
  denidin.clock.forward(-step_ms)
  expect(await write('what is his name?')).not.toBe('')
})
