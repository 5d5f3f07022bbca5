/** What a backup copies, in the order in which its snapshots are taken, and what a restore replaces. */
import { join, relative, resolve, sep } from 'node:path'
import { archiveIndexPath } from '../../archive/archive-files.ts'
import type { BackupExtra } from '../../backup/backups.ts'
import type { BackupSources, DatabaseSource, FolderSource } from '../../backup/backup-sources.ts'
import { editEnv } from '../../config/edit-env.ts'
import { SCHEMA } from '../../config/schema.ts'
import { listSettings, type KeyedSetting } from '../../config/setting.ts'
import type { Settings } from '../../config/settings.ts'
import { putAt, valueAt, type Tree } from '../../config/tree.ts'
import { fromRoot } from '../bootstrap.ts'

/**
 * Everything that is copied, whether or not it is there and switched on. A restore needs the list without opening
 * anything; a test compares it with what the modules declare.
 */
export const backupSources = (settings: Settings): BackupSources => {
  const data_root = resolve(settings.data_root)
  const inData = (name: string): string => join(data_root, name)
  const databases: readonly DatabaseSource[] = [
    { name: 'database', path: inData('denidin.db'), content: 'truth' },
    { name: 'vectors', path: inData('vectors.db'), content: 'paid' },
    { name: 'archive', path: inData('archive.db'), content: 'truth' },
    { name: 'erasures', path: inData('erasures.db'), content: 'erasures' },
  ]
  const folders: readonly FolderSource[] = [
    { name: 'sessions', path: inData('sessions'), stored_as: 'sessions', restored: 'in_place' },
    { name: 'budget usage', path: inData('usage'), stored_as: 'usage', restored: 'in_place' },
    { name: 'reports', path: inData('reports'), stored_as: 'reports', restored: 'in_place' },
  ]
  const derived = [
    inData('index.db'),
    archiveIndexPath(inData('archive.db')),
    resolve(data_root, settings.memory.longterm.storage_dir),
  ].map(path => relative(data_root, path).split(sep).join('/'))
  return {
    data_root,
    databases,
    folders,
    texts: configurationTexts(settings),
    // An index outside the data folder is compared with the vectors at every start.
    derived: derived.filter(path => !path.startsWith('..')),
  }
}

/** Paths below the data folder that a restore moves away, but for the erasure log. */
export const replacedPaths = ({ data_root, databases, folders, derived }: BackupSources): readonly string[] => [
  ...databases.filter(({ content }) => content !== 'erasures').map(({ path }) => relative(data_root, path)),
  ...folders.map(({ stored_as }) => stored_as),
  ...derived,
]

/** What is copied on request. */
export const extraSources = ({ data_root, logs_dir }: Settings): Readonly<Record<BackupExtra, FolderSource>> => ({
  exports: { name: 'exports', path: join(data_root, 'exports'), stored_as: 'exports', restored: 'aside' },
  logs: { name: 'logs', path: logs_dir, stored_as: 'logs', restored: 'aside' },
  // The copy that the channel makes of a running browser's login in a quiet moment.
  login: {
    name: 'login',
    path: join(data_root, 'whatsapp', 'backup'),
    stored_as: 'whatsapp/session',
    restored: 'login',
  },
})

/** Keys and passwords are copied only into an encrypted backup. */
const configurationTexts = (settings: Settings): BackupSources['texts'] => {
  const [name, file] = ['config', 'config.json']
  if (settings.backup.encryption.recipients.length === 0) {
    return [{ name, file, text: settingsWithoutSecrets(settings) }]
  }
  const variables = Object.assign({}, ...settings.backup.targets.map(variablesOf)) as Readonly<Record<string, string>>
  const env = editEnv('', variables)
  return [
    { name, file, text: settingsText(setting => asWritten(setting, valueAt(settings, setting.key))) },
    ...(env === '' ? [] : [{ name, file: '.env', text: env }]),
  ]
}

/** The variables of a target's command, which the configuration only names. */
const variablesOf = (target: Settings['backup']['targets'][number]): Readonly<Record<string, string>> =>
  target.type === 'command' ? target.env : {}

/** The settings that differ from their defaults as a configuration file, but for keys and passwords. */
export const settingsWithoutSecrets = (settings: Settings): string =>
  settingsText(setting => withoutSecret(setting, valueAt(settings, setting.key)))

/** The settings that differ from their defaults. @param valueOf what the text has of a setting; `undefined`: nothing */
const settingsText = (valueOf: (setting: KeyedSetting) => unknown): string => {
  const kept: Tree = {}
  for (const setting of listSettings(SCHEMA)) {
    const value = valueOf(setting)
    if (value === undefined || JSON.stringify(value) === JSON.stringify(setting.default)) continue
    putAt(kept, setting.key, value)
  }
  return `${JSON.stringify(kept, null, 2)}\n`
}

/** A setting as a file has it, keys and passwords included. */
const asWritten = ({ format }: KeyedSetting, value: unknown): unknown => {
  if (format === 'path' || format === 'file') return fromInstallation(value)
  return format === 'targets' ? (value as Settings['backup']['targets']).map(targetAsWritten) : value
}

const targetAsWritten = (target: Settings['backup']['targets'][number]): object => {
  switch (target.type) {
    case 'folder':
      return { ...target, folder: fromInstallation(target.folder) }
    case 's3':
      return target
    case 'command': {
      const { fetch, prune, ...rest } = target
      // A list without a program is refused where the configuration is read.
      const commands = Object.entries({ fetch, prune }).filter(([, argv]) => argv.length > 0)
      return { ...rest, ...Object.fromEntries(commands), env: Object.keys(target.env) }
    }
  }
}

const withoutSecret = ({ format }: KeyedSetting, value: unknown): unknown => {
  if (format === 'secret') return undefined
  if (format === 'url') return withoutPassword(value)
  if (format === 'path' || format === 'file') return fromInstallation(value)
  if (format === 'targets') return (value as Settings['backup']['targets']).map(targetWithoutSecrets)
  if (format !== 'models' || !Array.isArray(value)) return value
  return (value as Settings['ai']['fallback_models']).map(({ model, base_url }) => ({
    model,
    base_url: withoutPassword(base_url),
  }))
}

/** Variables with secrets are kept by name; keys are read from their variables again. */
const targetWithoutSecrets = (target: Settings['backup']['targets'][number]): object => {
  if (target.type !== 's3') return targetAsWritten(target)
  const { access_key_id: _id, secret_access_key: _secret, session_token: _token, ...rest } = target
  return { ...rest, endpoint: withoutPassword(target.endpoint) }
}

/** A path inside the folder of DeniDin means the same on another machine when it is relative, as in the file. */
const fromInstallation = (value: unknown): unknown => {
  if (typeof value !== 'string') return value
  const inside = relative(fromRoot(), value)
  return inside === '' || inside.startsWith('..') ? value : inside.split(sep).join('/')
}

/** An address may carry a password, or a key behind the question mark. */
const withoutPassword = (value: unknown): unknown => {
  if (typeof value !== 'string' || !URL.canParse(value)) return value
  const url = new URL(value)
  url.username = ''
  url.password = ''
  url.search = ''
  return url.href
}
