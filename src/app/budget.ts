/** Wires budgets: the file of profiles and the folder of patterns that the settings name. */
import { join } from 'node:path'
import { readTextFile } from '../config/text-file.ts'
import type { Settings } from '../config/settings.ts'
import { PatternFolder } from '../budget/patterns/pattern-folder.ts'
import { PatternLoader } from '../budget/patterns/pattern-loader.ts'
import { PatternTokens } from '../budget/patterns/pattern-tokens.ts'
import { TaskPools } from '../budget/patterns/task-pools.ts'
import type { BudgetUsageLog } from '../budget/usage/budget-usage-log.ts'
import { ProfileSource } from '../budget/profiles/profile-source.ts'
import type { Runtime } from './runtime.ts'

export const createProfileSource = (
  { budget: { profiles_file: path } }: Pick<Settings, 'budget'>,
  { logger }: Pick<Runtime, 'logger'>,
): ProfileSource => new ProfileSource({ path, read: () => readTextFile(path), logger })

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
