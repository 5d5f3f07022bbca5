/** `ingest.denidin`: takes over the conversations and memories of a Python DeniDin from its data folder. */
import { z } from 'zod'
import { beginBoundRun, noRun, type BoundRun, type BoundSource } from '../../ingest/binding/bound-run.ts'
import type { ImportCounts } from '../../ingest/binding/chat-import.ts'
import { importConversation, type ImportedConversation } from '../../ingest/python-denidin/import-conversation.ts'
import { memoryDatabase } from '../../ingest/python-denidin/python-memories.ts'
import { chatKey } from '../../ingest/python-denidin/python-records.ts'
import { pythonDataFolder } from '../../ingest/python-denidin/session-folders.ts'
import { surveyOf, type PythonConversation, type Survey } from '../../ingest/python-denidin/survey.ts'
import type { PersonId } from '../../people/person.ts'
import type { Uses } from '../context.ts'
import { actorOf, operation, type AuditedOutput, type Call, type Touched } from '../operation.ts'
import { checkMemory } from './bind-export.ts'
import { bindingInput } from './binding.ts'
import { learnFrom, NO_LESSON } from './learn-imported.ts'
import { PythonConversations, type MatchedConversation } from './python-conversations.ts'
import { importMemories, type MemoryReport } from './python-memories.ts'
import { readingInput, readingOf } from './reading.ts'
import { counted, countedWith } from '../../platform/counted.ts'

/** Most conversations, problems and senders that a report names; its sums include all. */
const MOST_SHOWN = 100

const count = z.int().min(0)

const input = z.strictObject({
  folder: z
    .string()
    .trim()
    .min(1)
    .max(4096)
    .describe('data folder of a Python DeniDin (with sessions/ and memory/), or the folder that contains it'),
  dry_run: z.boolean().default(false).describe('count what would be loaded, and write nothing'),
  zone: readingInput.zone.describe('time zone of times without one (default: that of the installation)'),
  participant: bindingInput.participant.describe(
    'who a sender of a group is that is shown by name, as name=person; name=skip leaves a sender out, *=skip all others',
  ),
  learn: bindingInput.learn.describe('extract facts from the newest messages of each conversation; costs model calls'),
})

type Input = z.output<typeof input>

const output = z.object({
  summary: z.string(),
  dry_run: z.boolean(),
  sessions: count,
  messages: z.object({ found: count, added: count, known: count, forgotten: count, left_out: count }),
  memories: z.object({ found: count, added: count, known: count, forgotten: count, left_out: count }),
  learned: count.describe('facts that are new'),
  missing_messages: count.describe('messages that sessions list, and that have no file'),
  errors_count: count.describe('files that could not be read'),
  conversations: z
    .array(
      z.object({ conversation: z.string(), sessions: count, messages: count, added: count, run_id: count.nullable() }),
    )
    .describe('by number or group'),
  problems: z.array(z.object({ file: z.string(), reason: z.string() })).describe('the first files that were set aside'),
  failed: count.describe('1 if the database of the memories could not be read'),
  notes: z.array(z.string()),
})

type Output = z.output<typeof output>

type LoadContext = Uses<
  | 'archive.loads'
  | 'people.directory'
  | 'messages.imports'
  | 'memory.learning'
  | 'memory.facts'
  | 'memory.store'
  | 'system.clock'
  | 'instance.memory_system_enabled'
>

/** A conversation that was loaded. */
interface Loaded {
  readonly conversation: PythonConversation
  readonly matched: MatchedConversation
  readonly imported: ImportedConversation
  readonly run: BoundRun
  readonly learned: number
}

/** Loads the conversations of one folder, one after the other. */
class FolderLoad {
  readonly #context: LoadContext
  readonly #input: Input
  readonly #call: Call
  readonly #root: string
  readonly #zone: string
  #done = 0

  constructor(context: LoadContext, given: Input, call: Call, root: string) {
    this.#context = context
    this.#input = given
    this.#call = call
    this.#root = root
    this.#zone = readingOf(given, context.system.clock).zone
  }

  async survey(): Promise<Survey> {
    return await surveyOf(this.#root, {
      zone: this.#zone,
      signal: this.#call.signal,
      progress: (done, total) => {
        this.#call.progress({ done, total, unit: 'session folders' })
      },
    })
  }

  async conversation(conversation: PythonConversation, matched: MatchedConversation, total: number): Promise<Loaded> {
    const { dry_run, learn } = this.#input
    const { signal, progress } = this.#call
    const { imports } = this.#context.messages
    const { scope, chat_id, person } = matched.binding
    const target = {
      scope,
      chat_id,
      chat_kind: person === undefined ? ('group' as const) : ('direct' as const),
      speakers: matched.speakers,
      person,
      dry_run,
    }
    let checksum: string | undefined = conversation.checksum
    const source: BoundSource = {
      source_type: 'python_denidin',
      path: this.#root,
      size_bytes: conversation.size_bytes,
      checksum: async () => checksum,
    }
    const start = { source, conversation: scope, started_by: actorOf(this.#call.caller) }
    const run = dry_run ? noRun : await beginBoundRun(this.#context.archive.loads.records, start, signal)
    try {
      const imported = await importConversation(conversation, target, imports, {
        root: this.#root,
        zone: this.#zone,
        run,
        signal,
        progress: messages => {
          progress({ done: (this.#done += messages), total, unit: 'messages' })
        },
      })
      checksum = imported.checksum
      const lesson = learn && !dry_run ? await learnFrom(this.#context, imported, matched.binding, signal) : NO_LESSON
      await run.complete(lesson.notes.join('; '))
      if (lesson.failure !== undefined) throw lesson.failure
      return { conversation, matched, imported, run, learned: lesson.learned }
    } catch (error) {
      await run.stop(error, signal)
      throw error
    }
  }

  async memories(conversations: PythonConversations, loaded: readonly Loaded[]): Promise<MemoryReport> {
    const speakers = new Map<string, ReadonlySet<PersonId>>(loaded.flatMap(({ imported }) => [...imported.speakers]))
    const options = { root: this.#root, zone: this.#zone, dry_run: this.#input.dry_run, speakers }
    return await importMemories(this.#context, conversations, options, this.#call)
  }
}

const load = async (context: LoadContext, given: Input, call: Call): Promise<AuditedOutput<Output>> => {
  checkMemory(context, given)
  const root = await pythonDataFolder(given.folder)
  const folder = new FolderLoad(context, given, call, root)
  const survey = await folder.survey()
  const conversations = await PythonConversations.create(context, {
    participant: given.participant,
    dry_run: given.dry_run,
  })
  const total = survey.conversations.reduce((sum, { messages }) => sum + messages, 0)
  const loaded: Loaded[] = []
  for (const conversation of survey.conversations) {
    loaded.push(await folder.conversation(conversation, await conversations.match(conversation), total))
  }
  const isEnabled = (await context.memory.facts.stats()).enabled
  const memories = isEnabled ? await folder.memories(conversations, loaded) : NO_MEMORIES
  return {
    output: outputOf(given, { survey, loaded, memories, isEnabled }),
    touched: given.dry_run ? [] : touchedBy(loaded, memories),
  }
}

const NO_MEMORIES: MemoryReport = {
  found: 0,
  added: 0,
  known: 0,
  forgotten: 0,
  left_out: 0,
  added_ids: new Map(),
  problem: undefined,
}

const touchedBy = (loaded: readonly Loaded[], { added_ids }: MemoryReport): readonly Touched[] => [
  ...loaded.map(({ matched, imported: { added, known, forgotten }, learned }) => ({
    whose: matched.binding.scope,
    detail: 'history',
    counts: { added, duplicates: known, forgotten, learned },
  })),
  ...[...added_ids].map(([whose, memory_ids]) => ({ whose, detail: 'memories', memory_ids })),
]

interface Result {
  readonly survey: Survey
  readonly loaded: readonly Loaded[]
  readonly memories: MemoryReport
  /** Whether long-term memory is. */
  readonly isEnabled: boolean
}

const outputOf = ({ dry_run }: Input, result: Result): Output => {
  const { survey, loaded, memories } = result
  const sum = (of: keyof ImportCounts): number => loaded.reduce((all, { imported }) => all + imported[of], 0)
  const messages = {
    found: sum('messages'),
    added: sum('added'),
    known: sum('known'),
    forgotten: sum('forgotten'),
    left_out: sum('left_out'),
  }
  const { found, added, known, forgotten, left_out } = memories
  const problems =
    memories.problem === undefined
      ? survey.problems
      : [{ file: memoryDatabase('.'), reason: memories.problem }, ...survey.problems]
  return {
    summary: summaryOf(dry_run, messages, memories, loaded.length),
    dry_run,
    sessions: survey.sessions,
    messages,
    memories: { found, added, known, forgotten, left_out },
    learned: loaded.reduce((all, { learned }) => all + learned, 0),
    missing_messages: survey.missing,
    errors_count: problems.length,
    conversations: loaded.slice(0, MOST_SHOWN).map(({ conversation, imported, run }) => ({
      conversation: chatKey(conversation.chat),
      sessions: conversation.folders.length,
      messages: imported.messages,
      added: imported.added,
      run_id: run.run_id ?? null,
    })),
    problems: problems.slice(0, MOST_SHOWN),
    failed: memories.problem === undefined ? 0 : 1,
    notes: [...notesOf(result)],
  }
}

const summaryOf = (
  dry_run: boolean,
  messages: Output['messages'],
  { added, known, forgotten }: MemoryReport,
  conversations: number,
): string => {
  const all = messages.forgotten + forgotten
  const gone = all === 0 ? '' : `; ${String(all)} stay forgotten`
  const where = counted(conversations, 'conversation')
  const what = `${counted(messages.added, 'message')} and ${counted(added, 'memory', 'memories')}`
  return `${dry_run ? 'Would add' : 'Added'} ${what} to ${where}; ${String(messages.known + known)} were there already${gone}.`
}

/** Sentences without a full stop, about what was not taken over. */
function* notesOf({ survey, loaded, memories, isEnabled }: Result): Generator<string> {
  if (!isEnabled) yield 'long-term memory is switched off: the memories were not loaded'
  if (survey.missing > 0) {
    yield `${countedWith(survey.missing, 'message', ['that sessions list has', 'that sessions list have'])} no file: the Python DeniDin deletes messages that leave the window of the conversation`
  }
  const names = loaded.flatMap(({ matched }) =>
    matched.unknown.map(({ key, messages }) => `"${key}" (${String(messages)})`),
  )
  if (names.length > 0) {
    yield `messages of these senders of groups were left out, because it is not certain who they are: ${names.slice(0, MOST_SHOWN).join(', ')}; name them with --participant "name=person" and load again`
  }
  if (memories.left_out > 0) {
    yield `${countedWith(memories.left_out, 'memory', ['was', 'were'], 'memories')} left out: of no single conversation, or of people who turned learning off`
  }
}

const failure = ({ failed }: Output): string | undefined =>
  failed === 0 ? undefined : 'the memories could not be read as a whole; the messages were loaded'

export const ingestDenidin = operation({
  summary: 'Take over the conversations and memories of a Python DeniDin; nothing is added twice',
  access: 'operator',
  effect: 'write',
  needs: 'data',
  audit: 'changes',
  uses: [
    'archive.loads',
    'people.directory',
    'messages.imports',
    'memory.learning',
    'memory.facts',
    'memory.store',
    'system.clock',
    'instance.memory_system_enabled',
  ],
  input,
  output,
  failure,
  run: load,
})
