import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { AppliedErasures } from '../../src/messages/erasures.ts'
import {
  appliedErasureMigrations,
  createSqliteAppliedErasures,
  createSqliteErasures,
  type SqliteErasures,
} from '../../src/messages/sqlite/sqlite-erasures.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { filesWith } from '../support/data-files.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const said = (message_id: string, text: string, more: { person_id?: string; sent_at?: number } = {}) => ({
  message_id,
  text,
  person_id: 'ana',
  sent_at: 1000,
  ...more,
})

describe.each([['sqlite', (path: string) => createSqliteErasures(path, systemIds)]] as const)(
  'the log of erasures: %s',
  (_name, open) => {
    let folder: Awaited<ReturnType<typeof temporaryFolder>>
    let erasures: SqliteErasures

    const file = (): string => join(folder.path, 'erasures.db')
    const begin = async (): Promise<string> =>
      (await erasures.begin({ kind: 'messages', person_id: 'ana', at: 5, spared: ['request'] })).act

    beforeEach(async () => {
      folder = await temporaryFolder()
      erasures = open(file())
    })

    afterEach(async () => {
      erasures[Symbol.dispose]()
      await folder[Symbol.asyncDispose]()
    })

    test('a message is known by its id, and by its words at its moment from its person', async () => {
      await erasures.add(await begin(), { messages: [said('m1', 'my pin is 4711')] })
      expect(await erasures.isErased(said('m1', 'whatever', { sent_at: 9 }))).toBe(true)
      expect(await erasures.isErased(said('other id', 'my pin is 4711'))).toBe(true)
      expect(await erasures.isErased(said('m2', 'my pin is 4711', { sent_at: 1001 }))).toBe(false)
      expect(await erasures.isErased(said('m2', 'my pin is 4711', { person_id: 'ben' }))).toBe(false)
      expect(await erasures.isErased(said('m2', 'my pin is 4712'))).toBe(false)
      expect(await erasures.erased(['m1', 'm2'])).toEqual(new Set(['m1']))
    })

    test('messages of the greatest length are recorded in steps, between which other work gets its turn', async () => {
      const act = await begin()
      const messages = Array.from({ length: 30 }, (_, n) => said(`m${String(n)}`, `${String(n)} ושלום `.repeat(7000)))
      let turns = 0
      const count = (): void => {
        turns++
        setImmediate(count).unref()
      }
      count()
      await erasures.add(act, { messages })
      expect(turns).toBeGreaterThan(3)
      expect((await erasures.covers(act)).message_ids).toHaveLength(30)
    })

    test('an act keeps what it covers over a restart, under the ids alone', async () => {
      const act = await begin()
      const memories = [{ memory_id: 'f1', scope: 'person:ana' as const }]
      await erasures.add(act, { messages: [said('m1', 'my pin is Quetzal')], memories, sessions: ['s1'] })
      await erasures.add(act, { messages: [said('m1', 'my pin is Quetzal'), said('m2', 'b')], sessions: ['s1', 's2'] })
      erasures[Symbol.dispose]()
      erasures = open(file())
      expect(await erasures.acts()).toEqual([{ act, kind: 'messages', person_id: 'ana', at: 5, spared: ['request'] }])
      expect(await erasures.covers(act)).toEqual({ message_ids: ['m1', 'm2'], memories, session_ids: ['s1', 's2'] })
      expect(await erasures.erasedMemories(['f1', 'f2'])).toEqual(new Set(['f1']))
      expect(await filesWith(folder.path, ['Quetzal', 'pin'])).toEqual([])
    })

    test('after a merge what was forgotten is known of the person who is left', async () => {
      await erasures.add(await begin(), { messages: [said('m1', 'words')] })
      await erasures.personal.reassign('ana', 'dana')
      expect(await erasures.isErased(said('m2', 'words', { person_id: 'dana' }))).toBe(true)
      expect((await erasures.acts())[0]?.person_id).toBe('ana')
    })

    test('two logs do not hash alike: a short message cannot be guessed with another log', async () => {
      const other = open(join(folder.path, 'other.db'))
      await erasures.add(await begin(), { messages: [said('m1', 'yes')] })
      expect(await other.isErased(said('m2', 'yes'))).toBe(false)
      other[Symbol.dispose]()
    })

    test('nothing is known of what nobody asked to forget, and an act that covers nothing is an act', async () => {
      expect(await erasures.acts()).toEqual([])
      expect(await erasures.covers('unknown')).toEqual({ message_ids: [], memories: [], session_ids: [] })
      const acts = [await begin(), await begin()]
      expect((await erasures.acts()).map(each => each.act)).toEqual(acts)
      for (const act of acts) {
        expect(await erasures.covers(act)).toEqual({ message_ids: [], memories: [], session_ids: [] })
      }
      expect(await erasures.isErased(said('m1', 'a'))).toBe(false)
      expect(await erasures.erased([])).toEqual(new Set())
    })

    test('what two acts have in common stays with the first; sessions that both touch are of both', async () => {
      const memory = { memory_id: 'f1', scope: 'person:ana' as const }
      const [first, second] = [await begin(), await begin()]
      await erasures.add(first, { messages: [said('m1', 'a')], memories: [memory], sessions: ['s1'] })
      await erasures.add(second, { messages: [said('m1', 'a'), said('m2', 'b')], memories: [memory], sessions: ['s1'] })
      expect(await erasures.covers(first)).toEqual({ message_ids: ['m1'], memories: [memory], session_ids: ['s1'] })
      expect(await erasures.covers(second)).toEqual({ message_ids: ['m2'], memories: [], session_ids: ['s1'] })
    })

    test('what comes while an act about a person is under way is spared by it, whoever sent it, also over a restart', async () => {
      const act = await erasures.begin({ kind: 'person', person_id: 'ana', at: 5, spared: ['request'] })
      const single = await begin()
      await erasures.spare('m1')
      erasures[Symbol.dispose]()
      erasures = open(file())
      await erasures.spare('before it is resumed')
      await erasures.resume(act)
      await erasures.spare('m2')
      await erasures.end(act)
      await erasures.spare('m3')
      expect(await erasures.sparedBy(act.act)).toEqual(['request', 'm1', 'm2'])
      expect(await erasures.sparedBy(single)).toEqual(['request'])
    })

    test('what an act begins with is covered from the first moment', async () => {
      const covers = {
        messages: [said('m1', 'my pin is 4711')],
        memories: [{ memory_id: 'f1', scope: 'person:ana' as const }],
        sessions: ['s1', 's1'],
      }
      const { act } = await erasures.begin({ kind: 'messages', person_id: 'ana', at: 5, spared: [], covers })
      expect(await erasures.isErased(said('another id', 'my pin is 4711'))).toBe(true)
      expect(await erasures.covers(act)).toEqual({
        message_ids: ['m1'],
        memories: covers.memories,
        session_ids: ['s1'],
      })
    })

    test('an act on more than fits into one step covers all of it', async () => {
      const act = await begin()
      const messages = Array.from({ length: 2500 }, (_, n) => said(`m${String(n).padStart(4, '0')}`, String(n)))
      await erasures.add(act, { messages })
      expect((await erasures.covers(act)).message_ids).toEqual(messages.map(each => each.message_id))
      expect(await erasures.erased(['m0000', 'm2499', 'm2500'])).toEqual(new Set(['m0000', 'm2499']))
    })
  },
)

describe.each([['sqlite', () => sqliteOnDisk(appliedErasureMigrations, createSqliteAppliedErasures)]] as const)(
  'acts of forgetting that the main database has been through: %s',
  (_name, open) => {
    let opened: StoreOnDisk<AppliedErasures>

    beforeEach(async () => {
      opened = await open()
    })

    afterEach(async () => {
      await opened[Symbol.asyncDispose]()
    })

    test('an act is done once it is marked, as often as it is marked, and no other with it', async () => {
      expect(await opened.store.applied()).toEqual(new Set())
      await opened.store.markApplied('one')
      await opened.store.markApplied('one')
      expect(await opened.store.applied()).toEqual(new Set(['one']))
      for (const act of hostileScopes) await opened.store.markApplied(act)
      expect(await opened.store.applied()).toEqual(new Set(['one', ...hostileScopes]))
    })

    test('what is marked stays so over a restart', async () => {
      await opened.store.markApplied('one')
      await opened.store.markSteps('two', ['messages'])
      opened.restart()
      expect(await opened.store.applied()).toEqual(new Set(['one']))
      expect(await opened.store.steps('two')).toEqual(new Set(['messages']))
    })

    test('the steps of an act are kept until it is done', async () => {
      expect(await opened.store.steps('one')).toEqual(new Set())
      await opened.store.markSteps('one', ['messages', 'sessions'])
      await opened.store.markSteps('one', ['messages', 'memories'])
      await opened.store.markSteps('two', ['usage'])
      expect(await opened.store.steps('one')).toEqual(new Set(['messages', 'sessions', 'memories']))
      await opened.store.markApplied('one')
      expect(await opened.store.steps('one')).toEqual(new Set())
      expect(await opened.store.steps('two')).toEqual(new Set(['usage']))
    })
  },
)
