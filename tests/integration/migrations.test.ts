/** A new version makes a backup before it migrates the data, and the data can be brought back to the old version. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { withBackupBeforeMigration } from '../../src/app/backup/migrations.ts'
import { completeRestore } from '../../src/app/backup/complete-restore.ts'
import { openBackups } from '../../src/app/backup/open-backups.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { SMALL_DISKS, smallDisk } from '../support/small-disk.ts'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
  await denidin.say('My dog is called Rexington')
  await denidin.whenIdle()
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const NEWEST = 'access-001'

/** Makes the data of a version before the tokens of the REST API. */
const makeOld = async (): Promise<void> => {
  await denidin.close()
  using database = new DatabaseSync(denidin.data('denidin.db'))
  database.exec(`
    drop trigger api_answers_forgotten;
    drop table api_answers;
    drop table api_tokens;
    delete from migrations where id = '${NEWEST}';
  `)
  writeFileSync(denidin.data('migrations.json'), JSON.stringify({ written_by: '0.0.9', commit: 'a17e5f', events: [] }))
}

const schema = (): readonly unknown[] => {
  using database = new DatabaseSync(denidin.data('denidin.db'))
  return database
    .prepare('select id from migrations')
    .all()
    .map(({ id }) => id)
}

/** Opens the data as a start does. @returns what the operator is told */
const start = async (version: string, backup: Json = {}, open = () => denidin.open()): Promise<readonly string[]> => {
  const said: string[] = []
  const settings = denidin.settings()
  await withBackupBeforeMigration(
    {
      settings: { ...settings, backup: { ...settings.backup, ...backup } },
      version,
      runtime: { clock: denidin.clock, ids: systemIds, logger: denidin.log },
      say: text => said.push(text),
    },
    open,
  )
  return said
}

const command = async (name: string, input: object = {}, version = '1.0.0'): Promise<Record<string, unknown>> => {
  await using client = await openBackups(denidin.settings(), version)
  return await client.call(name, input, { confirmed: true })
}

const history = async (): Promise<readonly Record<string, unknown>[]> =>
  (await command('migrate.status'))['history'] as Record<string, unknown>[]

const backups = async (): Promise<readonly { readonly id: string; readonly type: string }[]> =>
  (await command('backup.list'))['backups'] as { id: string; type: string }[]

test('a start that migrates the data makes a backup first, and records both with the versions', async () => {
  await makeOld()
  const pending = (await command('migrate.status'))['databases']
  expect(pending).toContainEqual(expect.objectContaining({ name: 'database', pending: [NEWEST] }))
  expect(await start('1.0.0')).toEqual(['This version migrates the data: making a backup first …'])
  await denidin.close()
  expect(schema()).toContain(NEWEST)
  const [made, ...others] = await backups()
  expect([made?.type, others]).toEqual(['full', []])
  const { tables } = (await command('backup.show')) as { tables: { name: string }[] }
  expect(tables.map(({ name }) => name)).not.toContain('api_tokens')
  expect(await command('migrate.status')).toMatchObject({
    denidin_version: '1.0.0',
    written_by: '1.0.0',
    history: [
      {
        kind: 'migration',
        status: 'completed',
        from_version: '0.0.9',
        from_commit: 'a17e5f',
        to_version: '1.0.0',
        migrations: [NEWEST],
        backup_id: made?.id,
      },
    ],
  })
  // Nothing is left to migrate.
  expect(await start('1.0.0')).toEqual([])
  await denidin.close()
  expect((await backups()).length).toBe(1)
})

test('neither a new installation nor one that is up to date makes a backup', async () => {
  await denidin.close()
  expect(await start('1.0.0')).toEqual([])
  await denidin.close()
  rmSync(denidin.data(), { recursive: true })
  expect(await start('1.0.0')).toEqual([])
  expect(existsSync(`${denidin.data()}-backups`)).toBe(false)
})

test('without backup.before_migration, the data is migrated without a backup', async () => {
  await makeOld()
  expect(await start('1.0.0', { before_migration: false })).toEqual([])
  await denidin.close()
  expect(await backups()).toEqual([])
  expect(await history()).toMatchObject([{ status: 'completed', backup_id: null, migrations: [NEWEST] }])
})

test('a start is refused, with the way out, when the backup cannot be made, and the data stays as it is', async () => {
  await makeOld()
  writeFileSync(`${denidin.data()}-backups`, 'no folder')
  const before = readFileSync(denidin.data('denidin.db'))
  await expect(start('1.0.0')).rejects.toThrow(
    /^this version migrates the data, and the backup before that cannot be made: .* set backup.before_migration to false\.$/,
  )
  expect(readFileSync(denidin.data('denidin.db'))).toEqual(before)
  expect(schema()).not.toContain(NEWEST)
})

;(SMALL_DISKS ? test : test.skip)('a disk without room for the backup is named', async () => {
  await makeOld()
  await using disk = await smallDisk(2 ** 20)
  await denidin.restart({ backup: { folder: join(disk.path, 'backups') } })
  await makeOld()
  await expect(start('1.0.0')).rejects.toThrow(
    `the disk of ${join(disk.path, 'backups')} has too little room for a backup`,
  )
  expect(schema()).not.toContain(NEWEST)
})

test('a migration that fails is recorded, and the next start makes no second backup of the same data', async () => {
  await makeOld()
  const fail = (): Promise<void> => Promise.reject(new DenidinError('damaged', 'migration access-001 failed: odd'))
  await expect(start('1.0.0', {}, fail)).rejects.toThrow('odd')
  expect(await history()).toMatchObject([{ status: 'failed', error: 'migration access-001 failed: odd' }])
  expect(await start('1.0.0')).toEqual([])
  await denidin.close()
  expect((await backups()).length).toBe(1)
  expect(await history()).toMatchObject([{ status: 'completed' }, { status: 'failed' }])
})

test('a rollback backs up the present data, restores that of the backup, and names its version', async () => {
  await makeOld()
  await start('1.0.0')
  await denidin.say('This was said after the migration')
  await denidin.close()
  const [before] = await backups()
  const result = await command('migrate.rollback', { backup_id: before?.id })
  expect(result).toMatchObject({
    backup_id: before?.id,
    denidin_version: '0.0.9',
    commit: 'a17e5f',
    release_tag: null,
    messages_left: 2,
    next: expect.stringContaining('git checkout a17e5f'),
  })
  expect(schema()).not.toContain(NEWEST)
  expect((await backups())[0]?.id).toBe(result['backup_of_present'])
  expect(await history()).toMatchObject([
    { kind: 'rollback', from_version: '1.0.0', to_version: '0.0.9', backup_id: result['backup_of_present'] },
    { kind: 'migration' },
  ])
  // The newer version migrates the data again, after another backup.
  expect(await start('1.0.0')).toEqual([expect.stringContaining('making a backup first')])
  await denidin.close()
  // And the data of after the first migration can be had back.
  await command('migrate.rollback', { backup_id: result['backup_of_present'], backup: false })
  await denidin.open()
  expect((await denidin.app.traffic()).messages).toBe(4)
})

test('what was forgotten after a migration stays forgotten after a rollback', async () => {
  await makeOld()
  await start('1.0.0')
  await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: { transport: 'cli', level: 'operator' }, confirmed: true },
  )
  await denidin.close()
  const [before] = await backups()
  await command('migrate.rollback', { backup_id: before?.id })
  await start('1.0.0')
  await denidin.whenIdle()
  expect((await denidin.app.traffic()).messages).toBe(0)
})

test('a damaged record of migrations keeps nothing from opening, and an unknown backup is refused first', async () => {
  await denidin.close()
  writeFileSync(denidin.data('migrations.json'), '{"written_by": 7')
  await start('1.0.0')
  await denidin.close()
  expect(await command('migrate.status')).toMatchObject({ written_by: '1.0.0', history: [] })
  await expect(command('migrate.rollback', { backup_id: 'nothing' })).rejects.toMatchObject({ code: 'not_found' })
  await expect(command('migrate.rollback', { backup_id: 'latest' })).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringContaining('migrate status'),
  })
  expect(await history()).toEqual([])
})

test('a rollback that fails or was killed is recorded, and the next migration makes a backup of its own', async () => {
  await makeOld()
  await start('1.0.0')
  await denidin.close()
  const [first] = await backups()
  rmSync(join(`${denidin.data()}-backups`, 'objects'), { recursive: true })
  await expect(command('migrate.rollback', { backup_id: first?.id, backup: false })).rejects.toMatchObject({
    code: 'damaged',
  })
  expect(await history()).toMatchObject([
    { kind: 'rollback', status: 'failed', error: expect.stringContaining('cannot be restored') },
    { kind: 'migration', status: 'completed' },
  ])
  await makeOld()
  expect(await start('1.0.0')).toEqual([expect.stringContaining('making a backup first')])
})

/** Leaves the record that a rollback leaves which is killed. */
const killRollback = (restores: string, started_at: string): void => {
  const open = {
    kind: 'rollback',
    started_at,
    completed_at: null,
    status: 'started',
    from_version: '1.0.0',
    to_version: '0.0.9',
    databases: [],
    backup_id: null,
    error: null,
    restores,
  }
  writeFileSync(denidin.data('migrations.json'), JSON.stringify({ written_by: '1.0.0', events: [open] }))
}

const completeAtStart = async (): Promise<readonly string[]> => {
  const said: string[] = []
  const settings = denidin.settings()
  await completeRestore({ settings, clock: denidin.clock, logger: denidin.log, say: text => said.push(text) })
  return said
}

test('a rollback that was killed is named as interrupted by the next start, once, and by the history', async () => {
  await denidin.close()
  killRollback('2026-11-20T023000Z-full-abcd', '2026-11-20T03:00:00.000Z')
  expect(await completeAtStart()).toEqual([
    'The rollback of 2026-11-20T03:00:00.000Z was interrupted, and the data is as before it. To roll back, repeat: denidin migrate rollback 2026-11-20T023000Z-full-abcd',
  ])
  expect(await completeAtStart()).toEqual([])
  expect(await history()).toMatchObject([
    { kind: 'rollback', status: 'interrupted', error: 'the process ended before it was complete' },
  ])
  killRollback('2026-11-20T023000Z-full-abcd', '2026-11-20T04:00:00.000Z')
  expect(await command('migrate.status')).toMatchObject({ written_by: '1.0.0', history: [{ status: 'interrupted' }] })
})

test('a rollback that was killed after its data was in place is complete', async () => {
  await makeOld()
  await start('1.0.0')
  await denidin.close()
  const [before] = await backups()
  const began = new Date(denidin.clock.now()).toISOString()
  await command('migrate.rollback', { backup_id: before?.id })
  killRollback(before?.id ?? '', began)
  expect(await completeAtStart()).toEqual([])
  expect(await command('migrate.status')).toMatchObject({ written_by: '0.0.9', history: [{ status: 'completed' }] })
})

const inBot = (name: string, input: object = {}): Promise<Record<string, unknown>> =>
  denidin.app.runner.run(name, input, { caller: { transport: 'cli', level: 'operator' }, confirmed: true })

test('a rollback of a running bot is staged: a version that would migrate the data again keeps the present data', async () => {
  await makeOld()
  await start('1.0.0')
  await denidin.say('This was said after the migration')
  const [before] = await backups()
  const result = await inBot('migrate.rollback', { backup_id: before?.id })
  expect(result).toMatchObject({
    outcome: 'staged',
    commit: 'a17e5f',
    kept_aside: null,
    messages_left: 2,
    next: expect.stringMatching(/^Stop the bot, then git checkout a17e5f, and start it/),
  })
  expect((await inBot('migrate.status'))['history']).toMatchObject([
    { kind: 'rollback', status: 'staged', backup_id: result['backup_of_present'] },
    { status: 'completed' },
  ])
  expect(await inBot('status')).toMatchObject({
    parts: expect.arrayContaining([
      expect.objectContaining({ name: 'backups', detail: expect.stringContaining('does not migrate it again') }),
    ]),
  })
  await denidin.close()
  // This version knows the migration.
  expect(await completeAtStart()).toEqual([expect.stringContaining(`${before?.id ?? ''} is staged, and this version`)])
  expect(await start('1.0.0')).toEqual([])
  expect((await denidin.app.traffic()).messages).toBe(4)
  await denidin.close()
  expect(await history()).toMatchObject([{ status: 'staged' }, {}])
  // For the version from before, nothing is pending.
  const staged = new DatabaseSync(denidin.data('restore', 'new', 'denidin.db'))
  staged.exec(`insert into migrations (id, ran_at) values ('${NEWEST}', 1)`)
  staged.close()
  expect(await completeAtStart()).toEqual([expect.stringContaining('was restored')])
  using database = new DatabaseSync(denidin.data('denidin.db'), { readOnly: true })
  expect(database.prepare("select 1 from sqlite_schema where name = 'api_tokens'").all()).toEqual([])
  expect(await command('migrate.status')).toMatchObject({
    written_by: '0.0.9',
    history: [{ kind: 'rollback', status: 'completed' }, { kind: 'migration' }],
  })
})

test('a staged rollback that is cancelled, or replaced by a restore, is shown as dropped', async () => {
  await makeOld()
  await start('1.0.0')
  const [before] = await backups()
  await inBot('migrate.rollback', { backup_id: before?.id, backup: false })
  await inBot('backup.restore', { cancel: true })
  const dropped = { status: 'failed', error: 'the staged rollback was dropped' }
  expect((await inBot('migrate.status'))['history']).toMatchObject([dropped, {}])
  await denidin.close()
  expect(await completeAtStart()).toEqual([])
  expect(await history()).toMatchObject([dropped, {}])
  expect(schema()).toContain(NEWEST)
})

test('a staged rollback to a backup of the same schema replaces the data at the next start', async () => {
  const made = (await inBot('backup.create')) as { backup: { id: string } }
  await denidin.say('This was said after the backup')
  expect(await inBot('migrate.rollback', { backup_id: made.backup.id })).toMatchObject({
    next: expect.stringMatching(/^Restart the bot: that start replaces the data/),
  })
  await denidin.close()
  expect(await completeAtStart()).toEqual([expect.stringContaining('was restored')])
  await denidin.open()
  expect((await denidin.app.traffic()).messages).toBe(2)
  await denidin.close()
  expect(await history()).toMatchObject([{ kind: 'rollback', status: 'completed' }])
})
