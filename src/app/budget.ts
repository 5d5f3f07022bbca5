/** Wires budgets: the file of profiles that the settings name, and the budgets of turns. */
import { readTextFile } from '../config/text-file.ts'
import type { Settings } from '../config/settings.ts'
import { ProfileSource } from '../budget/profiles/profile-source.ts'
import { fixedBudgets, ProfileTurnBudgets, type TurnBudgets } from '../conversation/packing/turn-budget.ts'
import type { Runtime } from './runtime.ts'

export const createProfileSource = (
  { budget: { profiles_file: path } }: Pick<Settings, 'budget'>,
  { clock, logger }: Pick<Runtime, 'clock' | 'logger'>,
): ProfileSource => new ProfileSource({ path, read: () => readTextFile(path), clock, logger })

/** With memory off, every answer stands alone: there is nothing to divide. */
export const createTurnBudgets = (
  { budget, feature_flags }: Pick<Settings, 'budget' | 'feature_flags'>,
  profiles: ProfileSource,
): TurnBudgets =>
  budget.use_profiles && feature_flags.enable_memory_system ? new ProfileTurnBudgets({ profiles }) : fixedBudgets
