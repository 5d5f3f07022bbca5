/** The first steps of every entry point: load the settings, protect the data folder. */
import { readFileSync } from 'node:fs'
import { chmod, realpath, stat } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
import { extendEnvironment, readEnvironment } from '../config/environment.ts'
import { configurationFiles, loadSettings, type LoadedSettings } from '../config/load-settings.ts'
import type { Settings } from '../config/settings.ts'
import { isOpenToOthers, PRIVATE_FOLDER_MODE } from '../platform/files.ts'
import { useProxy } from '../platform/proxy.ts'

/** DeniDin's own folder: relative paths of the configuration start here. */
const ROOT = join(import.meta.dirname, '..', '..')

/** A file of DeniDin itself, such as a script. */
export const fromRoot = (...path: readonly string[]): string => join(ROOT, ...path)

/** The version of this DeniDin. */
export const readVersion = (): string =>
  (JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string }).version

/** The configuration of this process. @throws DenidinError `not_found`, `invalid_config` */
export const readSettings = (): LoadedSettings => loadSettings({ environment: readEnvironment(), cwd: ROOT })

/** Where the configuration file is, or would be. */
export const configurationFolder = (): string =>
  dirname(configurationFiles({ environment: readEnvironment(), cwd: ROOT }).file)

/**
 * Sends the requests of this process, and of the browser that it starts, through the configured proxy.
 * @returns the proxy, for the log
 * @throws DenidinError `invalid_config`
 */
export const connectThroughProxy = ({ settings, proxy }: LoadedSettings): string | undefined => {
  const used = useProxy(proxy, askedAddresses(settings))
  extendEnvironment(proxy)
  return used
}

/** Every URL that the settings make this process request. */
export const askedAddresses = ({ ai, embeddings, memory, backup }: Settings): readonly string[] => {
  const { reranker, chroma } = memory.longterm
  const { anthropic, gemini, ollama } = memory.extraction
  return [
    ai.base_url,
    ...ai.fallback_models.map(each => each.base_url),
    embeddings.base_url,
    ...[anthropic, gemini, ollama].map(each => each.base_url),
    reranker.url,
    chroma.url,
    ...backup.targets.map(target => (target.type === 's3' ? target.endpoint : undefined)),
  ].filter(each => each !== undefined)
}

/**
 * Closes a data folder inside DeniDin's folder to other users, because git creates `data/` readable for all. A folder
 * elsewhere keeps the permissions that its owner chose.
 */
export const closeDataFolder = async (data_root: string): Promise<void> => {
  const [root, folder] = await Promise.all([realpath(ROOT), realpath(data_root)])
  if (!folder.startsWith(`${root}${sep}`) || !isOpenToOthers((await stat(folder)).mode)) return
  await chmod(folder, PRIVATE_FOLDER_MODE).catch((error: NodeJS.ErrnoException) => {
    // Another user's folder is not changed; `denidin doctor` reports it.
    if (error.code !== 'EPERM') throw error
  })
}
