import { HOUR_MS } from '../../src/platform/clock.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import fc from 'fast-check'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import { FLAG } from '../../src/retrieval/full-text/columnar-store.ts'
import { INDEX_VERSION, type IndexedMessage } from '../../src/retrieval/full-text/index-document.ts'
import type { IndexedPersons, FullTextIndex, MessageState } from '../../src/retrieval/full-text/full-text-index.ts'
import { viewOfSpeaker } from '../../src/retrieval/full-text/speaker-view.ts'
import { indexMigrations } from '../../src/retrieval/sqlite/index-migrations.ts'
import { createSqliteFullTextIndex } from '../../src/retrieval/sqlite/sqlite-full-text-index.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { subjectStems } from '../../src/text/content-stems.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { random } from '../support/random-text.ts'

const SENT_AT = Date.parse('2024-05-22T10:00:00Z')

const state = (scope: Scope, message_id: string, text: string, more: Partial<IndexedMessage> = {}): MessageState => ({
  message_id,
  now: {
    scope,
    message: {
      message_id,
      person_id: 'ann',
      role: 'user',
      sender_name: 'Ann',
      text,
      sent_at: SENT_AT,
      day: UTC.dayOf(SENT_AT),
      ...more,
    },
  },
})

const gone = (message_id: string): MessageState => ({ message_id, now: undefined })

describe.each([['sqlite']] as const)('message index: %s', () => {
  let database: Database
  let index: FullTextIndex & IndexedPersons

  beforeEach(() => {
    database = new Database(':memory:', indexMigrations)
    database.run('insert into progress (one, version, change) values (1, :version, 0)', { version: INDEX_VERSION })
    index = createSqliteFullTextIndex(database)
  })

  afterEach(() => {
    database[Symbol.dispose]()
  })

  /** Ids of the messages in which a word stands, with how often. */
  const holding = async (scope: Scope, word: string): Promise<Record<string, number>> => {
    const reader = await index.open(scope)
    const [stem = ''] = subjectStems(word)
    const found = (await reader?.postings([stem]))?.get(stem)
    const documents = await reader?.documents([...(found?.ordinals ?? [])])
    return Object.fromEntries(
      [...(found?.ordinals ?? [])].map((ordinal, at) => [
        documents?.find(each => each.ordinal === ordinal)?.message_id ?? `nobody ${String(ordinal)}`,
        found?.counts[at] ?? 0,
      ]),
    )
  }

  const everything = (): string =>
    ['scopes', 'speakers', 'documents', 'parts', 'postings']
      .flatMap(table => database.all(`select * from ${table}`))
      .map(row => JSON.stringify(row))
      .join('\n')

  test('what is kept in memory of a scope is what a new reader finds, whatever is added, changed, moved and removed', async () => {
    const scopes: readonly Scope[] = ['person:ann', 'chat:club']
    const step = fc.record({
      /** Most steps add a message; the others meet one that is there. */
      which: fc.option(fc.nat(8), { freq: 1 }),
      scope: fc.constantFrom(...scopes),
      words: fc.constantFrom('The boat is blue', 'Where is the boat?', 'Dan sails on Monday', ''),
      hours: fc.constantFrom(0, 1, 7),
      speaker: fc.constantFrom('ann', 'dan'),
      act: fc.constantFrom('say', 'say', 'say', 'remove'),
    })
    await fc.assert(
      fc.asyncProperty(fc.array(fc.array(step, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), async batches => {
        using own = new Database(':memory:', indexMigrations)
        own.run('insert into progress (one, version, change) values (1, :version, 0)', { version: INDEX_VERSION })
        const kept = createSqliteFullTextIndex(own)
        let count = 0
        let sent_at = SENT_AT
        for (const batch of batches) {
          const states = batch.map(({ which, scope, words, hours, speaker, act }) => {
            const id = `m${String(which === null ? count++ : which)}`
            sent_at += hours * HOUR_MS
            return act === 'remove'
              ? gone(id)
              : state(scope, id, words, { person_id: speaker, sender_name: speaker, sent_at })
          })
          await kept.apply(states, {})
          const fresh = createSqliteFullTextIndex(own)
          for (const scope of scopes) {
            const [one, other] = [await kept.open(scope), await fresh.open(scope)]
            expect(one?.columns).toEqual(other?.columns)
            expect(one?.speakers).toEqual(other?.speakers)
            const ids = Array.from({ length: Math.max(count, 9) }, (_, n) => `m${String(n)}`)
            expect(await one?.ordinals(ids)).toEqual(await other?.ordinals(ids))
          }
        }
      }),
      { numRuns: 150 },
    )
  })

  test('upkeep is told where each message stands, and what stands there at all, page by page', async () => {
    await index.apply(
      [state('person:a', 'm1', 'boat'), state('person:b', 'm2', 'boat'), state('person:a', 'm3', 'horse'), gone('m4')],
      {},
    )
    expect(await index.scopesOf(['m1', 'm2', 'm4', 'nobody'])).toEqual(
      new Map([
        ['m1', 'person:a'],
        ['m2', 'person:b'],
      ]),
    )
    expect(await index.idsOf({ limit: 2 })).toEqual(['m1', 'm2'])
    expect(await index.idsOf({ limit: 2, after: 'm2' })).toEqual(['m3'])
    expect(await index.idsOf({ limit: 2, after: 'm3' })).toEqual([])
  })

  test('a word leads to its messages, with how often it stands there', async () => {
    await index.apply(
      [state('person:a', '1', 'boats and a boat'), state('person:a', '2', 'one boat'), state('person:a', '3', 'bread')],
      {},
    )
    expect(await holding('person:a', 'boat')).toEqual({ 1: 2, 2: 1 })
    expect(await holding('person:a', 'aeroplane')).toEqual({})
    expect(await index.open('person:b')).toBeUndefined()
  })

  test('columns tell when, who, and what kind of message', async () => {
    await index.apply(
      [
        state('chat:g', '1', 'did you come yesterday?'),
        state('chat:g', '2', 'three of us', { person_id: 'ben', sender_name: 'Ben', sent_at: SENT_AT + 60_000 }),
        state('chat:g', '3', 'noted', { role: 'assistant', sender_name: undefined, sent_at: SENT_AT + 120_000 }),
        state('chat:g', '4', 'a day later', { sent_at: SENT_AT + 86_400_000 }),
      ],
      {},
    )
    const reader = await index.open('chat:g')
    const columns = reader!.columns
    expect(columns).toMatchObject({ size: 4, present: 4 })
    expect(columns.flags[0]! & (FLAG.question | FLAG.timed)).toBe(FLAG.question | FLAG.timed)
    expect(columns.flags[1]! & FLAG.number).toBe(FLAG.number)
    expect(columns.flags[2]! & FLAG.bot).toBe(FLAG.bot)
    expect([...columns.session_first]).toEqual([0, 0, 0, 3])
    expect([...columns.session_last]).toEqual([2, 2, 2, 3])
    expect(reader!.speakers.map(each => [each.person_id, each.bot, each.names])).toEqual([
      ['ann', false, ['Ann']],
      ['ben', false, ['Ben']],
      ['ann', true, []],
    ])
    expect(columns.mention_days[0]).toBe(Math.floor(SENT_AT / 86_400_000) - 1)
  })

  test('an edited message stays in its place with its new words alone', async () => {
    await index.apply([state('person:a', '1', 'red boat'), state('person:a', '2', 'bread')], {})
    await index.apply([state('person:a', '1', 'green boat')], {})
    expect(await holding('person:a', 'red')).toEqual({})
    expect(await holding('person:a', 'green')).toEqual({ 1: 1 })
    expect(await holding('person:a', 'boat')).toEqual({ 1: 1 })
    expect((await index.open('person:a'))?.columns.size).toBe(2)
  })

  test('a message that is gone leaves no word, and the last one no trace of its scope and speaker', async () => {
    await index.apply(
      [state('chat:g', '1', 'secret boat'), state('chat:g', '2', 'bread', { person_id: 'ben', sender_name: 'Ben' })],
      {},
    )
    await index.apply([gone('1')], {})
    expect(everything()).not.toMatch(/secret|ann/i)
    expect((await index.open('chat:g'))?.columns.present).toBe(1)
    await index.apply([gone('2'), gone('never there')], {})
    expect(everything()).toBe('')
    expect(await index.counts()).toEqual({ messages: 0, scopes: 0 })
  })

  test('a message that changes its scope leaves the old one', async () => {
    await index.apply([state('person:a', '1', 'red boat'), state('person:a', '2', 'bread')], {})
    await index.apply([state('person:b', '1', 'red boat')], {})
    expect(await holding('person:a', 'boat')).toEqual({})
    expect(await holding('person:b', 'boat')).toEqual({ 1: 1 })
    expect(await index.count('b')).toBe(1)
  })

  test('the same changes twice, or twice in one step, are as good as once', async () => {
    const changes = [
      state('person:a', '1', 'red boat'),
      state('person:a', '1', 'blue boat'),
      state('person:a', '2', 'x'),
      gone('2'),
    ]
    await index.apply(changes, {})
    await index.apply(changes, {})
    expect(await holding('person:a', 'blue')).toEqual({ 1: 1 })
    expect(await holding('person:a', 'boat')).toEqual({ 1: 1 })
    expect(await holding('person:a', 'red')).toEqual({})
    expect(await index.countOfScope('person:a')).toBe(1)
  })

  test('progress and messages are written together', async () => {
    await index.apply([state('person:a', '1', 'boat')], { change: 7, filled_to: 3 })
    expect(await index.progress()).toEqual({ change: 7, filled_to: 3 })
    await index.apply([], { filled_to: undefined })
    expect(await index.progress()).toEqual({ change: 7, filled_to: undefined })
  })

  test('a scope is forgotten whole, in steps, and no other with it', async () => {
    const many = Array.from({ length: 3000 }, (_, n) => state('person:a', `a${String(n)}`, `word${String(n)} boat`))
    await index.apply([...many, state('person:b', 'b', 'boat')], {})
    let steps = 1
    while (!(await index.dropScope('person:a'))) steps++
    expect(steps).toBeGreaterThan(3)
    expect(await index.counts()).toEqual({ messages: 1, scopes: 1 })
    expect(everything()).not.toContain('word')
    expect(await holding('person:b', 'boat')).toEqual({ b: 1 })
    expect(await index.dropScope('person:a')).toBe(true)
  })

  test('whatever scopes are called, each sees its own messages alone', async () => {
    await index.apply(
      hostileScopes.map((scope, n) => state(scope, `m${String(n)}`, `boat own${String(n)}`, { person_id: scope })),
      {},
    )
    for (const [n, scope] of hostileScopes.entries()) {
      expect(await holding(scope, 'boat')).toEqual({ [`m${String(n)}`]: 1 })
      const reader = await index.open(scope)
      expect(await reader?.ordinals(hostileScopes.map((_, at) => `m${String(at)}`))).toEqual(
        hostileScopes.map((_, at) => (at === n ? 0 : undefined)),
      )
      expect((await reader?.stemsFrom('own', 100))?.length).toBe(1)
    }
  })

  test('a person’s groups are those in which they themselves spoke, whatever they are called', async () => {
    const group: Scope = 'chat:all@g.us'
    const people = hostileScopes.map((scope, n) => [scope, `chat:${String(n)}@g.us`] as const)
    await index.apply(
      people.flatMap(([person_id, own], n) => [
        state(own, `o${String(n)}`, 'boat', { person_id }),
        state(group, `g${String(n)}`, `boat of${String(n)}`, { person_id }),
        state(`person:${person_id}`, `d${String(n)}`, 'boat', { person_id }),
        state('chat:bot@g.us', `b${String(n)}`, 'boat', { person_id, role: 'assistant' }),
      ]),
      {},
    )
    for (const [n, [person_id, own]] of people.entries()) {
      expect([...(await index.groupsOfSpeaker(person_id))].sort()).toEqual([own, group].sort())
      const reader = viewOfSpeaker((await index.open(group))!, person_id)
      const found = await reader?.postings(['boat'])
      const documents = await reader?.documents([...people.keys()])
      expect(found?.get('boat')?.ordinals.length).toBe(1)
      expect(documents?.map(each => each.message_id)).toEqual([`g${String(n)}`])
      expect(reader?.columns.present).toBe(1)
      const ordinals = await reader?.ordinals(people.map((_, at) => `g${String(at)}`))
      expect(ordinals).toEqual(people.map((_, at) => (at === n ? documents?.[0]?.ordinal : undefined)))
    }
    expect(await index.groupsOfSpeaker('nobody')).toEqual([])
    expect(viewOfSpeaker((await index.open('chat:bot@g.us'))!, people[0]![0])).toBeUndefined()
  })

  test('words cannot be anything but words', async () => {
    const text = `" or 1=1; drop table postings; -- ' \u0000 % _ {"$ne":""} ${'x'.repeat(5000)} 😀 עברית`
    await index.apply([state('person:a', '1', text), state('person:a', '2', 'boat')], {})
    expect(await holding('person:a', 'drop')).toEqual({ 1: 1 })
    expect(await holding('person:a', 'boat')).toEqual({ 2: 1 })
  })

  test('after thousands of random changes the index holds what is there, as if made anew', async () => {
    const { below, pick } = random(5)
    const words = Array.from({ length: 60 }, (_, n) => `wörd${String(n)}x`)
    const scopes: readonly Scope[] = ['person:a', 'person:b', 'chat:c']
    const truth = new Map<string, MessageState>()
    for (let round = 0; round < 120; round++) {
      const changes = Array.from({ length: 25 }, () => {
        const id = `m${String(below(1500))}`
        const text = Array.from({ length: below(8) }, () => pick(words)).join(' ')
        return below(5) === 0 ? gone(id) : state(pick(scopes), id, text)
      })
      for (const change of changes) truth.set(change.message_id, change)
      await index.apply(changes, {})
    }
    for (const scope of scopes) {
      for (const word of words) {
        const expected: Record<string, number> = {}
        for (const { message_id, now } of truth.values()) {
          const times = now?.scope === scope ? now.message.text.split(' ').filter(each => each === word).length : 0
          if (times > 0) expected[message_id] = times
        }
        expect(await holding(scope, word)).toEqual(expected)
      }
    }
  })
})
