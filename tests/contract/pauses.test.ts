import { beforeEach, describe, expect, test } from '@jest/globals'
import type { Pauses } from '../../src/conversation/pauses.ts'
import { createSqlitePauses, pauseMigrations } from '../../src/conversation/sqlite/sqlite-pauses.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'

const ANA = 'person:ana'
const BEN = 'person:ben'

describe.each([['sqlite', () => createSqlitePauses(new Database(':memory:', pauseMigrations))]] as const)(
  'pauses: %s',
  (_name, make) => {
    let pauses: Pauses & PersonalData

    beforeEach(() => {
      pauses = make()
    })

    test('a pause holds until its end, in its conversation alone', async () => {
      await pauses.begin({ scope: ANA, until: 100, reason: 'owner' }, 0)
      expect(await pauses.at(ANA, 99)).toEqual({ scope: ANA, until: 100, reason: 'owner' })
      expect(await pauses.at(ANA, 100)).toBeUndefined()
      expect(await pauses.at(BEN, 50)).toBeUndefined()
    })

    test('a pause that seems to begin in the future lasts as long as it was meant to, from now on', async () => {
      await pauses.begin({ scope: ANA, until: 100_060, reason: 'owner' }, 100_000)
      expect((await pauses.at(ANA, 5000))?.until).toBe(5060)
      expect(await pauses.at(ANA, 5059)).toMatchObject({ until: 5060 })
      expect(await pauses.at(ANA, 5060)).toBeUndefined()
    })

    test('the list shows the same end after the clock was set back', async () => {
      await pauses.begin({ scope: ANA, until: 100_060, reason: 'owner' }, 100_000)
      expect(await pauses.list(5000)).toEqual([{ scope: ANA, until: 5060, reason: 'owner' }])
      expect(await pauses.list(5060)).toEqual([])
    })

    test('a pause without an end holds until it is ended', async () => {
      await pauses.begin({ scope: ANA, until: undefined, reason: 'command' }, 0)
      expect(await pauses.list(1e15)).toEqual([{ scope: ANA, until: undefined, reason: 'command' }])
      expect(await pauses.end(ANA)).toBe(true)
      expect(await pauses.end(ANA)).toBe(false)
      expect(await pauses.list(0)).toEqual([])
    })

    test('the owner’s words prolong their own pause and do not shorten one by command', async () => {
      await pauses.begin({ scope: ANA, until: 100, reason: 'owner' }, 0)
      await pauses.begin({ scope: ANA, until: 200, reason: 'owner' }, 0)
      expect((await pauses.at(ANA, 150))?.until).toBe(200)
      await pauses.begin({ scope: ANA, until: undefined, reason: 'command' }, 0)
      await pauses.begin({ scope: ANA, until: 300, reason: 'owner' }, 0)
      expect(await pauses.at(ANA, 1000)).toMatchObject({ reason: 'command', until: undefined })
    })

    test('after its end a pause by command gives way to the owner’s', async () => {
      await pauses.begin({ scope: ANA, until: 100, reason: 'command' }, 0)
      await pauses.begin({ scope: ANA, until: 300, reason: 'owner' }, 150)
      expect(await pauses.at(ANA, 200)).toMatchObject({ reason: 'owner' })
    })

    test('when two persons turn out to be one, a pause of either holds for both', async () => {
      await pauses.begin({ scope: BEN, until: 100, reason: 'owner' }, 0)
      await pauses.reassign('ben', 'ana')
      await pauses.reassign('ben', 'ana')
      expect(await pauses.at(ANA, 50)).toBeDefined()
      expect(await pauses.count('ben')).toBe(0)
      expect(await pauses.count('ana')).toBe(1)
    })
  },
)
