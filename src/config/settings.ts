/** The type of the loaded configuration, derived from the schema: a key is declared there and nowhere else. */
import type { SCHEMA } from './schema.ts'
import type { SettingsOf } from './setting.ts'

/**
 * The whole configuration, validated and frozen; keys are named as in the file. Phone numbers are digits. Paths are
 * absolute, except `memory.longterm.storage_dir`: relative to `data_root`, or absolute if it is elsewhere. Only `app/`
 * uses this type; a feature declares the narrow settings that it needs.
 */
export type Settings = SettingsOf<typeof SCHEMA>
