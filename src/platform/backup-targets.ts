/** Places where copies of backups are kept, as the settings describe them. */

/** Backups that a target keeps, in whatever place. */
interface Listed {
  /** Names the target in commands and messages. */
  readonly name: string
  /** Which types of backups are copied; all but restore points if the list is empty. */
  readonly types: readonly string[]
  /** Days for which backups are kept there; `undefined`: as in `backup.folder`. */
  readonly retention_days: number | undefined
  readonly archive_retention_days: number | undefined
}

/** A folder, for example on a disk that is mounted. */
export interface ListedFolder extends Listed {
  readonly type: 'folder'
  /** Absolute path. */
  readonly folder: string
}

/** A bucket of an S3-compatible store. */
export interface ListedBucket extends Listed {
  readonly type: 's3'
  readonly bucket: string
  readonly region: string
  /** Address of the store; `undefined`: Amazon's. */
  readonly endpoint: string | undefined
  /** Beginning of the names of all objects, without a slash at the end; may be empty. */
  readonly prefix: string
  readonly storage_class: string | undefined
  /** Whether the bucket is part of the path instead of the host name. */
  readonly path_style: boolean
  readonly access_key_id: string
  readonly secret_access_key: string
  readonly session_token: string | undefined
}

/** A program that copies the folder of the backups. */
export interface ListedCommand extends Listed {
  readonly type: 'command'
  /** Program and arguments, with placeholders; run without a shell. */
  readonly copy: readonly string[]
  /** Brings the backups back into an empty folder; empty if there is no such command. */
  readonly fetch: readonly string[]
  /** Deletes expired backups; empty if there is no such command. */
  readonly prune: readonly string[]
  /** Variables for the program, with their values. */
  readonly env: Readonly<Record<string, string>>
  readonly timeout_minutes: number
}

export type ListedTarget = ListedFolder | ListedBucket | ListedCommand

/** Placeholders of a command. */
export const COMMAND_PLACEHOLDERS = ['folder', 'part', 'id', 'retention_days', 'archive_retention_days'] as const
