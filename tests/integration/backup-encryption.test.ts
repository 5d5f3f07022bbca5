/** Encrypted backups of a whole DeniDin: settings, what is shown with and without the key, targets, drills and the doctor. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { chmodSync, existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { completeRestore } from '../../src/app/backup/complete-restore.ts'
import { openBackups } from '../../src/app/backup/open-backups.ts'
import { backupKeyCheck } from '../../src/app/doctor/backup-key-check.ts'
import { createKeyFile } from '../../src/backup/age/key-file.ts'
import { loadSettings } from '../../src/config/load-settings.ts'
import { S3Store } from '../support/backup/s3-store.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { RestRig } from '../support/rest/rest-rig.ts'
import { residueIn } from '../support/residue.ts'

let denidin: TestDenidin
let recipient: string

beforeEach(async () => {
  denidin = await TestDenidin.start()
  ;({ recipient } = await createKeyFile(identity(), new Date(0)))
  await denidin.restart({ backup: { encryption: encryption() } })
})
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const identity = (): string => join(denidin.folder, 'keys', 'identity.txt')
const encryption = (): Json => ({ recipients: [recipient], identity_file: 'keys/identity.txt' })
const folder = (): string => `${denidin.data()}-backups`

const run = (name: string, input: object = {}, transport: 'cli' | 'cron' = 'cli'): Promise<Record<string, unknown>> =>
  denidin.app.runner.run(name, input, { caller: { transport, level: 'operator' }, confirmed: true })

/** A command while the bot is down. */
const runAlone = async (name: string, input: object = {}): Promise<Record<string, unknown>> => {
  await using client = await openBackups(denidin.settings(), 'test')
  return await client.call(name, input, { confirmed: true })
}

const component = async (): Promise<unknown> => {
  const { parts } = (await run('status')) as { parts: { name: string }[] }
  return parts.find(({ name }) => name === 'backups')
}

const talk = async (): Promise<void> => {
  await denidin.say('My dog is called Rexington')
  await denidin.whenIdle()
}

test('backup.encryption.recipients says for whom backups are encrypted, and nothing of a conversation is readable', async () => {
  await talk()
  expect(await run('backup.create')).toMatchObject({ backup: { encrypted: true, messages: 2 } })
  expect(await run('backup.list')).toMatchObject({ backups: [{ encrypted: true, messages: 2 }] })
  expect(await run('backup.verify')).toMatchObject({ in_order: true, questions: 1, answered: 1 })
  expect(await component()).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining('New backups are encrypted.'),
  })
  expect(await run('metrics')).toMatchObject({
    values: expect.arrayContaining([expect.objectContaining({ metric: 'denidin_backup_encrypted', value: 1 })]),
  })
  const secret = readFileSync(identity(), 'utf8').trim().split('\n').at(-1) ?? ''
  expect(await residueIn([folder()], { words: ['Rexington', 'denidin.db', secret] })).toEqual([])
  expect(denidin.log.text()).not.toContain(secret)
  await denidin.restart({ backup: {} })
  expect(await run('backup.create')).toMatchObject({ backup: { encrypted: false } })
})

test('without backup.encryption.identity_file, encrypted backups are listed and never called verified', async () => {
  await talk()
  await run('backup.create')
  await denidin.restart({ backup: { encryption: { recipients: [recipient] } } })
  expect(await run('backup.create', { type: 'full' })).toMatchObject({ backup: { encrypted: true } })
  const sentence = expect.stringContaining('set backup.encryption.identity_file')
  expect(await run('backup.list')).toMatchObject({
    backups: [
      { encrypted: true, messages: null, verified: 'not_verified' },
      { encrypted: true, messages: null },
    ],
  })
  expect(await run('backup.show')).toMatchObject({ sealed: sentence, files: [], tables: [], encrypted: true })
  await expect(run('backup.verify')).rejects.toMatchObject({ code: 'invalid_config', message: sentence })
  await expect(run('backup.restore')).rejects.toMatchObject({ code: 'invalid_config', message: sentence })
  expect(await run('backup.scheduled', { job: 'verify' }, 'cron')).toMatchObject({
    ran: true,
    verification: null,
    pruned: { kept: 2 },
  })
  expect(await run('backup.scheduled', { job: 'drill' }, 'cron')).toMatchObject({ ran: false, drills: [] })
  expect(await component()).toMatchObject({
    state: 'unknown',
    detail: expect.stringContaining('cannot be verified here'),
  })
  await denidin.restart({ backup: { encryption: encryption() } })
  expect(await run('backup.show')).toMatchObject({ sealed: null, tables: expect.arrayContaining([]) })
  expect(await run('backup.verify')).toMatchObject({ in_order: true })
})

test('an encrypted backup has the configuration with its keys, which a plain one lacks', async () => {
  await talk()
  process.env['DENIDIN_TEST_RESTIC'] = 'secret-of-restic'
  try {
    const targets = [{ name: 'restic', type: 'command', copy: ['true'], env: ['DENIDIN_TEST_RESTIC'] }]
    denidin.environment = { DENIDIN_TEST_RESTIC: 'secret-of-restic' }
    await denidin.restart({ backup: { encryption: encryption(), targets } })
    await run('backup.create')
    await denidin.close()
    rmSync(denidin.data(), { recursive: true })
    const { for_operator } = await runAlone('backup.restore')
    const restored = (name: string): string => join(String(for_operator), 'config', name)
    expect(JSON.parse(readFileSync(restored('config.json'), 'utf8'))).toMatchObject({
      openai_api_key: 'sk-test-secret',
      backup: { targets: [{ name: 'restic', env: ['DENIDIN_TEST_RESTIC'] }] },
    })
    expect(readFileSync(restored('.env'), 'utf8')).toBe('DENIDIN_TEST_RESTIC=secret-of-restic\n')
    expect(statSync(restored('config.json')).mode & 0o777).toBe(0o600)
    // It is a configuration that loads.
    const { settings } = loadSettings({
      file: restored('config.json'),
      envFile: restored('.env'),
      environment: {},
      cwd: denidin.folder,
    })
    expect(settings.openai_api_key).toBe('sk-test-secret')
    await denidin.open()
  } finally {
    delete process.env['DENIDIN_TEST_RESTIC']
  }
  await denidin.restart({ backup: {} })
  await run('backup.create')
  expect(await residueIn([folder()], { words: ['sk-test-secret', 'secret-of-restic'] })).toEqual([])
})

test('what was forgotten stays forgotten after an encrypted backup is restored on an empty machine', async () => {
  await talk()
  await denidin.say('The neighbours keep chickens', { phone: '15550002222' })
  await run('backup.create')
  await run('memory.forget', { what: 'all', person: '15550001111' })
  await run('backup.create')
  const { backups } = (await run('backup.list')) as { backups: { id: string }[] }
  await denidin.close()
  rmSync(denidin.data(), { recursive: true })
  expect(await runAlone('backup.restore', { backup_id: backups[1]?.id })).toMatchObject({
    erasure_log: expect.stringContaining('that of the newest backup was restored'),
  })
  await denidin.open()
  await denidin.whenIdle()
  await denidin.close()
  expect(await residueIn([denidin.data()], { words: ['Rexington'] })).toEqual([])
  await denidin.open()
  expect((await denidin.app.traffic()).messages).toBe(2)
})

test('a restore of an encrypted backup is staged while DeniDin runs, and put into place by the next start', async () => {
  await talk()
  await run('backup.create')
  await denidin.say('This was said after the backup')
  expect(await run('backup.restore')).toMatchObject({ outcome: 'staged', messages_left: 2 })
  const settings = denidin.settings()
  await denidin.close()
  await completeRestore({ settings, clock: denidin.clock, logger: denidin.log })
  await denidin.open()
  await denidin.whenIdle()
  expect((await denidin.app.traffic()).messages).toBe(2)
  await denidin.say('What is my dog called?')
  expect(denidin.lastRequest()).toContain('Rexington')
})

test('over REST, an encrypted backup is made, shown, verified and restored as any other', async () => {
  await using rest = await RestRig.start(
    {},
    { backup: { encryption: { recipients: [recipient], identity_file: identity() } } },
  )
  const token = await rest.token('admin')
  await rest.denidin.say('My dog is called Rexington')
  const asked = async (method: string, path: string, body?: object) => {
    const { status, json } = await rest.request(method, `/api/v1/backups${path}`, { token, body })
    return [status, json] as const
  }
  expect(await asked('POST', '', {})).toEqual([
    expect.any(Number),
    expect.objectContaining({ folder: expect.any(String) }),
  ])
  const [status, list] = await asked('GET', '')
  expect([status, list]).toMatchObject([200, { backups: [{ encrypted: true, messages: 2 }] }])
  expect(await asked('POST', '/latest/verify', {})).toMatchObject([200, { in_order: true }])
  expect(await asked('POST', '/restore?confirm=true', {})).toMatchObject([200, { outcome: 'staged' }])
  expect(await asked('DELETE', '/restore')).toMatchObject([200, { outcome: 'cancelled' }])
  rmSync(identity())
  expect(await asked('GET', '/latest')).toMatchObject([
    200,
    { sealed: expect.stringContaining('does not exist'), tables: [] },
  ])
  const [refused, problem] = await asked('POST', '/latest/verify', {})
  expect(refused).toBeGreaterThanOrEqual(400)
  expect(JSON.stringify(problem)).toContain('identity_file')
})

test('encrypted backups are copied to targets, verified and drilled there, and restored from one on an empty machine', async () => {
  await using store = await S3Store.start()
  mkdirSync(join(denidin.folder, 'nas'))
  const { endpoint, bucket, access_key_id, secret_access_key } = store.target()
  const targets = [
    { name: 'nas', type: 'folder', folder: 'nas' },
    { name: 'cloud', type: 's3', endpoint: endpoint ?? '', bucket, access_key_id, secret_access_key },
  ]
  await denidin.restart({ backup: { encryption: encryption(), targets } })
  await talk()
  expect(await run('backup.create')).toMatchObject({ targets: [{ state: 'copied' }, { state: 'copied' }] })
  expect(await residueIn([join(denidin.folder, 'nas')], { words: ['Rexington', 'denidin.db'] })).toEqual([])
  for (const from of ['nas', 'cloud']) {
    expect(await run('backup.verify', { from })).toMatchObject({ in_order: true, questions: 1, answered: 1 })
  }
  const { drills } = (await run('backup.scheduled', { job: 'drill' })) as { drills: { in_order: boolean }[] }
  expect(drills.map(({ in_order }) => in_order)).toEqual([true, true])
  await denidin.restart({ backup: { encryption: { recipients: [recipient] }, targets } })
  await denidin.say('Its tail is very long')
  // Neither copying nor pruning needs the key.
  expect(await run('backup.create')).toMatchObject({ targets: [{ state: 'copied' }, { state: 'copied' }] })
  expect(await run('backup.prune')).toMatchObject({ targets: [{ state: 'pruned' }, { state: 'pruned' }] })
  await denidin.restart({ backup: { encryption: encryption(), targets } })
  await denidin.close()
  rmSync(denidin.data(), { recursive: true })
  rmSync(folder(), { recursive: true })
  expect(await runAlone('backup.restore', { from: 'cloud' })).toMatchObject({ outcome: 'restored' })
  await denidin.open()
  await denidin.whenIdle()
  expect((await denidin.app.traffic()).messages).toBe(4)
  await denidin.say('What is my dog called?')
  expect(denidin.lastRequest()).toContain('Rexington')
})

test('a key is created once, outside the data and the backups, and its private part is shown to nobody', async () => {
  const file = join(denidin.folder, 'new', 'key.txt')
  const created = await run('backup.key_create', { identity_file: file })
  expect(created).toMatchObject({
    identity_file: file,
    recipient: expect.stringMatching(/^age1[a-z0-9]{58}$/),
    next: expect.stringMatching(/^Without this file, the encrypted backups are lost/),
  })
  expect(statSync(file).mode & 0o777).toBe(0o600)
  expect(JSON.stringify(created)).not.toContain('AGE-SECRET-KEY')
  expect(denidin.log.text()).not.toContain('AGE-SECRET-KEY')
  const text = readFileSync(file, 'utf8')
  await expect(run('backup.key_create', { identity_file: file })).rejects.toMatchObject({ code: 'invalid_input' })
  expect(readFileSync(file, 'utf8')).toBe(text)
  for (const [place, inside] of [
    ['data_root', denidin.data('key.txt')],
    ['backup.folder', join(folder(), 'key.txt')],
  ] as const) {
    await expect(run('backup.key_create', { identity_file: inside })).rejects.toMatchObject({
      message: expect.stringContaining(`the key must be outside ${place}`),
    })
    expect(existsSync(inside)).toBe(false)
  }
  // Without a path, it is the file of the settings, which exists.
  await expect(run('backup.key_create')).rejects.toMatchObject({ message: expect.stringContaining(identity()) })
})

const PROBLEMS: readonly (readonly [what: string, recipients: () => readonly unknown[], problem: string])[] = [
  [
    'a typing error',
    () => [`${recipient.slice(0, -1)}${recipient.endsWith('q') ? 'p' : 'q'}`],
    'number 1 has a typing error',
  ],
  [
    'a private key',
    () => [recipient, 'AGE-SECRET-KEY-1QQQ'],
    'number 2 is a private key, which belongs into backup.encryption.identity_file',
  ],
  ['a key of SSH', () => ['ssh-ed25519 AAAA'], 'number 1 is a key of SSH; use one of age'],
  ['a word', () => ['me'], 'number 1 does not begin with age1'],
  ['a number', () => [7], 'number 1 does not begin with age1'],
]

test.each(PROBLEMS)('%s in the recipients is refused without repeating it', (_what, recipients, problem) => {
  const file = join(denidin.folder, 'wrong.json')
  const wrong = recipients()
  writeFileSync(file, JSON.stringify({ openai_api_key: 'sk-x', backup: { encryption: { recipients: wrong } } }))
  const load = (): unknown => loadSettings({ file, environment: {}, cwd: denidin.folder })
  expect(load).toThrow(`backup.encryption.recipients: must be a list of public keys of age`)
  expect(load).toThrow(problem)
  expect(load).not.toThrow(String(wrong.at(-1)))
})

test('an identity file with the data or the backups is refused', () => {
  const file = join(denidin.folder, 'wrong.json')
  for (const place of ['data', 'data-backups', 'nas', 'logs', 'knowledge']) {
    const identity_file = `${place}/identity.txt`
    const backup = { encryption: { identity_file }, targets: [{ name: 'nas', type: 'folder', folder: 'nas' }] }
    writeFileSync(file, JSON.stringify({ openai_api_key: 'sk-x', knowledge: { dirs: ['knowledge'] }, backup }))
    expect(() => loadSettings({ file, environment: {}, cwd: denidin.folder })).toThrow(
      'backup.encryption.identity_file: must be outside',
    )
  }
})

test('the doctor names a key that is missing, open to others, of another backup or never used', async () => {
  const check = () => backupKeyCheck({ configuration: { loaded: denidin.load(), files: { file: '', envFile: '' } } })
  const finding = async (): Promise<readonly [string, string]> => {
    const { state, detail } = await check().detect(new AbortController().signal)
    return [state, detail]
  }
  const isRepairable = async () => (await check().detect(new AbortController().signal)).repairable
  await talk()
  expect(await finding()).toEqual(['unknown', expect.stringContaining('No encrypted backup has been verified')])
  await run('backup.create')
  await run('backup.verify')
  expect(await finding()).toEqual(['ok', expect.stringContaining('The key decrypted')])
  chmodSync(identity(), 0o644)
  expect(await finding()).toEqual(['down', expect.stringContaining('can be read by other users')])
  expect(await isRepairable()).toBe(true)
  expect(await check().repair?.(new AbortController().signal)).toContain('set to 600')
  expect(await finding()).toEqual(['ok', expect.any(String)])
  const whole = readFileSync(identity())
  rmSync(identity())
  expect(await finding()).toEqual(['down', expect.stringContaining('does not exist')])
  expect(await isRepairable()).toBe(false)
  mkdirSync(identity())
  expect(await finding()).toEqual(['down', expect.stringContaining('cannot be read')])
  expect(await isRepairable()).toBe(false)
  expect(await check().repair?.(new AbortController().signal)).toContain('Nothing was changed')
  rmdirSync(identity())
  await createKeyFile(identity(), new Date(0))
  expect(await finding()).toEqual(['degraded', expect.stringContaining('none of the private keys')])
  writeFileSync(identity(), whole)
  await denidin.restart({ backup: { encryption: { recipients: [recipient] } } })
  expect(await finding()).toEqual(['degraded', expect.stringContaining('no verification or drill')])
  await denidin.restart({ backup: {} })
  expect(await finding()).toEqual(['off', expect.any(String)])
})
