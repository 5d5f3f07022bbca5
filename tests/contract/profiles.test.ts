import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { Profiles } from '../../src/memory/profiles.ts'
import { createSqliteProfiles, profileMigrations } from '../../src/memory/sqlite/sqlite-profiles.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

describe.each([['sqlite', () => sqliteOnDisk(profileMigrations, createSqliteProfiles)]] as const)(
  'profiles: %s',
  (_name, open) => {
    let opened: StoreOnDisk<Profiles & PersonalData>
    let profiles: Profiles & PersonalData

    beforeEach(async () => {
      opened = await open()
      profiles = opened.store
    })

    afterEach(async () => {
      await opened[Symbol.asyncDispose]()
    })

    test('a profile keeps the order of what it is made of', async () => {
      const ids = ['z', 'a', '"quoted", [1]', 'זיכרון', 'm\n']
      await profiles.keep('person:ana', ids, 1)
      expect(await profiles.of('person:ana')).toEqual(ids)
      expect(await profiles.of('person:ben')).toEqual([])
    })

    test('a profile takes the place of the one before, whatever the clock says, and an empty one is none', async () => {
      await profiles.keep('person:ana', ['m1', 'm2'], 10)
      await profiles.keep('person:ana', ['m3'], 5)
      expect(await profiles.of('person:ana')).toEqual(['m3'])
      expect(await profiles.count('ana')).toBe(1)
      await profiles.keep('person:ana', [], 11)
      await profiles.keep('person:ana', [], 11)
      expect(await profiles.of('person:ana')).toEqual([])
      expect(await profiles.count('ana')).toBe(0)
    })

    test('a profile is that of one scope, however scopes are spelt', async () => {
      for (const [n, scope] of hostileScopes.entries()) await profiles.keep(scope, [`m${String(n)}`], 1)
      for (const [n, scope] of hostileScopes.entries()) expect(await profiles.of(scope)).toEqual([`m${String(n)}`])
    })

    test('a profile holds over a restart', async () => {
      await profiles.keep('person:ana', ['m1', 'm2'], 1)
      opened.restart()
      profiles = opened.store
      expect(await profiles.of('person:ana')).toEqual(['m1', 'm2'])
    })

    test('when two persons turn out to be one, the profile of the one that stays stands, or the only one there is', async () => {
      await profiles.keep('person:ana', ['of-ana'], 1)
      await profiles.keep('person:ben', ['of-ben'], 2)
      await profiles.keep('chat:ben', ['of-a-group'], 2)
      await profiles.reassign('ben', 'ana')
      await profiles.reassign('ben', 'ana')
      expect(await profiles.of('person:ana')).toEqual(['of-ana'])
      expect(await profiles.of('person:ben')).toEqual([])
      expect(await profiles.of('chat:ben')).toEqual(['of-a-group'])
      await profiles.reassign('ana', 'dana')
      await profiles.reassign('dana', 'dana')
      expect(await profiles.of('person:dana')).toEqual(['of-ana'])
    })
  },
)
