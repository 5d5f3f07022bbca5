// Pipes and devices in the place of files: opening one may wait for ever, and one may never end.
import { execFileSync } from 'node:child_process'
import { symlinkSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { BackupHistory } from '../../src/backup/backup-history.ts'
import { MigrationHistory } from '../../src/backup/migration-history.ts'
import { messagesLeftBehind } from '../../src/backup/sqlite/left-behind.ts'
import { changingTextFile } from '../../src/config/text-file.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { damageOf } from '../../src/database/sqlite/integrity.ts'
import { schemaIn } from '../../src/database/sqlite/schema-state.ts'
import { JobRunsFile } from '../../src/interfaces/cron/job-runs.ts'
import { LastRunsFile } from '../../src/interfaces/cron/last-runs.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { filesBelow, readOwnText } from '../../src/platform/files.ts'
import { SessionFolders } from '../../src/sessions/session-folders.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const PLACES: readonly (readonly [string, (path: string) => void])[] = [
  ['a pipe', path => execFileSync('mkfifo', [path])],
  ['a device', path => symlinkSync('/dev/zero', path)],
]

describe.each(PLACES)('%s', (what, put) => {
  const REFUSED = new RegExp(`is ${what}; a file is expected there`)

  test('is not read as a text of ours', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'file')
    put(path)
    await expect(readOwnText(path)).rejects.toThrow(REFUSED)
    await expect(filesBelow(path)).resolves.toEqual([])
  })

  test('in the place of a file that the operator changes is named', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'prices.json')
    put(path)
    expect(() => changingTextFile(path).text()).toThrow(REFUSED)
  })

  test.each(['notes.db', 'notes.db-wal', 'notes.db-shm'])('in the place of %s is named', async name => {
    await using folder = await temporaryFolder()
    put(join(folder.path, name))
    expect(() => new Database(join(folder.path, 'notes.db'), [])).toThrow(REFUSED)
  })

  test('is no database that is examined', async () => {
    await using folder = await temporaryFolder()
    const path = join(folder.path, 'notes.db')
    put(path)
    expect(schemaIn(path)).toBeUndefined()
    expect(messagesLeftBehind(path, path)).toBeUndefined()
    expect(damageOf(path)).toMatch(REFUSED)
  })

  test.each<[string, unknown, (folder: string) => Promise<unknown>]>([
    ['schedule.json', undefined, folder => new LastRunsFile(join(folder, 'schedule.json')).read('any')],
    ['job-runs.json', undefined, folder => new JobRunsFile(join(folder, 'job-runs.json')).last('any')],
    [
      'backup-history.jsonl',
      [],
      folder => new BackupHistory(join(folder, 'backup-history.jsonl'), systemClock).since(1),
    ],
    ['migrations.json', REFUSED, folder => new MigrationHistory(folder).events()],
    ['session.json', REFUSED, folder => new SessionFolders(dirname(folder)).read(basename(folder))],
  ])('in the place of %s keeps no one waiting', async (name, outcome, read) => {
    await using folder = await temporaryFolder()
    put(join(folder.path, name))
    const reading = read(folder.path)
    if (outcome instanceof RegExp) await expect(reading).rejects.toThrow(outcome)
    else await expect(reading).resolves.toEqual(outcome)
  })
})
