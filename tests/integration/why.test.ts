// What /why lists is what the model was given, no more and no less; and what counts as a use of a memory.
import { afterEach, expect, test } from '@jest/globals'
import { openStores } from '../support/stores.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { PLAIN_MEMORY } from '../../src/memory/memory.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { TestDenidin } from '../support/denidin.ts'

const ANA = '15550001111'
const OPERATOR = { transport: 'cli', level: 'operator' } as const

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

interface Why {
  readonly tone: string | null
  readonly items: readonly { readonly id: string; readonly text: string; readonly given_as: string }[]
}

const run = (name: string, input: object = {}) => denidin.app.runner.run(name, input, { caller: OPERATOR })
const why = async (): Promise<Why> => (await run('memory.why', { person: ANA })) as unknown as Why
const uses = async (type: string): Promise<number> =>
  ((await run('memory.access_stats'))['by_type'] as Record<string, number>)[type] ?? 0

/** The quoted lines of a block of the last request. */
const givenIn = (heading: string): readonly string[] => {
  const system = denidin.models.of('completion').at(-1)?.body.messages?.[0]?.content ?? ''
  const block = system.split('\n\n').find(each => each.startsWith(heading)) ?? ''
  return block
    .split('\n')
    .filter(line => line.startsWith('- '))
    .map(line => JSON.parse(line.slice(line.indexOf('"'))) as string)
}

/** Many things that Ana said about one subject, all of them stored. */
const talkMuch = async (): Promise<void> => {
  for (let n = 1; n <= 12; n++)
    await denidin.say(`box ${String(n)} in the cellar holds the red lamp number ${String(n * 7)}`)
  await denidin.say('/reset')
  await denidin.app.memory.whenIdle()
}

test.each([50, 1000])('with recall_tokens %i /why lists the recalled lines of the request', async recall_tokens => {
  // Without the lines of a profile.
  const feature_flags = { enable_conscious_agent: false }
  denidin = await TestDenidin.start({ memory: { longterm: { recall_tokens } }, feature_flags })
  await talkMuch()
  await denidin.say('which red lamp is in the cellar, in which box?')
  const given = givenIn('Recalled memories')
  expect(given.length).toBeGreaterThan(0)
  const { items, tone } = await why()
  // The request has them oldest first, /why the best first.
  expect(items.map(({ text }) => text).sort()).toEqual(given.toSorted())
  expect(new Set(items.map(({ given_as }) => given_as))).toEqual(new Set(['recall']))
  expect(tone).toBeNull()
  // In the chat too: one line each.
  expect((await denidin.say('/why')).match(/red lamp/g)).toHaveLength(given.length)
})

test('a fact that is given by its own words alone is not listed, and counts as used', async () => {
  denidin = await TestDenidin.start()
  await denidin.say('my dog is called Rex')
  await denidin.say('/reset')
  await denidin.app.memory.whenIdle()
  const before = await uses('recall')
  await denidin.say('what is my dog called?')
  expect(givenIn('Recalled memories')).toEqual(['my dog is called Rex'])
  expect((await why()).items.map(({ text }) => text)).toEqual(['my dog is called Rex'])
  expect(await uses('recall')).toBe(before + 1)
})

test('the profile and the tone are listed when they were given, and a profile line is no use', async () => {
  denidin = await TestDenidin.start()
  await denidin.say('hello')
  const scope: Scope = `person:${(await denidin.app.people.lookUp(ANA))?.person_id ?? ''}`
  await denidin.close()
  {
    using stores = openStores(
      denidin.settings(),
      surroundings(denidin.settings(), denidin.log, { clock: denidin.clock }),
    )
    const at = denidin.clock.now()
    const text = 'Ana takes her tea with lemon'
    const fact = { kind: 'fact', category: 'preferences', scope, text, person_ids: [], session_id: undefined } as const
    const times = { said_from: at, said_to: at, valid_from: at, created_at: at }
    await stores.memories.add({ ...PLAIN_MEMORY, memory_id: 'm1', ...fact, ...times })
    await stores.profiles.keep(scope, ['m1'], at)
  }
  await denidin.open()
  const before = await uses('recall')
  await denidin.say('I feel terrible, everything is awful and I am so sad')
  expect(givenIn('What is known')).toEqual(['Ana takes her tea with lemon'])
  const sad = await why()
  expect(sad.items).toMatchObject([{ id: 'm1', text: 'Ana takes her tea with lemon', given_as: 'profile' }])
  expect(denidin.lastRequest()).toContain(sad.tone ?? 'none')
  expect(await uses('recall')).toBe(before)
  const told = await denidin.say('/why')
  expect(told).toContain('Ana takes her tea with lemon (I am given this with each of your messages)')
  expect(told).toContain('asked to answer with sympathy')

  await denidin.say('the train leaves at nine')
  expect((await why()).tone).toBeNull()
  expect(await denidin.say('/why')).not.toContain('sympathy')
  await denidin.say('/lang he')
  expect(await denidin.say('/why')).toContain('זה נמסר לי עם כל הודעה שלך')
})

test('searches count as uses', async () => {
  denidin = await TestDenidin.start()
  await denidin.say('/remember my boat is called Marlin')
  await denidin.app.memory.whenIdle()
  await run('memory.search', { query: 'boat', person: ANA })
  expect(await uses('search')).toBe(1)
  expect(await denidin.say('/memory boat')).toContain('Marlin')
  expect(await uses('search')).toBe(2)
  expect(await uses('show')).toBe(0)
  expect(await denidin.say('/memory')).toContain('Marlin')
  expect([await uses('search'), await uses('show')]).toEqual([2, 1])
})
