// What people ask of their memory in a chat, through the whole app.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { MINUTE_MS } from '../../src/platform/clock.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { englishDay } from '../../src/text/strings/written-day.ts'
import { filesWith } from '../support/data-files.ts'
import { GODFATHER, TestDenidin } from '../support/denidin.ts'
import { reply } from '../support/model-server.ts'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const GROUP = '123@g.us'

/** Somebody writes in the group, to the bot unless told otherwise; resolves with what is answered. */
const inGroup = async (text: string, phone = '15550001111', addressed = true): Promise<string> => {
  const before = denidin.channel.sent.length
  const sender = { identities: [{ kind: 'phone', value: phone } as const], name: `N${phone.slice(-4)}` }
  await denidin.channel.deliver({ text, chat_id: GROUP, sender, addressed })
  await denidin.app.conversation.whenIdle(GROUP)
  return denidin.channel.sent
    .slice(before)
    .map(each => each.text)
    .join('\n')
}

const audit = async (): Promise<readonly Record<string, unknown>[]> => {
  const text = await readFile(join(denidin.folder, 'logs/memory_audit.log'), 'utf8')
  return text
    .trim()
    .split('\n')
    .map(line => JSON.parse(line) as Record<string, unknown>)
}

test('what is remembered on request is listed with number, date and source, and reaches the model later', async () => {
  expect(await denidin.say('/remember my sister is called Dana')).toBe('Remembered: my sister is called Dana')
  const day = englishDay(UTC.wallClock(denidin.clock.now()))
  expect(await denidin.say('/memory')).toContain(`1. ${day}, you said: my sister is called Dana`)
  await denidin.app.memory.whenIdle()
  await denidin.say('what is my sister called?')
  expect(denidin.lastRequest()).toContain('my sister is called Dana')
})

test('/memory with words finds memories and what was said word for word, in the numbers that /forget takes', async () => {
  await denidin.say('/remember my boat is called Marlin')
  await denidin.say('the boats in the harbour are all blue')
  await denidin.app.memory.whenIdle()
  const list = await denidin.say('/memory boat')
  expect(list).toMatch(/1\. .*my boat is called Marlin/)
  expect(list).toMatch(/2\. .*the boats in the harbour are all blue/)
  expect(await denidin.say('/forget 2')).toContain('Forgotten: 2 messages')
  expect(await denidin.say('/memory harbour')).toContain('nothing that I remember')
})

test('numbers hold over a restart, until the next list', async () => {
  await denidin.say('/remember one is first')
  await denidin.say('/remember two is second')
  expect(await denidin.say('/memory')).toMatch(/1\. .*two is second[\s\S]*2\. .*one is first/)
  await denidin.restart()
  await denidin.say('/remember three is third')
  expect(await denidin.say('/forget 2')).toContain('1 memory')
  expect(await denidin.say('/memory')).not.toContain('one is first')
  expect(await denidin.say('/forget 9')).toContain('nothing to forget')
  expect(await denidin.say('/forget')).toContain('a number from the list')
})

test('forgetting a memory takes its words from everywhere, the answers that repeat them included', async () => {
  await denidin.say('/remember my locker is Zanzibar 4711')
  await denidin.app.memory.whenIdle()
  await denidin.say('what is my locker?')
  await denidin.say('I repeat that my locker is Zanzibar 4711')
  await denidin.say('/memory')
  expect(await denidin.say('/forget 1')).toContain('nothing of it is left')
  await denidin.say('/memory zanzibar')
  expect(denidin.channel.sent.at(-1)?.text).toMatch(/1\. .*Zanzibar 4711/)
  await denidin.say('/forget 1')
  expect(await filesWith(denidin.data(), ['Zanzibar', 'zanzibar'])).toEqual([])
  await denidin.say('what is my locker?')
  expect(denidin.lastRequest()).not.toContain('Zanzibar')
})

test('/forget last takes back the last thing said with the answer to it', async () => {
  await denidin.say('I like tea')
  await denidin.say('I stole the Picasso')
  const answer = await denidin.say('forget that')
  expect(answer).toContain('Forgotten: 2 messages, among them «I stole the Picasso».')
  await denidin.say('hello')
  expect(denidin.lastRequest()).toContain('I like tea')
  expect(denidin.lastRequest()).not.toContain('Picasso')
  expect(await filesWith(denidin.data(), ['Picasso'])).toEqual([])
})

test('a message forgotten after its session was stored leaves the summary too, which is made anew without it', async () => {
  await denidin.say('my dog is called Rex')
  await denidin.say('my pin is Quetzal9')
  await denidin.say('/reset')
  await denidin.say('hello again')
  await denidin.say('/memory quetzal9')
  const numbered = /(\d+)\. [^\n]*you said: my pin/.exec(denidin.channel.sent.at(-1)?.text ?? '')?.[1] ?? ''
  expect(await denidin.say(`/forget ${numbered}`)).toContain('nothing of it is left')
  expect(await filesWith(denidin.data(), ['Quetzal9', 'quetzal9'])).toEqual([])
  await denidin.app.closing.sweep()
  const texts = (await denidin.app.memory.list('all', { limit: 9 })).map(each => each.text).join()
  expect(texts).toContain('Rex')
})

test('/forget all asks once, forgets on yes, and reports', async () => {
  await denidin.say('my cat is called Grizabella')
  expect(await denidin.say('/forget all')).toContain('Answer “yes” within five minutes')
  expect(await denidin.say('no')).toContain('leave it as it is')
  await denidin.say('/forget all')
  await denidin.say('what was that?')
  expect(await denidin.say('yes')).toBe('You said: yes')
  await denidin.say('/forget all')
  denidin.clock.pass(6 * MINUTE_MS)
  expect(await denidin.say('yes')).toBe('You said: yes')
  expect(denidin.lastRequest()).toContain('Grizabella')
  await denidin.say('forget everything about me')
  expect(await denidin.say('Yes.')).toContain('nothing of it is left')
  expect(await filesWith(denidin.data(), ['Grizabella'])).toEqual([])
  await denidin.say('hello')
  expect(denidin.lastRequest()).not.toContain('Grizabella')
})

test('what was forgotten does not come back from the history of the phone', async () => {
  const first = await denidin.channel.deliver({ text: 'I owe Xanthippe money', chat_id: '15550001111@c.us' })
  await denidin.app.conversation.whenIdle('15550001111@c.us')
  await denidin.say('/forget all')
  await denidin.say('yes')
  await denidin.restart()
  const before = denidin.channel.sent.length
  await denidin.channel.deliver(first)
  await denidin.channel.deliver({ ...first, message_id: 'the same words under another id' })
  await denidin.app.conversation.whenIdle('15550001111@c.us')
  expect(denidin.channel.sent).toHaveLength(before)
  expect(await filesWith(denidin.data(), ['Xanthippe'])).toEqual([])
  // Said anew it is a new thing.
  expect(await denidin.say('I owe Xanthippe money')).toBe('You said: I owe Xanthippe money')
})

test('/export writes a file that only its owner can read, and sends it where it is short', async () => {
  await denidin.say('hello there')
  const text = await denidin.say('/export')
  expect(text).toContain('hello there')
  expect(text).toContain('profile')
  for (let n = 0; n < 40; n++) await denidin.say(`a longer conversation goes on, part ${String(n)}`)
  const told = await denidin.say('/export')
  const file = /exports\/\S+\.md/.exec(told)?.[0] ?? ''
  expect(await readFile(denidin.data(file), 'utf8')).toContain('part 39')
  expect((await stat(denidin.data(file))).mode & 0o777).toBe(0o600)
  expect(await denidin.say('/export', { phone: '15550002222' })).not.toContain('part 39')
})

test('/why tells which memories the last reply was given, and how similar they were', async () => {
  expect(await denidin.say('/why')).toContain('not answered anything')
  await denidin.say('hello')
  expect(await denidin.say('/why')).toContain('on no memory')
  await denidin.say('/remember my boat is called Marlin')
  await denidin.app.memory.whenIdle()
  await denidin.say('what is my boat called?')
  expect(await denidin.say('/why')).toMatch(/my boat is called Marlin \(\d+ % similar\)/)
  await denidin.say('/memory')
  await denidin.say('/forget 1')
  expect(await denidin.say('/why')).not.toContain('Marlin')
})

test('with /privacy off nothing is learned, the conversation goes on, and it holds over a restart', async () => {
  expect(await denidin.say('/privacy')).toContain('Learning is on')
  expect(await denidin.say('/privacy off')).toContain('Learning is off')
  await denidin.restart()
  await denidin.say('my dog is called Rex')
  await denidin.say('what is my dog called?')
  expect(denidin.lastRequest()).toContain('user: my dog is called Rex')
  expect(await denidin.say('/memory')).toContain('Learning is off')
  await denidin.say('/privacy on')
  await denidin.say('my cat is called Tom')
  await denidin.say('/reset')
  const summary = denidin.models
    .of('extraction')
    .flatMap(request => request.body.messages ?? [])
    .map(each => each.content)
    .join('\n')
  expect(summary).toContain('Tom')
  expect(summary).not.toContain('Rex')
  await denidin.app.memory.whenIdle()
  await denidin.say('what are my pets called, dog and cat?')
  expect(denidin.lastRequest()).toContain('Tom')
  expect(denidin.lastRequest()).not.toContain('Rex')
})

test('a conversation of which nothing may be learned gives no memory', async () => {
  await denidin.say('/privacy off')
  await denidin.say('my dog is called Rex')
  expect(await denidin.say('/reset')).toContain('Nothing was saved')
  expect(await denidin.app.memory.list('all', { limit: 9 })).toEqual([])
})

test('/lang fixes the language of DeniDin’s own sentences', async () => {
  expect(await denidin.say('/lang he')).toContain('בעברית')
  await denidin.say('hello there, this is English')
  expect(await denidin.say('/memory')).toContain('זה מה שאני זוכר')
  await denidin.restart()
  expect(await denidin.say('/why')).toContain('התבססה')
  expect(await denidin.say('/lang klingon')).toContain('/lang he')
  expect(await denidin.say('/lang en')).toContain('in English')
})

test('the same in plain Hebrew', async () => {
  expect(await denidin.say('תזכור שאני אלרגי לבוטנים')).toBe('אזכור: אני אלרגי לבוטנים')
  expect(await denidin.say('מה אתה זוכר עליי?')).toContain('אני אלרגי לבוטנים')
  await denidin.say('אני גר בקריית שמונה')
  expect(await denidin.say('תשכח את זה')).toContain('שכחתי')
  expect(await filesWith(denidin.data(), ['קריית שמונה'])).toEqual([])
  expect(await denidin.say('תשכח הכל עליי')).toContain('"כן"')
  expect(await denidin.say('כן')).toContain('לא נשאר מזה דבר')
  expect(await filesWith(denidin.data(), ['אלרגי'])).toEqual([])
})

test('what was said in a group stays there, but who said it finds it in private', async () => {
  await inGroup('/remember my flat has the code Wisteria')
  await inGroup('/remember our meeting place is Heliotrope', '15550002222')
  await denidin.app.memory.whenIdle()
  await denidin.say('what is the code of my flat, and our meeting place?')
  expect(denidin.lastRequest()).toContain('Wisteria')
  expect(denidin.lastRequest()).not.toContain('Heliotrope')
  expect(await denidin.say('/memory')).toMatch(/in a group: my flat has the code Wisteria/)
  expect(await denidin.say('/memory')).not.toContain('Heliotrope')
  await denidin.say('what is the code of your flat, and the meeting place?', { phone: '15550003333' })
  expect(denidin.lastRequest()).not.toMatch(/Wisteria|Heliotrope/)
  await inGroup('what is the code of the flat, and our meeting place?', '15550003333')
  expect(denidin.lastRequest()).toContain('Wisteria')
  expect(denidin.lastRequest()).toContain('Heliotrope')
})

test('in a group nobody forgets what others said, nor shows what is held about them', async () => {
  await inGroup('/remember the key is under the mat', '15550002222')
  expect(await inGroup('/memory')).toContain('someone else said in a group: the key is under the mat')
  expect(await inGroup('/forget 1')).toContain('not yours alone')
  expect(await inGroup('/export')).toContain('direct chat')
  expect(await inGroup('/forget all')).toContain('direct chat')
  await inGroup('/memory', '15550002222')
  expect(await inGroup('/forget 1', '15550002222')).toContain('nothing of it is left')
})

test('forgetting everything takes what was said in groups, and leaves what others said there', async () => {
  // What the model repeats of it to others is another matter.
  denidin.models.always('completion', reply('Nice.'))
  await inGroup('I am Ana and I collect Krugerrands', '15550001111', false)
  await inGroup('and I collect stamps', '15550002222')
  await denidin.say('hello')
  await denidin.say('/forget all')
  expect(await denidin.say('yes')).toContain('nothing of it is left')
  expect(await filesWith(denidin.data(), ['Krugerrands'])).toEqual([])
  await inGroup('what do we collect?', '15550002222')
  expect(denidin.lastRequest()).toContain('I collect stamps')
  expect(denidin.lastRequest()).not.toContain('Krugerrands')
})

test('with godfather_scope all the godfather is reminded of what others said, and each time is audited', async () => {
  await denidin.say('/remember my boat is called Marlin', { name: 'Ana "the\n- boss"' })
  await denidin.app.memory.whenIdle()
  await denidin.say('what is the boat called?', { phone: GODFATHER })
  expect(denidin.lastRequest()).not.toContain('Marlin')
  await denidin.restart({ memory: { godfather_scope: 'all', longterm: { min_similarity: 0.2 } } })
  await denidin.say('what is the boat called?', { phone: GODFATHER })
  expect(denidin.lastRequest()).toMatch(/of "Ana \\"the - boss\\" \(\+15550001111\)": "my boat is called Marlin"/)
  await denidin.say('what is the boat called?', { phone: '15550002222' })
  expect(denidin.lastRequest()).not.toContain('Marlin')
  const sender = { identities: [{ kind: 'phone', value: GODFATHER } as const] }
  await denidin.channel.deliver({ text: 'what is the boat called?', chat_id: GROUP, sender })
  await denidin.app.conversation.whenIdle(GROUP)
  expect(denidin.lastRequest()).not.toContain('Marlin')
  await denidin.close()
  const uses = (await audit()).filter(entry => entry['operation'] === 'recall')
  expect(uses).toHaveLength(1)
  expect(uses[0]).toMatchObject({ whose: expect.stringMatching(/^person:/), memory_ids: [expect.any(String)] })
})

test('the audit log says who did what with whose memory, and holds no words', async () => {
  await denidin.say('/remember my boat is called Marlin')
  await denidin.say('/memory')
  await denidin.say('/export')
  await denidin.say('/forget 1')
  await denidin.close()
  const entries = await audit()
  expect(entries.map(entry => entry['operation'])).toEqual([
    'memory.remember',
    'memory.about',
    'memory.export',
    'forget',
  ])
  for (const entry of entries) expect(entry).toMatchObject({ whose: `person:${String(entry['by'])}` })
  expect(JSON.stringify(entries)).not.toContain('Marlin')
  expect((await stat(join(denidin.folder, 'logs/memory_audit.log'))).mode & 0o777).toBe(0o600)
})

test('commands, answers and edits are understood behind invisible characters, and nothing of them is learned', async () => {
  expect(await denidin.say('\u200e/remember my boat is called \u200fMarlin')).toBe(
    'Remembered: my boat is called Marlin',
  )
  expect(await denidin.say('\u200f／memory')).toContain('my boat is called Marlin')
  expect(await denidin.say('/forget \u200e١')).toContain('Forgotten:')
  expect(await denidin.say('\u202b/forget all\u202c')).toContain('Answer “yes”')
  expect(await denidin.say('yes\u200f')).toContain('nothing of it is left')
  await denidin.app.memory.whenIdle()
  expect(await denidin.say('/memory')).toContain('nothing that I remember')
})

test('/forget takes several numbers and names those that it did not find', async () => {
  for (const thing of ['my boat is called Marlin', 'my bike is red', 'my car is blue'])
    await denidin.say(`/remember ${thing}`)
  await denidin.say('/memory')
  const answer = await denidin.say('/forget 1, 3 and 9')
  expect(answer).toContain('2 memories')
  expect(answer).toContain('Not found, or not yours alone to forget: 9.')
  expect(await denidin.say('/memory')).toMatch(/^(?!.*Marlin)(?!.*car)[^]*bike/)
})

test('words that are not an answer withdraw the question, in one sentence, and are answered as usual', async () => {
  denidin.models.always('completion', reply('Sunny.'))
  await denidin.say('/forget all')
  const answers = await denidin.say('what is the weather like?')
  expect(answers).toContain('left everything as it is')
  expect(answers).toContain('Sunny.')
  expect(await denidin.say('/forget all')).toContain('Answer “yes”')
  expect(await denidin.say('/lang en')).toContain('left everything as it is')
})

test('a command with a Hebrew name is answered in Hebrew, and a fixed language counts for more', async () => {
  await denidin.say('good morning')
  expect(await denidin.say('/memory')).not.toMatch(/\p{Script=Hebrew}/u)
  expect(await denidin.say('/עזרה')).toContain('‎/reset')
  expect(await denidin.say('/שכח הכול')).toMatch(/\p{Script=Hebrew}/u)
  await denidin.say('/lang en')
  expect(await denidin.say('/שפה')).not.toMatch(/\p{Script=Hebrew}/u)
})
