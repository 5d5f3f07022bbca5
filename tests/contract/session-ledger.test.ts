import { beforeEach, describe, expect, test } from '@jest/globals'
import { Database } from '../../src/database/sqlite/database.ts'
import type { LedgerData } from '../../src/sessions/personal-sessions.ts'
import type { SessionLedger, SessionTransfers } from '../../src/sessions/session-ledger.ts'
import { sessionMigrations } from '../../src/sessions/sqlite/session-migrations.ts'
import { SqliteSessionLedger } from '../../src/sessions/sqlite/sqlite-session-ledger.ts'

describe.each([['sqlite', () => new SqliteSessionLedger(new Database(':memory:', sessionMigrations))]] as const)(
  'session ledger: %s',
  (_name, make) => {
    let ledger: SessionLedger & SessionTransfers & LedgerData

    const create = (session_id: string, person: string, at: number): Promise<unknown> =>
      ledger.create({ session_id, scope: `person:${person}`, chat_id: `${person}@c.us`, at })

    const idsOf = (records: readonly { session_id: string }[]): string[] => records.map(each => each.session_id)

    beforeEach(() => {
      ledger = make()
    })

    test('a scope has one active session at most', async () => {
      await create('s1', 'ana', 1)
      await expect(create('s2', 'ana', 2)).rejects.toThrow()
      expect((await ledger.active('person:ana'))?.session_id).toBe('s1')
      expect(await ledger.active('person:ben')).toBeUndefined()
    })

    test('a session is closed once', async () => {
      await create('s1', 'ana', 1)
      expect(await ledger.close('s1', 'reset', 5)).toBe(true)
      expect(await ledger.close('s1', 'expired', 6)).toBe(false)
      expect(await ledger.find('s1')).toMatchObject({ state: 'closed', close_reason: 'reset', closed_at: 5 })
    })

    test('idle are those whose last message is as old as asked, or older', async () => {
      await create('s1', 'ana', 10)
      await create('s2', 'ben', 20)
      await ledger.touch('s1', 1, 30)
      expect(idsOf(await ledger.idle(20))).toEqual(['s2'])
      expect(idsOf(await ledger.idle(30))).toEqual(['s2', 's1'])
    })

    test('after the clock was set back, what lies in the future is idle and due, and a message makes a session current', async () => {
      await create('s1', 'ana', 900)
      await create('s2', 'ben', 900)
      await ledger.touch('s2', 1, 15)
      expect(idsOf(await ledger.idle(10, 110))).toEqual(['s1'])
      await ledger.close('s1', 'expired', 900)
      expect(idsOf(await ledger.waiting(20))).toEqual([])
      expect(idsOf(await ledger.waiting(20, 100))).toEqual(['s1'])
    })

    test('a closed session waits, also through failures, until it is stored', async () => {
      await create('s1', 'ana', 1)
      await ledger.close('s1', 'expired', 5)
      expect(idsOf(await ledger.waiting(5))).toEqual(['s1'])
      await ledger.failed('s1', 100)
      expect(idsOf(await ledger.waiting(99))).toEqual([])
      expect(await ledger.waiting(100)).toMatchObject([{ session_id: 's1', attempts: 1 }])
      await ledger.stored('s1', 101)
      expect(await ledger.waiting(1000)).toEqual([])
    })

    test('a session that is put off waits without a failed attempt', async () => {
      await create('s1', 'ana', 1)
      await ledger.close('s1', 'expired', 5)
      await ledger.postponed('s1', 100)
      expect(idsOf(await ledger.waiting(99))).toEqual([])
      expect(await ledger.waiting(100)).toMatchObject([{ session_id: 's1', attempts: 0 }])
    })

    test('a session without a next attempt is dead, and is never purged', async () => {
      await create('s1', 'ana', 1)
      await ledger.close('s1', 'expired', 5)
      await ledger.failed('s1', undefined)
      expect(await ledger.counts()).toMatchObject({ dead: 1, closed: 0 })
      expect(await ledger.waiting(1000)).toEqual([])
      expect(await ledger.purgeable(1000)).toEqual([])
    })

    test('only stored sessions are purged, by the age of their last message', async () => {
      for (const [id, at] of [
        ['s1', 10],
        ['s2', 20],
      ] as const) {
        await create(id, id, at)
        await ledger.close(id, 'expired', at)
        await ledger.archived(id, `expired/day/${id}`)
        await ledger.stored(id, at)
      }
      await create('s3', 's3', 5)
      expect(idsOf(await ledger.purgeable(20))).toEqual(['s1'])
      await ledger.purged('s1')
      expect(await ledger.purgeable(20)).toEqual([])
      expect((await ledger.counts()).purged).toBe(1)
    })

    test('a list pages through all sessions, most recently active first', async () => {
      for (const [index, id] of ['s1', 's2', 's3', 's4', 's5'].entries()) await create(id, id, index < 3 ? 7 : 9)
      const first = await ledger.list({ limit: 2 })
      const second = await ledger.list({ limit: 2, before: first.at(-1)?.session_id as string })
      const third = await ledger.list({ limit: 2, before: second.at(-1)?.session_id as string })
      expect(idsOf([...first, ...second, ...third])).toEqual(['s5', 's4', 's3', 's2', 's1'])
      expect(idsOf(await ledger.list({ limit: 9, state: 'closed' }))).toEqual([])
    })

    test('when two persons turn out to be one, the conversation that slept longer ends', async () => {
      await create('s1', 'ana', 1)
      await create('s2', 'ana2', 50)
      await ledger.reassign('ana2', 'ana')
      await ledger.reassign('ana2', 'ana')
      expect(await ledger.active('person:ana')).toMatchObject({ session_id: 's2', scope: 'person:ana' })
      expect(await ledger.find('s1')).toMatchObject({ state: 'closed', close_reason: 'merged', scope: 'person:ana' })
      expect(await ledger.count('ana2')).toBe(0)
    })
  },
)
