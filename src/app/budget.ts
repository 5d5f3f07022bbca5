/** Wires the files of budgets that the settings name: profiles and prices. */
import { changingTextFile } from '../config/text-file.ts'
import type { Settings } from '../config/settings.ts'
import { ProfileSource } from '../budget/profiles/profile-source.ts'
import { FilePriceBook } from '../usage/prices/price-book.ts'
import type { Runtime } from './runtime.ts'

export const createProfileSource = (
  { budget: { profiles_file: path } }: Pick<Settings, 'budget'>,
  { logger }: Pick<Runtime, 'logger'>,
): ProfileSource => new ProfileSource({ file: changingTextFile(path), logger })

export const createPriceBook = (
  { budget: { prices_file: path } }: Pick<Settings, 'budget'>,
  { logger }: Pick<Runtime, 'logger'>,
): FilePriceBook => new FilePriceBook({ file: changingTextFile(path), logger })
