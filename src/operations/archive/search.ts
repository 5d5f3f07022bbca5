/** `archive.search` and `archive.messages`: finds messages of the archive by words, and lists them by filters. */
import { z } from 'zod'
import { ARCHIVE_ROLES, LEVELS } from '../../archive/archive-message.ts'
import type {
  ArchiveAccess,
  ArchiveAnswer,
  ArchiveFilters,
  FoundMessage,
  SnippetPiece,
} from '../../archive/archive-search.ts'
import { describeScope } from '../../messages/describe-scope.ts'
import type { Scope } from '../../messages/scope.ts'
import { countedWith } from '../../platform/counted.ts'
import { DenidinError } from '../../platform/errors.ts'
import type { Uses } from '../context.ts'
import { ARCHIVE, operation, type AuditedOutput, type Call, type Caller, type Touched } from '../operation.ts'
import { isoTime, ownScope, referenceField } from '../references.ts'
import { archiveTimes } from './archive-times.ts'
import { filtersWithoutMessages } from './unmatched-filters.ts'

/** More than any level has. */
const LEVEL_CHARACTERS = 20
/** More than a time in ISO 8601 has. */
const TIME_CHARACTERS = 60

const QUERY_CHARACTERS = 1000
const MOST_ROWS = 200
const CURSOR_CHARACTERS = 100_000
const count = z.int().min(0)
const optionalText = (description: string) => referenceField.optional().describe(description)

const filterInput = {
  project: optionalText('path of the project, or its name'),
  person: optionalText('who wrote it: phone number, @username or person id; or a name as the source has it'),
  chat: optionalText('chat id'),
  session: optionalText('session, or the beginning of its id'),
  component: optionalText('component of a log line, such as LSP'),
  level: z
    .string()
    .max(LEVEL_CHARACTERS)
    .optional()
    .describe(`level of a log line: ${LEVELS.join(', ')}`),
  role: z.enum(ARCHIVE_ROLES).optional().describe('who speaks'),
  since: z.string().max(TIME_CHARACTERS).optional().describe('first day (YYYY-MM-DD), or a time in ISO 8601'),
  until: z
    .string()
    .max(TIME_CHARACTERS)
    .optional()
    .describe('last day (YYYY-MM-DD), or a time in ISO 8601 up to which'),
  limit: z.int().min(1).max(MOST_ROWS).default(20).describe('maximum number of rows'),
  cursor: z
    .string()
    .min(1)
    .max(CURSOR_CHARACTERS)
    .optional()
    .describe('value of "next" from the previous page, of the same search'),
}

const facet = z.array(z.object({ value: z.string(), messages: count }))
const output = z.object({
  notes: z.array(z.string()).describe('what was made of the query'),
  messages: z.array(
    z.object({
      seq: count.describe('number of the message in the archive'),
      at: z.string().nullable(),
      role: z.enum(ARCHIVE_ROLES),
      from: z.string().nullable().describe('who wrote it'),
      project: z.string().nullable(),
      session: z.string().nullable(),
      component: z.string().nullable(),
      level: z.string().nullable(),
      source: z.string(),
      score: z.number().nullable(),
      snippet: z.string(),
      snippet_html: z.string().describe('the same for a web page, with what matches in <mark>'),
    }),
  ),
  facets: z
    .object({ messages: count, projects: facet, components: facet, levels: facet, months: facet })
    .optional()
    .describe('all messages that match, counted'),
  next: z.string().nullable().describe('pass it as "cursor" to get the next page; null: this was the last'),
})

type FilterInput = z.output<z.ZodObject<typeof filterInput>>
type Output = z.output<typeof output>

const USES = [
  'archive.search',
  'people.directory',
  'memory.scopes',
  'system.clock',
  'instance.godfather_phone',
] as const
type Context = Uses<(typeof USES)[number]>

/**
 * The operator may search everything; the godfather only their own messages, or everything if `memory.godfather_scope`
 * is `all`.
 * A caller who is confined to one person may search that person's messages alone.
 */
const accessOf = async (context: Context, caller: Caller): Promise<ArchiveAccess> => {
  if (caller.level === 'operator') return 'all'
  const own = await ownScope(context, caller)
  if (own === undefined) return { scopes: [] }
  if (caller.level === 'anyone') return { scopes: [own] }
  return (await context.memory.scopes.readsOthers(own)) ? 'all' : { scopes: [own] }
}

/** Accepts levels in any case, and under other programs' names. */
const levelOf = (written: string | undefined): ArchiveFilters['level'] => {
  if (written === undefined) return undefined
  const level = LEVELS.find(each => each === written.toUpperCase().replace(/^WARNING$/, 'WARN'))
  if (level !== undefined) return level
  throw new DenidinError('invalid_input', `there is no level "${written}"; allowed are ${LEVELS.join(', ')}`)
}

const filtersOf = async ({ people, system }: Context, input: FilterInput): Promise<ArchiveFilters> => {
  const { project, person, chat, session, component, level, role, since, until } = input
  const { zone } = system.clock
  const filters = { project, chat, session, component, level: levelOf(level), role }
  const known = person === undefined ? undefined : await people.directory.lookUp(person)
  return {
    ...filters,
    person: person === undefined ? undefined : { person_id: known?.person_id, name: person },
    ...archiveTimes({ since, until }, zone),
  }
}

const escaped = (text: string): string => text.replace(/[&<>"']/g, sign => `&#${String(sign.charCodeAt(0))};`)

const plain = (pieces: readonly SnippetPiece[]): string => pieces.map(({ text }) => text).join('')
const html = (pieces: readonly SnippetPiece[]): string =>
  pieces.map(({ text, matches }) => (matches ? `<mark>${escaped(text)}</mark>` : escaped(text))).join('')

const notesOf = ({ notes }: ArchiveAnswer): readonly string[] => {
  const { as_plain_words, no_words, ignored_star, any_word, corrected, waiting } = notes
  return [
    ...(no_words ? ['There is no word in the query; these are the newest messages.'] : []),
    ...(ignored_star
      ? ['A * stands for more letters at the end of a word only, and not in a phrase; another one is ignored.']
      : []),
    ...(as_plain_words ? ['The query is not complete; it was searched as plain words.'] : []),
    ...(any_word ? ['No message contains all of these words; these contain some.'] : []),
    ...corrected.map(({ written, meant }) => `No message contains "${written}"; searched for "${meant}".`),
    ...(waiting > 0 ? [`${countedWith(waiting, 'message', ['is', 'are'])} not indexed yet.`] : []),
  ]
}

const rowOf = async ({ people }: Context, message: FoundMessage): Promise<Output['messages'][number]> => {
  const { seq, at, role, scope, sender_name, project, session, component, level, source_type, score, snippet } = message
  const is_reply = source_type === 'denidin' && role === 'assistant'
  const person = scope === undefined ? undefined : await describeScope(people.directory, scope)
  const from = is_reply ? 'DeniDin' : (sender_name ?? person)
  return {
    seq,
    at: at === undefined ? null : isoTime(at),
    role,
    from: from ?? null,
    project: project ?? null,
    session: session ?? null,
    component: component ?? null,
    level: level ?? null,
    source: source_type,
    score: score ?? null,
    snippet: plain(snippet),
    snippet_html: html(snippet),
  }
}

/** Audit entries for the people whose messages were shown. */
const touchedBy = (messages: readonly FoundMessage[]): readonly Touched[] =>
  [...Map.groupBy(messages, ({ scope }): Scope | typeof ARCHIVE => scope ?? ARCHIVE)].map(([whose, found]) =>
    whose === ARCHIVE
      ? { whose, counts: { messages: found.length } }
      : { whose, message_ids: found.flatMap(({ message_id }) => message_id ?? []) },
  )

interface Asked {
  readonly query: string | undefined
  readonly sort: 'relevance' | 'newest'
  readonly facets: boolean
}

const find = async (
  context: Context,
  input: FilterInput,
  { query, sort, facets }: Asked,
  { caller, signal }: Call,
): Promise<AuditedOutput<Output>> => {
  const question = {
    query,
    filters: await filtersOf(context, input),
    access: await accessOf(context, caller),
    sort,
    limit: input.limit,
    cursor: input.cursor,
    facets,
    time_zone: context.system.clock.zone.name,
  }
  const answer = await context.archive.search.search(question, { signal })
  const isEmpty = answer.messages.length === 0 && input.cursor === undefined
  const unmatched = isEmpty ? await filtersWithoutMessages(context.archive.search, question, { signal }) : []
  return {
    output: {
      notes: [
        ...notesOf(answer),
        ...unmatched.map(filter => `No message matches ${filter} "${String(input[filter])}".`),
      ],
      messages: await Promise.all(answer.messages.map(message => rowOf(context, message))),
      facets:
        answer.facets === undefined
          ? undefined
          : {
              messages: answer.facets.messages,
              projects: [...answer.facets.projects],
              components: [...answer.facets.components],
              levels: [...answer.facets.levels],
              months: [...answer.facets.months],
            },
      next: answer.next ?? null,
    },
    touched: touchedBy(answer.messages),
  }
}

export const archiveSearch = operation({
  summary:
    'Search the archive: words, "a phrase", begin*, AND, OR, NOT, -word and parentheses; misspelt words are corrected',
  access: 'godfather',
  own: true,
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: USES,
  input: z.strictObject({
    query: z.string().trim().min(1).max(QUERY_CHARACTERS).describe('what to search for'),
    ...filterInput,
    sort: z.enum(['relevance', 'newest']).default('relevance').describe('order of the results'),
    facets: z.boolean().default(false).describe('count all that matches by project, component, level and month'),
  }),
  output,
  run: (context, input, call) => find(context, input, input, call),
})

export const archiveMessages = operation({
  summary: 'List messages of the archive, newest first',
  access: 'godfather',
  own: true,
  effect: 'read',
  needs: 'data',
  audit: 'reads',
  uses: USES,
  input: z.strictObject(filterInput),
  output,
  run: (context, input, call) => find(context, input, { query: undefined, sort: 'newest', facets: false }, call),
})
