/** The tools of the MCP server, with the names and the answers of Session Buddy where that has the same tool. */
import { z } from 'zod'
import { operations } from '../../operations/list.ts'
import { asDenidinError } from '../../platform/errors.ts'
import { tool, type McpTool } from './mcp-tool.ts'

const NO_INPUT = z.strictObject({})
/** The operator's own memory. */
const DEFAULT_NAMESPACE = 'default'
const MOST_REFERENCE_CHARACTERS = 500

const namespace = z
  .string()
  .min(1)
  .max(MOST_REFERENCE_CHARACTERS)
  .describe('whose memory: a phone number with its country code, @username or person id')

const flags = [
  'enable_memory_system',
  'use_schema_v2',
  'enable_llm_entity_extraction',
  'enable_conscious_agent',
  'enable_filesystem_extraction',
  'enable_anthropic',
  'enable_ollama',
] as const

const featureFlagsStatus = tool({
  name: 'feature_flags_status',
  description: 'Whether each feature flag is on, and why a flag that is on has no effect.',
  operation: 'flags',
  scope: 'read',
  input: NO_INPUT,
  output: z.object({
    ...(Object.fromEntries(flags.map(name => [name, z.boolean()])) as Record<(typeof flags)[number], z.ZodBoolean>),
    without_effect: z
      .array(z.object({ flag: z.string(), reason: z.string() }))
      .describe('flags that are on and have no effect'),
  }),
  call: async run => {
    const rows = (await run('flags', {})).flags
    const isOn = (name: string): boolean => rows.find(row => row.name === name)?.value ?? false
    return {
      enable_memory_system: isOn('enable_memory_system'),
      use_schema_v2: isOn('use_schema_v2'),
      enable_llm_entity_extraction: isOn('enable_llm_entity_extraction'),
      enable_conscious_agent: isOn('enable_conscious_agent'),
      enable_filesystem_extraction: isOn('enable_filesystem_extraction'),
      enable_anthropic: isOn('enable_anthropic'),
      enable_ollama: isOn('enable_ollama'),
      without_effect: rows.flatMap(({ name: flag, reason }) => (reason === null ? [] : [{ flag, reason }])),
    }
  },
})

const steps = z.array(z.string())

/** `done: Make a backup (denidin backup create)` */
const stepText = ({ state, step, command }: { state: string; step: string; command: string | null }): string =>
  `${state}: ${step}${command === null ? '' : ` (${command})`}`

const rolloutPlan = tool({
  name: 'rollout_plan',
  description: 'The guides to enabling the memory system in stages, with what this installation has done of them.',
  operation: 'rollout.plan',
  scope: 'read',
  input: NO_INPUT,
  output: z.object({
    day_1_2: steps,
    day_3_4: steps,
    day_5_6: steps,
    day_7: steps,
    three_phases: steps,
    rollback: steps,
    notes: z.string(),
  }),
  call: async run => {
    const { seven_days, three_phases, rollback, notes } = await run('rollout.plan', {})
    const of = (part: string): string[] => seven_days.filter(each => each.part === part).map(stepText)
    return {
      day_1_2: of('day 1–2'),
      day_3_4: of('day 3–4'),
      day_5_6: of('day 5–6'),
      day_7: of('day 7'),
      three_phases: three_phases.map(each => `${each.part}: ${stepText(each)}`),
      rollback: rollback.map(({ step, command }) => `${step} (${command})`),
      notes,
    }
  },
})

const migrateRun = operations['migrate.run']

const triggerMigration = tool({
  name: 'trigger_migration',
  description: 'Turn the summaries of sessions (v1) into facts (v2), after a backup; or count what would be migrated.',
  operation: 'migrate.run',
  scope: 'admin',
  input: z.strictObject({
    create_backup_first: migrateRun.input.shape.backup,
    dry_run: migrateRun.input.shape.dry_run,
  }),
  output: migrateRun.output,
  call: (run, { create_backup_first: backup, dry_run }) => run('migrate.run', { backup, dry_run }),
})

const { backup_id: backupField, backup: backsUpField } = operations['migrate.rollback'].input.shape

const rollbackMigration = tool({
  name: 'rollback_migration',
  description:
    'Stage the data of a backup from before a migration: the next start of the version that belongs to it replaces the present data, which is backed up first.',
  operation: 'migrate.rollback',
  scope: 'admin',
  input: z.strictObject({
    backup_path: backupField.describe('id of the backup, or the path of its file in the folder of the backups'),
    create_backup_first: backsUpField,
    confirm: z.boolean().default(false).describe('needed: the operator really wants the data of then'),
  }),
  output: z.object({
    status: z.enum(['restored', 'staged']).describe('staged: a later start replaces the data'),
    restored_version: z.string().describe('version that the data belongs to'),
    commit: z.string().nullable(),
    backup_of_present: z.string().nullable(),
    messages_left: z.int().nullable().describe('messages that only the present data has'),
    next: z.string().describe('what the operator has to do'),
  }),
  call: async (run, { backup_path, create_backup_first: backup, confirm: confirmed }) => {
    const backup_id = backup_path.replace(/^.*[/\\]/, '').replace(/\.json$/, '')
    const { outcome, denidin_version, commit, backup_of_present, messages_left, next } = await run(
      'migrate.rollback',
      { backup_id, backup },
      { confirmed },
    )
    return {
      status: outcome === 'staged' ? ('staged' as const) : ('restored' as const),
      restored_version: denidin_version,
      commit,
      backup_of_present,
      messages_left,
      next,
    }
  },
})

const migrationStatus = tool({
  name: 'migration_status',
  description: 'Whether long-term memory holds summaries (v1) or facts (v2), how many wait, and the last migrations.',
  operation: 'migrate.memory',
  scope: 'admin',
  input: NO_INPUT,
  output: operations['migrate.memory'].output,
  call: run => run('migrate.memory', {}),
})

const extractAndStoreMemory = tool({
  name: 'extract_and_store_memory',
  description: 'Extract facts from what a person said, and from the answer as context, and remember them.',
  operation: 'memory.extract',
  scope: 'write',
  input: z.strictObject({
    user_input: operations['memory.extract'].input.shape.user_input.unwrap(),
    ai_output: z.string().max(50_000).optional().describe('what the person was answered'),
    namespace: namespace
      .default(DEFAULT_NAMESPACE)
      .describe(`${namespace.description ?? ''}; default: the operator's own`),
    activity_score: operations['memory.extract'].input.shape.activity_score,
  }),
  output: operations['memory.extract'].output,
  call: async (run, { user_input, ai_output = '', namespace: whose, activity_score }) =>
    await run('memory.extract', {
      user_input,
      ...(ai_output.trim() === '' ? {} : { ai_output }),
      ...(whose === DEFAULT_NAMESPACE ? {} : { person: whose }),
      ...(activity_score === undefined ? {} : { activity_score }),
    }),
})

const accessStats = operations['memory.access_stats']
const filters = z.object({ project: z.string().nullable(), namespace: z.string().nullable() })

const accessLogStats = tool({
  name: 'access_log_stats',
  description: 'How often memories were used in the last hours, by type and by provider, most used first.',
  operation: 'memory.access_stats',
  scope: 'read',
  input: z.strictObject({
    hours: accessStats.input.shape.hours,
    top_n: accessStats.input.shape.top_n,
    project: accessStats.input.shape.about.describe('only memories about this project, person or thing'),
    namespace: namespace.optional(),
  }),
  output: accessStats.output.extend({
    top_memories: z.array(
      accessStats.output.shape.top_memories.element.extend({
        project: z.string().nullable(),
        namespace: z.string().nullable(),
      }),
    ),
    filters,
  }),
  call: async (run, { hours, top_n, project, namespace: whose }) => {
    const stats = await run('memory.access_stats', {
      hours,
      top_n,
      ...(project === undefined ? {} : { about: project }),
      ...(whose === undefined ? {} : { person: whose }),
    })
    return {
      ...stats,
      top_memories: stats.top_memories.map(each => ({ ...each, project: project ?? null, namespace: each.who })),
      filters: { project: project ?? null, namespace: whose ?? null },
    }
  },
})

const startConsciousAgent = tool({
  name: 'start_conscious_agent',
  description: 'Run the memory agent, which merges duplicates and ranks memories, now and then regularly.',
  operation: 'memory.agent_start',
  scope: 'admin',
  input: z.strictObject({
    interval_hours: operations['memory.agent_start'].input.shape.interval_hours.unwrap().default(6),
  }),
  output: z.object({
    status: z.enum(['disabled', 'error', 'started']),
    interval_hours: z.number().optional(),
    message: z.string().optional().describe('why it could not be started'),
  }),
  call: async (run, { interval_hours }) => {
    try {
      const agent = await run('memory.agent_start', { interval_hours })
      if (agent.status === 'disabled') return { status: 'disabled' as const }
      return { status: 'started' as const, interval_hours: agent.interval_hours }
    } catch (error) {
      const { code, message } = asDenidinError(error)
      return code === 'disabled' ? { status: 'disabled' as const } : { status: 'error' as const, message }
    }
  },
})

const stopConsciousAgent = tool({
  name: 'stop_conscious_agent',
  description: 'Stop the regular runs of the memory agent.',
  operation: 'memory.agent_stop',
  scope: 'admin',
  input: NO_INPUT,
  output: z.object({ status: z.enum(['not_running', 'stopped']) }),
  call: async run => {
    const { status } = await run('memory.agent_status', {})
    if (status === 'disabled' || status === 'stopped') return { status: 'not_running' as const }
    try {
      await run('memory.agent_stop', {})
      return { status: 'stopped' as const }
    } catch (error) {
      if (asDenidinError(error).code === 'not_running') return { status: 'not_running' as const }
      throw error
    }
  },
})

const forceConsciousAnalysis = tool({
  name: 'force_conscious_analysis',
  description: 'Run the memory agent once, now: merge duplicates, promote and demote memories.',
  operation: 'memory.agent_run',
  scope: 'admin',
  input: NO_INPUT,
  output: operations['memory.agent_run'].output,
  call: run => run('memory.agent_run', {}),
})

const searchMessages = tool({
  name: 'search_messages',
  description:
    'Find messages by words, phrases in quotes, begin*, AND, OR and NOT, with filters; the newest or best first.',
  operation: 'archive.search',
  scope: 'read',
  input: operations['archive.search'].input,
  output: operations['archive.search'].output,
  call: (run, input) => run('archive.search', input),
})

const recallMemories = tool({
  name: 'recall_memories',
  description: 'Find memories that are relevant to a question: of one person or group, and what everyone may know.',
  operation: 'memory.search',
  scope: 'read',
  input: operations['memory.search'].input,
  output: operations['memory.search'].output,
  call: (run, input) => run('memory.search', input),
})

const forgetMemory = tool({
  name: 'forget_memory',
  description:
    'Delete a memory and the messages that it came from, or with confirm everything about a person, for good.',
  operation: 'memory.forget',
  scope: 'write',
  input: operations['memory.forget'].input.extend({
    what: operations['memory.forget'].input.shape.what.describe('a memory id, "last" or "all"'),
    confirm: z.boolean().default(false).describe('needed for "all": the person really wants everything deleted'),
  }),
  output: operations['memory.forget'].output,
  call: (run, { confirm, ...input }) => run('memory.forget', input, { confirmed: confirm }),
})

const listChats = tool({
  name: 'list_chats',
  description: 'The chats in which someone wrote in the last 30 days, the latest first.',
  operation: 'chat.list',
  scope: 'read',
  input: operations['chat.list'].input,
  output: operations['chat.list'].output,
  call: (run, input) => run('chat.list', input),
})

const sendMessage = tool({
  name: 'send_message',
  description:
    'Send a message in the name of the bot to a person who wrote to it before. Only where the operator switched it on.',
  operation: 'chat.send',
  scope: 'write',
  input: operations['chat.send'].input,
  output: operations['chat.send'].output,
  call: (run, input) => run('chat.send', input),
})

export const mcpMenu: readonly McpTool[] = [
  featureFlagsStatus,
  rolloutPlan,
  migrationStatus,
  triggerMigration,
  rollbackMigration,
  extractAndStoreMemory,
  accessLogStats,
  startConsciousAgent,
  stopConsciousAgent,
  forceConsciousAnalysis,
  searchMessages,
  recallMemories,
  forgetMemory,
  listChats,
  sendMessage,
]
