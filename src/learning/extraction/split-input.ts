/** Splits the input of an extraction into parts that a model has room for. No source is left out. */
import type { MessageId, MessageRecord } from '../../messages/message.ts'
import type { TokenCounter } from '../../text/tokens.ts'
import type { ExtractionInput } from './extraction.ts'
import { CONTEXT_MAX_TOKENS, INSTRUCTION, SOURCE_MAX_TOKENS } from './prompt.ts'

/** Tokens of a line besides its text: number, day and name. */
const LINE_TOKENS = 24
/** Tokens of roles and headings. */
const FRAME_TOKENS = 64
/** Tokens of the instruction, about. */
const INSTRUCTION_TOKENS = 800
/** Share of the room for known facts if the sources need the rest; the same share for messages before the sources. */
const KNOWN_SHARE = 0.25
const CONTEXT_SHARE = 0.2
/** Messages around the sources that are shown when a part was too long before. */
const NEAREST = 12

/** Largest share of the room that one source may take. */
const SOURCE_SHARE = 0.6
/** Least tokens of a source that are shown, however small the model is. */
const LEAST_SOURCE_TOKENS = 100

/** How many tokens of a source a model with this room is shown. */
export const sourceTokens = (room: number): number =>
  Math.max(
    LEAST_SOURCE_TOKENS,
    Math.min(SOURCE_MAX_TOKENS, Math.floor(room * SOURCE_SHARE - INSTRUCTION_TOKENS * SOURCE_SHARE)),
  )

/** Tokens of a request. */
export interface RequestRoom {
  /** Tokens of the whole request. */
  readonly request: number
  /** Additional tokens for known facts. */
  readonly known?: number
}

/**
 * Splits the input so that each request has at most this many tokens, as far as a single source allows. Every known
 * fact that fits beside the sources is shown.
 */
export const partsOf = (
  input: ExtractionInput,
  { request: room, known: extra = 0 }: RequestRoom,
  tokens: TokenCounter,
): readonly [ExtractionInput, ...ExtractionInput[]] => {
  const fixed = tokens.count(INSTRUCTION) + FRAME_TOKENS + tokens.count(input.so_far ?? '')
  const forContext = (room - fixed) * CONTEXT_SHARE
  const source = sourceTokens(room)
  const sources = sourcesOf(input)
  const forSources = sources.reduce((sum, message) => sum + costOf(message, source), 0)
  const forKnown = Math.max((room - fixed) * KNOWN_SHARE, room - fixed - forContext - forSources)
  const known = fitting(input.known, forKnown + extra, ({ text }) => tokens.count(text) + LINE_TOKENS)
  const knownTokens = known.reduce((sum, { text }) => sum + tokens.count(text) + LINE_TOKENS, 0)
  const groups = groupsOf(sources, { room: room - fixed - Math.min(knownTokens, forKnown) - forContext, source })
  const parts = groups.map(group => partOf({ ...input, known }, group, { tokens: forContext }))
  const [first = input, ...rest] = parts
  return [first, ...rest]
}

/**
 * Two parts with half of the sources and half of the known facts each, or one part that contains only the source.
 * @returns `undefined` if nothing can be taken away any more
 */
export const halvesOf = (input: ExtractionInput): readonly ExtractionInput[] | undefined => {
  const sources = sourcesOf(input)
  if (sources.length > 1) {
    const half = Math.ceil(sources.length / 2)
    const fewer = { ...input, known: input.known.slice(0, Math.ceil(input.known.length / 2)) }
    return [sources.slice(0, half), sources.slice(half)].map(each => partOf(fewer, each, { messages: NEAREST }))
  }
  if (input.known.length === 0 && input.messages.length === sources.length) return undefined
  return [{ ...input, messages: sources, known: [], so_far: undefined }]
}

const sourcesOf = ({ messages, sources }: ExtractionInput): readonly MessageRecord[] =>
  messages.filter(({ message_id }) => sources.has(message_id))

const costOf = (message: MessageRecord, most: number): number => Math.min(message.tokens, most) + LINE_TOKENS

/** Sources in order, in groups of at most `room` tokens; a larger source is a group by itself. */
const groupsOf = (
  sources: readonly MessageRecord[],
  { room, source }: { readonly room: number; readonly source: number },
): readonly (readonly MessageRecord[])[] => {
  const groups: MessageRecord[][] = []
  let left = 0
  for (const message of sources) {
    const cost = costOf(message, source)
    const group = groups.at(-1)
    if (group === undefined || cost > left) {
      groups.push([message])
      left = room - cost
    } else {
      group.push(message)
      left -= cost
    }
  }
  return groups
}

/** The part with these sources, the messages just before them, as far as they fit, and those between them. */
const partOf = (
  input: ExtractionInput,
  sources: readonly MessageRecord[],
  context_room: { readonly tokens?: number; readonly messages?: number },
): ExtractionInput => {
  const { tokens = Number.POSITIVE_INFINITY, messages: most = Number.POSITIVE_INFINITY } = context_room
  const ids: ReadonlySet<MessageId> = new Set(sources.map(({ message_id }) => message_id))
  const first = input.messages.findIndex(({ message_id }) => ids.has(message_id))
  const last = input.messages.findLastIndex(({ message_id }) => ids.has(message_id))
  const before = input.messages.slice(0, first)
  // Sources of a previous part are context here.
  const others = [...before, ...input.messages.slice(first, last).filter(({ message_id }) => !ids.has(message_id))]
  const context = new Set(fitting(others.toReversed().slice(0, most), tokens, each => costOf(each, CONTEXT_MAX_TOKENS)))
  const messages = input.messages.slice(0, last + 1).filter(each => ids.has(each.message_id) || context.has(each))
  return { ...input, messages, sources: ids }
}

/** Takes items in order until one does not fit. */
const fitting = <T>(items: readonly T[], room: number, sizeOf: (item: T) => number): readonly T[] => {
  let used = 0
  const end = items.findIndex(item => (used += sizeOf(item)) > room)
  return end < 0 ? items : items.slice(0, end)
}
