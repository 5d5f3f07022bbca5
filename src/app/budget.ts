/**
 * Wires budgets: the profile file and the price file, the folder of patterns, the budgets of turns, and the usage log.
 */
import { changingTextFile, readTextFile } from '../config/text-file.ts'
import { join } from 'node:path'
import type { Settings } from '../config/settings.ts'
import { PatternFolder } from '../budget/patterns/pattern-folder.ts'
import { PatternLoader } from '../budget/patterns/pattern-loader.ts'
import { PatternTokens } from '../budget/patterns/pattern-tokens.ts'
import { TaskPools } from '../budget/patterns/task-pools.ts'
import type { BudgetUsageLog } from '../budget/usage/budget-usage-log.ts'
import { ProfileSource } from '../budget/profiles/profile-source.ts'
import { fixedBudgets, ProfileTurnBudgets, type TurnBudgets } from '../conversation/packing/turn-budget.ts'
import { ProfileFile } from '../budget/profiles/profile-file.ts'
import { FileUsageLog } from '../budget/usage/file-usage-log.ts'
import { FilePriceBook } from '../usage/prices/price-book.ts'
import type { Preferences } from '../people/preferences.ts'
import type { Runtime } from './runtime.ts'

const MEGABYTE = 1024 * 1024

export const createProfileSource = (
  { budget: { profiles_file: path } }: Pick<Settings, 'budget'>,
  { logger }: Pick<Runtime, 'logger'>,
): ProfileSource => new ProfileSource({ file: changingTextFile(path), logger })

/** While memory is disabled, every answer is independent: there is nothing to divide. */
export const createTurnBudgets = (
  { budget, feature_flags }: Pick<Settings, 'budget' | 'feature_flags'>,
  profiles: ProfileSource,
): TurnBudgets =>
  budget.use_profiles && feature_flags.enable_memory_system ? new ProfileTurnBudgets({ profiles }) : fixedBudgets

export const createPriceBook = (
  { budget: { prices_file: path } }: Pick<Settings, 'budget'>,
  { logger }: Pick<Runtime, 'logger'>,
): FilePriceBook => new FilePriceBook({ file: changingTextFile(path), logger })

/** Nothing is read before the first load. */
export const createPatternLoader = (
  { budget: { patterns_dir, manual_tokens }, data_root }: Pick<Settings, 'budget' | 'data_root'>,
  parts: { readonly profiles: ProfileSource; readonly usage: BudgetUsageLog },
  { logger, clock, tokens: counter }: Pick<Runtime, 'logger' | 'clock' | 'tokens'>,
): PatternLoader => {
  const folder = new PatternFolder(patterns_dir)
  return new PatternLoader({
    ...parts,
    manual_tokens,
    folder,
    tokens: new PatternTokens({ path: join(data_root, 'pattern-tokens.json'), folder, counter, logger }),
    pools: new TaskPools({ path: join(data_root, 'budget-tasks.json'), clock }),
    clock,
  })
}

export const createProfileFile = (
  { budget: { profiles_file: path } }: Pick<Settings, 'budget'>,
  { clock }: Pick<Runtime, 'clock'>,
): ProfileFile => new ProfileFile({ path, read: () => readTextFile(path), clock })

/** The usage log in its folder, which an earlier run may have filled, even while the log is disabled. */
export const createUsageFile = (
  { data_root, feature_flags, budget: { usage } }: Pick<Settings, 'budget' | 'data_root' | 'feature_flags'>,
  preferences: Pick<Preferences, 'of'>,
  { clock, ids, logger }: Pick<Runtime, 'clock' | 'ids' | 'logger'>,
): FileUsageLog =>
  new FileUsageLog({
    folder: join(data_root, 'usage'),
    run: usage.run,
    keepsWords: async person_id => {
      if (!feature_flags.enable_memory_system) return false
      return person_id === null || (await preferences.of(person_id)).learn
    },
    most_bytes: usage.file_megabytes * MEGABYTE,
    kept_files: usage.kept_files,
    clock,
    ids,
    logger,
  })
