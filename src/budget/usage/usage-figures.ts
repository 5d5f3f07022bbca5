/**
 * Reads the figures for analyses from a line of the usage log: fast if we wrote the line, carefully if a person or
 * another program did.
 */
import { jsonOf } from '../../platform/json-text.ts'
import { textOfBytes } from '../../platform/line-batches.ts'
import { COMPLEXITIES, type Complexity } from '../../text/complexity/complexity.ts'
import { scopeNamed, type BudgetScope } from '../profiles/budget-profiles.ts'
import { UNFINISHED } from './usage-entry.ts'

/** The figures of one entry. */
export interface UsageFigures {
  /** ISO 8601 in UTC with milliseconds, so that comparing texts compares times. */
  readonly timestamp: string
  readonly is_live: boolean
  readonly agent: string
  readonly complexity: Complexity | undefined
  readonly budget: number
  readonly usage_pct: number
  readonly exceeded: boolean
  /** Tokens; `undefined` if the line does not say. */
  readonly demand: number | undefined
  /** Tokens that were packed or needed, by scope. */
  readonly scopes: Readonly<Record<BudgetScope, number>>
  readonly success: boolean
  readonly unfinished: boolean
  readonly person_id: string | undefined
}

/**
 * The figures of a line of bytes; `undefined` if the line is not an entry. A line that begins and ends in our format is
 * not parsed as a whole, which is five times as fast.
 */
export const figuresOf = (line: string): UsageFigures | undefined => writtenFigures(line) ?? carefulFigures(line)

const SCOPE = String.raw`\{"count":\d+,"tokens":\d+,"demand_tokens":(\d+)\}`
/**
 * The beginning of our lines, in the order in which `openUseOf` writes the fields. A name with an escaped letter is
 * left to the parser.
 */
const BEGIN = new RegExp(
  String.raw`^\{"timestamp":"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z)","id":"[^"\\]*","run":"([a-z]+)","kind":"[a-z]+",` +
    String.raw`"agent":"([^"\\]+)","profile":"[^"\\]*","complexity":"([a-z-]+)","budget_allocated":(\d+),` +
    String.raw`"tokens_loaded":\d+,"demand_tokens":(\d+),"usage_pct":(\d+(?:\.\d+)?),"exceeded_budget":(true|false),` +
    String.raw`"scope_breakdown":\{"agent-specific":${SCOPE},"recent":${SCOPE},"global":${SCOPE}\},`,
)
const GOOD_END = ',"success":true,"error":null}'
const PERSON = '"person_id":"'

/** The figures of a line that we wrote; `undefined` for any other line, and for failed work. */
export const writtenFigures = (line: string): UsageFigures | undefined => {
  if (!line.endsWith(GOOD_END)) return undefined
  const found = BEGIN.exec(line)
  if (found === null) return undefined
  const [, timestamp = '', run, agent = '', complexity, budget, demand, pct, exceeded, specific, recent, global] = found
  return {
    timestamp,
    is_live: run === 'live',
    agent: textOf(agent),
    complexity: COMPLEXITIES.find(each => each === complexity),
    budget: Number(budget),
    usage_pct: Number(pct),
    exceeded: exceeded === 'true',
    demand: Number(demand),
    scopes: { 'agent-specific': Number(specific), recent: Number(recent), global: Number(global) },
    success: true,
    unfinished: false,
    person_id: personOf(line),
  }
}

/** In a JSON string, quotation marks are escaped, so the pattern matches only a field. */
const personOf = (line: string): string | undefined => {
  const at = line.indexOf(PERSON)
  if (at < 0) return undefined
  const from = at + PERSON.length
  return textOf(line.slice(from, line.indexOf('"', from)))
}

// eslint-disable-next-line no-control-regex -- every byte of a text that is not ASCII is above
const ASCII = /^[\u0000-\u007f]*$/
const textOf = (bytes: string): string => (ASCII.test(bytes) ? bytes : textOfBytes(bytes))

type Fields = Readonly<Record<string, unknown>>

const carefulFigures = (line: string): UsageFigures | undefined => {
  const read = jsonOf(textOfBytes(line))
  if (!isFields(read)) return undefined
  const { agent, timestamp: time, run = 'live', complexity, success = true, person_id } = read
  const timestamp = typeof time === 'string' ? isoTime(time) : undefined
  const budget = amount(read['budget_allocated'])
  const loaded = amount(read['tokens_loaded'])
  const demand = amount(read['demand_tokens'])
  const needed = demand ?? loaded
  if (timestamp === undefined || typeof agent !== 'string' || agent === '') return undefined
  if (budget === undefined || needed === undefined) return undefined
  const usage_pct = amount(read['usage_pct']) ?? (budget === 0 ? 0 : (100 * needed) / budget)
  const exceeded = read['exceeded_budget']
  return {
    timestamp,
    is_live: run === 'live',
    agent,
    complexity: COMPLEXITIES.find(each => each === complexity),
    budget,
    usage_pct,
    exceeded: typeof exceeded === 'boolean' ? exceeded : needed > budget,
    demand,
    scopes: scopesOf(read['scope_breakdown']),
    success: success !== false,
    unfinished: read['error'] === UNFINISHED,
    person_id: typeof person_id === 'string' ? person_id : undefined,
  }
}

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** A time in any form that ISO 8601 allows; one without a zone counts as UTC. */
const isoTime = (text: string): string | undefined => {
  const at = Date.parse(/T.*(Z|[+-]\d\d:?\d\d)$/.test(text) ? text : `${text}Z`)
  return Number.isNaN(at) ? undefined : new Date(at).toISOString()
}

const amount = (value: unknown): number | undefined =>
  typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined

/** The tokens of each scope, given as a number or in detail, under its current or previous name. */
const scopesOf = (given: unknown): Readonly<Record<BudgetScope, number>> => {
  const scopes: Record<BudgetScope, number> = { 'agent-specific': 0, recent: 0, global: 0 }
  if (!isFields(given)) return scopes
  for (const [name, value] of Object.entries(given)) {
    const scope = scopeNamed(name)
    if (scope === undefined) continue
    const tokens = isFields(value) ? (amount(value['demand_tokens']) ?? amount(value['tokens'])) : amount(value)
    scopes[scope] += tokens ?? 0
  }
  return scopes
}
