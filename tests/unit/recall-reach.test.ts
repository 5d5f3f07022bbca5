// How far a question for what was said reaches: into groups only for the asker's own words.
import { UTC } from '../../src/platform/time-zone.ts'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { glob, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { NO_FACTS } from '../../src/memory/fact-search.ts'
import { MemorySearch } from '../../src/retrieval/memory-search.ts'
import { ownSearchScope, ScopePolicy } from '../../src/retrieval/scope-policy.ts'
import type { AuditEntry } from '../../src/memory/audit-log.ts'
import type { SearchScope, Scope } from '../../src/messages/scope.ts'
import type { Person } from '../../src/people/person.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createMetrics } from '../../src/platform/metrics.ts'
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
    groupsOfSpeaker: (person_id: string) => rig.index.groupsOfSpeaker(person_id),
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
  const entries: AuditEntry[] = []
  const policy = new ScopePolicy({
    audit: { write: entry => void entries.push(entry) },
    godfather_scope,
    people: { find: async person_id => ({ person_id, role, name: undefined, identities: [] }) as unknown as Person },
    sources: [rig.feed],
  })
  const search = new MemorySearch({
    facts: { findFacts: async () => NO_FACTS },
    messages: rig.search(),
    memories: rig.index,
    zoneOf: async () => UTC,
    policy,
    clock: systemClock,
    logger: silentLogger,
    metrics: createMetrics(),
  })
  const asked = await policy.ofQuestion(scope)
  expect(asked.extra_scopes).toEqual(others)
  const query = { text: QUESTION, messages: 'relevant', asked_at: 0, asker: undefined } as const
  const hits = await search.search(asked, query, { quotes: 10 }, { purpose: 'recall' })
  expect(entries).toEqual([])
  policy.audit(scope, hits)
  expect(entries.map(({ operation, by, whose }) => [operation, by, whose]).sort()).toEqual(
    others === undefined ? [] : others.map(whose => ['recall', 'g', whose]).sort(),
  )
  expect(entries.flatMap(each => each.message_ids ?? [])).toHaveLength(others === undefined ? 0 : hits.quotes.length)
  expect(JSON.stringify(entries)).not.toMatch(/Alpha|cat/)
  expect(hits.quotes.every(each => (each.owner_label === undefined) === (others === undefined))).toBe(true)
})

test('of all sources the latest scopes are read, each once, and never the asker’s own as another’s', async () => {
  const policy = new ScopePolicy({
    audit: { write: () => undefined },
    godfather_scope: 'all',
    people: { find: async person_id => ({ person_id, role: 'godfather', identities: [] }) as unknown as Person },
    sources: [{ recentScopes: async () => [ANA, 'person:g', BEN] }, { recentScopes: async () => [BEN, GROUP] }],
  })
  expect(await policy.ofQuestion('person:g')).toEqual({
    scope: 'person:g',
    speaker: 'g',
    extra_scopes: [ANA, BEN, GROUP],
  })
})

test('no source file but the policy makes a search scope', async () => {
  const root = join(import.meta.dirname, '../../src')
  const makers: string[] = []
  for await (const file of glob('**/*.ts', { cwd: root })) {
    // The archive's search has no search scopes: its operation decides who may search what.
    if (/^(?:operations\/)?archive\//.test(file)) continue
    const source = await readFile(join(root, file), 'utf8')
    if (/\): (?:Promise<)?SearchScope\b|search\.search\(\s*\{|\bextra_scopes:/.test(source)) makers.push(file)
  }
  expect(makers).toEqual(['retrieval/scope-policy.ts'])
})
