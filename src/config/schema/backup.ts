/** Backups (`backup`). */
import type { Section } from '../setting.ts'

export const BACKUP = {
  scheduled: {
    format: 'boolean',
    default: true,
    doc: 'Make backups on a schedule. When off, `denidin backup create` makes them.',
  },
  folder: {
    format: 'path',
    default: null,
    doc: 'Folder of the backups, relative to the DeniDin folder; best on another disk. Not set: `<data_root>-backups`, beside the data.',
  },
  incremental_cron: {
    format: 'cron',
    default: '30 2 * * *',
    doc: 'Schedule of the incremental backups.',
  },
  full_cron: {
    format: 'cron',
    default: '0 3 * * 0',
    doc: 'Schedule of the full backups, which read again what earlier backups stored.',
  },
  archive_cron: {
    format: 'cron',
    default: '0 4 1 * *',
    doc: 'Schedule of the archives: full backups that are kept longer.',
  },
  verify_cron: {
    format: 'cron',
    default: '0 5 * * *',
    doc: 'Schedule on which the newest backup is verified by restoring it into a temporary folder.',
  },
  point_in_time_minutes: {
    format: 'integer',
    default: 5,
    min: 0,
    max: 1440,
    doc: 'Most minutes whose changes may be lost: a restore point is made that often, if anything has changed. 0: none is made, and only backups can be restored.',
  },
  before_migration: {
    format: 'boolean',
    default: true,
    doc: 'Make a full backup before a start of a new version migrates the data. Without it, a start that cannot make the backup (no room) migrates all the same.',
  },
  drill_cron: {
    format: 'cron',
    default: '0 6 1 * *',
    doc: 'Schedule of the drills: a backup chosen at random is verified, and one at a target if there is one.',
  },
  retention_days: {
    format: 'integer',
    default: 30,
    min: 1,
    max: 3650,
    doc: 'Days for which full and incremental backups are kept. The newest never expires, and neither does the newest one that was verified.',
  },
  archive_retention_days: {
    format: 'integer',
    default: 400,
    min: 1,
    max: 36_500,
    doc: 'Days for which archives are kept.',
  },
  max_megabytes_per_second: {
    format: 'integer',
    default: 50,
    min: 1,
    max: 100_000,
    doc: 'Most that a backup or a verification reads in a second, in MiB, so that the disk stays free for the bot.',
  },
  include: {
    format: 'texts',
    default: [],
    choices: ['exports', 'logs', 'login'],
    doc: 'What backups contain besides the data: `exports` that people asked for, `logs`, and the WhatsApp `login`. Whoever has a backup with the login can open the account.',
  },
  encryption: {
    recipients: {
      format: 'recipients',
      default: [],
      doc: 'Public keys of [age](backup.md#encryption) for which new backups are encrypted. Each of their private keys can read them. Empty: backups are not encrypted.',
    },
    identity_file: {
      format: 'path',
      default: null,
      doc: 'File with the private keys that read encrypted backups, relative to the DeniDin folder, outside the data, logs, knowledge and backups, with the mode 0600. Not set: encrypted backups are made, and cannot be verified or restored here.',
    },
  },
  targets: {
    format: 'targets',
    default: [],
    doc: 'Where backups are copied to, in addition to `backup.folder`: folders, S3-compatible stores, and commands such as rclone or restic ([targets](backup.md#targets)).',
  },
  warn_after_hours: {
    format: 'integer',
    default: 50,
    min: 1,
    max: 10_000,
    doc: 'Age of the newest backup from which `status` shows backups as degraded, while they are scheduled.',
  },
} as const satisfies Section
