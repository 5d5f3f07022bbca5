import { validate as isCron } from 'node-cron'
import { phoneDigits } from '../platform/phone.ts'
import type { FormatName, Setting } from './setting.ts'

/** How values of one kind are read from text (environment, or a string in the file) and checked. */
interface Format {
  /** What is allowed, as it stands behind "must be" in a message and in the documentation. */
  allowed(setting: Setting): string
  valid(value: unknown, setting: Setting): boolean
  /** Reads text; what cannot be read is handed back as it is, for `valid` to refuse. */
  read(text: string): unknown
}

const MOST_TEXT_LENGTH = 4096
const SWITCHES: Readonly<Record<string, boolean>> = {
  true: true,
  1: true,
  yes: true,
  on: true,
  false: false,
  0: false,
  no: false,
  off: false,
}

const asIs = (text: string): unknown => text
const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= MOST_TEXT_LENGTH
const isTexts = (value: unknown): value is string[] => Array.isArray(value) && value.every(isText)
const isWithin = (value: unknown, setting: Setting): value is number =>
  Number.isFinite(value) &&
  (value as number) >= (setting.min ?? -Infinity) &&
  (value as number) <= (setting.max ?? Infinity)
const bounds = (setting: Setting): string => `from ${String(setting.min)} to ${String(setting.max)}`

/** The strict form of a decimal number: `Number` alone would take `""`, `" "` and `0x10`. */
const readNumber = (text: string): unknown =>
  /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text

/** `["a", "b"]` as JSON, or `a, b`. */
const readList = (text: string): unknown => {
  if (!text.trim().startsWith('[')) {
    return text
      .split(',')
      .map(each => each.trim())
      .filter(each => each !== '')
  }
  try {
    return JSON.parse(text) as unknown
  } catch {
    return text
  }
}

/** A phone number, or a placeholder from an example: text without any digit, which counts as none. */
const isPhoneOrPlaceholder = (value: unknown): boolean =>
  isText(value) && (isPlaceholder(value) || phoneDigits(value) !== undefined)

/** Whether a value stands for a phone number that is still to be filled in, such as `TEST_PHONE@c.us`. */
export const isPlaceholder = (value: string): boolean => !/\d/.test(value)

const isUrl = (value: unknown): boolean =>
  isText(value) && URL.canParse(value) && ['http:', 'https:'].includes(new URL(value).protocol)

const isHours = (value: string): boolean => {
  const [, start, end] = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(value) ?? []
  return start !== undefined && start !== end
}

const isTimeZone = (value: string): boolean => {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: value }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

const PHONE = 'a phone number with its country code, such as +15551234567 or 15551234567@c.us'

const FORMATS: Readonly<Record<FormatName, Format>> = {
  switch: {
    allowed: () => 'true or false',
    valid: value => typeof value === 'boolean',
    read: text => SWITCHES[text.trim().toLowerCase()] ?? text,
  },
  whole: {
    allowed: setting => `a whole number ${bounds(setting)}`,
    valid: (value, setting) => Number.isSafeInteger(value) && isWithin(value, setting),
    read: readNumber,
  },
  decimal: {
    allowed: setting => `a number ${bounds(setting)}`,
    valid: isWithin,
    read: readNumber,
  },
  text: { allowed: () => 'a text that is not empty', valid: isText, read: asIs },
  secret: {
    allowed: () => 'a text without spaces',
    valid: value => isText(value) && !/\s/.test(value),
    read: text => text.trim(),
  },
  choice: {
    allowed: setting => `one of ${(setting.choices ?? []).join(', ')}`,
    valid: (value, setting) => (setting.choices ?? []).includes(value as string),
    read: text => text.trim().toLowerCase(),
  },
  phone: { allowed: () => PHONE, valid: isPhoneOrPlaceholder, read: asIs },
  phones: {
    allowed: () => `a list of phone numbers with their country codes, such as ["+15551234567"]`,
    valid: value => isTexts(value) && value.every(isPhoneOrPlaceholder),
    read: readList,
  },
  list: { allowed: () => 'a list of texts', valid: isTexts, read: readList },
  cron: {
    allowed: () => 'a cron expression of five or six fields, such as */10 * * * *',
    valid: value => isText(value) && isCron(value),
    read: asIs,
  },
  url: { allowed: () => 'an address that begins with http:// or https://', valid: isUrl, read: text => text.trim() },
  folder: {
    allowed: () => 'a folder below data_root (without ..), or an absolute path',
    valid: value => isText(value) && !value.split(/[/\\]/).includes('..'),
    read: asIs,
  },
  collection: {
    // The form of Chroma's collection names, with room for what is added to tell several apart.
    allowed: () => '3 to 100 of the characters a-z A-Z 0-9 . _ -, a letter or digit first and last',
    valid: value => typeof value === 'string' && /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,98}[a-zA-Z0-9]$/.test(value),
    read: asIs,
  },
  hours: {
    allowed: () => 'two different times of day, such as 23:00-07:00',
    valid: value => typeof value === 'string' && isHours(value),
    read: text => text.replace(/\s/g, ''),
  },
  time_zone: {
    allowed: () => 'a time zone such as Asia/Jerusalem',
    valid: value => isText(value) && isTimeZone(value),
    read: text => text.trim(),
  },
}

/** Name of a format in convict, which keeps formats for the whole process. */
export const convictFormat = (name: FormatName): string => `denidin-${name}`

/** What a setting allows, in words. */
export const allowedText = (setting: Setting): string => FORMATS[setting.format].allowed(setting)

/**
 * The formats in convict's terms. A falsy value is put into the message here, because convict leaves it out there.
 */
export const CONVICT_FORMATS = Object.fromEntries(
  Object.entries(FORMATS).map(([name, format]) => [
    convictFormat(name as FormatName),
    {
      coerce: (value: unknown): unknown => (typeof value === 'string' ? format.read(value) : value),
      validate: (value: unknown, setting: unknown): void => {
        const { source, ...own } = setting as Setting & { readonly source?: string }
        if (format.valid(value, own)) return
        const where = source === undefined ? '' : ` (set by ${source})`
        const shown = value ? '' : `: value was ${JSON.stringify(value)}`
        throw new TypeError(`must be ${format.allowed(own)}${where}${shown}`)
      },
    },
  ]),
)
