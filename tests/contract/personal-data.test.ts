// Every store that holds something of a person: what it hands over, and that nothing is left once it is erased.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import type { StoredToken } from '../../src/access/api-token.ts'
import { accessMigrations } from '../../src/access/sqlite/access-migrations.ts'
import { createSqliteApiTokens } from '../../src/access/sqlite/sqlite-api-tokens.ts'
import { createSqliteIdempotencyStore } from '../../src/access/sqlite/sqlite-idempotency-store.ts'
import { appliedErasureMigrations } from '../../src/messages/sqlite/sqlite-erasures.ts'
import { meteringOf, meterOf } from '../support/meter-of.ts'
import { usageMigrations } from '../../src/usage/sqlite/usage-migrations.ts'
import { messageCountMigrations, SqliteMessageCounts } from '../../src/conversation/sqlite/sqlite-message-counts.ts'
import { FileUsageLog } from '../../src/budget/usage/file-usage-log.ts'
import { UsagePersonalData } from '../../src/budget/usage/usage-personal-data.ts'
import { createSqlitePauses, pauseMigrations } from '../../src/conversation/sqlite/sqlite-pauses.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { learningMigrations } from '../../src/learning/sqlite/learning-migrations.ts'
import { createSqliteProcessedMessages } from '../../src/learning/sqlite/sqlite-processed-messages.ts'
import { createSqliteReflections } from '../../src/learning/sqlite/sqlite-reflections.ts'
import { createSqliteNumberedLists, listingMigrations } from '../../src/memory/sqlite/sqlite-numbered-lists.ts'
import { memoryMigrations } from '../../src/memory/sqlite/memory-migrations.ts'
import { createSqliteMemoryLog } from '../../src/memory/sqlite/sqlite-memory-log.ts'
import { createSqliteProfiles, profileMigrations } from '../../src/memory/sqlite/sqlite-profiles.ts'
import { createSqliteMemoryStore } from '../../src/memory/sqlite/sqlite-memory-store.ts'
import { messageMigrations } from '../../src/messages/sqlite/message-migrations.ts'
import { createSqliteMemberNames, memberNameMigrations } from '../../src/messages/sqlite/sqlite-member-names.ts'
import { createSqliteMessageStore } from '../../src/messages/sqlite/sqlite-message-store.ts'
import { createPersonalProfile } from '../../src/people/sqlite/personal-profile.ts'
import { peopleMigrations } from '../../src/people/sqlite/people-migrations.ts'
import { createSqlitePreferences, preferenceMigrations } from '../../src/people/sqlite/sqlite-preferences.ts'
import type { PersonalData } from '../../src/people/personal-data.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { createExport, ExportFiles } from '../../src/privacy/export.ts'
import { createPersonalSessions } from '../../src/sessions/personal-sessions.ts'
import { SessionFolders } from '../../src/sessions/session-folders.ts'
import { sessionMigrations } from '../../src/sessions/sqlite/session-migrations.ts'
import { SqliteSessionLedger } from '../../src/sessions/sqlite/sqlite-session-ledger.ts'
import { begunUsage } from '../support/budget/begun-usage.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { memoryOf } from '../support/memory-rig.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const accessMigrationsAlone = [...appliedErasureMigrations, ...accessMigrations]

const tokenOf = (person_id: string): StoredToken => ({
  token_id: `t-${person_id}`,
  name: `token of ${person_id}`,
  scopes: ['read'],
  person_id,
  secret_hash: new Uint8Array(32),
  created_at: 1,
  expires_at: undefined,
  last_used_at: undefined,
})

const CALL = { kind: 'completion', provider: 'p', model: 'm', purpose: 'reply', estimated_tokens: 9 } as const

interface Subject {
  readonly data: PersonalData
  /** Makes the store hold something of a person, the person's id in it. */
  fill(person_id: string): Promise<void>
  /** What is handed over in the least. */
  readonly sections: readonly string[]
}

const stores: Readonly<Record<string, (folder: string) => Subject>> = {
  messages: () => {
    const store = createSqliteMessageStore(new Database(':memory:', messageMigrations))
    const fill = async (person_id: string): Promise<void> => {
      for (const [chat_id, chat_kind] of [
        [`${person_id}@c.us`, 'direct'],
        ['1@g.us', 'group'],
      ] as const) {
        const message_id = `${chat_id}-${person_id}`
        const scope = chat_kind === 'group' ? (`chat:${chat_id}` as const) : (`person:${person_id}` as const)
        const place = { message_id, chat_id, chat_kind, text: `words of ${person_id}`, sent_at: 5 }
        await store.inbox.receive({
          message: { ...place, sender: { identities: [] }, addressed: true, may_continue: false },
          person_id,
          scope,
          received_at: 5,
          state: 'received',
          tokens: 3,
        })
        await store.history.assign(`session-${chat_id}`, [message_id])
        const reply = { outbox_id: `o-${message_id}`, chat_id, chat_kind, scope, person_id, answers: [message_id] }
        const answer = {
          ...reply,
          text: `answer to ${person_id}`,
          tokens: 3,
          session_id: 's',
          keep: true,
          created_at: 6,
        }
        await store.outbox.intend(answer, ['answer'])
        await store.outbox.conclude(answer, 0, { state: 'sent', message_id: `r-${message_id}`, at: 7 })
        await store.history.rate({ message_id: `r-${message_id}`, person_id, value: 1, at: 8 })
      }
    }
    return { data: store.personal, fill, sections: ['messages', 'ratings'] }
  },
  'member names': () => {
    const names = createSqliteMemberNames(new Database(':memory:', memberNameMigrations))
    const fill = async (person_id: string): Promise<void> => {
      for (const name of ['Noa', undefined]) {
        await names.nameOf({ scope: 'chat:1@g.us', person_id, identities: [], name })
      }
    }
    return { data: names.personal, fill, sections: [] }
  },
  memories: () => {
    const store = createSqliteMemoryStore(new Database(':memory:', memoryMigrations))
    const fill = async (person_id: string): Promise<void> => {
      await store.add(
        memoryOf(`person:${person_id}`, `fact of ${person_id}`, {
          memory_id: `fact of ${person_id}`,
          person_ids: [person_id],
          sources: ['m'],
        }),
      )
      await store.add(memoryOf('chat:1@g.us', `group fact of ${person_id}`, { person_ids: [person_id] }))
    }
    return { data: store, fill, sections: ['memories'] }
  },
  'memory log': () => {
    const log = createSqliteMemoryLog(new Database(':memory:', memoryMigrations))
    const fill = async (person_id: string): Promise<void> => {
      const items = [{ memory_id: 'm', message_id: undefined, similarity: 1, score: 1, given_as: 'recall' as const }]
      await log.recalled({ recall_id: person_id, scope: `person:${person_id}`, chat_id: person_id, at: 1, items })
    }
    return { data: log, fill, sections: ['recalls'] }
  },
  'api tokens': () => {
    const tokens = createSqliteApiTokens(new Database(':memory:', accessMigrationsAlone))
    const fill = async (person_id: string): Promise<void> => {
      await tokens.add(tokenOf(person_id))
    }
    return { data: tokens, fill, sections: ['api tokens'] }
  },
  'api answers': () => {
    const database = new Database(':memory:', accessMigrationsAlone)
    const tokens = createSqliteApiTokens(database)
    const answers = createSqliteIdempotencyStore(database)
    const fill = async (person_id: string): Promise<void> => {
      const token = tokenOf(person_id)
      await tokens.add(token)
      const request = { token_id: token.token_id, key_hash: 'k', fingerprint: 'f', person_id, at: 5 }
      await answers.begin(request)
      await answers.conclude(request, 200, new Uint8Array(5))
    }
    return { data: answers, fill, sections: [] }
  },
  listings: () => {
    const listings = createSqliteNumberedLists(new Database(':memory:', listingMigrations))
    const fill = (person_id: string): Promise<void> =>
      listings.keep({ person_id, chat_id: 'c' }, [{ kind: 'memory', id: 'm', scope: `person:${person_id}` }])
    return { data: listings, fill, sections: [] }
  },
  sessions: folder => {
    const ledger = new SqliteSessionLedger(new Database(':memory:', sessionMigrations))
    const data = createPersonalSessions(ledger, new SessionFolders(folder))
    const fill = async (person_id: string): Promise<void> => {
      const scope = `person:${person_id}` as const
      for (const session_id of [`old-${person_id}`, `new-${person_id}`]) {
        await ledger.create({ session_id, scope, chat_id: person_id, at: 1 })
        const archived_to = join('expired', '2026-01-01', session_id)
        const lies = session_id.startsWith('old') ? archived_to : session_id
        await mkdir(join(folder, lies), { recursive: true })
        await writeFile(join(folder, lies, 'session.json'), person_id)
        if (lies === archived_to) {
          await ledger.close(session_id, 'reset', 2)
          await ledger.archived(session_id, archived_to)
        }
      }
    }
    return { data, fill, sections: ['sessions'] }
  },
  usage: () => {
    const meter = meterOf(new Database(':memory:', usageMigrations), new FakeClock())
    const fill = async (person_id: string): Promise<void> => {
      const reservation = await meter.reserve({ ...CALL, person_id, chat_id: person_id })
      await meter.commit(reservation, { input_tokens: 1, output_tokens: 1, duration_ms: 1 })
    }
    return { data: meter, fill, sections: ['usage'] }
  },
  spending: () => {
    const { meter, spending } = meteringOf(new Database(':memory:', usageMigrations), new FakeClock())
    const fill = async (person_id: string): Promise<void> => {
      const reservation = await meter.reserve({ ...CALL, person_id, chat_id: person_id })
      await meter.commit(reservation, { input_tokens: 1, output_tokens: 1, duration_ms: 1 })
    }
    return { data: spending, fill, sections: ['spending'] }
  },
  'message counts': () => {
    const counts = new SqliteMessageCounts(new Database(':memory:', messageCountMigrations))
    const fill = async (person_id: string): Promise<void> => {
      counts.add(person_id, 20_000, 1)
    }
    return { data: counts, fill, sections: ['message counts'] }
  },
  'budget usage': folder => {
    const log = new FileUsageLog({
      folder,
      run: 'live',
      keepsWords: async () => true,
      most_bytes: 1000,
      kept_files: 100,
      clock: new FakeClock(),
      ids: systemIds,
      logger: silentLogger,
    })
    const fill = async (person_id: string): Promise<void> => {
      const turn = begunUsage({ person_id, task: `words of ${person_id}`, message_ids: [`m-${person_id}`] })
      for (let count = 0; count < 3; count++) await log.finish(log.begin(turn), { success: true })
      // One that is open.
      log.begin(turn)
    }
    return { data: new UsagePersonalData(log), fill, sections: ['budget usage'] }
  },
  pauses: () => {
    const pauses = createSqlitePauses(new Database(':memory:', pauseMigrations))
    const fill = (person_id: string): Promise<void> =>
      pauses.begin({ scope: `person:${person_id}`, until: undefined, reason: 'owner' }, 1)
    return { data: pauses, fill, sections: ['pauses'] }
  },
  preferences: () => {
    const preferences = createSqlitePreferences(new Database(':memory:', preferenceMigrations))
    const fill = async (person_id: string): Promise<void> => {
      await preferences.set(person_id, { language: 'he' })
    }
    return { data: preferences, fill, sections: ['preferences'] }
  },
  profile: () => {
    const database = new Database(':memory:', peopleMigrations)
    const fill = async (person_id: string): Promise<void> => {
      database.run(
        `insert into persons (person_id, name, role, created_at) values (:person_id, :person_id, 'client', 1)`,
        {
          person_id,
        },
      )
    }
    return { data: createPersonalProfile(database, () => undefined), fill, sections: ['profile'] }
  },
  profiles: () => {
    const profiles = createSqliteProfiles(new Database(':memory:', profileMigrations))
    const fill = (person_id: string): Promise<void> => profiles.keep(`person:${person_id}`, ['m'], 1)
    return { data: profiles, fill, sections: [] }
  },
  'learnt messages': () => {
    const learnt = createSqliteProcessedMessages(new Database(':memory:', learningMigrations))
    const fill = (person_id: string): Promise<void> =>
      learnt.add({ session_id: 's', scope: `person:${person_id}` }, [{ message_id: `m-${person_id}`, digest: 'd' }])
    return { data: learnt, fill, sections: ['learnt messages'] }
  },
  reflections: () => {
    const reflections = createSqliteReflections(new Database(':memory:', learningMigrations))
    const fill = (person_id: string): Promise<void> =>
      reflections.put({
        session_id: person_id,
        scope: `person:${person_id}`,
        text: `of ${person_id}`,
        valence: 0.5,
        created_at: 1,
      })
    return { data: reflections, fill, sections: ['reflections'] }
  },
  exports: folder => {
    const files = new ExportFiles(folder)
    const exporting = createExport({ personalData: [], files, clock: new FakeClock() })
    const fill = async (person_id: string): Promise<void> => {
      await exporting.export(person_id)
    }
    return { data: files.personal, fill, sections: [] }
  },
}

describe.each(Object.entries(stores))('personal data: %s', (name, make) => {
  let folder: Awaited<ReturnType<typeof temporaryFolder>>
  let subject: Subject

  beforeEach(async () => {
    folder = await temporaryFolder()
    subject = make(folder.path)
    await subject.fill('ana')
    await subject.fill('ben')
  })

  afterEach(async () => {
    await folder[Symbol.asyncDispose]()
  })

  const handedOver = async (person_id: string): Promise<string> => {
    const records: string[] = []
    for await (const record of subject.data.export(person_id)) records.push(JSON.stringify(record))
    return records.join('\n')
  }

  test('it goes by its name, and hands over what it holds of one person alone', async () => {
    expect(subject.data.name).toBe(name)
    const records = await handedOver('ana')
    for (const section of subject.sections) expect(records).toContain(`"section":"${section}"`)
    expect(records).not.toContain('ben')
    expect(await handedOver('nobody')).not.toMatch(/ana|ben/)
  })

  test('once erased nothing is left of the person, and everything of the other', async () => {
    const before = await handedOver('ben')
    expect(await subject.data.count('ana')).toBeGreaterThan(0)
    expect(await subject.data.erase('ana')).toBeGreaterThan(0)
    expect(await subject.data.count('ana')).toBe(0)
    expect(await subject.data.erase('ana')).toBe(0)
    expect(await handedOver('ana')).not.toMatch(/words|answer|fact|"text"/)
    expect(await handedOver('ben')).toBe(before)
    expect(await subject.data.count('ben')).toBeGreaterThan(0)
  })
})

test.each([
  ['memories', (id: string) => ({ memories: [`fact of ${id}`] })],
  ['learnt messages', (id: string) => ({ spared: [`m-${id}`] })],
  ['reflections', (id: string) => ({ sessions: [id] })],
  ['sessions', (id: string) => ({ sessions: [`new-${id}`] })],
] as const)('%s: what came later stays and is not counted', async (name, boundsOf) => {
  await using folder = await temporaryFolder()
  const { data, fill } = stores[name]?.(folder.path) as Subject
  await fill('ana')
  const all = await data.count('ana')
  const bounds = boundsOf('ana')
  expect(await data.count('ana', bounds)).toBe(all - 1)
  expect(await data.erase('ana', bounds)).toBe(all - 1)
  expect(await data.count('ana', bounds)).toBe(0)
  expect(await data.count('ana')).toBe(1)
})

test('messages that are spared stay and are not counted', async () => {
  const { data, fill } = stores['messages']?.('') as Subject
  await fill('ana')
  const bounds = { spared: ['ana@c.us-ana'] }
  expect(await data.count('ana', bounds)).toBeGreaterThan(0)
  await data.erase('ana', bounds)
  expect(await data.count('ana', bounds)).toBe(0)
  const left: unknown[] = []
  for await (const { fields } of data.export('ana')) left.push(fields['message_id'])
  expect(left).toContain('ana@c.us-ana')
})
