/** Parses a model's response to the extraction prompt. Tolerates common mistakes of models. */
import { z } from 'zod'
import { CATEGORIES, ENTITY_KINDS } from '../../memory/memory.ts'
import { DenidinError } from '../../platform/errors.ts'
import { findJson, jsonOf } from '../../platform/json-text.ts'

const MAX_FACTS = 200
const MAX_FACT_CHARACTERS = 500
const MAX_QUOTE_CHARACTERS = 2000
const MAX_NAME_CHARACTERS = 100
const MAX_REFLECTION_CHARACTERS = 1500
const MAX_NAMES = 12

const name = z.string().trim().min(1).max(MAX_NAME_CHARACTERS)
const share = z.number().min(0).max(1)
/** `2026-11-20`, or with a time of day. Anything else is ignored. */
const day = z.iso
  .date()
  .or(z.iso.datetime({ offset: true, local: true }))
  .nullish()
  .catch(undefined)
/** The number of a line or of a known fact: models write `3`, `"3"` and `"[3]"`. */
const number = z
  .union([z.int(), z.string().regex(/^\D{0,2}\d+\D{0,2}$/)])
  .transform(value => (typeof value === 'number' ? value : Number(/\d+/.exec(value)?.[0])))

const lenient = <T extends z.ZodType>(item: T): z.ZodType<z.output<T>[]> =>
  z
    .array(z.unknown())
    .catch([])
    .transform(items => items.slice(0, MAX_NAMES).flatMap(each => readable(item, each)))

const readable = <T extends z.ZodType>(item: T, value: unknown): z.output<T>[] => {
  const parsed = item.safeParse(value)
  return parsed.success ? [parsed.data] : []
}

const factSchema = z.object({
  text: z.string().trim().min(1).max(MAX_FACT_CHARACTERS),
  quote: z.string().trim().min(1).max(MAX_QUOTE_CHARACTERS),
  message: number.nullish().catch(undefined),
  category: z.enum(CATEGORIES).catch('facts'),
  importance: share,
  from: day,
  to: day,
  entities: lenient(z.object({ kind: z.enum(ENTITY_KINDS).catch('concept'), value: name })),
  relationships: lenient(
    z.object({
      from: name,
      to: name,
      type: z.enum(['uses', 'extends', 'references', 'related_to', 'depends_on']).catch('related_to'),
      strength: share.catch(0.5),
    }),
  ),
  tags: lenient(name),
  same_as: number.nullish().catch(undefined),
  /** One number, or a list of them. */
  replaces: z
    .preprocess((value): readonly unknown[] => (Array.isArray(value) ? value : [value]), z.array(z.unknown()))
    .transform(items => items.slice(0, MAX_NAMES).flatMap(each => readable(number, each))),
})

export type ResponseFact = z.output<typeof factSchema>

/** One malformed fact is dropped; if most facts are malformed, the whole response is rejected. */
const factsSchema = z
  .array(z.unknown())
  .max(MAX_FACTS)
  .transform(items => ({ items, facts: items.flatMap(each => readable(factSchema, each)) }))
  .refine(({ items, facts }) => facts.length * 2 >= items.length)
  .transform(({ facts }) => facts)

const responseSchema = z.object({
  facts: factsSchema,
  reflection: z.string().trim().min(1).max(MAX_REFLECTION_CHARACTERS),
})

export type ExtractionResponse = z.output<typeof responseSchema>

/** A response inside a Markdown fence, with or without its language. */
const FENCE = /```(?:json|jsonc|json5)?([\s\S]*?)```/i

/**
 * The facts in a response: one JSON object, alone, in a fence, or with text around it.
 * @throws DenidinError `bad_answer` for anything else: not JSON, truncated, another schema.
 */
export const parseResponse = (text: string): ExtractionResponse => {
  for (const candidate of candidates(text)) {
    const parsed = responseSchema.safeParse(jsonOf(candidate))
    if (parsed.success) return parsed.data
  }
  throw new DenidinError('bad_answer', 'the model answered with something other than facts')
}

/** The beginning of the list of facts. */
const FACTS_LIST = /"facts"\s*:\s*\[/

/**
 * The complete facts of a response that breaks off within its list, as happens when the answer reaches its limit;
 * `undefined` if the list does not begin, or is complete.
 */
export const factsOfCutResponse = (text: string): readonly ResponseFact[] | undefined => {
  const list = FACTS_LIST.exec(text)
  if (list === null) return undefined
  const { places, closed } = findJson(text, list.index + list[0].length)
  if (closed) return undefined
  const items = places.slice(0, MAX_FACTS).map(({ begin, end }) => jsonOf(text.slice(begin, end)))
  return items.flatMap(each => readable(factSchema, each))
}

const candidates = (text: string): readonly string[] => {
  const fenced = FENCE.exec(text)?.[1]
  const inner = text.slice(text.indexOf('{'), text.lastIndexOf('}') + 1)
  return [text, ...(fenced === undefined ? [] : [fenced]), inner]
}
