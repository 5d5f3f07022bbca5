import { expect, test } from '@jest/globals'
import type { CommandHandler, Speaker } from '../../src/conversation/command-handler.ts'
import { createChatCommands } from '../../src/interfaces/chat/commands.ts'
import { DenidinError, type ErrorCode } from '../../src/platform/errors.ts'
import { timeZone, UTC } from '../../src/platform/time-zone.ts'
import type { Language } from '../../src/text/language.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { memoryOf, personOf, sessionOf } from '../support/operations/records.ts'

const speaker: Speaker = {
  person: personOf('p1', '15550001111'),
  chat_id: '15550001111@c.us',
  chat_kind: 'direct',
  scope: 'person:p1',
}
const godfather: Speaker = { ...speaker, person: personOf('p9', '15550009999', 'godfather'), scope: 'person:p9' }
const inGroup = { chat_id: '12@g.us', chat_kind: 'group', scope: 'chat:12@g.us' } as const

const setUp = (language: Language = 'en', zone = 'UTC') => {
  const parts = new OperationRig()
  const runner = parts.runner()
  const commands: CommandHandler = createChatCommands({
    runner,
    clock: parts.clock,
    language: () => Promise.resolve(language),
    zoneOf: async () => timeZone(zone),
  })
  return { parts, commands }
}

test.each(['/reset', ' /RESET ', '/reset.', '/reset now please', '/frobnicate', '/הפעל', '/reset\nplease'])(
  '%j is a command',
  text => {
    expect(setUp().commands.recognises(text)).toBe(true)
  },
)

test.each(['please /reset', '/', '/home/user/file', '1/2', '//', '/2', ''])('%j is not a command', text => {
  expect(setUp().commands.recognises(text)).toBe(false)
})

test('/reset ends the conversation of the speaker and says that it was saved', async () => {
  const { parts, commands } = setUp()
  await expect(commands.run('/Reset', speaker)).resolves.toBe(
    'Session reset! Previous conversation has been saved to long-term memory.',
  )
  // It runs inside the speaker's queue already and must not enter it again.
  expect(parts.asked).toEqual(['reset person:p1'])
})

test('/reset in a group ends the conversation of the group', async () => {
  const { parts, commands } = setUp()
  await commands.run('/reset', { ...speaker, ...inGroup })
  expect(parts.asked).toEqual(['reset chat:12@g.us'])
})

test('/reset takes no word for a name of somebody else', async () => {
  const { parts, commands } = setUp()
  await commands.run('/reset p9', speaker)
  expect(parts.asked).toEqual(['reset person:p1'])
})

test.each([
  [{ session_id: 's', messages: 3, memory: 'pending' }, 'will be saved to long-term memory shortly'],
  [{ session_id: 's', messages: 3, memory: 'nothing' }, 'Nothing was saved'],
  [{ session_id: undefined, messages: 0, memory: 'nothing' }, 'There is no conversation to reset'],
] as const)('/reset that came to %j says so', async (outcome, words) => {
  const { parts, commands } = setUp()
  parts.sessions.resetOutcome = outcome
  await expect(commands.run('/reset', speaker)).resolves.toContain(words)
})

test('answers are in the language of the speaker', async () => {
  await expect(setUp('he').commands.run('/reset', speaker)).resolves.toContain('השיחה אופסה')
})

test('when the language cannot be found out, the command itself tells it', async () => {
  const parts = new OperationRig()
  const runner = parts.runner()
  const commands = createChatCommands({
    runner,
    clock: parts.clock,
    language: () => Promise.reject(new Error('no')),
    zoneOf: async () => UTC,
  })
  await expect(commands.run('/reset', speaker)).resolves.toContain('Session reset!')
  await expect(commands.run('/בננה', speaker)).resolves.toContain('אני לא מכיר')
})

test('/help lists what the speaker may do', async () => {
  const { commands } = setUp()
  const forClient = await commands.run('/help', speaker)
  expect(forClient).toContain('/reset – end this conversation')
  expect(forClient).not.toContain('/status')
  await expect(commands.run('/help', godfather)).resolves.toContain('/status – ')
})

test.each([
  ['/help forget', '/forget – forget an entry'],
  ['/help /forget', '/forget – forget an entry'],
  ['/עזרה שכח', '/forget – '],
  ['/help LANG', 'Write /lang en'],
  ['/help why', '/why – what my last reply was based on'],
])('%s explains that command only', async (text, line) => {
  const answer = await setUp('en').commands.run(text, speaker)
  expect(answer).toContain(line)
  expect(answer).not.toContain('/reset')
})

test('/help names the command of the administrator, or else lists all', async () => {
  const { commands } = setUp('en')
  await expect(commands.run('/help status', speaker)).resolves.toContain('/status is for my administrator')
  await expect(commands.run('/help status', godfather)).resolves.toBe('/status – how I am doing')
  await expect(commands.run('/help me with my taxes', speaker)).resolves.toContain('/reset – ')
})

test('an unknown command gets one helpful line and runs nothing', async () => {
  const { parts, commands } = setUp()
  const line = await commands.run('/rset', speaker)
  expect(line).toContain('Did you mean /reset?')
  expect(line).not.toContain('\n')
  expect(parts.asked).toEqual([])
})

test('what a client may not do is not suggested to them', async () => {
  await expect(setUp().commands.run('/statu', speaker)).resolves.not.toContain('/status')
})

test('/status is for the godfather in a direct chat', async () => {
  const { parts, commands } = setUp()
  parts.system.checks = [{ name: 'chroma', health: () => Promise.resolve({ state: 'down', detail: 'no server' }) }]
  parts.sessions.details.push(sessionOf('s1', 'person:p1'))
  parts.memory.memories.push(memoryOf('m1', 'person:p1', 'tea'))
  const answer = await commands.run('/status', godfather)
  expect(answer).toContain('something is down')
  expect(answer).toContain('- chroma: no server')
  expect(answer).toContain('1 conversation running')
  expect(answer).toContain('1 memory')
  expect(answer).toContain('7 calls')
  // Two in the inbox, one of them this command, and one reply.
  expect(answer).toContain('2 messages waiting')
  await expect(commands.run('/status', speaker)).resolves.toContain('is for my administrator')
  for (const text of ['/status', '/help status'])
    await expect(commands.run(text, { ...godfather, ...inGroup })).resolves.toContain('works only in a direct chat')
})

test.each<[ErrorCode, string]>([
  ['internal', 'my log has the reason'],
  ['rejected', '“denidin doctor” says what to change'],
])('the administrator is referred to no one after a failure of kind %s', async (code, words) => {
  for (const [language, expected] of [
    ['en', words],
    ['he', /^(?!.*המנהל שלי)/],
  ] as const) {
    const { parts, commands } = setUp(language)
    parts.sessions.lifecycle.reset = () => Promise.reject(new DenidinError(code, 'details'))
    const answer = await commands.run('/reset', godfather)
    expect(answer).toMatch(expected)
    expect(answer).not.toContain('administrator')
  }
})

test.each(['/pause', '/listen'])('%s of another conversation names the command that ends it', async name => {
  const { parts, commands } = setUp('en')
  parts.people.persons.push(personOf('p9', '15550009999'))
  await expect(commands.run(name, godfather)).resolves.toContain('. /resume ends')
  await expect(commands.run(`${name} 15550009999`, godfather)).resolves.toContain('. /resume 15550009999 ends')
})

test.each<[ErrorCode, string]>([
  ['unavailable', 'went wrong on my side'],
  ['timeout', 'went wrong on my side'],
  ['bad_answer', 'went wrong on my side'],
  ['rejected', 'refuses to work'],
  ['limit_reached', 'the allowance is used up'],
  ['disabled', 'switched off'],
  ['stopping', 'being restarted'],
  ['not_running', 'being restarted'],
  ['already_running', 'busy'],
  ['internal', 'Something went wrong'],
  ['damaged', 'Something went wrong'],
  ['not_found', 'Something went wrong'],
  ['invalid_input', 'Something went wrong'],
  ['invalid_config', 'Something went wrong'],
  ['confirmation_needed', 'Answer “yes” within five minutes'],
  ['forbidden', 'is for my administrator'],
])('a failure of kind %s is told in a sentence without its details', async (code, words) => {
  const { parts, commands } = setUp()
  parts.sessions.lifecycle.reset = () => Promise.reject(new DenidinError(code, 'details: sqlite says no'))
  const answer = await commands.run('/reset', speaker)
  expect(answer).toContain(words)
  expect(answer).not.toContain('sqlite')
})

test.each([
  ['/pause 5', 'Write /pause alone'],
  ['/pause 30 minutes', 'Write /pause alone'],
  ['/pause off', 'Write /pause alone'],
  ['/pause @nobody', 'Write /pause alone'],
  ['/pause +972 50 000 0000', 'Write /pause alone'],
  ['/pause 😴', 'Write /pause alone'],
  ['/resume 5', 'Write /resume alone'],
  ['/resume now', 'Write /resume alone'],
  ['/resume tomorrow morning', 'Write /resume alone'],
  ['/resume -1', 'Write /resume alone'],
  ['/resume ../..', 'Write /resume alone'],
  ['/remember', 'Add what I should remember'],
  ['/remember   ', 'Add what I should remember'],
  [`/remember ${'x'.repeat(4001)}`, 'in at most 4,000 characters'],
  ['/forget', 'Add what I should forget'],
  ['/forget the cat', 'Add what I should forget'],
  ['/forget 12345', 'Add what I should forget'],
  ['/forget -1', 'Add what I should forget'],
  ['/forget 1.5', 'Add what I should forget'],
  ['/privacy maybe', 'Write /privacy on or /privacy off'],
  ['/privacy 1', 'Write /privacy on or /privacy off'],
  ['/privacy on off', 'Write /privacy on or /privacy off'],
  ['/lang', 'Write /lang en'],
  ['/lang klingon', 'Write /lang en'],
  ['/lang en he', 'Write /lang en'],
  ['/timezone Atlantis', 'Write /timezone with a city'],
  ['/timezone +99', 'Write /timezone with a city'],
  ['/timezone 25:00', 'Write /timezone with a city'],
])('malformed command %# gets a usage sentence', async (text, usage) => {
  const answer = await setUp().commands.run(text, godfather)
  expect(answer).toContain(usage)
  expect(answer).not.toContain('Something went wrong')
})

test.each([
  ['/lang EN.', 'in English'],
  ['/lang "en"', 'in English'],
  ['/lang <he>', 'בעברית'],
  ['/lang Hebrew, please', 'בעברית'],
  ['/privacy OFF!', 'Learning is off'],
  ['/privacy on 🙏', 'Learning is on'],
  ['/privacy “off”', 'Learning is off'],
  ['/privacy כבה.', 'Learning is off'],
  ['/forget ALL!', 'cannot be undone'],
  ['/forget "all"', 'cannot be undone'],
  ['/forget please all', 'cannot be undone'],
  ['/forget את הכול', 'cannot be undone'],
  ['/timezone Berlin!', 'Europe/Berlin'],
  ['/timezone "new york"', 'America/New_York'],
  ['/timezone Berlin, Germany', 'Europe/Berlin'],
  ['/timezone india', 'Your time zone is Asia/'],
  ['/timezone São Paulo', 'America/Sao_Paulo'],
  ['/timezone +3', 'UTC+03:00'],
  ['/remember that my locker is 417', 'Remembered: my locker is 417'],
  ['/זכור שהחניה שלי 112', 'Remembered: החניה שלי 112'],
  ['/זכור שלום עולם', 'Remembered: שלום עולם'],
  ['/אזור זמן', 'Your time zone is UTC'],
  ['/אזור זמן ברלין', 'Europe/Berlin'],
  ['/remember that one film with the dog', 'Remembered: that one film with the dog'],
])('%s is understood whatever is around the word', async (text, answer) => {
  expect(await setUp().commands.run(text, godfather)).toContain(answer)
})

test.each(['/forget all', '/forget ALL!', '/forget "all"'])('in a group %s is refused', async text => {
  const group: Speaker = { ...godfather, chat_kind: 'group', chat_id: '1-2@g.us' }
  expect(await setUp().commands.run(text, group)).not.toContain('cannot be undone')
})

test.each([
  ['/pause 5', '‎/pause לבדה'],
  ['/resume מחר', '‎/resume לבדה'],
  ['/forget החתול', 'מה לשכוח'],
  ['/remember', 'מה לזכור'],
  ['/timezone אטלנטיס', 'עם עיר או אזור'],
])('%s gets a usage sentence in Hebrew', async (text, usage) => {
  expect(await setUp('he').commands.run(text, godfather)).toContain(usage)
})

test.each([
  ['en', 'UTC', '20 Nov 2026'],
  ['he', 'UTC', '20.11.2026'],
  ['en', 'Pacific/Kiritimati', '21 Nov 2026'],
  ['he', 'Pacific/Kiritimati', '21.11.2026'],
  ['en', 'Pacific/Pago_Pago', '19 Nov 2026'],
] as const)('/memory in %s in %s writes the day as people do: %s', async (language, zone, day) => {
  const { parts, commands } = setUp(language, zone)
  const said_to = Date.parse('2026-11-20T10:30:00Z')
  await parts.memory.facts.store({ ...memoryOf('m1', 'person:p1', 'tea'), said_to })
  const answer = await commands.run('/memory', speaker)
  expect(answer).toContain(`1. ${day}, `)
  expect(answer).not.toContain('2026-')
})

test('/export writes times as people do, and leaves the words of people alone', async () => {
  const { parts, commands } = setUp('en', 'Asia/Jerusalem')
  parts.privacy.exporter.read = async () =>
    'Written 2026-11-28T23:43:10.214Z. Times are in UTC.\n\n- sent_at: 2026-11-28T22:30:00.000Z · text: at 2026-11-28T22:30:00.000Z we met\n- at: 2026-11-28T00:00:00Z\n'
  parts.privacy.exporter.export = async () => ({ file: 'x.md', records: 2, characters: 100 })
  await expect(commands.run('/export', speaker)).resolves.toBe(
    'Written 29 Nov 2026, 01:43. Times are in Asia/Jerusalem.\n\n- sent_at: 29 Nov 2026, 00:30 · text: at 2026-11-28T22:30:00.000Z we met\n- at: 28 Nov 2026, 02:00\n',
  )
})

test.each([
  ['en', 'Forgotten: 2 messages and 1 memory, among them «tea».'],
  ['he', 'שכחתי: 2 הודעות וזיכרון אחד, בהם «tea».'],
] as const)('/forget names what went, in %s', async (language, sentence) => {
  const { parts, commands } = setUp(language)
  await parts.memory.facts.store({ ...memoryOf('m1', 'person:p1', 'tea'), person_ids: ['p1'] })
  await commands.run('/memory', speaker)
  await expect(commands.run('/forget 1', speaker)).resolves.toContain(sentence)
})
