import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { PersonalData } from '../../src/people/personal-data.ts'
import type { Preference, Preferences } from '../../src/people/preferences.ts'
import { createSqlitePreferences, preferenceMigrations } from '../../src/people/sqlite/sqlite-preferences.ts'
import { hostileScopes } from '../support/memory-scopes.ts'
import { sqliteOnDisk, type StoreOnDisk } from '../support/store-on-disk.ts'

const NOTHING_SAID: Preference = { language: undefined, time_zone: undefined, learn: true }

describe.each([['sqlite', () => sqliteOnDisk(preferenceMigrations, createSqlitePreferences)]] as const)(
  'preferences: %s',
  (_name, open) => {
    let opened: StoreOnDisk<Preferences & PersonalData>
    let preferences: Preferences & PersonalData

    beforeEach(async () => {
      opened = await open()
      preferences = opened.store
    })

    afterEach(async () => {
      await opened[Symbol.asyncDispose]()
    })

    test('who wished for nothing is learned from, in their own language, and asking leaves no trace', async () => {
      expect(await preferences.of('ana')).toEqual(NOTHING_SAID)
      expect(await preferences.count('ana')).toBe(0)
    })

    test('a wish changes what it names alone, and can be taken back', async () => {
      expect(await preferences.set('ana', { language: 'he' })).toEqual({
        language: 'he',
        time_zone: undefined,
        learn: true,
      })
      expect(await preferences.set('ana', { learn: false })).toEqual({
        language: 'he',
        time_zone: undefined,
        learn: false,
      })
      expect(await preferences.of('ana')).toEqual({ language: 'he', time_zone: undefined, learn: false })
      expect(await preferences.set('ana', {})).toEqual({ language: 'he', time_zone: undefined, learn: false })
      expect(await preferences.set('ana', { language: undefined })).toEqual({
        language: undefined,
        time_zone: undefined,
        learn: false,
      })
      await preferences.set('ana', { learn: true })
      expect(await preferences.of('ana')).toEqual(NOTHING_SAID)
    })

    test('a language without sentences is refused, and the wish before stands', async () => {
      await preferences.set('ana', { language: 'en' })
      const unknown = 'tlh' as NonNullable<Preference['language']>
      await expect(preferences.set('ana', { language: unknown, learn: false })).rejects.toThrow()
      expect(await preferences.of('ana')).toEqual({ language: 'en', time_zone: undefined, learn: true })
    })

    test('a wish is that of one person, whatever people are called', async () => {
      const wish = (n: number): Preference => ({
        language: n % 2 === 0 ? 'en' : 'he',
        time_zone: n % 5 === 0 ? 'Asia/Tokyo' : undefined,
        learn: n % 3 === 0,
      })
      for (const [n, person_id] of hostileScopes.entries()) await preferences.set(person_id, wish(n))
      for (const [n, person_id] of hostileScopes.entries()) expect(await preferences.of(person_id)).toEqual(wish(n))
      expect(await preferences.of('somebody else')).toEqual(NOTHING_SAID)
    })

    test('a wish holds over a restart', async () => {
      await preferences.set('ana', { learn: false, language: 'he' })
      opened.restart()
      preferences = opened.store
      expect(await preferences.of('ana')).toEqual({ learn: false, language: 'he', time_zone: undefined })
    })

    test('the wish not to be learned outlives forgetting, the language does not', async () => {
      await preferences.set('ana', { learn: false, language: 'he' })
      await preferences.erase('ana')
      expect(await preferences.of('ana')).toEqual({ learn: false, language: undefined, time_zone: undefined })
      expect(await preferences.count('ana')).toBe(0)
    })

    test.each([
      [
        'of the one that goes',
        { language: 'he', time_zone: undefined, learn: true },
        { language: 'en', time_zone: undefined, learn: false },
      ],
      [
        'of the one that stays',
        { language: 'he', time_zone: undefined, learn: false },
        { language: 'en', time_zone: undefined, learn: true },
      ],
      [
        'of both',
        { language: 'he', time_zone: undefined, learn: false },
        { language: undefined, time_zone: undefined, learn: false },
      ],
    ] as const)('of two persons who are one, the wish %s not to be learned holds for both', async (_, ana, ben) => {
      await preferences.set('ana', ana)
      await preferences.set('ben', ben)
      await preferences.reassign('ben', 'ana')
      await preferences.reassign('ben', 'ana')
      expect(await preferences.of('ana')).toEqual({ learn: false, language: 'he', time_zone: undefined })
      expect(await preferences.of('ben')).toEqual(NOTHING_SAID)
    })

    test('of two persons who are one, the language of the one that goes fills in, and nobody is merged away', async () => {
      await preferences.set('ben', { language: 'en' })
      await preferences.reassign('ben', 'ana')
      expect(await preferences.of('ana')).toEqual({ learn: true, language: 'en' })
      await preferences.reassign('ana', 'ana')
      await preferences.reassign('never heard of', 'ana')
      expect(await preferences.of('ana')).toEqual({ learn: true, language: 'en' })
    })
  },
)
