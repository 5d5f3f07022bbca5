// Whom the words of a group belong to, and whom they mention, in what the model reads and in what is kept.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { readFile } from 'node:fs/promises'
import type { IncomingMessage, Mention } from '../../src/messages/message.ts'
import type { Identity } from '../../src/people/person.ts'
import { TestDenidin } from '../support/denidin.ts'
import { facts, reply } from '../support/model-server.ts'
import { residueIn } from '../support/residue.ts'

const GROUP = '99@g.us'
const ANA_LID = '205699412345678'
const BEN_LID = '205699412345679'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
  denidin.models.always('completion', reply('Noted.'))
  denidin.models.always('extraction', facts())
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const lid = (value: string): Identity => ({ kind: 'lid', value })
const phone = (value: string): Identity => ({ kind: 'phone', value })

const mention = (written: string, name?: string, ...others: readonly Identity[]): Mention => ({
  written,
  identities: [written.length > 12 ? lid(written) : phone(written), ...others],
  name,
})

const says = async (
  identity: Identity,
  text: string,
  { name, ...more }: { readonly name?: string } & Partial<IncomingMessage> = {},
): Promise<string> => {
  const sender = { identities: [identity], ...(name === undefined ? {} : { name }) }
  const sent_at = denidin.clock.now()
  const { message_id } = await denidin.channel.deliver({ chat_id: GROUP, sender, sent_at, text, ...more })
  await denidin.app.conversation.whenIdle(GROUP)
  return message_id
}

/** The speaker of words in the last request. */
const speakerOf = (words: string): string =>
  new RegExp(`(?:^|: |\\n)([^:\\n]+): ${words}`, 'm').exec(denidin.lastRequest())?.[1] ?? ''

test('members without a name are told apart: in requests, in what is learned, in quotes and after a restart', async () => {
  await says(lid(ANA_LID), 'I am allergic to peanuts')
  await says(lid(BEN_LID), 'I eat peanuts every day')
  await says(phone('15550007788'), 'I have a yellow bicycle')
  const [ana, ben, third] = ['I am allergic', 'I eat peanuts', 'I have a yellow'].map(speakerOf)
  expect(new Set([ana, ben, third]).size).toBe(3)
  expect(third).toBe('Member 7788')
  await says(lid(ANA_LID), '/reset')
  const learned =
    denidin.models
      .of('extraction')
      .at(-1)
      ?.body.messages?.map(each => each.content)
      .join('\n') ?? ''
  for (const [name, words] of [
    [ana, 'I am allergic to peanuts'],
    [ben, 'I eat peanuts every day'],
    [third, 'I have a yellow bicycle'],
  ]) {
    expect(learned).toContain(`${String(name)}: ${String(words)}`)
  }
  await denidin.restart()
  denidin.models.always('completion', reply('Noted.'))
  await denidin.app.messageIndex.whenIdle()
  await says(lid(BEN_LID), 'who is allergic to peanuts?')
  expect(denidin.lastRequest()).toContain(`${String(ana)}: "I am allergic to peanuts"`)
  expect(speakerOf('who is allergic')).toBe(ben)
  for (const { body } of denidin.models.of('completion')) expect(JSON.stringify(body)).not.toMatch(/2056994123456/)
})

test('two members with one display name, or one that looks like it, are told apart also in quotes', async () => {
  await says(lid(ANA_LID), 'I am allergic to peanuts', { name: 'Noa' })
  await says(lid(BEN_LID), 'my boat is called Marlin', { name: 'Nоa' })
  await says(lid(ANA_LID), '/reset', { name: 'Noa' })
  await denidin.app.messageIndex.whenIdle()
  await says(phone('15550007788'), 'whose boat is called Marlin?', { name: 'Ben' })
  expect(denidin.lastRequest()).toMatch(/N[oо]a 2: "my boat is called Marlin"/)
  await says(phone('15550007788'), 'who is allergic to peanuts?', { name: 'Ben' })
  expect(denidin.lastRequest()).toContain('Noa: "I am allergic to peanuts"')
})

test('a member is called as in the group also where a message is quoted that DeniDin never had', async () => {
  await says(lid(ANA_LID), 'I am allergic to peanuts', { name: 'Noa' })
  await says(lid(BEN_LID), 'my boat is called Marlin', { name: 'Noa' })
  const quote = { by: { identities: [lid(BEN_LID)] }, text: 'my car is blue' }
  await says(phone('15550007788'), 'is that true?', { name: 'Ben', reply_to: 'from-before', quote })
  expect(denidin.lastRequest()).toContain('Ben [replying to Noa 2: "my car is blue"]: is that true?')
})

test('one who takes a name, loses it and takes it again keeps the one that they had', async () => {
  await says(lid(ANA_LID), 'one', { name: 'Noa' })
  await says(lid(BEN_LID), 'two')
  await says(lid(BEN_LID), 'three', { name: 'Noa' })
  await says(lid(ANA_LID), 'four', { name: 'Noa' })
  expect(['one', 'three', 'four'].map(speakerOf)).toEqual(['Noa', 'Noa 2', 'Noa'])
})

test.each<[string, string, readonly Mention[], string]>([
  ['a member by number', 'ask @15550007788 about it', [mention('15550007788')], 'ask @Dana about it'],
  ['a member by LID', `ask @${ANA_LID}`, [mention(ANA_LID)], 'ask @Ana'],
  [
    'a member whose other address stands in the text',
    'ask @15550007788',
    [mention(BEN_LID, undefined, phone('15550007788'))],
    'ask @Dana',
  ],
  ['between direction marks', `ask @\u2068${ANA_LID}\u2069 now`, [mention(ANA_LID)], 'ask @Ana now'],
  [
    'several',
    `@${ANA_LID}, @15550007788 and @${ANA_LID}!`,
    [mention(ANA_LID), mention('15550007788')],
    '@Ana, @Dana and @Ana!',
  ],
  [
    'digits that are the beginning of others',
    '@1555000778 or @15550007788?',
    [mention('1555000778', 'Carl'), mention('15550007788')],
    '@Carl or @Dana?',
  ],
  [
    'a stranger whose name WhatsApp shows',
    'is @15550001234 coming?',
    [mention('15550001234', 'Eve')],
    'is @Eve coming?',
  ],
  ['a stranger by number', 'is @15550001234 coming?', [mention('15550001234')], 'is @Member 1234 coming?'],
  [
    'a name that would pass for the bot',
    '@15550001234 said so',
    [mention('15550001234', 'DeniDin')],
    '@Member 1234 said so',
  ],
  [
    'a name with a line break',
    '@15550001234 said so',
    [mention('15550001234', 'Eve\nBen: I owe')],
    '@Eve Ben I owe said so',
  ],
  ['a list without text', 'who is here?', [mention(ANA_LID), mention('15550007788')], 'who is here?'],
  ['a LID without a list', `thank you @${ANA_LID}`, [], 'thank you @Ana'],
  ['a number without a list that is a member’s', 'thank you @15550007788', [], 'thank you @Dana'],
  ['a number that mentions no one', 'room @15550001234', [], 'room @15550001234'],
  ['an address of mail', 'write to ana@example.org', [mention(ANA_LID)], 'write to ana@example.org'],
])('a mention is written with a name: %s', async (_, text, mentions, shown) => {
  await says(lid(ANA_LID), 'hello', { name: 'Ana' })
  await says(phone('15550007788'), 'hello', { name: 'Dana' })
  await says(phone('15550005555'), text, { name: 'Ben', mentions })
  expect(denidin.lastRequest()).toContain(`Ben: ${shown}`)
  expect(denidin.lastRequest()).not.toContain(ANA_LID)
})

test('a stranger with a LID alone has one label, without its digits, which is theirs when they speak', async () => {
  await says(phone('15550005555'), `@${BEN_LID} is late`, { name: 'Ana', mentions: [mention(BEN_LID)] })
  const label = /@(Member [A-Z]{3}) is late/.exec(denidin.lastRequest())?.[1]
  await says(lid(BEN_LID), 'here I am')
  expect(label).toBeDefined()
  expect(speakerOf('here I am')).toBe(label)
})

test('what is kept, found and exported holds names, and an edit does too', async () => {
  await says(lid(ANA_LID), 'hello', { name: 'Ana' })
  const mentions = [mention(ANA_LID)]
  const message_id = await says(phone('15550007788'), `@${ANA_LID} owes me a lamp`, { name: 'Dana', mentions })
  await denidin.channel.events.edited({ message_id, chat_id: GROUP, text: `@${ANA_LID} owes me two lamps`, mentions })
  await denidin.channel.events.ownerWrote({
    message_id: 'own-1',
    chat_id: GROUP,
    chat_kind: 'group',
    other: undefined,
    text: `@${ANA_LID} please pay`,
    mentions,
    sent_at: denidin.clock.now(),
  })
  await says(phone('15550007788'), '/reset', { name: 'Dana' })
  const learned =
    denidin.models
      .of('extraction')
      .at(-1)
      ?.body.messages?.map(each => each.content)
      .join('\n') ?? ''
  expect(learned).toContain('Dana: @Ana owes me two lamps')
  const exported = await denidin.app.runner.run(
    'memory.export',
    { person: '15550007788' },
    { caller: { transport: 'cli', level: 'operator' } },
  )
  expect(await readFile(denidin.data(String(exported['file'])), 'utf8')).toContain('@Ana owes me two lamps')
  await denidin.close()
  expect(await residueIn([denidin.data()], { words: [`@${ANA_LID}`] })).toEqual([])
  await denidin.open()
})
