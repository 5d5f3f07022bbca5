/** Targets of backups in a whole DeniDin: results, retries, health, and a restore from a target alone. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { openBackups } from '../../src/app/backup/open-backups.ts'
import { S3Store } from '../support/backup/s3-store.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'

/** Far more than are needed. */
const ATTEMPTS = 2000

let denidin: TestDenidin
let store: S3Store

beforeEach(async () => {
  store = await S3Store.start()
  denidin = await TestDenidin.start()
  mkdirSync(nas())
  await denidin.restart({ backup: { targets: targets() } })
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
  await store[Symbol.asyncDispose]()
})

const nas = (): string => join(denidin.folder, 'nas')

const targets = (): readonly Json[] => {
  const { endpoint, bucket, access_key_id, secret_access_key } = store.target()
  return [
    { name: 'nas', type: 'folder', folder: 'nas' },
    { name: 'cloud', type: 's3', endpoint: endpoint ?? '', bucket, access_key_id, secret_access_key },
  ]
}

const run = (name: string, input: object = {}, transport: 'cli' | 'cron' = 'cli'): Promise<Record<string, unknown>> =>
  denidin.app.runner.run(name, input, { caller: { transport, level: 'operator' }, confirmed: true })

/** Asks again until the expectation holds; each question goes through the thread of backups or to the disk. */
const until = async (expectation: () => Promise<void>): Promise<void> => {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    try {
      await expectation()
      return
    } catch {
      await run('backup.list')
    }
  }
  await expectation()
}

const component = async (): Promise<unknown> => {
  const { parts } = (await run('status')) as { parts: { name: string }[] }
  return parts.find(({ name }) => name === 'backups')
}

test('backup.targets says where backups are copied to, each with a result', async () => {
  await denidin.say('My dog is called Rexington')
  expect(await run('backup.create')).toMatchObject({
    targets: [
      { target: 'nas', state: 'copied', backups: 1, problem: null },
      { target: 'cloud', state: 'copied', backups: 1, problem: null },
    ],
  })
  expect(await run('backup.list')).toMatchObject({
    targets: [
      { target: 'nas', type: 'folder', backups: 1, problem: null },
      { target: 'cloud', type: 's3', backups: 1, problem: null },
    ],
    backups: [{ targets: 'nas, cloud' }],
  })
  expect(await run('backup.show')).toMatchObject({ targets: 'nas, cloud' })
  expect(await run('backup.verify', { from: 'cloud' })).toMatchObject({ in_order: true, questions: 1, answered: 1 })
})

test('a target that is down is named by status, and gets what it lacks with the next backup', async () => {
  await denidin.say('My dog is called Rexington')
  const { port } = store
  await store.close()
  expect(await run('backup.scheduled', { job: 'incremental' }, 'cron')).toMatchObject({ ran: true, copies: [] })
  const degraded = { state: 'degraded', detail: expect.stringContaining('The target cloud cannot be reached') }
  await until(async () => {
    expect(await component()).toMatchObject(degraded)
  })
  await store.open(port)
  await run('backup.scheduled', { job: 'incremental' }, 'cron')
  await until(async () => {
    expect(await run('backup.list')).toMatchObject({ targets: [{ problem: null }, { backups: 2, problem: null }] })
  })
  await run('backup.verify')
  expect(await component()).toMatchObject({ state: 'ok' })
})

test('a start continues a copy that was interrupted', async () => {
  await denidin.say('My dog is called Rexington')
  rmSync(nas(), { recursive: true })
  await run('backup.create')
  expect(await component()).toMatchObject({ detail: expect.stringContaining('mount its disk') })
  mkdirSync(nas())
  await denidin.restart({ backup: { targets: targets() } })
  await until(async () => {
    expect(await run('backup.list')).toMatchObject({ targets: [{ target: 'nas', backups: 1, problem: null }, {}] })
  })
})

test('a machine that has lost its data and its backups is restored from a target', async () => {
  await denidin.say('My dog is called Rexington')
  await denidin.whenIdle()
  await run('backup.create')
  await denidin.close()
  rmSync(denidin.data(), { recursive: true })
  rmSync(`${denidin.data()}-backups`, { recursive: true })
  {
    await using client = await openBackups(denidin.settings(), 'test')
    await expect(client.call('backup.restore', {}, { confirmed: true })).rejects.toMatchObject({ code: 'not_found' })
    await client.call('backup.restore', { from: 'cloud' }, { confirmed: true })
  }
  await denidin.open()
  await denidin.say('What is my dog called?')
  expect(denidin.lastRequest()).toContain('Rexington')
})

test('the daily pruning reaches the targets, and one that fails does not stop it', async () => {
  await denidin.say('My dog is called Rexington')
  await run('backup.create')
  await store.close()
  expect(await run('backup.prune')).toMatchObject({
    kept: 1,
    targets: [
      { target: 'nas', state: 'pruned', kept: 1 },
      { target: 'cloud', state: 'failed', problem: expect.stringContaining('ECONNREFUSED') },
    ],
  })
})

test('the godfather makes a backup with /backup, in English and in Hebrew; others are refused', async () => {
  await denidin.say('My dog is called Rexington')
  await denidin.restart({ godfather_phone: '15559990000', backup: { targets: targets() } })
  expect(await denidin.say('/backup', { phone: '15559990000' })).toMatch(
    /^The backup is complete: \d+ messages, [\d.]+ MB/,
  )
  expect(await denidin.say('/גיבוי', { phone: '15559990000' })).toMatch(/^הגיבוי הושלם: \d+ הודעות/)
  expect(await denidin.say('/backup')).toMatch(/administrator/)
  await until(async () => {
    expect(await run('backup.list')).toMatchObject({
      success: { days: 30, succeeded: 2, attempted: 2 },
      targets: [{ backups: 2 }, { backups: 2 }],
    })
  })
  expect(await run('backup.scheduled', { job: 'drill' })).toMatchObject({
    drills: [
      { target: null, in_order: true },
      { target: expect.any(String), in_order: true },
    ],
  })
})
