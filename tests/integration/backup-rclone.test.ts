/** The commands of the documentation for rclone, with the real rclone: a folder and an S3 store, and damage there. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { openTargets } from '../../src/app/backup/open-targets.ts'
import { TargetHandlers } from '../../src/app/backup/target-handlers.ts'
import { FolderFiles } from '../../src/backup/files/folder-files.ts'
import { objectsOf } from '../../src/backup/manifest.ts'
import { TargetStates } from '../../src/backup/targets/target-state.ts'
import { Throttle } from '../../src/backup/throttle.ts'
import type { ListedCommand } from '../../src/platform/backup-targets.ts'
import { systemClock } from '../../src/platform/clock.ts'
import { BackupRig, silentCall } from '../support/backup/backup-rig.ts'
import { S3Store } from '../support/backup/s3-store.ts'
import { PROJECT } from '../support/script-run.ts'

const TIMEOUT_MS = 120_000
const is_missing = spawnSync('rclone', ['version']).status !== 0
const NOTE = is_missing ? ' (skipped: rclone is not installed)' : ''
const testWithRclone = is_missing ? test.skip : test

let rig: BackupRig
let store: S3Store
beforeEach(async () => {
  rig = await BackupRig.make()
  store = await S3Store.start()
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  await rig[Symbol.asyncDispose]()
})

/** The target `rclone` of the documentation. */
const documented = (): Pick<ListedCommand, 'copy' | 'fetch'> => {
  const page = readFileSync(join(PROJECT, 'docs/backup.md'), 'utf8')
  const [, block = ''] = /## Targets[^]*?```json\n([^]*?)```/.exec(page) ?? []
  const { backup } = JSON.parse(block) as { backup: { targets: readonly ListedCommand[] } }
  const found = backup.targets.find(({ name }) => name === 'rclone')
  expect(found).toBeDefined()
  return { copy: found?.copy ?? [], fetch: found?.fetch ?? [] }
}

const folderRemote = (): Readonly<Record<string, string>> => ({
  RCLONE_CONFIG_REMOTE_TYPE: 'alias',
  RCLONE_CONFIG_REMOTE_REMOTE: join(rig.root, 'remote'),
})

const storeRemote = (): Readonly<Record<string, string>> => {
  const { endpoint, bucket, access_key_id, secret_access_key } = store.target()
  return {
    RCLONE_CONFIG_REMOTE_TYPE: 'alias',
    RCLONE_CONFIG_REMOTE_REMOTE: `store:${bucket}`,
    RCLONE_CONFIG_STORE_TYPE: 's3',
    RCLONE_CONFIG_STORE_PROVIDER: 'Other',
    RCLONE_CONFIG_STORE_ENDPOINT: endpoint ?? '',
    RCLONE_CONFIG_STORE_ACCESS_KEY_ID: access_key_id,
    RCLONE_CONFIG_STORE_SECRET_ACCESS_KEY: secret_access_key,
    RCLONE_CONFIG_STORE_FORCE_PATH_STYLE: 'true',
    // s3rver leaves out a folder that has only folders, when it is asked for one level.
    RCLONE_FAST_LIST: 'true',
  }
}

const target = (env: Readonly<Record<string, string>>): ListedCommand => ({
  name: 'rclone',
  type: 'command',
  types: [],
  retention_days: undefined,
  archive_retention_days: undefined,
  ...documented(),
  prune: [],
  // It reads no configuration of whoever runs the tests.
  env: { ...env, RCLONE_CONFIG: '/dev/null' },
  timeout_minutes: 1,
})

/** The store answers in this process, which must not wait for rclone. */
const rclone = async (env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<string> => {
  const environment = { PATH: process.env['PATH'], HOME: rig.root, ...target(env).env }
  return (await promisify(execFile)('rclone', args, { env: environment })).stdout
}

const states = (): TargetStates => new TargetStates(new FolderFiles(rig.folder.path))

const handlers = (env: Readonly<Record<string, string>>): TargetHandlers => {
  const shared = {
    folder: rig.folder,
    throttle: new Throttle(systemClock, 1e12),
    retention: { retention_days: 30, archive_retention_days: 400 },
    exclusively: <T>(act: () => Promise<T>) => act(),
  }
  const environment = { PATH: process.env['PATH'], HOME: rig.root }
  return new TargetHandlers({
    ...shared,
    targets: openTargets([target(env)], { ...shared, clock: systemClock, environment }),
    states: states(),
    work_folder: join(rig.root, 'work'),
  })
}

const copy = (env: Readonly<Record<string, string>>) =>
  handlers(env).copy('rclone', { now: rig.clock.now(), repairs: false }, silentCall())

const verify = (env: Readonly<Record<string, string>>) =>
  handlers(env).verify('rclone', 'latest', silentCall(), async folder => await rig.verify('latest', undefined, folder))

/** Changes one byte of a file at the remote, and nothing else. */
const damage = async (env: Readonly<Record<string, string>>, path: string): Promise<void> => {
  const file = join(rig.root, 'damaged')
  await rclone(env, 'copyto', `remote:denidin/${path}`, file)
  const content = readFileSync(file)
  const at = content.length - 5
  content[at] = (content[at] ?? 0) ^ 1
  writeFileSync(file, content)
  await rclone(env, 'copyto', '--ignore-times', file, `remote:denidin/${path}`)
}

describe.each([
  ['a folder', folderRemote],
  ['an S3 store', storeRemote],
] as const)('rclone with %s', (_name, remote) => {
  testWithRclone(
    `copies backups, which are verified and restored from there${NOTE}`,
    async () => {
      mkdirSync(join(rig.root, 'remote'))
      const env = remote()
      const { id } = await rig.create('full')
      expect(await copy(env)).toMatchObject({ state: 'copied', problem: undefined })
      rig.say(50)
      const { id: second } = await rig.create('incremental')
      expect(await copy(env)).toMatchObject({ state: 'copied', problem: undefined })
      const listed = await rclone(env, 'lsf', 'remote:denidin/backups')
      expect(listed.trim().split('\n')).toEqual([`${id}.json`, `${second}.json`])
      expect(await verify(env)).toMatchObject({ backup_id: second, in_order: true, problems: [] })
      rmSync(rig.folder.path, { recursive: true })
      await handlers(env).fetch({ target: 'rclone', backup_id: 'latest', now: rig.clock.now() }, silentCall())
      expect(await rig.verify()).toMatchObject({ backup_id: second, in_order: true })
    },
    TIMEOUT_MS,
  )

  testWithRclone(
    `repairs with the next copy what a verification found damaged there${NOTE}`,
    async () => {
      mkdirSync(join(rig.root, 'remote'))
      const env = remote()
      rig.say(3000)
      const manifest = await rig.create('full')
      expect(await copy(env)).toMatchObject({ state: 'copied' })
      const pieces = objectsOf(manifest)
      const [damaged = ''] = rig.files.filter(path => pieces.has(/[0-9a-f]{64}/.exec(path)?.[0] ?? ''))
      await damage(env, damaged)
      expect(await verify(env)).toMatchObject({ backup_id: manifest.id, in_order: false })
      expect(await states().of('rclone')).toMatchObject({ damaged: [manifest.id] })
      expect(await copy(env)).toMatchObject({ state: 'copied', problem: undefined })
      expect(await states().of('rclone')).toMatchObject({ damaged: [] })
      expect(await verify(env)).toMatchObject({ in_order: true, problems: [] })
    },
    TIMEOUT_MS,
  )
})

testWithRclone(
  `a remote that rclone does not know is a result with its reason${NOTE}`,
  async () => {
    await rig.create('full')
    expect(await copy({ ...folderRemote(), RCLONE_CONFIG_REMOTE_REMOTE: 'nowhere:' })).toMatchObject({
      state: 'failed',
      problem: expect.stringMatching(/^rclone ended with exit code 1: .*didn't find section in config file$/),
    })
  },
  TIMEOUT_MS,
)
