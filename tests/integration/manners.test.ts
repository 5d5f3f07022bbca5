// How replies go out, seen from the phone, through the whole of DeniDin.
import { afterEach, expect, test } from '@jest/globals'
import { embed, hold, reply } from '../support/model-server.ts'
import { TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const CHAT = '15550001111@c.us'
/** A reply of three messages, and a bound that such a reply keeps. */
const LONG = ['a', 'b', 'c'].map(letter => `${letter} `.repeat(1900).trim()).join('\n\n')
const AI = { max_tokens: 6000 }

test('typing is shown while it is recalled, thought and sent, and then no more', async () => {
  denidin = await TestDenidin.start()
  await denidin.say('my dog is called Rex')
  await denidin.say('/reset')
  await denidin.app.memory.whenIdle()
  const [recall, thought] = [hold(embed()), hold(reply('Rex'))]
  denidin.models.next('embedding', recall.answer)
  denidin.models.next('completion', thought.answer)
  const typing: string[][] = []
  denidin.channel.outcomes.push(async () => {
    typing.push([...denidin.channel.typingIn])
    return { outcome: 'sent', message_id: 'sent-rex' }
  })
  const said = denidin.say('what is my dog called?')
  await recall.arrived
  typing.push([...denidin.channel.typingIn])
  recall.release()
  await thought.arrived
  typing.push([...denidin.channel.typingIn])
  thought.release()
  expect(await said).toBe('Rex')
  expect(typing).toEqual([[CHAT], [CHAT], [CHAT]])
  expect(denidin.channel.typingIn).toEqual([])
})

test('a browser that takes long to show that a message was read does not hold up the answer', async () => {
  denidin = await TestDenidin.start()
  const { promise: shown, resolve: show } = Promise.withResolvers<void>()
  denidin.channel.seen = () => shown
  denidin.models.next('completion', reply('Rex'))
  const typing: string[][] = []
  denidin.channel.outcomes.push(async () => {
    typing.push([...denidin.channel.typingIn])
    return { outcome: 'sent', message_id: 'sent-rex' }
  })
  await denidin.channel.deliver({ text: 'what is my dog called?', chat_id: CHAT })
  await denidin.channel.sentCount(1)
  show()
  await denidin.app.conversation.whenIdle(CHAT)
  // Typing comes after the two ticks: here it was too late for it, and it is not left on.
  expect(typing).toEqual([[]])
  expect(denidin.channel.typingIn).toEqual([])
})

test('what the model writes in Markdown is shown in WhatsApp’s marks, and remembered as it was', async () => {
  denidin = await TestDenidin.start()
  denidin.models.next('completion', reply('# Pets\n- **Rex**\n- *iPhone* הוא הטלפון שלי'))
  expect(await denidin.say('list my pets')).toBe('*Pets*\n• *Rex*\n• _\u200fiPhone_ הוא הטלפון שלי')
  await denidin.say('thanks')
  expect(denidin.lastRequest()).toContain('assistant: # Pets\n- **Rex**')
})

test('a long reply is several messages and one turn of the conversation', async () => {
  denidin = await TestDenidin.start({
    ai: AI,
    memory: { session: { max_tokens_by_role: { client: 20_000 } } },
    // The reply is longer than the budget of a turn.
    budget: { use_profiles: false },
  })
  denidin.models.next('completion', reply(LONG))
  await denidin.say('tell me all')
  expect(denidin.channel.sent.map(each => each.text.charAt(0))).toEqual(['a', 'b', 'c'])
  await denidin.restart()
  await denidin.say('thanks')
  expect(denidin.lastRequest().split('assistant: ')).toHaveLength(2)
  expect(denidin.lastRequest().includes(`assistant: ${LONG}`)).toBe(true)
})

test('the parts of a reply that certainly did not go out go out once after a restart', async () => {
  denidin = await TestDenidin.start({ ai: AI })
  denidin.models.next('completion', reply(LONG))
  const refused = Promise.withResolvers<void>()
  denidin.channel.outcomes.push({ outcome: 'sent', message_id: 'sent-a' }, async () => {
    refused.resolve()
    return { outcome: 'not_sent', reason: 'not linked' }
  })
  for (let n = 0; n < 5; n++) denidin.channel.outcomes.push({ outcome: 'not_sent', reason: 'not linked' })
  await denidin.channel.deliver({ text: 'tell me all', chat_id: CHAT })
  await refused.promise
  const { channel } = denidin
  await denidin.restart()
  expect(channel.sent).toMatchObject([{ text: expect.stringMatching(/^a/) }])
  const later = await denidin.channel.sentCount(2)
  expect(later.map(each => each.text.charAt(0))).toEqual(['b', 'c'])
  await denidin.restart()
  await denidin.say('thanks')
  expect(denidin.channel.sent).toHaveLength(1)
  expect(denidin.models.of('completion')).toHaveLength(2)
})

test('stopping does not wait for pauses', async () => {
  denidin = await TestDenidin.start({
    conversation: { pacing: { characters_per_second: 1, longest_pause_seconds: 120 } },
  })
  const thought = hold(reply('a rather long answer'))
  denidin.models.next('completion', thought.answer)
  await denidin.channel.deliver({ text: 'hello', chat_id: CHAT })
  await thought.arrived
  thought.release()
  const { channel } = denidin
  await denidin.close()
  expect(channel.sent).toMatchObject([{ text: 'a rather long answer' }])
})
