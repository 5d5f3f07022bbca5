import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readEnvironment } from '../config/environment.ts'
import { loadSettings, type LoadedSettings } from '../config/load-settings.ts'

/** Folder of DeniDin: relative paths of the configuration begin here. */
const ROOT = join(import.meta.dirname, '..', '..')

/** A file of DeniDin itself, such as a script. */
export const fromRoot = (...path: readonly string[]): string => join(ROOT, ...path)

/** The version of this DeniDin. */
export const readVersion = (): string =>
  (JSON.parse(readFileSync(fromRoot('package.json'), 'utf8')) as { version: string }).version

/** The configuration of this process. @throws DenidinError `not_found`, `invalid_config` */
export const readSettings = (): LoadedSettings => loadSettings({ environment: readEnvironment(), cwd: ROOT })
