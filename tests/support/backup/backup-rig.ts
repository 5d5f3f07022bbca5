/** A small data folder with databases, sessions and an erasure log, and a folder for its backups. */
import { randomBytes } from 'node:crypto'
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { AgeForms, type AgeSettings } from '../../../src/backup/age/age-forms.ts'
import { createKeyFile } from '../../../src/backup/age/key-file.ts'
import { BackupFolder } from '../../../src/backup/backup-folder.ts'
import { createPoint, type PointOutcome } from '../../../src/backup/create-point.ts'
import type { BackupSources, WorkCall } from '../../../src/backup/backup-sources.ts'
import { createBackup } from '../../../src/backup/create-backup.ts'
import type { Manifest, WholeType } from '../../../src/backup/manifest.ts'
import { restoreBackup, type RestoreRequest, type RestoreResult } from '../../../src/backup/restore-backup.ts'
import { DatabaseFiles } from '../../../src/backup/sqlite/page-image.ts'
import { holdsDatabase } from '../../../src/backup/sqlite/snapshots.ts'
import { Throttle } from '../../../src/backup/throttle.ts'
import type { RecallCheck, Verification } from '../../../src/backup/verification.ts'
import { verifyBackup } from '../../../src/backup/verify-backup.ts'
import { systemClock } from '../../../src/platform/clock.ts'
import { systemIds } from '../../../src/platform/ids.ts'
import { ShiftedClock } from '../shifted-clock.ts'
import { temporaryFolder } from '../temporary-folder.ts'

const FAST = 1e12

export const silentCall = (signal = new AbortController().signal): WorkCall => ({ signal, progress: () => undefined })

/** All files below a folder, by path, with their bytes; what SQLite keeps beside a database is left out. */
export const contentsOf = (folder: string): ReadonlyMap<string, string> =>
  new Map(
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile() && !/-(wal|shm)$/.test(entry.name))
      .map(entry => join(entry.parentPath, entry.name))
      .sort()
      .map(path => [path.slice(folder.length + 1), readFileSync(path).toString('base64')]),
  )

export class BackupRig implements AsyncDisposable {
  readonly clock = new ShiftedClock()
  readonly root: string
  folder: BackupFolder
  readonly #files = new DatabaseFiles()
  readonly #cleanup: AsyncDisposableStack

  private constructor(root: string, cleanup: AsyncDisposableStack) {
    this.root = root
    this.folder = this.#folderWith(this.encryption)
    this.#cleanup = cleanup
  }

  /** One that was made already, by another process. */
  static at(root: string): BackupRig {
    return new BackupRig(root, new AsyncDisposableStack())
  }

  /** The key of the rig, if it was made with one. */
  get encryption(): AgeSettings {
    const identity_file = join(this.root, 'identity.txt')
    if (!existsSync(identity_file)) return { recipients: [], identity_file: undefined }
    const [recipient = ''] = /age1[a-z0-9]+/.exec(readFileSync(identity_file, 'utf8')) ?? []
    return { recipients: [recipient], identity_file }
  }

  /** Uses other keys from now on. */
  useKeys(settings: AgeSettings): void {
    this.folder = this.#folderWith(settings)
  }

  /** Creates a key and uses it from now on. */
  async encrypt(): Promise<AgeSettings> {
    await createKeyFile(join(this.root, 'identity.txt'), new Date(this.clock.now()))
    this.useKeys(this.encryption)
    return this.encryption
  }

  #folderWith(settings: AgeSettings): BackupFolder {
    return BackupFolder.at(join(this.root, 'backups'), new AgeForms(settings))
  }

  static async make(): Promise<BackupRig> {
    await using cleanup = new AsyncDisposableStack()
    const { path } = cleanup.use(await temporaryFolder())
    const rig = new BackupRig(path, cleanup.move())
    rig.write('sessions/one/session.json', '{"words":"hello"}')
    rig.write('usage/budget-usage.jsonl', '{}\n')
    using main = rig.open('denidin.db')
    main.exec(`
      create table if not exists migrations (id text primary key, ran_at integer not null) strict;
      insert into migrations values ('messages-001', 1);
      create table messages (
        seq integer primary key, message_id text unique, text text, price real, extra blob, sent_at integer
      );
      create table marks (scope text, name text, value integer, primary key (scope, name)) without rowid;
      insert into marks values ('b', 'x', 9007199254740993), ('a', 'y', null);
    `)
    rig.say(200)
    using log = rig.open('erasures.db')
    log.exec(
      'create table secret (secret blob); create table acts (number integer primary key autoincrement, act text, person_id text)',
    )
    log.prepare('insert into secret values (?)').run(randomBytes(32))
    return rig
  }

  data(...path: readonly string[]): string {
    return join(this.root, 'data', ...path)
  }

  /** Bytes of everything that a backup wrote. */
  get files(): readonly string[] {
    return [...contentsOf(this.folder.path).keys()].filter(path => /^(backups|objects)\//.test(path))
  }

  get sources(): BackupSources {
    return {
      data_root: this.data(),
      databases: [
        { name: 'database', path: this.data('denidin.db'), content: 'truth' },
        { name: 'archive', path: this.data('archive.db'), content: 'truth' },
        { name: 'erasures', path: this.data('erasures.db'), content: 'erasures' },
      ],
      folders: [
        { name: 'sessions', path: this.data('sessions'), stored_as: 'sessions', restored: 'in_place' },
        { name: 'budget usage', path: this.data('usage'), stored_as: 'usage', restored: 'in_place' },
        { name: 'login', path: this.data('whatsapp', 'session'), stored_as: 'whatsapp/session', restored: 'login' },
      ],
      texts: [{ name: 'config', file: 'config.json', text: '{"godfather_phone":"15559990000"}\n' }],
      derived: ['index.db', 'memory'],
    }
  }

  open(name: string): DatabaseSync {
    mkdirSync(this.data(), { recursive: true })
    const database = new DatabaseSync(this.data(name))
    database.exec('pragma journal_mode = wal')
    return database
  }

  write(path: string, content: string): void {
    mkdirSync(dirname(this.data(path)), { recursive: true })
    writeFileSync(this.data(path), content)
  }

  /** Adds messages. */
  say(count: number): void {
    using main = this.open('denidin.db')
    const add = main.prepare('insert into messages (message_id, text, price, extra, sent_at) values (?, ?, ?, ?, ?)')
    main.exec('begin')
    for (let each = 0; each < count; each++) {
      add.run(
        systemIds.uuid(),
        `message ${systemIds.uuid()} ${'words '.repeat(100)}`,
        each / 3,
        randomBytes(40),
        this.clock.now(),
      )
    }
    main.exec('commit')
  }

  forget(act: string): void {
    using log = this.open('erasures.db')
    log.prepare('insert into acts (act) values (?)').run(act)
  }

  messages(): number {
    using main = this.open('denidin.db')
    return Number(main.prepare('select count(*) as count from messages').get()?.['count'])
  }

  async create(type: WholeType = 'incremental', call: WorkCall = silentCall()): Promise<Manifest> {
    return await createBackup(
      {
        folder: this.folder,
        work_folder: this.data('run', 'backup'),
        clock: this.clock,
        ids: systemIds,
        throttle: new Throttle(systemClock, FAST),
        denidin_version: 'test',
      },
      this.sources,
      type,
      call,
    )
  }

  /** Makes a restore point. */
  async point(call: WorkCall = silentCall()): Promise<PointOutcome> {
    const databases = this.sources.databases.filter(({ path }) => holdsDatabase(path))
    const handles = Object.fromEntries(databases.map(({ path }) => [path, this.#files.handleOf(path)]))
    return await createPoint(
      {
        folder: this.folder,
        clock: this.clock,
        ids: systemIds,
        throttle: new Throttle(systemClock, FAST),
        denidin_version: 'test',
        handles,
      },
      this.sources,
      call,
    )
  }

  async verify(
    backup_id = 'latest',
    askRecall: () => Promise<RecallCheck> = async () => ({ questions: 3, answered: 3, problems: [] }),
    folder = this.folder,
  ): Promise<Verification> {
    return await verifyBackup(
      {
        folder,
        work_folder: this.data('run', 'verify'),
        clock: this.clock,
        throttle: new Throttle(systemClock, FAST),
        known_migrations: KNOWN,
        askRecall,
      },
      backup_id,
      silentCall(),
    )
  }

  async restore(
    request: Partial<RestoreRequest> = {},
    data_root = this.data(),
    is_open = false,
  ): Promise<RestoreResult> {
    return await restoreBackup(
      {
        folder: this.folder,
        data_root,
        is_open,
        clock: this.clock,
        throttle: new Throttle(systemClock, FAST),
        known_migrations: KNOWN,
        replaced: ['denidin.db', 'archive.db', 'index.db', 'memory', 'sessions', 'usage'],
      },
      { backup_id: 'latest', include_login: false, ...request },
      silentCall(),
    )
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#files[Symbol.dispose]()
    await this.#cleanup.disposeAsync()
  }
}

const KNOWN: ReadonlyMap<string, ReadonlySet<string>> = new Map([['database', new Set(['messages-001'])]])
