/** Backups of a whole DeniDin: made while it runs, proved, restored, and without what was forgotten. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createBackups, type AppBackups } from '../../src/app/backup/backups.ts'
import { completeRestore } from '../../src/app/backup/complete-restore.ts'
import { openBackups } from '../../src/app/backup/open-backups.ts'
import { backupSources, replacedPaths, settingsWithoutSecrets } from '../../src/app/backup/backup-sources.ts'
import { systemIds } from '../../src/platform/ids.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { PROJECT } from '../support/script-run.ts'
import { residueIn } from '../support/residue.ts'

let denidin: TestDenidin

beforeEach(async () => {
  denidin = await TestDenidin.start()
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const OPERATOR = { transport: 'cli', level: 'operator' } as const

const run = (name: string, input: object = {}): Promise<Record<string, unknown>> =>
  denidin.app.runner.run(name, input, { caller: OPERATOR, confirmed: true })

/** A command while the bot is down. */
const runAlone = async (name: string, input: object = {}): Promise<Record<string, unknown>> => {
  await using client = await openBackups(denidin.settings(), 'test')
  return await client.call(name, input, { confirmed: true })
}

const folder = (): string => `${denidin.data()}-backups`

const talk = async (): Promise<void> => {
  await denidin.say('My dog is called Rexington')
  await denidin.say('I work as an archaeologist in Thessaloniki')
  await denidin.say('השכנים שלי מגדלים תרנגולות', { phone: '15550002222' })
  await denidin.whenIdle()
}

test('a backup that was made while the bot runs is proved: recall answers questions about the restored messages', async () => {
  await talk()
  expect(await run('backup.create')).toMatchObject({
    folder: folder(),
    backup: { type: 'incremental', parent: null, messages: 6 },
  })
  expect(await run('backup.verify')).toMatchObject({ in_order: true, problems: [], questions: 2, answered: 2 })
  expect(await run('backup.list')).toMatchObject({ backups: [{ verified: 'in_order' }] })
  expect(await run('backup.show')).toMatchObject({
    tables: expect.arrayContaining([expect.objectContaining({ database: 'denidin.db', name: 'messages', rows: 6 })]),
  })
  expect(readdirSync(denidin.data('run', 'backup'))).toEqual([])
})

test('the list of sources is what the modules declare', async () => {
  const sources = backupSources(denidin.settings())
  const declared = denidin.app.modules.backupSources.map(({ path, content }) => [path, content])
  const copied = [
    ...sources.databases.map(({ path, content }) => [path, content]),
    ...sources.folders.map(({ path }) => [path, 'truth']),
    ...sources.derived.map(path => [denidin.data(path), 'derived']),
  ]
  expect(copied.sort()).toEqual(declared.sort())
  expect(replacedPaths(sources)).not.toContain('erasures.db')
})

/** What the next start of the bot does first. */
const startAgain = async (): Promise<readonly string[]> => {
  await denidin.close()
  const said: string[] = []
  const settings = denidin.settings()
  await completeRestore({ settings, clock: denidin.clock, logger: denidin.log, say: text => said.push(text) })
  await denidin.open()
  await denidin.whenIdle()
  return said
}

test('a restore while DeniDin runs replaces the data at the next start, and names what only the old data has', async () => {
  await talk()
  await run('backup.create')
  await denidin.say('This was said after the backup')
  expect(await run('backup.restore')).toMatchObject({ outcome: 'staged', messages_left: 2 })
  const { parts } = (await run('status')) as { parts: { name: string }[] }
  expect(parts.find(({ name }) => name === 'backups')).toMatchObject({ detail: expect.stringContaining('is staged') })
  await denidin.say('And this was said after the restore was asked for')
  // It still knows everything: nothing was replaced yet.
  expect((await denidin.app.traffic()).messages).toBe(10)
  const said = await startAgain()
  expect(said).toEqual([expect.stringContaining('4 messages from ')])
  expect((await denidin.app.traffic()).messages).toBe(6)
  await denidin.say('What is my dog called?')
  expect(denidin.lastRequest()).toContain('Rexington')
})

test('what WhatsApp still has of the time after the backup is recorded after a restore, and not answered again', async () => {
  await talk()
  await run('backup.create')
  const chat_id = '15550001111@c.us'
  const sender = { identities: [{ kind: 'phone', value: '15550001111' } as const] }
  const at = denidin.clock.now()
  const said = (text: string, sent_at: number) => ({
    by: 'person' as const,
    message: {
      message_id: `later-${text}`,
      chat_id,
      chat_kind: 'direct' as const,
      sender,
      text,
      sent_at,
      addressed: true,
      may_continue: true,
    },
  })
  const answered = said('Where do I work?', at)
  await denidin.channel.events.message(answered.message)
  await denidin.app.conversation.whenIdle(chat_id)
  const reply = denidin.channel.sent.at(-1)
  await run('backup.restore')
  await startAgain()
  // The chat as WhatsApp has it: the question and the bot's own answer, which the restored data does not know.
  await denidin.channel.events.backfilled({
    chat_id,
    said: [
      answered,
      {
        by: 'account',
        message: {
          message_id: 'sent-before-the-restore',
          chat_id,
          chat_kind: 'direct',
          other: sender,
          text: reply?.text ?? '',
          sent_at: at + 1,
        },
      },
    ],
    until: at + 2,
  })
  await denidin.app.conversation.whenIdle(chat_id)
  expect(denidin.channel.sent).toEqual([])
  const { messages } = await denidin.app.traffic()
  expect(messages).toBe(6 + 2)
})

test('what is forgotten between the staging of a restore and the next start stays forgotten', async () => {
  await talk()
  await run('backup.create')
  await run('backup.restore')
  await run('memory.forget', { what: 'all', person: '15550001111' })
  await startAgain()
  await denidin.close()
  for (const name of readdirSync(denidin.data()).filter(each => each.startsWith('before-restore')))
    rmSync(denidin.data(name), { recursive: true })
  expect(await residueIn([denidin.data()], { words: ['Rexington', 'Thessaloniki', 'archaeologist'] })).toEqual([])
  await denidin.open()
  expect((await denidin.app.traffic()).messages).toBe(2)
})

test('a staged restore is dropped by a command, while the bot runs or is stopped', async () => {
  await talk()
  await run('backup.create')
  await denidin.say('This was said after the backup')
  await run('backup.restore')
  expect(await run('backup.restore', { cancel: true })).toMatchObject({ outcome: 'cancelled' })
  await run('backup.restore')
  await denidin.close()
  expect(await runAlone('backup.list')).toMatchObject({ staged: { backup_id: expect.any(String) } })
  expect(await runAlone('backup.restore', { cancel: true })).toMatchObject({ outcome: 'cancelled' })
  await denidin.open()
  expect(await startAgain()).toEqual([])
  expect((await denidin.app.traffic()).messages).toBe(8)
})

test('a restore while DeniDin is stopped replaces the data at once', async () => {
  await talk()
  await run('backup.create')
  await denidin.say('This was said after the backup')
  await denidin.close()
  expect(await runAlone('backup.restore')).toMatchObject({
    outcome: 'restored',
    messages_left: 2,
    kept_aside: expect.stringContaining('before-restore-'),
  })
  await denidin.open()
  await denidin.whenIdle()
  expect((await denidin.app.traffic()).messages).toBe(6)
})

const DAMAGE: readonly (readonly [string, () => void])[] = [
  ['is empty', () => rmSync(denidin.data(), { recursive: true })],
  ['has a damaged denidin.db', () => writeFileSync(denidin.data('denidin.db'), Buffer.alloc(50_000, 1))],
  ['lacks vectors.db', () => rmSync(denidin.data('vectors.db'))],
  ['lacks denidin.db, with the index there', () => rmSync(denidin.data('denidin.db'))],
]

test.each(DAMAGE)(
  'what was forgotten since the backup stays forgotten when the data folder %s',
  async (_what, damage) => {
    await talk()
    await run('backup.create')
    await run('memory.forget', { what: 'all', person: '15550001111' })
    // The newest backup knows of it: an empty machine has no other way to.
    await run('backup.create')
    const { backups } = (await run('backup.list')) as { backups: { id: string }[] }
    await denidin.close()
    damage()
    await runAlone('backup.restore', { backup_id: backups[1]?.id })
    const aside = readdirSync(denidin.data()).filter(name => name.startsWith('before-restore'))
    for (const name of aside) rmSync(denidin.data(name), { recursive: true })
    await denidin.open()
    await denidin.whenIdle()
    await denidin.close()
    const found = await residueIn([denidin.data()], { words: ['Rexington', 'Thessaloniki', 'archaeologist'] })
    expect(found).toEqual([])
    await denidin.open()
    expect((await denidin.app.traffic()).messages).toBe(2)
  },
)

test('a command on backups needs no readable data and no running bot', async () => {
  await talk()
  await run('backup.create')
  await denidin.close()
  writeFileSync(denidin.data('denidin.db'), 'damaged')
  expect(await runAlone('backup.list')).toMatchObject({ backups: [{ type: 'incremental' }] })
  expect(await runAlone('backup.verify')).toMatchObject({ in_order: true })
  expect(await runAlone('backup.prune', { dry_run: true })).toMatchObject({ deleted: [], kept: 1 })
})

test('status says how old the newest backup is and whether it was proved', async () => {
  const part = async (): Promise<unknown> => {
    const { parts } = (await run('status')) as { parts: { name: string }[] }
    return parts.find(({ name }) => name === 'backups')
  }
  expect(await part()).toMatchObject({ state: 'unknown' })
  await talk()
  await run('backup.create')
  expect(await part()).toMatchObject({ state: 'unknown', detail: expect.stringContaining('None was verified yet') })
  await run('backup.verify')
  expect(await part()).toMatchObject({ state: 'ok', detail: expect.stringContaining('was verified at') })
  denidin.clock.forward(11 * 3_600_000)
  expect(await part()).toMatchObject({ state: 'ok' })
  await denidin.restart({ backup: { warn_after_hours: 10 } })
  expect(await part()).toMatchObject({ state: 'degraded', detail: expect.stringContaining('11 hours old') })
})

test('an erasure during a backup does not wait for it, and its words leave the write-ahead log', async () => {
  await talk()
  const backup = run('backup.create')
  await run('memory.forget', { what: 'all', person: '15550001111' })
  await backup
  await denidin.app.runner.run('status', {}, { caller: OPERATOR })
  const found = await residueIn([denidin.data()], { words: ['Rexington', 'Thessaloniki'] })
  expect(found).toEqual([])
})

test('a configuration in a backup has no key and no password', () => {
  const secrets: Json = {
    openai_api_key: 'sk-secret-1',
    godfather_phone: '+15559990000',
    ai: {
      base_url: 'https://user:secret-2@models.example/v1?key=secret-3',
      fallback_models: [{ model: 'other', base_url: 'https://other.example/v1', api_key: 'secret-4' }],
    },
    embeddings: { api_key: 'secret-5' },
  }
  const file = join(denidin.folder, 'secrets.json')
  writeFileSync(file, JSON.stringify(secrets))
  const text = settingsWithoutSecrets(loadSettings({ environment: {}, file, cwd: denidin.folder }).settings)
  expect(text).not.toContain('secret-')
  expect(JSON.parse(text)).toMatchObject({
    godfather_phone: '15559990000',
    ai: { base_url: 'https://models.example/v1', fallback_models: [{ model: 'other' }] },
  })
})

test('paths in the configuration of a backup are those of the file, so that they hold on another machine', () => {
  const file = join(denidin.folder, 'paths.json')
  writeFileSync(
    file,
    JSON.stringify({ openai_api_key: 'sk-x', logs_dir: 'logs/other', backup: { folder: '/srv/backups' } }),
  )
  const text = settingsWithoutSecrets(loadSettings({ environment: {}, file, cwd: PROJECT }).settings)
  expect(JSON.parse(text)).toMatchObject({ logs_dir: 'logs/other', backup: { folder: '/srv/backups' } })
  expect(text).not.toContain(PROJECT)
})

const reopen = async (backup: Json): Promise<void> => {
  await denidin.restart({ backup })
}

test('backup.folder is where backups are kept', async () => {
  await talk()
  await reopen({ folder: 'elsewhere/copies' })
  expect(await run('backup.create')).toMatchObject({ folder: join(denidin.folder, 'elsewhere/copies') })
  expect(existsSync(folder())).toBe(false)
})

test('the schedule of backups has the times of its settings', async () => {
  await reopen({
    incremental_cron: '*/5 * * * *',
    full_cron: '1 1 * * 6',
    archive_cron: '2 2 2 * *',
    verify_cron: '3 3 * * *',
    drill_cron: '4 4 * * *',
  })
  const { jobs } = (await run('jobs.list')) as { jobs: { name: string; cron: string }[] }
  expect(jobs.filter(({ name }) => name.startsWith('backup')).map(({ name, cron }) => [name, cron])).toEqual([
    ['backup', '*/5 * * * *'],
    ['backup-full', '1 1 * * 6'],
    ['backup-archive', '2 2 2 * *'],
    ['backup-verify', '3 3 * * *'],
    ['backup-drill', '4 4 * * *'],
  ])
})

/** Backups of the data of a stopped DeniDin, whose time a test moves. */
const scheduled = (minutes: number, clock: FakeClock): AppBackups => {
  const settings = denidin.settings()
  const backup = { ...settings.backup, point_in_time_minutes: minutes }
  const runtime = { clock, ids: systemIds, logger: denidin.log }
  return createBackups({
    settings: { ...settings, backup },
    version: 'test',
    runtime,
    copied: () => undefined,
    is_open: false,
  })
}

test('a restore point is made within point_in_time_minutes of a change, and none without one', async () => {
  await talk()
  await denidin.close()
  const clock = new FakeClock(denidin.clock.now())
  const backups = scheduled(3, clock)
  const types = async (): Promise<readonly string[]> =>
    (await backups.list({ limit: 10, points: true })).map(({ id }) => id.split('-')[3] ?? '').reverse()
  /** Until three minutes are over, and what began in them is done. */
  const pass = async (expected: readonly string[]): Promise<void> => {
    for (let minute = 0; minute < 3; minute++) await clock.advance(60_000)
    while ((await types()).length < expected.length) await clock.advance(1)
    expect(await types()).toEqual(expected)
  }
  const write = (text: string): void => {
    using database = new DatabaseSync(denidin.data('denidin.db'))
    database.prepare('update messages set text = ? where seq = 1').run(text)
  }
  await backups.module.start?.()
  try {
    await pass(['incremental'])
    await pass(['incremental'])
    write('one')
    await pass(['incremental', 'point'])
    write('two')
    await pass(['incremental', 'point', 'point'])
    await pass(['incremental', 'point', 'point'])
    expect(await backups.points()).toMatchObject({ count: 2 })
  } finally {
    await backups.module.stop?.()
  }
  const off = scheduled(0, clock)
  await off.module.start?.()
  write('three')
  await clock.advance(3_600_000)
  expect(await off.points()).toMatchObject({ count: 2 })
  await off.module.stop?.()
}, 120_000)

test('a backup reads no faster than max_megabytes_per_second', async () => {
  await talk()
  const seconds = async (): Promise<number> => {
    const began = denidin.clock.monotonic()
    await run('backup.create', { type: 'full' })
    return (denidin.clock.monotonic() - began) / 1000
  }
  await reopen({ max_megabytes_per_second: 1 })
  await run('backup.create')
  const { files } = (await run('backup.show')) as { files: { bytes: number }[] }
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0)
  // Each byte is read twice: from the database, and from its copy. The last step is not waited for.
  expect(await seconds()).toBeGreaterThan((2 * bytes - 1024 * 1024) / 2 ** 20)
})

test('backup.include says what else a backup contains', async () => {
  await talk()
  await run('memory.export', { person: '15550001111' })
  const names = async (): Promise<readonly string[]> => {
    await run('backup.create')
    const { files } = (await run('backup.show')) as { files: { name: string }[] }
    return files.map(({ name }) => name)
  }
  expect(await names()).not.toContain('exports')
  await reopen({ include: ['exports'] })
  expect(await names()).toContain('exports')
})

test('backups older than retention_days go, archives stay for archive_retention_days', async () => {
  await talk()
  await reopen({ retention_days: 3, archive_retention_days: 10 })
  await run('backup.create', { type: 'full' })
  await run('backup.create', { type: 'archive' })
  denidin.clock.forward(5 * 86_400_000)
  await run('backup.create')
  expect(await run('backup.prune', { dry_run: true })).toMatchObject({ kept: 2 })
  expect(await run('backup.prune')).toMatchObject({ deleted: [expect.stringContaining('-full-')], kept: 2 })
  denidin.clock.forward(6 * 86_400_000)
  await run('backup.create')
  expect(await run('backup.prune')).toMatchObject({ kept: 1 })
})

test.each(['.', 'sessions', 'run/copies', 'memory'])('backup.folder may not be %s in the data folder', name => {
  const file = join(denidin.folder, 'faulty.json')
  writeFileSync(file, JSON.stringify({ openai_api_key: 'sk-x', backup: { folder: denidin.data(name) } }))
  expect(() => loadSettings({ environment: {}, file, cwd: denidin.folder })).toThrow(
    'backup.folder: must be outside data_root',
  )
  expect(readFileSync(file, 'utf8')).toContain('backup')
})
