/** Wires budgets: the file of profiles that the settings name. */
import { readTextFile } from '../config/text-file.ts'
import type { Settings } from '../config/settings.ts'
import { ProfileSource } from '../budget/profiles/profile-source.ts'
import type { Runtime } from './runtime.ts'

export const createProfileSource = (
  { budget: { profiles_file: path } }: Pick<Settings, 'budget'>,
  { logger }: Pick<Runtime, 'logger'>,
): ProfileSource => new ProfileSource({ path, read: () => readTextFile(path), logger })
