/** Copies of backups at targets: only what is missing, the manifest last, and one failure at a time. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { openTargets } from '../../src/app/backup/open-targets.ts'
import { TargetHandlers } from '../../src/app/backup/target-handlers.ts'
import { FolderFiles } from '../../src/backup/files/folder-files.ts'
import { objectsOf } from '../../src/backup/manifest.ts'
import { S3Files } from '../../src/backup/s3/s3-files.ts'
import { TargetStates } from '../../src/backup/targets/target-state.ts'
import { Throttle } from '../../src/backup/throttle.ts'
import type { ListedCommand, ListedFolder, ListedTarget } from '../../src/platform/backup-targets.ts'
import { DAY_MS, systemClock } from '../../src/platform/clock.ts'
import { BackupRig, silentCall } from '../support/backup/backup-rig.ts'
import { S3Store } from '../support/backup/s3-store.ts'

let rig: BackupRig
let store: S3Store

beforeEach(async () => {
  rig = await BackupRig.make()
  store = await S3Store.start()
  mkdirSync(there('nas'))
})
afterEach(async () => {
  await store[Symbol.asyncDispose]()
  await rig[Symbol.asyncDispose]()
})

const there = (...path: readonly string[]): string => join(rig.root, ...path)

const COMMON = { types: [], retention_days: undefined, archive_retention_days: undefined }
const nas = (changes: Partial<ListedFolder> = {}): ListedFolder => ({
  ...COMMON,
  name: 'nas',
  type: 'folder',
  folder: there('nas'),
  ...changes,
})
const command = (changes: Partial<ListedCommand>): ListedCommand => ({
  ...COMMON,
  name: 'tool',
  type: 'command',
  copy: ['true'],
  fetch: [],
  prune: [],
  env: {},
  timeout_minutes: 1,
  ...changes,
})

const states = (): TargetStates => new TargetStates(new FolderFiles(rig.folder.path))

const handlers = (...targets: readonly ListedTarget[]): TargetHandlers => {
  const shared = {
    folder: rig.folder,
    throttle: new Throttle(systemClock, 1e12),
    retention: { retention_days: 30, archive_retention_days: 400 },
    exclusively: <T>(act: () => Promise<T>) => act(),
  }
  const environment = { PATH: process.env['PATH'], OPENAI_API_KEY: 'sk-secret' }
  return new TargetHandlers({
    ...shared,
    targets: openTargets(targets, { ...shared, clock: systemClock, environment }),
    states: states(),
    work_folder: there('work'),
  })
}

const copy = (target: ListedTarget, repairs = false) =>
  handlers(target).copy(target.name, { now: rig.clock.now(), repairs }, silentCall())

/** The backups that a target lists. */
const idsAt = async (target: ListedTarget): Promise<readonly string[]> =>
  await handlers(target).read(target.name, silentCall(), async folder => await folder.ids())

/** Verifies a backup as it is at a target, as a restore of it. */
const verifyAt = async (target: ListedTarget, backup_id = 'latest') =>
  await handlers(target).read(target.name, silentCall(), async folder => await rig.verify(backup_id, undefined, folder))

describe.each([
  ['a folder', () => nas()],
  ['a store', () => store.target()],
] as const)('at %s', (_name, target) => {
  test('only new objects are copied, and each backup can be restored from there', async () => {
    rig.say(3000)
    const first = await rig.create('full')
    const { bytes, ...copied } = await copy(target())
    expect(copied).toMatchObject({ state: 'copied', backups: 1, objects: first.new_objects, problem: undefined })
    expect(bytes).toBe(first.new_bytes)
    rig.say(1)
    const second = await rig.create()
    expect(await copy(target())).toMatchObject({ backups: 1, objects: second.new_objects })
    expect(await copy(target())).toMatchObject({ state: 'copied', backups: 0, objects: 0 })
    expect(await idsAt(target())).toEqual([first.id, second.id])
    for (const { id } of [first, second]) expect(await verifyAt(target(), id)).toMatchObject({ problems: [] })
    expect(await states().of(target().name)).toMatchObject({ backups: [first.id, second.id], problem: null })
  })

  test('an object that is cut or damaged there is found, and a cut one is replaced by the next copy', async () => {
    rig.say(3000)
    const { id } = await rig.create('full')
    await copy(target())
    const [cut = '', damaged = ''] = rig.files.filter(path => path.startsWith('objects/'))
    const files =
      target().type === 'folder'
        ? new FolderFiles(there('nas'))
        : new S3Files({ target: store.target(), clock: systemClock, signal: new AbortController().signal })
    await files.write(cut, (await files.read(cut))?.subarray(0, 10) ?? '')
    expect((await verifyAt(target())).problems).toContainEqual(expect.stringContaining('is damaged'))
    await rig.create()
    expect(await copy(target())).toMatchObject({ state: 'copied' })
    expect(await verifyAt(target(), id)).toMatchObject({ problems: [] })
    const content = await files.read(damaged)
    content?.fill(7, 50, 60)
    await files.write(damaged, content ?? '')
    expect((await verifyAt(target())).problems).toContainEqual(expect.stringContaining('checksum'))
  })

  test('damage here does not spread, and names the object', async () => {
    await rig.create('full')
    const [object = ''] = rig.files.filter(path => path.startsWith('objects/'))
    truncateSync(join(rig.folder.path, object), 60)
    expect(await copy(target())).toMatchObject({ state: 'failed', problem: expect.stringContaining('is damaged') })
    expect(await idsAt(target())).toEqual([])
    await rig.create('full')
    expect(await copy(target())).toMatchObject({ state: 'copied', backups: 2 })
  })

  test('expired backups are deleted there, by its own days, and are not copied again', async () => {
    const archive = await rig.create('archive')
    const old = await rig.create('full')
    await copy(target())
    rig.clock.forward(10 * DAY_MS)
    const now = await rig.create('full')
    const shorter = { ...target(), retention_days: 5 }
    await copy(shorter)
    const pruned = await handlers(shorter).prune(shorter.name, rig.clock.now(), false, silentCall())
    expect(pruned).toMatchObject({ state: 'pruned', deleted: [old.id], kept: 2 })
    expect(await copy(shorter)).toMatchObject({ backups: 0 })
    expect(await idsAt(shorter)).toEqual([archive.id, now.id])
    for (const { id } of [archive, now]) expect(await verifyAt(shorter, id)).toMatchObject({ problems: [] })
    expect(await rig.folder.ids()).toContain(old.id)
  })

  test('only the types of the target are copied', async () => {
    await rig.create('full')
    const { id } = await rig.create('archive')
    const archives = { ...target(), types: ['archive'] }
    await copy(archives)
    expect(await idsAt(archives)).toEqual([id])
  })

  test('the backups of another data folder are neither mixed with these nor deleted', async () => {
    await rig.create('full')
    await copy(target())
    const before = await idsAt(target())
    const place = target()
    await using own = rig
    rig = await BackupRig.make()
    await rig.create('full')
    const problem = expect.stringContaining('has backups of another data folder')
    expect(await copy(place)).toMatchObject({ state: 'failed', problem })
    const pruned = await handlers(place).prune(place.name, rig.clock.now(), false, silentCall())
    expect(pruned).toMatchObject({ state: 'failed', problem })
    expect(await idsAt(place)).toEqual(before)
    expect(own.messages()).toBe(200)
  })

  test('a backup is brought back into an empty folder, with the newest one for its erasure log', async () => {
    const first = await rig.create('full')
    rig.forget('a message')
    const second = await rig.create()
    await copy(target())
    rmSync(rig.folder.path, { recursive: true })
    const fetched = await handlers(target()).fetch(
      { target: target().name, backup_id: first.id, now: rig.clock.now() },
      silentCall(),
    )
    expect(fetched).toMatchObject({ backup_id: first.id, copied: [second.id, first.id] })
    expect(await rig.verify(first.id)).toMatchObject({ in_order: true })
    rmSync(rig.data(), { recursive: true })
    expect(await rig.restore({ backup_id: second.id })).toMatchObject({ erasure_log: 'from_backup' })
    expect(rig.messages()).toBe(200)
  })
})

describe('a store', () => {
  test('that refuses connections fails with the reason, and gets everything later', async () => {
    const { id } = await rig.create('full')
    const target = store.target()
    const { port } = store
    await store.close()
    expect(await copy(target)).toMatchObject({ state: 'failed', problem: expect.stringContaining('ECONNREFUSED') })
    expect(await copy(target)).toMatchObject({ state: 'failed' })
    expect(await states().of('cloud')).toMatchObject({ backups: [], problem: { attempts: 2 } })
    await store.open(port)
    expect(await copy(target)).toMatchObject({ state: 'copied', backups: 1 })
    expect(await states().of('cloud')).toMatchObject({ backups: [id], problem: null })
  })

  test.each(['status 500', 'status 503', 'cut'] as const)(
    'that answers an upload with "%s" never lists the backup, and a single fault is overcome',
    async fault => {
      rig.say(2000)
      await rig.create('full')
      let uploads = 0
      store.fault = ({ method }) => (method === 'PUT' && ++uploads > 2 ? fault : undefined)
      expect(await copy(store.target())).toMatchObject({ state: 'failed' })
      store.fault = () => undefined
      expect(await idsAt(store.target())).toEqual([])
      uploads = 0
      store.fault = ({ method }) => (method === 'PUT' && ++uploads === 1 ? fault : undefined)
      expect(await copy(store.target())).toMatchObject({ state: 'copied' })
      store.fault = () => undefined
      expect(await verifyAt(store.target())).toMatchObject({ problems: [] })
    },
  )

  test('that does not answer is given up in time', async () => {
    store.fault = () => 'no answer'
    const files = new S3Files({
      target: store.target(),
      clock: systemClock,
      signal: new AbortController().signal,
      request_ms: 200,
    })
    await expect(files.list('backups')).rejects.toMatchObject({
      code: 'timeout',
      message: expect.stringContaining('s3://backups/denidin: to list the objects took longer'),
    })
  })

  test('gets the manifest after all objects, and the storage class for objects alone', async () => {
    await rig.create('full')
    await copy(store.target({ storage_class: 'GLACIER' }))
    const uploads = store.requests.filter(({ method }) => method === 'PUT')
    expect(uploads.at(-1)).toMatchObject({
      url: expect.stringContaining('/denidin/backups/'),
      storage_class: undefined,
    })
    expect(
      uploads.slice(0, -1).every(({ url, storage_class }) => url.includes('/objects/') && storage_class === 'GLACIER'),
    ).toBe(true)
  })

  test('that does not know the key or the bucket refuses with a clear sentence', async () => {
    await rig.create('full')
    expect(await copy(store.target({ access_key_id: 'NOBODY' }))).toMatchObject({
      problem: expect.stringContaining('the store refuses it (InvalidAccessKeyId, status 403)'),
    })
    expect(await copy(store.target({ bucket: 'nowhere' }))).toMatchObject({
      problem: expect.stringContaining(
        's3://nowhere/denidin: cannot list the objects: the store refuses it (NoSuchBucket',
      ),
    })
  })
})

/** Copies as rclone and rsync do: a file of the same size is copied only if its time is later. */
const updating = (): ListedCommand => {
  mkdirSync(there('remote'), { recursive: true })
  return command({
    copy: ['cp', '-rup', '{folder}/{part}', there('remote')],
    fetch: ['cp', '-r', `${there('remote')}/.`, '{folder}'],
  })
}

/** Changes one byte of a file at a target, and nothing else. */
const flipAt = async (target: ListedTarget, path: string): Promise<void> => {
  const flipped = (content: Buffer): Buffer => {
    const at = content.length - 5
    content[at] = (content[at] ?? 0) ^ 1
    return content
  }
  if (target.type === 's3') {
    const files = new S3Files({ target, clock: systemClock, signal: new AbortController().signal })
    await files.write(path, flipped((await files.read(path)) ?? Buffer.alloc(0)))
    return
  }
  const file = join(target.type === 'folder' ? target.folder : there('remote'), path)
  const { atime, mtime } = statSync(file)
  writeFileSync(file, flipped(readFileSync(file)))
  // Times are kept in nanoseconds, and set in milliseconds.
  utimesSync(file, atime, new Date(mtime.getTime() + 10))
}

const REPAIRED = [
  ['a folder', () => nas()],
  ['a store', () => store.target()],
  ['a command', () => updating()],
] as const

describe.each(REPAIRED)('what is damaged at %s and has the right size', (_name, target) => {
  const verify = async () =>
    await handlers(target()).verify(target().name, 'latest', silentCall(), async folder => {
      return await rig.verify('latest', undefined, folder)
    })

  test.each([
    ['a plain', false],
    ['an encrypted', true],
  ])('is found by a verification there, and repaired by the next copy of %s backup', async (_form, is_encrypted) => {
    if (is_encrypted) await rig.encrypt()
    rig.say(3000)
    const manifest = await rig.create('full')
    const { id } = manifest
    expect(await copy(target())).toMatchObject({ state: 'copied' })
    const pieces = objectsOf(manifest)
    const objects = rig.files.filter(path => pieces.has(/[0-9a-f]{64}/.exec(path)?.[0] ?? ''))
    for (const path of objects.slice(0, 3)) await flipAt(target(), path)
    // A copy by itself looks at sizes.
    expect(await copy(target())).toMatchObject({ state: 'copied' })
    expect(await verify()).toMatchObject({ backup_id: id, in_order: false })
    expect(await states().of(target().name)).toMatchObject({ damaged: [id] })
    expect(await copy(target())).toMatchObject({ state: 'copied', problem: undefined })
    expect(await states().of(target().name)).toMatchObject({ damaged: [] })
    expect(await verify()).toMatchObject({ in_order: true, problems: [] })
  })

  test('is repaired on request without a verification, the manifest too', async () => {
    await rig.create('full')
    await copy(target())
    for (const path of rig.files) await flipAt(target(), path)
    await expect(verify()).rejects.toMatchObject({ code: 'damaged' })
    expect((await states().of(target().name)).damaged).toHaveLength(1)
    const repaired = await copy(target(), true)
    expect(repaired).toMatchObject({ state: 'copied', problem: undefined })
    if (target().type !== 'command') expect(repaired.objects).toBe(rig.files.length - 1)
    expect(await verify()).toMatchObject({ in_order: true })
    if (target().type !== 'command') expect(await copy(target(), true)).toMatchObject({ objects: 0 })
  })
})

test('an encrypted backup is brought back from a target without its key, and verified when that is there again', async () => {
  const keys = await rig.encrypt()
  rig.say(1000)
  const { id } = await rig.create('full')
  await copy(nas())
  rmSync(rig.folder.path, { recursive: true })
  rig.useKeys({ recipients: [], identity_file: undefined })
  const fetched = await handlers(nas()).fetch(
    { target: 'nas', backup_id: 'latest', now: rig.clock.now() },
    silentCall(),
  )
  expect(fetched).toMatchObject({ backup_id: id, copied: [id] })
  await expect(rig.verify()).rejects.toMatchObject({ code: 'invalid_config' })
  await expect(verifyAt(nas())).rejects.toMatchObject({ code: 'invalid_config' })
  rig.useKeys(keys)
  expect(await rig.verify()).toMatchObject({ backup_id: id, in_order: true })
})

test('a damaged backup that is only at a target stays named until it is gone from there', async () => {
  const { id } = await rig.create('full')
  await copy(nas())
  for (const path of rig.files.filter(each => each.startsWith('objects/'))) await flipAt(nas(), path)
  rig.say(1)
  await rig.create('full')
  await rig.folder.delete([id])
  await handlers(nas()).verify('nas', id, silentCall(), async folder => await rig.verify(id, undefined, folder))
  expect(await copy(nas())).toMatchObject({ state: 'copied' })
  expect(await states().of('nas')).toMatchObject({ damaged: [id] })
  rmSync(there('nas', 'backups', `${id}.json`))
  await copy(nas())
  expect(await states().of('nas')).toMatchObject({ damaged: [] })
})

test('damage of the backup here is not copied to a target in a repair', async () => {
  await rig.create('full')
  await copy(nas())
  const [path = ''] = rig.files.filter(each => each.startsWith('objects/'))
  const whole = readFileSync(there('nas', path))
  writeFileSync(join(rig.folder.path, path), 'x'.repeat(whole.length))
  expect(await copy(nas(), true)).toMatchObject({ state: 'failed', problem: expect.stringContaining('is damaged') })
  expect(readFileSync(there('nas', path))).toEqual(whole)
})

test('a target that is down does not stop the others', async () => {
  await rig.create('full')
  const target = store.target()
  await store.close()
  const all = handlers(nas(), target)
  const results = await Promise.all(
    [nas(), target].map(({ name }) => all.copy(name, { now: rig.clock.now(), repairs: false }, silentCall())),
  )
  expect(results.map(({ target, state }) => [target, state])).toEqual([
    ['nas', 'copied'],
    ['cloud', 'failed'],
  ])
})

test('a folder whose disk is not mounted is not created', async () => {
  await rig.create('full')
  rmSync(there('nas'), { recursive: true })
  expect(await copy(nas())).toMatchObject({
    state: 'failed',
    problem: `${there('nas')} is not there; mount its disk, or create the folder if it is new`,
  })
})

test('a target that is not configured is named, with those that are', async () => {
  await expect(handlers(nas()).copy('nsa', { now: 0, repairs: false }, silentCall())).rejects.toMatchObject({
    code: 'not_found',
    message: 'there is no target "nsa"; did you mean "nas"? backup.targets has nas',
  })
})

describe('a command', () => {
  const TOOL = `
    set -e
    test -z "$OPENAI_API_KEY"
    test "$TOKEN" = "secret; rm -rf /"
    mkdir -p "$2" && cp -r "$1"/. "$2"`

  const tool = (changes: Partial<ListedCommand> = {}): ListedCommand => {
    writeFileSync(there('tool.sh'), TOOL)
    return command({
      copy: ['sh', there('tool.sh'), '{folder}/{part}', `${there('remote')}/{part}`],
      fetch: ['sh', there('tool.sh'), there('remote'), '{folder}'],
      env: { TOKEN: 'secret; rm -rf /' },
      ...changes,
    })
  }

  test('gets the folder part by part without a shell, and what it copied can be verified and brought back', async () => {
    const { id } = await rig.create('full')
    expect(await copy(tool())).toMatchObject({ state: 'copied', problem: undefined })
    expect(readdirSync(there('remote')).sort()).toEqual(['backups', 'objects'])
    expect(await verifyAt(tool())).toMatchObject({ backup_id: id, problems: [] })
    rmSync(rig.folder.path, { recursive: true })
    await handlers(tool()).fetch({ target: 'tool', backup_id: 'latest', now: rig.clock.now() }, silentCall())
    expect(await rig.verify()).toMatchObject({ backup_id: id, in_order: true })
    expect(readdirSync(there('work'))).toEqual([])
  })

  test('arguments are passed on as they are', async () => {
    const { id } = await rig.create('full')
    const script = 'printf "%s\\n" "$@" > "$0"'
    await copy(command({ copy: ['sh', '-c', script, there('seen'), '{id}', '$(touch x)', '{nothing} {folder}', '*'] }))
    expect(readFileSync(there('seen'), 'utf8').trim().split('\n')).toEqual([
      id,
      '$(touch x)',
      `{nothing} ${rig.folder.path}`,
      '*',
    ])
  })

  test('that fails gives its exit code and the end of what it said', async () => {
    await rig.create('full')
    const script = 'for i in $(seq 1 400); do echo "line $i" >&2; done; echo "no space left" >&2; exit 3'
    const { problem } = await copy(command({ copy: ['sh', '-c', script] }))
    expect(problem).toMatch(/^sh ended with exit code 3: [^]*no space left$/)
    expect(problem?.length).toBeLessThan(600)
    expect(await copy(command({ copy: [there('missing')] }))).toMatchObject({
      problem: expect.stringContaining(`${there('missing')} cannot be started`),
    })
  })

  test('that takes too long is ended with everything it started', async () => {
    await rig.create('full')
    const script = 'sleep 600 & echo $! > "$0"; wait'
    const result = await copy(command({ copy: ['sh', '-c', script, there('pid')], timeout_minutes: 0.01 }))
    expect(result).toMatchObject({ state: 'failed', problem: expect.stringContaining('took longer than 600 ms') })
    const pid = Number(readFileSync(there('pid'), 'utf8'))
    // A container without an init process keeps the entry of a process that has ended.
    const stat = `/proc/${String(pid)}/stat`
    expect(existsSync(stat) ? readFileSync(stat, 'utf8') : 'Z').toContain('Z')
  })

  test('without a command to bring backups back says what to do', async () => {
    await rig.create('full')
    await expect(verifyAt(command({}))).rejects.toMatchObject({
      code: 'disabled',
      message: expect.stringContaining(`copy its backups into ${rig.folder.path} yourself`),
    })
  })

  test('deletes expired backups where it has a command for that', async () => {
    await rig.create('full')
    const prune = ['sh', '-c', 'echo "$1 $2" > "$0"', there('pruned'), '{retention_days}', '{archive_retention_days}']
    const all = handlers(command({ prune }))
    expect(await all.prune('tool', 0, true, silentCall())).toMatchObject({ state: 'not_supported' })
    await all.prune('tool', 0, false, silentCall())
    expect(readFileSync(there('pruned'), 'utf8')).toBe('30 400\n')
  })
})
