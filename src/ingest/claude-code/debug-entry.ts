/** Parses a line of a debug log: its time, its level, and the component that wrote it. */
import type { Level } from '../../archive/archive-message.ts'
import { instantOf } from '../json-values.ts'

/** An entry of a log; the lines that follow it belong to its text. */
export interface DebugEntry {
  readonly at: number | undefined
  readonly level: Level
  readonly text: string
}

const LEVEL_NAMES: Readonly<Record<string, Level>> = {
  TRACE: 'TRACE',
  VERBOSE: 'TRACE',
  SILLY: 'TRACE',
  DEBUG: 'DEBUG',
  INFO: 'INFO',
  LOG: 'INFO',
  NOTICE: 'INFO',
  WARN: 'WARN',
  WARNING: 'WARN',
  ERROR: 'ERROR',
  ERR: 'ERROR',
  FATAL: 'FATAL',
  CRITICAL: 'FATAL',
}

/** The level that a source names, in any case; `undefined` if the word is not a level. */
export const levelOf = (name: unknown): Level | undefined => {
  const key = typeof name === 'string' ? name.trim().toUpperCase() : ''
  return Object.hasOwn(LEVEL_NAMES, key) ? LEVEL_NAMES[key] : undefined
}

/** `2025-11-22T10:00:00.000Z [DEBUG] text`; versions before 2.0.27 wrote no time. */
const ENTRY =
  /^(?:\[?(\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\d(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)?)\]?\s+)?\[?([A-Za-z]{3,8})\]?:?\s+(.*)$/s

/** The entry that a line begins; `undefined` if the line continues the previous entry. */
export const readDebugEntry = (line: string): DebugEntry | undefined => {
  const match = ENTRY.exec(line)
  if (match === null) return undefined
  const [, time, name, text = ''] = match
  const level = levelOf(name)
  // Without a time, only the brackets distinguish a level from a word of the text.
  if (level === undefined || (time === undefined && !line.startsWith('['))) return undefined
  return { at: instantOf(time?.replace(',', '.')), level, text }
}

/** Components with the pattern of their entries; the first match counts. */
const COMPONENTS: readonly (readonly [component: string, pattern: RegExp])[] = [
  ['LSP', /^\[?LSP\b|\bLSP (?:server|manager|notification)/i],
  [
    'Hooks',
    /^\[?hooks?\b|\bhooks?\b.{0,40}(?:command|matcher|query|output|settings|called|registered)|\bexecute\w*Hooks\b|^(?:Getting matching|Found \d+|Matched \d+)\b.*\bhooks?\b/i,
  ],
  ['Metrics', /^\[?metrics?\b|\bmetrics\b/i],
  ['Stream', /^\[?stream(?:ing)?\b|\bstream (?:started|ended|completed|aborted|error)/i],
  ['Permission', /^\[?permissions?\b|\bpermission (?:update|suggestion|rule|mode|request|denied|granted)/i],
  ['MCP', /^\[?MCP\b|\bMCP (?:server|config|client|tool)/i],
  ['Plugins', /^\[?plugins?\b|\bplugins?\b/i],
  ['Skills', /^\[?skills?\b|\bskills?\b.{0,20}(?:loaded|dir|found|attachment)/i],
  ['Updater', /^AutoUpdater|\bauto-?update/i],
  ['Shell', /\bshell (?:snapshot|configuration|provider)\b|^\[?shell\b/i],
  [
    'Files',
    /^File \S+ written|^(?:Writing to|Renaming|Preserving|Temp file|Wrote) (?:temp )?file|\batomic(?:ally)?\b/i,
  ],
  ['API', /^\[?API\b|\bAPI (?:request|response|error|call)/i],
]

/** `[STARTUP] …`, `Name: …`: the entry names its component. */
const OWN_NAME = /^\[([A-Za-z][\w -]{1,30})\]|^([A-Z][A-Za-z]{2,30}):\s/
/** Words before a colon that are not components. */
const NO_NAME = new Set(['error', 'warning', 'note', 'usage', 'caused', 'stack', 'failed', 'http', 'https'])
/** How many characters of an entry are searched for its component. */
const MOST_CHARACTERS = 300

/** The component that wrote an entry, if its text shows it. */
export const componentOf = (text: string): string | undefined => {
  const beginning = text.slice(0, MOST_CHARACTERS)
  const known = COMPONENTS.find(([, pattern]) => pattern.test(beginning))
  if (known !== undefined) return known[0]
  const match = OWN_NAME.exec(beginning)
  const name = match?.[1] ?? match?.[2]
  return name === undefined || NO_NAME.has(name.toLowerCase()) ? undefined : inOneForm(name)
}

/** `STARTUP` and `Startup` are the same component. */
const inOneForm = (name: string): string =>
  name === name.toUpperCase() && name.length > 4 ? `${name.slice(0, 1)}${name.slice(1).toLowerCase()}` : name
