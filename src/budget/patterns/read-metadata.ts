/** Reads the metadata file of a pattern. Errors in it are reported, and valid values still count. */
import { z } from 'zod'
import { NO_METADATA, type PatternMetadata } from './pattern.ts'

/** A date, or a date and a time; without a zone the time is that of UTC. */
const TIME = /^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?)?$/i

const COUNT = 'must be a whole number from 0'
const SHARE = 'must be a number from 0 to 1'
const NAMES = 'must be a list of names'
const MOMENT = 'must be a time such as 2026-11-20T09:00:00Z'
const count = z.int(COUNT).min(0, COUNT)
const time = z
  .string(MOMENT)
  .trim()
  .regex(TIME, MOMENT)
  .transform((text, context): number => {
    const zoned = TIME.exec(text)?.[1] !== undefined || !/\d:\d/.test(text)
    const at = Date.parse(`${text.replace(/\s+(?=[Z+-]|$)/i, '').replace(' ', 'T')}${zoned ? '' : 'Z'}`)
    if (Number.isNaN(at)) context.addIssue(MOMENT)
    return at
  })

/** Each field separately, so that an error in one does not affect the others. */
const FIELDS = {
  token_count: count,
  use_count: count,
  confidence: z.number(SHARE).min(0, SHARE).max(1, SHARE),
  last_used: time,
  used_by_agents: z.array(z.string(NAMES), NAMES),
} as const

/** The valid values, and the problem: `use_count must be a whole number from 0, not -3`. */
export interface ReadMetadata {
  readonly metadata: PatternMetadata
  readonly problem: string | undefined
}

/** Reads the text of a metadata file. Fields that are absent, `null` or unknown are not an error. */
export const readMetadata = (text: string): ReadMetadata => {
  let given: unknown
  try {
    given = JSON.parse(text.replace(/^\uFEFF/, ''))
  } catch (error) {
    return { metadata: NO_METADATA, problem: `is not valid JSON: ${(error as Error).message}` }
  }
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    return { metadata: NO_METADATA, problem: 'must be a JSON object' }
  }
  const fields = new Map(Object.entries(given))
  const problems: string[] = []
  const read = <T>(name: keyof typeof FIELDS, schema: z.ZodType<T>): T | undefined => {
    const value: unknown = fields.get(name) ?? undefined
    if (value === undefined) return undefined
    const parsed = schema.safeParse(value)
    if (parsed.success) return parsed.data
    problems.push(`${name} ${parsed.error.issues[0]?.message ?? 'is wrong'}, not ${shown(value)}`)
    return undefined
  }
  const metadata: PatternMetadata = {
    token_count: read('token_count', FIELDS.token_count),
    use_count: read('use_count', FIELDS.use_count) ?? NO_METADATA.use_count,
    confidence: read('confidence', FIELDS.confidence),
    last_used: read('last_used', FIELDS.last_used),
    used_by_agents: read('used_by_agents', FIELDS.used_by_agents) ?? NO_METADATA.used_by_agents,
  }
  return { metadata, problem: problems.length === 0 ? undefined : problems.join('; ') }
}

/** Most characters of a wrong value that are shown. */
const MOST_SHOWN = 40

const shown = (value: unknown): string => {
  const text = JSON.stringify(value)
  return text.length > MOST_SHOWN ? `${text.slice(0, MOST_SHOWN)}…` : text
}
