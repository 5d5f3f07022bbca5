// What is learned from a group through the whole of DeniDin: it belongs to the group, and in private to who said it.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { TestDenidin } from '../support/denidin.ts'
import { facts } from '../support/model-server.ts'

const GROUP = '123@g.us'
const ANOTHER_GROUP = '456@g.us'
const OPERATOR = { transport: 'cli', level: 'operator' } as const
/** Two who speak in the group, one who only listens there, and one who is not in it. */
const ANA = { phone: '15550001111', name: 'Ana' }
const BEN = { phone: '15550002222', name: 'Ben' }
const CARL = { phone: '15550003333', name: 'Carl' }
const DORA = { phone: '15550004444', name: 'Dora' }
const QUESTION = 'what is the alarm code, the gate code and the name of the boat?'
/** One word of each thing that was said: Ana and Ben in the group, Ana in private. */
const IN_GROUP = { ana: 'Wisteria', ben: 'Heliotrope' }
const IN_PRIVATE = 'Pelargonium'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
  denidin.models.always(
    'extraction',
    facts(({ speaker, text }) => [{ text: `${speaker} says that ${text}`, quote: text }]),
  )
  await inGroup(ANA, `the alarm code is ${IN_GROUP.ana}`)
  await inGroup(BEN, `the gate code is ${IN_GROUP.ben}`)
  await inGroup(CARL, 'good morning', ANOTHER_GROUP)
  await denidin.say(`the name of the boat is ${IN_PRIVATE}`, ANA)
  await run('session.reset', { chat: GROUP })
  await denidin.say('/reset', ANA)
  await denidin.app.memory.whenIdle()
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = (name: string, input: object = {}) => denidin.app.runner.run(name, input, { caller: OPERATOR })

const inGroup = async ({ phone, name }: typeof ANA, text: string, chat_id = GROUP): Promise<string> => {
  const sender = { identities: [{ kind: 'phone', value: phone } as const], name }
  const before = denidin.channel.sent.length
  await denidin.channel.deliver({ text, chat_id, sender, addressed: true })
  await denidin.app.conversation.whenIdle(chat_id)
  return denidin.channel.sent
    .slice(before)
    .map(each => each.text)
    .join('\n')
}

/** Which of the things the model was reminded of with the last message. */
const reminded = (): readonly string[] =>
  [IN_GROUP.ana, IN_GROUP.ben, IN_PRIVATE].filter(word => denidin.lastRequest().includes(word))

const scopeOf = async ({ phone }: typeof ANA): Promise<string> =>
  `person:${(await denidin.app.people.lookUp(phone))?.person_id ?? ''}`

test('facts said in a group are the group’s, each with its speaker', async () => {
  const learned = await denidin.app.memory.list('all', { limit: 20 })
  const placed = learned.map(({ scope, kind, text, person_ids }) => ({ scope, kind, text, person_ids }))
  const [ana, ben] = [await scopeOf(ANA), await scopeOf(BEN)].map(scope => scope.replace('person:', ''))
  expect(placed).toHaveLength(3)
  const kind = 'fact'
  expect(placed).toEqual(
    expect.arrayContaining([
      { scope: `chat:${GROUP}`, kind, text: 'Ana says that the alarm code is Wisteria', person_ids: [ana] },
      { scope: `chat:${GROUP}`, kind, text: 'Ben says that the gate code is Heliotrope', person_ids: [ben] },
      {
        scope: `person:${ana ?? ''}`,
        kind,
        text: 'Ana says that the name of the boat is Pelargonium',
        person_ids: [ana],
      },
    ]),
  )
})

test.each([
  ['who said something in the group', ANA, [IN_GROUP.ana, IN_PRIVATE]],
  ['another one who did', BEN, [IN_GROUP.ben]],
  ['somebody else of the group', CARL, []],
  ['a stranger', DORA, []],
])('in private %s is reminded of what they said themselves, and of nothing else', async (_, who, known) => {
  // The agent's looks, and the profile that travels along, change nothing about it.
  await run('memory.agent_run')
  await denidin.say(QUESTION, who)
  expect(reminded()).toEqual(known)
  const shown = await denidin.say('/memory', who)
  expect([IN_GROUP.ana, IN_GROUP.ben, IN_PRIVATE].filter(word => shown.includes(word))).toEqual(known)
  const found = await denidin.say(`/memory ${QUESTION}`, who)
  expect([IN_GROUP.ana, IN_GROUP.ben, IN_PRIVATE].filter(word => found.includes(word))).toEqual(known)
})

test('the group is reminded of all that was said in it, whoever asks, and of nothing that was said elsewhere', async () => {
  await run('memory.agent_run')
  for (const who of [CARL, ANA]) {
    await inGroup(who, QUESTION)
    expect(reminded()).toEqual([IN_GROUP.ana, IN_GROUP.ben])
    await inGroup(who, QUESTION, ANOTHER_GROUP)
    expect(reminded()).toEqual([])
  }
})

test('what the operator has extracted from the group once more stays in the group', async () => {
  const { sessions } = (await run('session.list')) as { sessions: readonly { session_id: string; who: string }[] }
  const session = sessions.find(each => each.who === `chat:${GROUP}`)
  expect(await run('memory.extract', { session_id: session?.session_id })).toMatchObject({ reason: 'nothing_new' })
  const { memories } = (await run('memory.list', { chat: GROUP })) as { memories: readonly unknown[] }
  expect(memories).toHaveLength(2)
  const reflection = (await run('session.show', { session_id: session?.session_id }))['reflection']
  expect(reflection).toEqual(expect.any(String))
  const pruned = { dry_run: true, days: 0 }
  denidin.clock.forward(1)
  expect(await run('memory.prune_reflections', { ...pruned, person: ANA.phone })).toMatchObject({ reflections: 1 })
  expect(await run('memory.prune_reflections', { ...pruned, chat: GROUP })).toMatchObject({
    conversations: [{ who: `chat:${GROUP}`, reflections: 1 }],
  })
})
