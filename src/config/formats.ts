/** The formats of settings: the accepted values, their description, and how they are parsed from text. */
import { homedir } from 'node:os'
import { parse as parseCron, validate as isCron } from 'node-cron'
import { KEY, keyIn, namesVariable, plain } from './clean-text.ts'
import { phoneDigits } from '../platform/phone.ts'
import { timeZone } from '../platform/time-zone.ts'
import { MODELS_ALLOWED, modelListFault } from './model-list.ts'
import { isRecipient, recipientFault, RECIPIENTS_ALLOWED } from './recipient-list.ts'
import { TARGETS_ALLOWED, targetListFault } from './target-list.ts'
import { isWebAddress } from './web-address.ts'
import type {
  BooleanSetting,
  ChoiceSetting,
  FormatName,
  ListSetting,
  ModelListSetting,
  TargetListSetting,
  NumberSetting,
  Setting,
  TextSetting,
} from './setting.ts'

interface Format<S extends Setting> {
  /** What is allowed; completes the sentence "must be …". */
  allowed(setting: S): string
  isValid(value: unknown, setting: S): boolean
  /** Parses text from the environment or from a string in the file. Returns text that it cannot parse unchanged. */
  parse(text: string): unknown
}

/** The settings that have a format. */
type SettingWith<F extends FormatName> = F extends 'boolean'
  ? BooleanSetting
  : F extends NumberSetting['format']
    ? NumberSetting
    : F extends 'choice'
      ? ChoiceSetting
      : F extends ListSetting['format']
        ? ListSetting
        : F extends 'models'
          ? ModelListSetting
          : F extends 'targets'
            ? TargetListSetting
            : TextSetting

const MAX_TEXT_LENGTH = 4096
/** User and password in an address. */
const LOGIN = /\/\/[^/@\s]*@/g
const MAX_SHOWN_LENGTH = 60
const BOOLEANS = new Map<string, boolean>([
  ['true', true],
  ['1', true],
  ['yes', true],
  ['on', true],
  ['false', false],
  ['0', false],
  ['no', false],
  ['off', false],
])

const unchanged = (text: string): string => text
/** The file is not read by a shell, and no shell expands a quoted value. */
const fromHome = (text: string): string => text.replace(/^~(?=\/|$)/, homedir)
const trimmed = (text: string): string => text.trim()

const isText = (value: unknown): value is string =>
  typeof value === 'string' && value.trim() !== '' && value.length <= MAX_TEXT_LENGTH
const isTextList = (value: unknown): value is readonly string[] => Array.isArray(value) && value.every(isText)

const isWithin = (value: unknown, { min, max }: NumberSetting): boolean =>
  typeof value === 'number' && value >= min && value <= max
const bounds = ({ min, max }: NumberSetting): string => `from ${String(min)} to ${String(max)}`

/** Accepts decimal numbers only: `Number` would also take `""`, `" "` and `0x10`. */
const parseNumber = (text: string): unknown =>
  /^[+-]?(\d+(\.\d*)?|\.\d+)(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : text

/** Parses `["a", "b"]` as JSON, and `a, b` as two items. */
const parseList = (text: string): unknown => {
  if (!text.trim().startsWith('[')) {
    return text
      .split(',')
      .map(trimmed)
      .filter(each => each !== '')
  }
  return parseJson(text)
}

const parseJson = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

/** Whether a value is a placeholder for a phone number, such as `TEST_PHONE@c.us`: it has no digit of any script. */
export const isPlaceholder = (value: string): boolean => !/\p{Nd}/u.test(value)

const isPhone = (value: unknown): boolean => isText(value) && (isPlaceholder(value) || phoneDigits(value) !== undefined)

const isUrl = (value: unknown): boolean => isText(value) && isWebAddress(value)

/** The library's check lets some expressions pass that it cannot read. */
const isSchedule = (value: unknown): boolean => {
  if (!isText(value) || !isCron(value)) return false
  try {
    parseCron(value)
    return true
  } catch {
    return false
  }
}

const isTimeRange = (value: unknown): boolean => {
  if (!isText(value)) return false
  const [, start, end] = /^((?:[01]\d|2[0-3]):[0-5]\d)-((?:[01]\d|2[0-3]):[0-5]\d)$/.exec(value) ?? []
  return start !== undefined && start !== end
}

/** Abbreviations that Unicode's library knows although they mean several zones: IST would be India's, BST Bangladesh's. */
const ABBREVIATIONS = new Set(
  'ACT AET AGT ART AST BET BST CAT CNT CST CTT EAT ECT IET IST JST MIT NET NST PLT PNT PRT PST SST VST'.split(' '),
)
const isAbbreviation = (value: unknown): boolean => typeof value === 'string' && ABBREVIATIONS.has(value.toUpperCase())

const isTimeZone = (value: unknown): boolean => {
  if (!isText(value) || isAbbreviation(value)) return false
  try {
    return timeZone(value).name !== ''
  } catch {
    return false
  }
}

const FORMATS: { readonly [F in FormatName]: Format<SettingWith<F>> } = {
  boolean: {
    allowed: () => 'true or false',
    isValid: value => typeof value === 'boolean',
    parse: text => BOOLEANS.get(text.trim().toLowerCase()) ?? text,
  },
  integer: {
    allowed: setting => `a whole number ${bounds(setting)}`,
    isValid: (value, setting) => Number.isSafeInteger(value) && isWithin(value, setting),
    parse: parseNumber,
  },
  number: {
    allowed: setting => `a number ${bounds(setting)}`,
    isValid: isWithin,
    parse: parseNumber,
  },
  choice: {
    allowed: ({ choices }) => `one of ${choices.join(', ')}`,
    isValid: (value, { choices }) => choices.some(each => each === value),
    parse: text => text.trim().toLowerCase(),
  },
  text: { allowed: () => 'non-empty text', isValid: isText, parse: unchanged },
  texts: {
    allowed: ({ choices }) =>
      choices === undefined ? 'a list of text values, such as ["a", "b"]' : `a list of some of ${choices.join(', ')}`,
    isValid: (value, { choices }) =>
      isTextList(value) && (choices === undefined || value.every(each => choices.includes(each))),
    parse: parseList,
  },
  paths: {
    allowed: () => 'a list of paths, such as ["/srv/notes"]',
    isValid: isTextList,
    parse: text => {
      const items = parseList(text)
      return isTextList(items) ? items.map(fromHome) : items
    },
  },
  secret: {
    allowed: () => 'non-empty text without spaces',
    isValid: value => isText(value) && KEY.test(value) && !namesVariable(value),
    parse: keyIn,
  },
  phone: {
    allowed: () => 'a phone number with its country code, as text such as "+15551234567" or "15551234567@c.us"',
    isValid: isPhone,
    parse: unchanged,
  },
  phones: {
    allowed: () => 'a list of phone numbers with their country codes, as text such as ["+15551234567"]',
    isValid: value => isTextList(value) && value.every(isPhone),
    parse: parseList,
  },
  recipients: {
    allowed: () => RECIPIENTS_ALLOWED,
    isValid: value => Array.isArray(value) && value.every(isRecipient),
    parse: parseList,
  },
  models: {
    allowed: () => MODELS_ALLOWED,
    isValid: value => modelListFault(value) === undefined,
    parse: parseJson,
  },
  targets: {
    allowed: () => TARGETS_ALLOWED,
    isValid: value => targetListFault(value) === undefined,
    parse: parseJson,
  },
  url: { allowed: () => 'a URL that begins with http:// or https://', isValid: isUrl, parse: plain },
  path: { allowed: () => 'a path', isValid: isText, parse: fromHome },
  file: { allowed: () => 'the path of a readable file', isValid: isText, parse: fromHome },
  data_folder: {
    allowed: () => 'a folder inside data_root (without ..) or an absolute path',
    isValid: value => isText(value) && !value.split(/[/\\]/).includes('..'),
    parse: fromHome,
  },
  cron: {
    allowed: () => 'a cron expression with five or six fields, such as */10 * * * *',
    isValid: isSchedule,
    parse: unchanged,
  },
  time_range: {
    allowed: () => 'a range between two different times, such as 23:00-07:00',
    isValid: isTimeRange,
    parse: text => text.replace(/\s/g, ''),
  },
  time_zone: { allowed: () => 'a time zone, such as Asia/Jerusalem', isValid: isTimeZone, parse: trimmed },
  collection: {
    // Chroma's rule for collection names, with room for the suffix that DeniDin adds.
    allowed: () => '3 to 100 of the characters a-z A-Z 0-9 . _ - with a letter or digit at both ends',
    isValid: value => typeof value === 'string' && /^[a-zA-Z0-9][a-zA-Z0-9._-]{1,98}[a-zA-Z0-9]$/.test(value),
    parse: unchanged,
  },
}

// Methods are bivariant: each format is only called with its own settings.
const formatOf = (setting: Setting): Format<Setting> => FORMATS[setting.format]

/** What a setting allows; completes the sentence "must be …". */
export const allowedText = (setting: Setting): string => formatOf(setting).allowed(setting)

export const isValid = (value: unknown, setting: Setting): boolean => formatOf(setting).isValid(value, setting)

/** Parses a value from text; returns text that it cannot parse unchanged. */
export const parseText = (text: string, setting: Setting): unknown => formatOf(setting).parse(text)

/**
 * The end of the sentence about an invalid value: the value, or the first invalid item of a list. For a secret, only
 * the kind of the invalid character.
 */
export const faultText = (value: unknown, setting: Setting): string => {
  if (setting.format === 'models') return `; ${modelListFault(value) ?? ''}`
  if (setting.format === 'targets') return `; ${targetListFault(value) ?? ''}`
  if (setting.format === 'recipients') return `; ${recipientFault(value) ?? ''}`
  if (setting.format === 'secret') {
    if (isText(value) && namesVariable(value)) return '; it contains the name of a variable instead of a key'
    return isText(value) && !/\s/.test(value) ? '; it contains quotes, or characters other than plain ASCII' : ''
  }
  if (typeof value === 'string' && value.length > MAX_TEXT_LENGTH) {
    return `; it has ${String(value.length)} characters, more than ${String(MAX_TEXT_LENGTH)}`
  }
  if (setting.format === 'cron' && isText(value) && [5, 6].includes(value.trim().split(/\s+/).length)) {
    return `, not ${show(value)}, which has a field out of its range or a day that never comes`
  }
  if (setting.format === 'time_zone' && isAbbreviation(value)) return `, not ${show(value)}, which can mean several`
  if (!Array.isArray(value)) return `, not ${show(value)}`
  if (!LISTS.has(setting.format)) return ', not a list'
  const item: unknown = value.find(each => !isValid([each], setting))
  return `; ${show(item)} is not valid`
}

const LISTS: ReadonlySet<FormatName> = new Set(['texts', 'phones', 'paths'])

const show = (value: unknown): string => {
  // NaN and Infinity have no JSON representation.
  const text = (typeof value === 'number' ? String(value) : JSON.stringify(value)).replace(LOGIN, '//…@')
  return text.length > MAX_SHOWN_LENGTH ? `${text.slice(0, MAX_SHOWN_LENGTH)}…` : text
}
