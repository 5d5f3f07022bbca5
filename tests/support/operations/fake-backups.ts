import type { Backups, BackupSummary } from '../../../src/backup/backups.ts'
import type { Migrations } from '../../../src/backup/migrations.ts'
import type { StagedRestore } from '../../../src/backup/swap.ts'
import type { Verification } from '../../../src/backup/verification.ts'

const ID = '2026-11-20T023000Z-incremental-abcd'

export const VERIFICATION: Verification = {
  backup_id: ID,
  verified_at: '2026-11-20T05:00:00.000Z',
  in_order: true,
  problems: [],
  objects: 12,
  bytes: 3000,
  tables: 30,
  rows: 400,
  questions: 3,
  answered: 3,
  duration_seconds: 1.5,
}

const SUMMARY: BackupSummary = {
  id: ID,
  type: 'incremental',
  created_at: '2026-11-20T02:30:00.000Z',
  parent: null,
  denidin_version: 'test',
  bytes: 3000,
  new_bytes: 900,
  messages: 40,
  encrypted: false,
  sealed: undefined,
  verification: VERIFICATION,
}

/** Backups that write down what they are asked for. */
export class FakeBackups implements Backups {
  readonly folder = '/backups'
  verification = VERIFICATION
  staged: StagedRestore | undefined = {
    backup_id: ID,
    created_at: SUMMARY.created_at,
    staged_at: '2026-11-20T06:00:00.000Z',
    out: [],
    in: [],
    last_act: null,
  }
  readonly #asked: string[]

  constructor(asked: string[]) {
    this.#asked = asked
  }

  create: Backups['create'] = async (type, extras) => {
    this.#asked.push(['backup', type, ...extras].join(' '))
    return { ...SUMMARY, type, verification: undefined }
  }
  list: Backups['list'] = async ({ before }) =>
    before === undefined ? [SUMMARY, { id: '2026-11-19T023000Z-full-abcd', problem: 'it is damaged' }] : []
  points: Backups['points'] = async () => ({ count: 2, oldest: SUMMARY.created_at, newest: SUMMARY.created_at })
  has: Backups['has'] = async () => true
  show: Backups['show'] = async () => ({
    ...SUMMARY,
    databases: [
      { name: 'database', path: 'denidin.db', bytes: 2000, tables: [{ name: 'messages', rows: 40, sha256: 'aa' }] },
    ],
    folders: [{ name: 'sessions', path: 'sessions', files: 2, bytes: 1000 }],
  })
  verify: Backups['verify'] = async backup_id => {
    this.#asked.push(`verify ${backup_id}`)
    return this.verification
  }
  prune: Backups['prune'] = async dry_run => {
    this.#asked.push(dry_run ? 'prune, dry' : 'prune')
    return { deleted: [], kept: 2, objects: 0, bytes: 0 }
  }
  restore: Backups['restore'] = async ({ backup_id, before, include_login }) => {
    this.#asked.push(`restore ${before === undefined ? backup_id : new Date(before).toISOString()}`)
    const { id, created_at } = SUMMARY
    return {
      outcome: 'restored',
      left: { messages: 3, from: '2026-11-20T03:00:00.000Z', to: '2026-11-20T04:00:00.000Z' },
      backup_id: id,
      created_at,
      rows: 400,
      bytes: 3000,
      kept_aside: '/data/before-restore-x',
      for_operator: undefined,
      erasure_log: 'kept',
      restored_login: include_login,
    }
  }
  restoreState: Backups['restoreState'] = async () => ({ staged: this.staged, aside: [] })
  cancelRestore: Backups['cancelRestore'] = async () => {
    const dropped = this.staged
    this.staged = undefined
    return dropped
  }
}

/** Migrations that write down what they are asked for. */
export class FakeMigrations implements Migrations {
  readonly #asked: string[]

  constructor(asked: string[]) {
    this.#asked = asked
  }

  status: Migrations['status'] = async () => ({
    version: '0.2.0',
    written_by: '0.1.0',
    databases: [{ name: 'database', path: '/data/denidin.db', applied: ['messages-001'], pending: ['messages-002'] }],
    events: [
      {
        kind: 'migration',
        started_at: '2026-11-20T06:00:00.000Z',
        completed_at: '2026-11-20T06:01:00.000Z',
        status: 'completed',
        from_version: '0.1.0',
        to_version: '0.2.0',
        databases: [{ name: 'database', migrations: ['messages-001'] }],
        backup_id: ID,
        error: null,
        has_backup: true,
      },
    ],
  })
  rollback: Migrations['rollback'] = async (backup_id, backs_up) => {
    this.#asked.push(`roll back to ${backup_id}${backs_up ? ', after a backup' : ''}`)
    return {
      outcome: 'restored',
      backup_id: ID,
      created_at: SUMMARY.created_at,
      rows: 400,
      bytes: 3000,
      kept_aside: '/data/before-restore-x',
      left: undefined,
      for_operator: undefined,
      erasure_log: 'kept',
      restored_login: false,
      backup_of_present: backs_up ? 'present' : undefined,
      data_version: '0.1.0',
      data_commit: null,
      release_tag: 'v0.1.0',
      is_older: true,
    }
  }
}
