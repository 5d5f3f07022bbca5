import { afterEach, expect, test } from '@jest/globals'
import { HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'
import { lastUserMessage, reply } from '../support/model-server.ts'
import { until } from '../support/until.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const ANA = '15550001111@c.us'
const STOPPED = /If you are a person, write “continue”/
const ROUNDS = 60

/** A model whose replies differ each time. */
const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start({ feature_flags: { enable_memory_system: false }, ...config })
  let replies = 0
  denidin.models.always(
    'completion',
    reply(request => `Thought number ${String(++replies)} about ${lastUserMessage(request).slice(0, 30)}.`),
  )
}

/** What another program answers, by round and by what it was told. */
type Program = (round: number, told: string) => string

const PROGRAMS: readonly (readonly [string, Program, number])[] = [
  ['says the same each time', () => 'Thank you for your message. How can I help you?', 6],
  ['changes only a counter', n => `Your ticket has the number ${String(4711 + n)}.`, 46],
  ['changes only the time', n => `It is 12:${String(n).padStart(2, '0')} and our office is closed now.`, 46],
  ['sends back what it was told', (_, told) => `You said: ${told}`, 10],
  ['shows a menu', () => '1️⃣ Sales\n2️⃣ Support\nPlease reply 1 for sales or 2 for support.', 6],
  [
    'shows two menus in turn',
    n => (n % 2 === 0 ? 'Please choose a language: 1 English' : 'Sorry, I did not understand you!'),
    8,
  ],
  ['answers in Hebrew', () => 'תודה על פנייתך, נחזור אליך בהקדם האפשרי', 6],
  ['varies capitals and emoji', n => (n % 2 === 0 ? 'THANKS for writing to us! 🎉' : 'Thanks for writing to us.'), 6],
  [
    'is another model, and quick',
    n =>
      `${'abcdefghijklmnopqrst'.slice(n % 10)} something else entirely ${String.fromCharCode(97 + (n % 26)).repeat(9)}`,
    46,
  ],
]

test.each(PROGRAMS)('a program that %s is answered for a while only', async (_, program, most) => {
  await start()
  let told = 'Hello'
  let answered = 0
  for (let round = 0; round < ROUNDS; round++) {
    const answer = await denidin.say(program(round, told))
    if (answer === '') continue
    answered += 1
    told = answer
  }
  expect(answered).toBeLessThanOrEqual(most + 1)
  expect(denidin.channel.sent.filter(({ text }) => STOPPED.test(text) || text.includes('„המשך”'))).toHaveLength(1)
})

test('a program that takes twenty seconds for each answer is recognised by what it repeats', async () => {
  await start()
  let answered = 0
  for (let round = 0; round < ROUNDS; round++) {
    denidin.clock.forward(20_000)
    if ((await denidin.say('Thank you for your message. How can I help you?')) !== '') answered += 1
  }
  expect(answered).toBeLessThanOrEqual(7)
})

test('the operator is told of a loop, and a client of another chat notices nothing', async () => {
  await start({ alerts: { after_seconds: 0 } })
  for (let round = 0; round < 10; round++) await denidin.say('Thank you for your message. How can I help you?')
  const { parts } = (await denidin.app.runner.run(
    'health',
    {},
    {
      caller: { transport: 'cli', level: 'operator' },
    },
  )) as { parts: { name: string; state: string; detail: string }[] }
  expect(parts).toContainEqual({
    name: 'conversations',
    state: 'degraded',
    detail: expect.stringContaining('In one conversation another program answers'),
  })
  const warning = denidin.log.lines.find(({ message }) => message.startsWith('Another program answers'))
  expect(warning).toMatchObject({ level: 'warn', fields: { chat_id: ANA, sign: 'repeated', minutes: 60 } })
  expect(await denidin.say('What is the weather?', { phone: '15550002222' })).toContain('weather')
  await until(() => denidin.channel.sent.some(({ chat_id }) => chat_id === `${GODFATHER}@c.us`))
})

const PEOPLE: readonly (readonly [string, Program])[] = [
  ['repeats ok', () => 'ok'],
  ['laughs and thanks', n => ['haha', 'thanks!', '👍', 'ok', 'yes'][n % 5] ?? 'no'],
  [
    'asks the same thing again some times',
    n =>
      n % 4 === 3
        ? `forget it, tell me about ${['cats', 'dogs', 'birds', 'fish', 'ants', 'bees'][n >> 2] ?? ''}`
        : 'what is the capital of France?',
  ],
  [
    'writes quickly',
    n =>
      `and what about the ${['sea', 'sun', 'moon', 'wind', 'rain', 'snow', 'fog'][n % 7] ?? ''} in ${['May', 'June', 'July', 'autumn'][n % 4] ?? ''}?`,
  ],
]

test.each(PEOPLE)('a person who %s is answered each time', async (_, person) => {
  await start()
  for (let round = 0; round < 24; round++) {
    // Somebody who types needs some seconds for more than a word.
    denidin.clock.forward(person(round, '').length > 6 ? 7000 + 2500 * (round % 5) : 500 + 1300 * (round % 3))
    expect(await denidin.say(person(round, ''))).toContain('Thought number')
  }
})

test.each([
  ['answers with a command', () => '/start', 43],
  ['answers with commands and words', (n: number) => (n % 2 === 0 ? '/help' : '👍'), 90],
])('a program that %s is answered for a while only', async (_, program, most) => {
  await start()
  let answered = 0
  for (let round = 0; round < 100; round++) if ((await denidin.say(program(round))) !== '') answered += 1
  expect(answered).toBeLessThanOrEqual(most)
})

test.each([
  ['the same ones again and again', (round: number) => ['/help', '/memory', '/budget'][round % 3] ?? ''],
  ['many at once', (round: number) => `/forget ${String(round)}`],
])('a person who tries %s is answered each time', async (_, command) => {
  await start()
  for (let round = 0; round < 60; round++) {
    if (round % 20 === 19) denidin.clock.forward(6000)
    expect(await denidin.say(command(round))).toMatch(/^(?!It looks as if a program)./)
  }
})

test('a program that writes as regularly as a clock stays stopped, whatever it writes', async () => {
  await start()
  const WORDS = ['sun', 'moon', 'river', 'cloud', 'horse', 'table', 'lamp', 'window', 'garden', 'music', 'train']
  let answered = 0
  for (let round = 0; round < 60; round++) {
    denidin.clock.forward(5 * MINUTE_MS)
    const words = [round % 11, (round * 3 + 1) % 11, (round * 7 + 2) % 11].map(at => WORDS[at])
    if ((await denidin.say(`${words.join(' and ')}, thought number ${String(round)}`)) !== '') answered += 1
  }
  expect(answered).toBeLessThanOrEqual(40)
})

const loop = async (): Promise<void> => {
  for (let round = 0; round < 10; round++) await denidin.say('Thank you for your message. How can I help you?')
  expect(await denidin.say('Thank you for your message. How can I help you?')).toBe('')
}

test.each(['continue', 'Continue!', 'המשך', 'sorry, that was my auto-reply; when do you open?'])(
  'after a stop, a person who writes "%s" is answered',
  async text => {
    await start()
    await loop()
    expect(await denidin.say(text)).toContain('Thought number')
    expect(await denidin.say('and tell me more about it')).toContain('Thought number')
  },
)

test('after a stop, a command works and ends it', async () => {
  await start()
  await loop()
  expect(await denidin.say('/help')).toContain('/reset')
  expect(await denidin.say('so, who are you?')).toContain('Thought number')
})

test('a stop ends by itself, and a program that goes on is stopped sooner and for longer', async () => {
  await start()
  await loop()
  denidin.clock.forward(HOUR_MS + MINUTE_MS)
  let answered = 0
  for (let round = 0; round < 10; round++) {
    if ((await denidin.say('Thank you for your message. How can I help you?')) !== '') answered += 1
  }
  expect(answered).toBeLessThanOrEqual(3)
  denidin.clock.forward(HOUR_MS + MINUTE_MS)
  expect(await denidin.say('Thank you for your message. How can I help you?')).toBe('')
})

test('conversation.bot_loop_minutes is how long the bot only listens; with 0 it answers on', async () => {
  await start({ conversation: { bot_loop_minutes: 5 } })
  await loop()
  denidin.clock.forward(5 * MINUTE_MS + 1000)
  expect(await denidin.say('Thank you for your message. How can I help you?')).not.toBe('')
  await denidin.restart({ conversation: { bot_loop_minutes: 0 } })
  for (let round = 0; round < 20; round++) {
    expect(await denidin.say('Thank you for your message. How can I help you?')).not.toMatch(STOPPED)
  }
})

test('three programs in one group are stopped one by one, and a person there is answered on', async () => {
  await start()
  const group = '120363000000000009@g.us'
  const say = async (phone: string, text: string): Promise<readonly string[]> => {
    const before = denidin.channel.sent.length
    await denidin.channel.deliver({
      text,
      chat_id: group,
      sent_at: denidin.clock.now(),
      sender: { identities: [{ kind: 'phone', value: phone }], name: phone },
    })
    await denidin.app.conversation.whenIdle(group)
    return denidin.channel.sent.slice(before).map(each => each.text)
  }
  let answered = 0
  for (let round = 0; round < 30; round++) {
    for (const phone of ['15550003331', '15550003332', '15550003333']) {
      answered += (await say(phone, `I am the assistant of ${phone} and I am happy to help you today`)).length
    }
  }
  expect(answered).toBeLessThanOrEqual(3 * 7)
  expect(await say('15550003334', 'could you all please be quiet?')).toEqual([
    expect.stringContaining('Thought number'),
  ])
})
