/** Restore points: what was written is there as of each of them, whatever happened to the files in between. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { existsSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Manifest } from '../../src/backup/manifest.ts'
import { pruneBackups } from '../../src/backup/retention.ts'
import { BackupRig, silentCall } from '../support/backup/backup-rig.ts'
import { random } from '../support/random-text.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let rig: BackupRig

beforeEach(async () => {
  rig = await BackupRig.make()
})
afterEach(async () => {
  await rig[Symbol.asyncDispose]()
})

const MINUTE_MS = 60_000
const RETENTION = { retention_days: 30, archive_retention_days: 400 }

const point = async (): Promise<Manifest> => {
  const made = await rig.point()
  if (typeof made === 'string') throw new Error(`no restore point: ${made}`)
  return made
}

/** All messages of a database, in their order. */
const messagesIn = (path: string): readonly unknown[] => {
  using database = new DatabaseSync(path)
  return database.prepare('select message_id, text, price, hex(extra) as extra from messages order by seq').all()
}

/** The messages as a restore to a moment brings them back, into a folder of its own. */
const restoredAt = async (before: number): Promise<{ readonly backup_id: string; readonly messages: unknown }> => {
  await using folder = await temporaryFolder()
  const data = join(folder.path, 'data')
  const { backup_id } = await rig.restore({ before }, data)
  return { backup_id, messages: messagesIn(join(data, 'denidin.db')) }
}

test('a restore point has what was written up to it, and adds little to the disk', async () => {
  rig.say(2000)
  const base = await rig.create('full')
  using writer = rig.open('denidin.db')
  writer.exec("update messages set text = 'changed' where seq % 500 = 0")
  const expected = messagesIn(rig.data('denidin.db'))
  const made = await point()
  expect(made).toMatchObject({ type: 'point', parent: base.id })
  expect(made.new_bytes).toBeLessThan(base.new_bytes / 20)
  expect(await rig.verify(made.id)).toMatchObject({ in_order: true, problems: [] })
  expect(await restoredAt(rig.clock.now())).toEqual({ backup_id: made.id, messages: expected })
})

test('nothing is stored when nothing has changed since the newest backup', async () => {
  await rig.create('full')
  await point()
  const files = rig.files
  expect(await rig.point()).toBe('unchanged')
  expect(rig.files).toEqual(files)
  rig.write('usage/budget-usage.jsonl', '{}\n{}\n')
  expect(await point()).toMatchObject({ new_objects: 1 })
})

test('without a complete backup there is nothing to add to', async () => {
  expect(await rig.point()).toBe('needs_backup')
  await rig.create('full')
  writeFileSync(rig.folder.path + '/backups/' + ((await rig.folder.ids())[0] ?? '') + '.json', 'damaged')
  expect(await rig.point()).toBe('needs_backup')
})

test('a piece of which most has changed is stored whole, and a damaged piece of the backup is not relied on', async () => {
  rig.say(1000)
  await rig.create('full')
  using writer = rig.open('denidin.db')
  writer.exec("update messages set text = text || ' and more'")
  const [database] = (await point()).databases
  expect(database?.objects.length).toBeGreaterThan(3)
  expect(database?.patches?.length ?? 0).toBeLessThan(database?.objects.length ?? 0)
  // A page of another piece changes, whose object is broken by now.
  const base = (await rig.folder.read((await rig.folder.ids())[0] ?? '')).databases[0]
  for (const object of base?.objects ?? [])
    writeFileSync(join(rig.folder.path, 'objects', object.slice(0, 2), `${object}.zst`), 'damaged'.repeat(20))
  writer.exec("update messages set text = 'again' where seq = 5")
  expect(await point()).toMatchObject({ type: 'point' })
})

/** What may happen to the files of a database between two restore points. */
const EVENTS: readonly string[] = [
  '',
  'pragma wal_checkpoint(passive)',
  // Empties the log.
  'pragma wal_checkpoint(truncate)',
  'vacuum',
  // Pages that are written to the log before the transaction is called off.
  "pragma cache_size = 5; begin; update messages set text = 'never'; rollback; pragma cache_size = -2000",
]

test('every moment of a recorded sequence of writes is restored as it was, before and after thinning and compaction', async () => {
  const pick = random(7)
  await rig.create('full')
  const recorded: { readonly at: number; readonly id: string; readonly messages: readonly unknown[] }[] = []
  for (let step = 0; step < 40; step++) {
    rig.clock.forward(5 * MINUTE_MS)
    {
      using writer = rig.open('denidin.db')
      if (step % 2 === 0) rig.say(1 + pick.below(40))
      else writer.exec(`update messages set text = 'step ${String(step)}' where seq % ${String(7 + step)} = 0`)
      if (step % 5 === 4) writer.exec(`delete from messages where seq % ${String(11 + step)} = 1`)
      writer.exec(pick.pick(EVENTS))
      const { id } = await point()
      recorded.push({ at: rig.clock.now(), id, messages: messagesIn(rig.data('denidin.db')) })
      // Written after the point, while the database stays open.
      if (step % 3 === 0) writer.exec('update messages set price = price + 1 where seq = 3')
    }
    // Closing the last connection writes the log into the database and deletes it, as a stop does.
    if (step === 20) await rig.create('incremental')
    if (step === 25) await rig.create('full')
  }
  for (const { at, id, messages } of recorded.filter((_, step) => step % 4 === 0))
    expect(await restoredAt(at)).toEqual({ backup_id: id, messages })

  // A day later, the last of each hour are left.
  rig.clock.forward(25 * 60 * MINUTE_MS)
  const { deleted } = await pruneBackups(rig.folder, RETENTION, rig.clock.now(), false)
  expect(deleted.length).toBeGreaterThan(25)
  const left = new Set(await rig.folder.ids())
  const kept = recorded.filter(({ id }) => left.has(id))
  expect(kept.length).toBeGreaterThanOrEqual(4)
  for (const { at, id, messages } of kept) expect(await restoredAt(at)).toEqual({ backup_id: id, messages })

  // The complete backups go, and what the restore points need of them stays.
  const whole = [...left].filter(id => !id.includes('-point-'))
  await rig.folder.delete(whole)
  await pruneBackups(rig.folder, RETENTION, rig.clock.now(), false)
  for (const { at, id, messages } of kept) expect(await restoredAt(at)).toEqual({ backup_id: id, messages })
})

test('after a restore, the new writes have restore points of their own, and those of the former data stay', async () => {
  await rig.create('full')
  rig.clock.forward(5 * MINUTE_MS)
  rig.say(3)
  const early = await point()
  const [at_early, early_messages] = [rig.clock.now(), messagesIn(rig.data('denidin.db'))]
  rig.clock.forward(5 * MINUTE_MS)
  rig.say(30)
  const late = await point()
  const [at_late, late_messages] = [rig.clock.now(), messagesIn(rig.data('denidin.db'))]
  rig.clock.forward(5 * MINUTE_MS)
  expect(await rig.restore({ before: at_early })).toMatchObject({ backup_id: early.id })
  expect(messagesIn(rig.data('denidin.db'))).toEqual(early_messages)
  // As many writes as the former data had after this moment, with other content.
  rig.say(30)
  const after = messagesIn(rig.data('denidin.db'))
  const fresh = await point()
  expect(await rig.verify(fresh.id)).toMatchObject({ in_order: true })
  expect(await restoredAt(rig.clock.now())).toEqual({ backup_id: fresh.id, messages: after })
  expect(await restoredAt(at_late)).toEqual({ backup_id: late.id, messages: late_messages })
  expect(await restoredAt(at_early)).toEqual({ backup_id: early.id, messages: early_messages })
})

test('a moment before the oldest backup is refused, and so is one in the future', async () => {
  const first = await rig.create('full')
  await expect(rig.restore({ before: Date.parse(first.created_at) - 1000 })).rejects.toThrow(/no backup is as old as/)
  await expect(rig.restore({ before: rig.clock.now() + 3_600_000 })).rejects.toThrow(/is in the future: it is \d{4}/)
})

test('latest is the newest restore point for a restore, and the newest complete backup for a verification', async () => {
  const whole = await rig.create('full')
  rig.say(2)
  const newest = await point()
  expect(await rig.verify()).toMatchObject({ backup_id: whole.id })
  expect(await rig.restore()).toMatchObject({ backup_id: newest.id })
  expect(rig.messages()).toBe(202)
})

test.each(['an object of changed pages', 'the list of changed pages'])('%s that is damaged is found', async what => {
  await rig.create('full')
  rig.say(1)
  const { id, databases } = await point()
  const object = databases[0]?.patches?.[0]?.object ?? ''
  if (what.startsWith('an object')) rmSync(join(rig.folder.path, 'objects', object.slice(0, 2), `${object}.zst`))
  else {
    const path = join(rig.folder.path, 'backups', `${id}.json`)
    writeFileSync(path, readFileSync(path, 'utf8').replace('"pages":[', '"pages":[9'))
  }
  await expect(rig.restore({ backup_id: id })).rejects.toMatchObject({ code: 'damaged' })
  expect(existsSync(rig.data('restore'))).toBe(false)
})

test('commits of a writer during a restore point leave it consistent', async () => {
  rig.say(1000)
  await rig.create('full')
  using writer = rig.open('denidin.db')
  // Two tables that always agree.
  writer.exec('create table twin (seq integer primary key, text text)')
  writer.exec('insert into twin select seq, text from messages')
  const change = writer.prepare('update messages set text = ? where seq % 301 = ?')
  const changeTwin = writer.prepare('update twin set text = ? where seq % 301 = ?')
  let commits = 0
  const commit = (): void => {
    const [text, part] = [`commit ${String(commits)}`, commits % 301]
    writer.exec('begin')
    change.run(text, part)
    changeTwin.run(text, part)
    writer.exec('commit')
    commits += 1
    if (commits % 5 === 0) writer.exec('pragma wal_checkpoint(passive)')
  }
  for (let round = 0; round < 3; round++) {
    // Between any two pieces that the restore point reads.
    const made = await rig.point({ ...silentCall(), progress: commit })
    const { id } = made as Manifest
    await using folder = await temporaryFolder()
    await rig.restore({ backup_id: id }, join(folder.path, 'data'))
    using restored = new DatabaseSync(join(folder.path, 'data', 'denidin.db'))
    expect(restored.prepare('pragma integrity_check').get()).toEqual({ integrity_check: 'ok' })
    const different =
      'select count(*) as different from messages join twin using (seq) where twin.text is not messages.text'
    expect(restored.prepare(different).get()).toEqual({ different: 0 })
  }
  expect(commits).toBeGreaterThan(20)
})

test('no copy of a database is made for a restore point', async () => {
  await rig.create('full')
  rig.say(5)
  await point()
  expect(existsSync(rig.data('run')) ? readdirSync(rig.data('run')) : []).not.toContain('backup')
  expect(statSync(rig.data('denidin.db')).size).toBeGreaterThan(0)
})
