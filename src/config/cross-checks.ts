/** Checks that involve more than one key or the file system, after each value was checked separately. */
import { accessSync, constants, statSync } from 'node:fs'
import { isIP, isIPv4 } from 'node:net'
import { join, relative } from 'node:path'
import { backupFolderOf } from './backup-folder.ts'
import { hasLongTermMemory } from './features.ts'
import { allowedText, faultText } from './formats.ts'
import { SCHEMA } from './schema.ts'
import { listSettings } from './setting.ts'
import type { Settings } from './settings.ts'
import { textAt } from './tree.ts'

/** Folders inside `data_root` that are in use for other data. */
const OTHER_FOLDERS = ['sessions', 'whatsapp', 'run']
/** OpenAI's third-generation embedding models rarely give related texts a higher similarity. */
const HIGH_SIMILARITY = 0.6

/** One line for each combination of values that cannot work. */
export const findConflicts = (settings: Settings): readonly string[] => [
  ...missingKeys(settings),
  ...fallbacksWithoutKey(settings.ai),
  ...memoryConflicts(settings.memory.longterm),
  ...limitConflicts(settings),
  ...apiConflicts(settings.api),
  ...inviteConflicts(settings.whatsapp),
  ...backupConflicts(settings),
  ...knowledgeConflicts(settings),
  ...measureConflicts(settings.alerts),
  ...unreadableFiles(settings),
]

const missingKeys = (settings: Settings): readonly string[] => {
  const { ai, embeddings, openai_api_key } = settings
  if (ai.provider === 'openai' && openai_api_key === undefined && ai.base_url === undefined) {
    return [
      'openai_api_key: not set; put OPENAI_API_KEY into .env, or set ai.base_url to a service that needs no key, or set ai.provider to offline',
    ]
  }
  const { provider, api_key, base_url } = embeddings
  if (hasLongTermMemory(settings) && provider === 'openai' && api_key === undefined && base_url === undefined) {
    return [
      'openai_api_key: not set, but embeddings.provider is openai; put OPENAI_API_KEY into .env, or set embeddings.base_url to a service that needs no key, or set embeddings.provider to offline',
    ]
  }
  return []
}

const fallbacksWithoutKey = ({ base_url, fallback_models }: Settings['ai']): readonly string[] =>
  fallback_models.flatMap((each, at) =>
    each.base_url === undefined && each.api_key === undefined && base_url !== undefined
      ? [`ai.fallback_models: number ${String(at + 1)} is a model of OpenAI without an api_key; add it, or a base_url`]
      : [],
  )

const memoryConflicts = (longterm: Settings['memory']['longterm']): readonly string[] => {
  const { chroma, reranker, storage_dir } = longterm
  const conflicts: string[] = []
  if (chroma.mode === 'remote' && chroma.url === undefined) {
    conflicts.push('memory.longterm.chroma.url: must be set when memory.longterm.chroma.mode is remote')
  }
  if (reranker.kind === 'http' && reranker.url === undefined) {
    conflicts.push('memory.longterm.reranker.url: must be set when memory.longterm.reranker.kind is http')
  }
  if (longterm.semantic_weight + longterm.recency_weight === 0) {
    conflicts.push('memory.longterm.semantic_weight: must be above 0 when memory.longterm.recency_weight is 0')
  }
  const [folder = '.'] = storage_dir.split('/')
  if (folder === '.' || OTHER_FOLDERS.includes(folder)) {
    conflicts.push(
      `memory.longterm.storage_dir: must be a folder inside data_root other than ${OTHER_FOLDERS.join(', ')}, not "${storage_dir}"`,
    )
  }
  return conflicts
}

/** Shorter codes can be guessed. */
const LEAST_CODE_CHARACTERS = 8

const inviteConflicts = ({ invite_code }: Settings['whatsapp']): readonly string[] =>
  invite_code !== undefined && invite_code.trim().length < LEAST_CODE_CHARACTERS
    ? [`whatsapp.invite_code: must have at least ${String(LEAST_CODE_CHARACTERS)} characters`]
    : []

const limitConflicts = ({ limits, ai }: Settings): readonly string[] => {
  if (limits.at_limit !== 'smaller_model') return []
  if (limits.smaller_model === undefined) {
    return ['limits.smaller_model: must be set when limits.at_limit is smaller_model']
  }
  return limits.smaller_model === ai.model ? ['limits.smaller_model: must be another model than ai.model'] : []
}

/** Whether only programs of this machine reach an address. */
const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'))

const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text

const apiConflicts = ({ enabled, host, behind_tls_proxy, cors_origins }: Settings['api']): readonly string[] => {
  if (!enabled) return []
  const conflicts = cors_origins
    .filter(origin => !isOrigin(origin))
    .map(origin => `api.cors_origins: must hold origins such as https://dashboard.example.org, not "${origin}"`)
  if (isIP(host) === 0 && host !== 'localhost') {
    return [...conflicts, `api.host: must be an IP address or localhost, not "${host}"`]
  }
  if (isLoopback(host) || behind_tls_proxy) return conflicts
  return [
    ...conflicts,
    `api.host: ${host} can be reached from other machines, which would send tokens and people's words unencrypted; put a TLS proxy before it and set api.behind_tls_proxy to true, or use 127.0.0.1`,
  ]
}

const backupConflicts = (settings: Settings): readonly string[] => [
  ...backupFolderConflicts(settings),
  ...identityConflicts(settings),
]

/** A key that lies beside what it opens protects nothing; and it must not be backed up or read as knowledge. */
const identityConflicts = (settings: Settings): readonly string[] => {
  const { identity_file } = settings.backup.encryption
  if (identity_file === undefined) return []
  const place = placeOfContent(identity_file, settings)
  return place === undefined
    ? []
    : [`backup.encryption.identity_file: must be outside ${place}, not "${identity_file}"`]
}

/** The setting whose folder has this path in it, and data, logs, knowledge or backups; `undefined` if there is none. */
export const placeOfContent = (path: string, settings: Settings): string | undefined => {
  const { backup, data_root, logs_dir, knowledge } = settings
  const places: readonly (readonly [key: string, folder: string])[] = [
    ['data_root', data_root],
    ['logs_dir', logs_dir],
    ['backup.folder', backupFolderOf(settings)],
    ...knowledge.dirs.map(folder => ['knowledge.dirs', folder] as const),
    ...backup.targets.flatMap(target => (target.type === 'folder' ? [['backup.targets', target.folder] as const] : [])),
  ]
  return places.find(([, folder]) => isWithin(path, folder))?.[0]
}

const isWithin = (inner: string, outer: string): boolean => !/^\.\.(?:\/|$)/.test(relative(outer, inner))

/** A backup must not copy itself, nor be moved by a restore. */
const backupFolderConflicts = ({ backup: { folder }, data_root }: Settings): readonly string[] => {
  if (folder === undefined) return []
  const below = relative(data_root, folder)
  const [first = ''] = below.split('/')
  const is_inside = below !== '' && first !== '..' && first !== 'backups'
  return below === '' || is_inside
    ? [`backup.folder: must be outside data_root, or ${join(data_root, 'backups')}, not "${folder}"`]
    : []
}

/** Everyone may know what the knowledge folders hold: never the people's data, the log, or the configuration. */
const knowledgeConflicts = ({ knowledge, data_root, logs_dir }: Settings): readonly string[] =>
  knowledge.dirs.flatMap(folder => {
    const [touched] = Object.entries({ data_root, logs_dir }).filter(
      ([, other]) => isWithin(folder, other) || isWithin(other, folder),
    )
    return touched === undefined
      ? []
      : [
          `knowledge.dirs: "${folder}" must be apart from ${touched[0]} (${touched[1]}), because everyone may know what is in it`,
        ]
  })

/** A target is better than its limit, or the same. */
const measureConflicts = ({
  response_time,
  errors,
  sessions,
  memory,
  auto_expiry,
  uptime,
}: Settings['alerts']): readonly string[] => {
  const most = [
    ['response_time.target_ms', response_time.target_ms, response_time.limit_ms],
    ['errors.target_percent', errors.target_percent, errors.limit_percent],
    ['sessions.target', sessions.target, sessions.limit],
    ['memory.target_megabytes', memory.target_megabytes, memory.limit_megabytes],
  ] as const
  const beyond = most.flatMap(([key, target, limit]) =>
    limit > 0 && target > limit
      ? [`alerts.${key}: must be at most the limit beside it, ${String(limit)}, not ${String(target)}`]
      : [],
  )
  const least = [
    ['auto_expiry.target_percent', auto_expiry],
    ['uptime.target_percent', uptime],
  ] as const
  const short = least.flatMap(([key, { target_percent, limit_percent }]) =>
    target_percent < limit_percent
      ? [`alerts.${key}: must be at least the limit beside it, ${String(limit_percent)}, not ${String(target_percent)}`]
      : [],
  )
  return [...beyond, ...short]
}

const unreadableFiles = (settings: Settings): readonly string[] =>
  listSettings(SCHEMA).flatMap(setting => {
    const path = setting.format === 'file' ? textAt(settings, setting.key) : undefined
    return path === undefined || isReadableFile(path)
      ? []
      : [`${setting.key}: must be ${allowedText(setting)}${faultText(path, setting)}`]
  })

const isReadableFile = (path: string): boolean => {
  try {
    accessSync(path, constants.R_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** One line for each value that is allowed but unlikely to do what the operator intends. */
export const findWarnings = ({
  ai,
  godfather_phone,
  user_roles,
  embeddings,
  memory,
  limits,
}: Settings): readonly string[] => {
  const { chroma, min_similarity = 0 } = memory.longterm
  const warnings: string[] = []
  if (godfather_phone !== undefined && user_roles.blocked_phones.includes(godfather_phone)) {
    warnings.push('user_roles.blocked_phones: contains godfather_phone; the godfather is not blocked')
  }
  if (ai.provider === 'offline' && ai.fallback_models.length > 0) {
    warnings.push('ai.fallback_models: has no effect while ai.provider is offline')
  }
  if (limits.smaller_model !== undefined && limits.at_limit !== 'smaller_model') {
    warnings.push('limits.smaller_model: has no effect while limits.at_limit is not smaller_model')
  }
  if (chroma.mode === 'managed' && chroma.url !== undefined) {
    warnings.push('memory.longterm.chroma.url: has no effect while memory.longterm.chroma.mode is managed')
  }
  const isOnline = embeddings.provider !== 'offline'
  if (isOnline && embeddings.model.startsWith('text-embedding-3') && min_similarity >= HIGH_SIMILARITY) {
    warnings.push(
      `memory.longterm.min_similarity: ${String(min_similarity)} recalls almost nothing with ${embeddings.model}, where related texts usually score 0.2 to 0.6; remove the key to use a threshold that suits the model`,
    )
  }
  return warnings
}
