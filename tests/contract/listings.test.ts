import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { ListedItem, ListContext, NumberedLists } from '../../src/memory/numbered-lists.ts'
import { createSqliteNumberedLists, listingMigrations } from '../../src/memory/sqlite/sqlite-numbered-lists.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

const ANA: ListContext = { person_id: 'ana', chat_id: 'chat' }
const BEN: ListContext = { person_id: 'ben', chat_id: 'chat' }

const memory = (id: string): ListedItem => ({ kind: 'memory', id, scope: 'person:ana' })

describe.each([['sqlite', () => sqliteOnDisk(listingMigrations, createSqliteNumberedLists)]] as const)(
  'listings: %s',
  (_name, open) => {
    let opened: StoreOnDisk<NumberedLists & PersonalData>
    let listings: NumberedLists & PersonalData

    const shown = async (place: ListContext): Promise<(string | undefined)[]> =>
      (await Promise.all([1, 2, 3].map(number => listings.item(place, number)))).map(item => item?.id)

    beforeEach(async () => {
      opened = await open()
      listings = opened.store
    })

    afterEach(async () => {
      await opened[Symbol.asyncDispose]()
    })

    test('a number stands for what was shown beside it, counted from 1', async () => {
      const items: readonly ListedItem[] = [
        memory('m1'),
        { kind: 'message', id: 'שלום\n"1"', scope: 'chat:1203@g.us' },
        memory('m1'),
      ]
      await listings.keep(ANA, items)
      for (const [at, item] of items.entries()) expect(await listings.item(ANA, at + 1)).toEqual(item)
      for (const number of [0, -1, 4, 1.5, Number.MAX_SAFE_INTEGER]) {
        expect(await listings.item(ANA, number)).toBeUndefined()
      }
    })

    test('the next list takes the place of the one before, and leaves no number of it behind', async () => {
      await listings.keep(ANA, [memory('m1'), memory('m2'), memory('m3')])
      await listings.keep(ANA, [memory('m4')])
      expect(await shown(ANA)).toEqual(['m4', undefined, undefined])
      await listings.keep(ANA, [])
      expect(await shown(ANA)).toEqual([undefined, undefined, undefined])
      expect(await listings.count('ana')).toBe(0)
    })

    test('a list that cannot be kept whole leaves the one before as it was', async () => {
      await listings.keep(ANA, [memory('m1'), memory('m2')])
      const odd = { ...memory('m4'), kind: 'person' as ListedItem['kind'] }
      await expect(listings.keep(ANA, [memory('m3'), odd])).rejects.toThrow()
      expect(await shown(ANA)).toEqual(['m1', 'm2', undefined])
    })

    test('numbers hold for one person in one chat, whatever both are called', async () => {
      const places = [
        ...hostileScopes.map(person_id => ({ person_id, chat_id: 'chat' })),
        ...hostileScopes.map(chat_id => ({ person_id: 'ana', chat_id })),
        { person_id: 'a', chat_id: 'bc' },
        { person_id: 'ab', chat_id: 'c' },
      ]
      for (const [n, place] of places.entries()) await listings.keep(place, [memory(`m${String(n)}`)])
      for (const [n, place] of places.entries()) {
        expect(await shown(place)).toEqual([`m${String(n)}`, undefined, undefined])
      }
      expect(await shown(BEN)).toEqual([undefined, undefined, undefined])
    })

    test('numbers hold over a restart', async () => {
      await listings.keep(ANA, [memory('m1'), memory('m2')])
      opened.restart()
      listings = opened.store
      expect(await shown(ANA)).toEqual(['m1', 'm2', undefined])
    })

    test('when two persons turn out to be one, no number of either stands for a thing of the other', async () => {
      const third = { person_id: 'third', chat_id: 'chat' }
      for (const place of [ANA, BEN, third]) await listings.keep(place, [memory(place.person_id)])
      await listings.reassign('third', 'third')
      await listings.reassign('ben', 'ana')
      await listings.reassign('ben', 'ana')
      expect(await shown(ANA)).toEqual([undefined, undefined, undefined])
      expect(await shown(BEN)).toEqual([undefined, undefined, undefined])
      expect(await shown(third)).toEqual(['third', undefined, undefined])
    })
  },
)
