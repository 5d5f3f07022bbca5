/** Reads uses of budgets from lines that we wrote. */
import type { OpenUse } from './usage-entry.ts'

/** Whether a value is a use of a budget; only its person and its messages are checked. */
export const isUse = (value: unknown): value is OpenUse =>
  typeof value === 'object' &&
  value !== null &&
  'id' in value &&
  typeof value.id === 'string' &&
  'timestamp' in value &&
  typeof value.timestamp === 'string' &&
  'person_id' in value &&
  (value.person_id === null || typeof value.person_id === 'string') &&
  'message_ids' in value &&
  isTexts(value.message_ids)

export const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every(each => typeof each === 'string')
