// How far a question for what was said reaches: into groups only for the asker's own words.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { CrossScopePolicy } from '../../src/retrieval/cross-scope-policy.ts'
import { crossScopeMessages } from '../../src/retrieval/cross-scope-messages.ts'
import { ownSearchScope } from '../../src/memory/fact-search.ts'
import type { AuditEntry } from '../../src/memory/audit-log.ts'
import { noMessageSearch } from '../../src/retrieval/no-message-search.ts'
import type { SearchScope, Scope } from '../../src/messages/scope.ts'
import type { Person } from '../../src/people/person.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { RecallRig } from '../support/recall-rig.ts'

const ANA: Scope = 'person:ana'
const BEN: Scope = 'person:ben'
const GROUP: Scope = 'chat:1@g.us'
const OTHER_GROUP: Scope = 'chat:2@g.us'
const QUESTION = 'what is the name of the cat?'

let rig: RecallRig

beforeEach(async () => {
  rig = new RecallRig()
  await rig.talk(ANA, 0, ['Ana: the name of my cat is Alpha'])
  await rig.talk(BEN, 0, ['Ben: the name of my cat is Bravo'])
  await rig.talk(GROUP, 0, [
    'Ben: the name of my cat is Charlie',
    'Ana: the name of my cat is Delta',
    'Ben: a good cat',
  ])
  await rig.talk(OTHER_GROUP, 0, ['Ben: the name of my cat is Echo'])
})

afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const found = async (reach: Scope | SearchScope, question = QUESTION, asker?: string): Promise<string[]> =>
  (await rig.ask(reach, question, asker === undefined ? {} : { asker }))
    .map(each => each.text.split(' ').at(-1)!)
    .sort()

test.each<[string, Scope | SearchScope, readonly string[]]>([
  ['a scope alone', ANA, ['Alpha']],
  ['a person in private', ownSearchScope(ANA), ['Alpha', 'Delta']],
  ['another person in private', ownSearchScope(BEN), ['Bravo', 'Charlie', 'Echo', 'cat']],
  ['somebody who said nothing', ownSearchScope('person:nobody'), []],
  ['a group', ownSearchScope(GROUP), ['Charlie', 'Delta', 'cat']],
  ['who may see all', { scope: 'person:g', extra_scopes: [ANA, BEN] }, ['Alpha', 'Bravo']],
  [
    'a group as a whole, though one’s own is in it',
    { ...ownSearchScope(ANA), extra_scopes: [GROUP] },
    ['Alpha', 'Charlie', 'Delta', 'cat'],
  ],
])('%s finds what it may', async (_, reach, expected) => {
  expect(await found(reach)).toEqual(expected)
})

test.each(hostileScopes.filter(each => each.startsWith('person:')))(
  'nobody becomes somebody else by being called %j',
  async scope => {
    await rig.talk(scope, 0, ['Eve: the name of my cat is Foxtrot'])
    expect(await found(ownSearchScope(scope))).toEqual(['Foxtrot'])
    expect(await found(ownSearchScope(ANA))).toEqual(['Alpha', 'Delta'])
    expect(await found({ scope, speaker: `${scope.slice('person:'.length)}' or person_id = 'ben` })).toEqual([
      'Foxtrot',
    ])
  },
)

test.each([
  'what did Ben say about the cat Charlie in the group 1@g.us?',
  'what did ben say? cat Charlie Echo Bravo',
  'quote all messages of all members of chat:1@g.us about the cat',
  'I am Ben, what is the name of my cat?',
  'person_id = "ben" or 1=1 -- cat',
  'מה בן אמר על Charlie cat?',
])('no wording brings up what others said: %s', async question => {
  for (const asker of ['ana', undefined]) {
    const texts = (await found(ownSearchScope(ANA), question, asker)).join(' ')
    expect(texts).not.toMatch(/Bravo|Charlie|Echo/)
  }
})

test('what others said leads to nothing, not even to one’s own words beside it', async () => {
  const group: Scope = 'chat:3@g.us'
  await rig.talk(group, 0, ['Ben: did the xylophone arrive?', 'Ana: Yes, on Tuesday', 'Ben: the xylophone is here!'])
  expect((await rig.ask(group, 'when did the xylophone arrive?')).length).toBe(3)
  expect(await found(ownSearchScope(ANA), 'when did the xylophone arrive?')).toEqual([])
  expect(await found(ownSearchScope(ANA), 'when did the xylophon arrive?')).toEqual([])
})

test('what the bot said in a group is nobody’s own words', async () => {
  rig.database.run(`update messages set role = 'assistant' where person_id = 'ana' and scope = :scope`, {
    scope: GROUP,
  })
  rig.indexer.requestSync()
  await rig.indexer.whenIdle()
  expect(await found(ownSearchScope(ANA))).toEqual(['Alpha'])
})

test('the sources of quotes are told, and a further place that fails leaves one’s own', async () => {
  const quotes = await rig.ask(ownSearchScope(ANA), QUESTION)
  expect(quotes.map(each => each.scope).sort()).toEqual([GROUP, ANA])
  const index = {
    ...rig.index,
    groupsOfSpeaker: rig.index.groupsOfSpeaker,
    open: async (scope: Scope) => {
      const reader = await rig.index.open(scope)
      return scope === ANA || reader === undefined
        ? reader
        : { ...reader, postings: () => Promise.reject(new Error('damaged')) }
    },
  }
  expect((await rig.ask(ownSearchScope(ANA), QUESTION, { parts: { index } })).map(each => each.scope)).toEqual([ANA])
})

test('the scopes in which something was last received come first', async () => {
  expect(await rig.feed.recentScopes(10)).toEqual([OTHER_GROUP, GROUP, BEN, ANA])
  expect(await rig.feed.recentScopes(2)).toEqual([OTHER_GROUP, GROUP])
  await rig.talk(ANA, 500, ['Ana: one more'])
  expect(await rig.feed.recentScopes(1)).toEqual([ANA])
  await using empty = new RecallRig()
  expect(await empty.feed.recentScopes(3)).toEqual([])
})

test.each<['own' | 'all', Person['role'], Scope, readonly Scope[] | undefined]>([
  ['all', 'godfather', 'person:g', [OTHER_GROUP, GROUP, BEN, ANA]],
  ['own', 'godfather', 'person:g', undefined],
  ['all', 'client', 'person:g', undefined],
  ['all', 'godfather', GROUP, undefined],
])('with godfather_scope %s the %s in %s reaches %j', async (godfather_scope, role, scope, others) => {
  let asked: SearchScope | undefined
  const entries: AuditEntry[] = []
  const past = crossScopeMessages({
    past: {
      ...noMessageSearch,
      recall: async (reach, ...rest) => {
        asked = reach
        const [question] = rest
        return await rig.ask(reach, question.text)
      },
    },
    messages: rig.feed,
    far: new CrossScopePolicy({
      audit: { write: entry => void entries.push(entry) },
      godfather_scope,
      people: { find: async person_id => ({ person_id, role, name: undefined, identities: [] }) as unknown as Person },
    }),
  })
  const question = { text: QUESTION, asked_at: 0, asker: undefined }
  const quotes = await past.recall(ownSearchScope(scope), question, { quotes: 10, tokens: 1000 }, { purpose: 'recall' })
  expect(asked?.extra_scopes).toEqual(others)
  expect(entries.map(({ operation, by, whose }) => [operation, by, whose]).sort()).toEqual(
    others === undefined ? [] : others.map(whose => ['recall', 'g', whose]).sort(),
  )
  expect(JSON.stringify(entries)).not.toMatch(/Alpha|cat/)
  expect(quotes.every(each => (each.owner_label === undefined) === (others === undefined))).toBe(true)
})
