/** The manifest of a backup: its files, their objects, and checksums of their content. */
import { z } from 'zod'
import { sha256Of } from '../platform/checksums.ts'
import { DenidinError } from '../platform/errors.ts'

/**
 * - `full`: every object is read and compared before it is relied on.
 * - `incremental`: existing objects of earlier backups are relied on without reading them. It restores as much as a
 *   full one.
 * - `archive`: like `full`, but kept longer.
 */
const WHOLE_TYPES = ['full', 'incremental', 'archive'] as const
export type WholeType = (typeof WHOLE_TYPES)[number]

/** `point`: a restore point, which has the pieces of the backup before it and the pages that have changed since. */
export const BACKUP_TYPES = [...WHOLE_TYPES, 'point'] as const
export type BackupType = (typeof BACKUP_TYPES)[number]

/** Marks a manifest as one of DeniDin's, whatever its version. */
const FORMAT = 'denidin-backup'
/** Increase this if an older DeniDin could not restore the new format correctly. */
const FORMAT_VERSION = 2
/** A backup without pages of its own can be read by every version. */
const FIRST_FORMAT_VERSION = 1
/** The file of an encrypted backup, which an older DeniDin refuses. */
const SEALED_FORMAT_VERSION = 3

const ID = /^\d{4}-\d{2}-\d{2}T\d{6}Z-(full|incremental|archive|point)-[0-9a-f]{4}$/

/** A SHA-256 in hex. */
const hash = z.string().regex(/^[0-9a-f]{64}$/)
const shortId = z.string().regex(/^[0-9a-f]{16}$/)
const count = z.int().min(0)

/** Whether a path of a manifest stays below the folder that it is relative to. */
const staysBelow = (path: string): boolean =>
  !path.includes('\0') && !path.includes('\\') && path.split('/').every(part => !['', '.', '..'].includes(part))

const relativePath = z.string().min(1).max(4096).refine(staysBelow)

/** Pages of a piece that differ from its object. */
const patch = z.strictObject({
  /** Number of the piece, from 0. */
  piece: count,
  /** The pages, one after the other. */
  object: hash,
  page_bytes: z.int().min(512).max(65_536),
  /** Their numbers within the piece, from 0, ascending. */
  pages: z.array(count).min(1),
  /** Checksum of the piece with these pages. */
  sha256: hash,
})

const storedFile = z.strictObject({
  /** Path below the data folder, with `/`. */
  path: relativePath,
  bytes: count,
  /** Checksum of the whole content. */
  sha256: hash,
  /** The content in pieces of `chunk_bytes`, by the names of their objects; the last one may be shorter. */
  objects: z.array(hash),
  /** Only in restore points: what differs from these objects. */
  patches: z.array(patch).optional(),
})

const table = z.strictObject({
  name: z.string(),
  rows: count,
  /** Checksum of all rows in the order of their key. */
  sha256: hash,
})

const storedDatabase = storedFile.extend({
  /** Name of the source, such as `database`. */
  name: z.string(),
  content: z.enum(['truth', 'paid', 'erasures']),
  /** Ids of the migrations that were applied: they identify the schema. */
  migrations: z.array(z.string()),
  tables: z.array(table),
})

const storedFolder = z.strictObject({
  /** Name of the source, such as `sessions`. */
  name: z.string(),
  path: relativePath,
  /**
   * `in_place`: belongs to the data. `aside`: is put beside the data, for the operator. `login`: replaces the login on
   * request.
   */
  restored: z.enum(['in_place', 'aside', 'login']),
  /** Their paths are relative to the folder. */
  files: z.array(storedFile),
})

/** What can be read of every backup, also without its key. */
const head = {
  format: z.literal(FORMAT),
  id: z.string().regex(ID),
  type: z.enum(BACKUP_TYPES),
  /** The time whose state of the databases the backup contains. */
  created_at: z.iso.datetime(),
  /** The previous backup, if there is one. */
  parent: z.string().regex(ID).nullable(),
  /** The data folder of the backup; see `installationOf`. */
  installation: shortId,
  denidin_version: z.string(),
  node_version: z.string(),
  /** Size of everything that the backup restores. */
  bytes: count,
  /** Size of its new objects on disk. */
  new_bytes: count,
  new_objects: count,
}

const manifestSchema = z.strictObject({
  ...head,
  format_version: z.union([z.literal(FIRST_FORMAT_VERSION), z.literal(FORMAT_VERSION)]),
  /** Id of the key that encrypts it; `null` if it is not encrypted. */
  key_id: shortId.nullable().default(null),
  /** Only if it is encrypted; see `FormKey`. */
  encryption: z.strictObject({ recipients: z.array(shortId).min(1), naming_key: hash }).optional(),
  chunk_bytes: z.int().min(512),
  databases: z.array(storedDatabase),
  folders: z.array(storedFolder),
  /** Paths below the data folder of derived data, which is rebuilt from the rest. */
  derived: z.array(relativePath),
})

/** The file of an encrypted backup: its manifest is one of its objects. */
const sealedSchema = z.strictObject({
  ...head,
  format_version: z.literal(SEALED_FORMAT_VERSION),
  key_id: shortId,
  /** Fingerprints of the public keys that it is encrypted for. */
  recipients: z.array(shortId).min(1),
  /** The object with the manifest. */
  details: hash,
  /** All other objects, sorted. */
  objects: z.array(hash),
})

export type Patch = z.output<typeof patch>
export type StoredFile = z.output<typeof storedFile>
export type StoredDatabase = z.output<typeof storedDatabase>
export type StoredFolder = z.output<typeof storedFolder>
export type StoredTable = z.output<typeof table>
export type Manifest = z.output<typeof manifestSchema>
export type SealedManifest = z.output<typeof sealedSchema>
/** What the file of a backup contains. */
export type StoredManifest = Manifest | SealedManifest

/** Whether a text is the id of a backup. */
export const isBackupId = (text: string): boolean => ID.test(text)

/** Ids sort by time. @param random four hexadecimal digits that distinguish backups made within a second */
export const backupId = (at: number, type: BackupType, random: string): string =>
  `${new Date(at)
    .toISOString()
    .replace(/\.\d+Z$/, 'Z')
    .replaceAll(':', '')}-${type}-${random}`

/** The type and the time in an id; `undefined` for a text that is not an id. */
export const readBackupId = (id: string): { readonly type: BackupType; readonly at: number } | undefined => {
  const type = BACKUP_TYPES.find(each => each === ID.exec(id)?.[1])
  if (type === undefined) return undefined
  const [day = '', time = ''] = id.slice(0, 17).split('T')
  return { type, at: Date.parse(`${day}T${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4, 6)}Z`) }
}

/** All files of a backup, each with its path below the data folder. */
export const filesOf = ({ databases, folders }: Pick<Manifest, 'databases' | 'folders'>): readonly StoredFile[] => [
  ...databases,
  ...folders.flatMap(folder => folder.files.map(file => ({ ...file, path: `${folder.path}/${file.path}` }))),
]

export const isSealed = (stored: StoredManifest): stored is SealedManifest => 'details' in stored

/** Every object that a backup needs. */
export const objectsOf = (stored: StoredManifest): ReadonlySet<string> =>
  isSealed(stored) ? new Set([stored.details, ...stored.objects]) : objectsOfFiles(stored)

const objectsOfFiles = (manifest: Pick<Manifest, 'databases' | 'folders'>): ReadonlySet<string> =>
  new Set(
    filesOf(manifest).flatMap(({ objects, patches = [] }) => [...objects, ...patches.map(({ object }) => object)]),
  )

/** What the file of an encrypted backup tells without the key. @param details the object with its manifest */
export const sealedOf = (manifest: Manifest, details: string): SealedManifest => {
  const { key_id, encryption } = manifest
  if (key_id === null || encryption === undefined) throw new Error(`${manifest.id} is not encrypted`)
  return {
    format: manifest.format,
    format_version: SEALED_FORMAT_VERSION,
    id: manifest.id,
    type: manifest.type,
    created_at: manifest.created_at,
    parent: manifest.parent,
    installation: manifest.installation,
    denidin_version: manifest.denidin_version,
    node_version: manifest.node_version,
    bytes: manifest.bytes,
    new_bytes: manifest.new_bytes,
    new_objects: manifest.new_objects,
    key_id,
    recipients: encryption.recipients,
    details,
    objects: [...objectsOfFiles(manifest)].sort(),
  }
}

const HEAD = '{"sha256":"'
const MIDDLE = '","manifest":'
const TAIL = '}\n'
const HASH_CHARACTERS = 64

/** The content of a manifest's file: JSON whose first field is the checksum of the second. */
export const writeManifest = (manifest: StoredManifest): string => {
  const text = JSON.stringify(manifest)
  return `${HEAD}${sha256Of(text)}${MIDDLE}${text}${TAIL}`
}

/**
 * Reads the content of a manifest's file.
 * @param name of the file, without its ending: the id that it must have
 * @throws DenidinError `damaged`, with the reason: changed, cut, from elsewhere, or from a newer DeniDin
 */
export const readManifest = (content: string, name: string): StoredManifest => {
  const refuse = refusalOf(name)
  const begin = HEAD.length + HASH_CHARACTERS + MIDDLE.length
  const text = content.slice(begin, -TAIL.length)
  if (content !== `${HEAD}${sha256Of(text)}${MIDDLE}${text}${TAIL}`) {
    throw refuse(content.startsWith(HEAD) ? 'is damaged: its checksum does not match' : 'is not one of DeniDin')
  }
  const data: unknown = JSON.parse(text)
  const { format, format_version } = (data ?? {}) as { format?: unknown; format_version?: unknown }
  if (format !== FORMAT) throw refuse('is not one of DeniDin')
  if (typeof format_version !== 'number' || format_version > SEALED_FORMAT_VERSION) {
    throw refuse(`has the format version ${String(format_version)}, which a newer DeniDin wrote; use that one`)
  }
  return format_version === SEALED_FORMAT_VERSION
    ? parsed(sealedSchema, data, name)
    : parsed(manifestSchema, data, name)
}

/** Reads the text of a manifest that was encrypted. @throws DenidinError `damaged` */
export const readDetails = (text: string, name: string): Manifest => parsed(manifestSchema, JSON.parse(text), name)

const parsed = <T extends { readonly id: string }>(schema: z.ZodType<T>, data: unknown, name: string): T => {
  const refuse = refusalOf(name)
  const { success, data: found, error } = schema.safeParse(data)
  if (!success) throw refuse(`makes no sense: ${error.issues[0]?.path.join('.') ?? ''} is wrong`)
  if (found.id !== name) throw refuse(`belongs to ${found.id}`)
  return found
}

const refusalOf =
  (name: string) =>
  (reason: string): DenidinError =>
    new DenidinError('damaged', `the manifest of ${name} ${reason}`)

/** A manifest, completed with the two fields that all manifests share. */
export const manifestOf = (content: Omit<Manifest, 'format' | 'format_version'>): Manifest => ({
  format: FORMAT,
  format_version: content.type === 'point' ? FORMAT_VERSION : FIRST_FORMAT_VERSION,
  ...content,
})
