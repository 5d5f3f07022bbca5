/** `rollout.plan`: the staged guides to the memory system, with what this installation has done of them. */
import { z } from 'zod'
import { DAY_MS } from '../../platform/clock.ts'
import { compareStages, type Stage, type StagedFeature } from '../../rollout/stage.ts'
import type { Uses } from '../context.ts'
import { operation } from '../operation.ts'

const CONTEXT = [
  'instance.flags',
  'instance.godfather_phone',
  'memory.agent',
  'memory.facts',
  'rollout.stages',
  'sessions.browser',
  'backup.backups',
  'system.clock',
] as const
type Context = Uses<(typeof CONTEXT)[number]>

/** What is known of this installation. */
interface Known {
  readonly flagIsOn: (name: string) => boolean
  readonly stage: (feature: StagedFeature) => Stage
  readonly has_godfather: boolean
  readonly has_backup: boolean
  readonly agent_runs: boolean
  readonly memories: number
  readonly sessions: number
  readonly stored: number
  /** Milliseconds since the memory system has its stage; `undefined`: it was never staged. */
  readonly stage_age_ms: number | undefined
}

interface Step {
  readonly part: string
  readonly step: string
  readonly command?: string
  /** `undefined`: a program cannot tell. */
  done?(known: Known): boolean
}

const MEMORY = 'enable_memory_system'
const atLeast = (known: Known, stage: Stage): boolean =>
  known.flagIsOn(MEMORY) && compareStages(known.stage(MEMORY), stage) >= 0
const WEEK_MS = 7 * DAY_MS

const GODFATHER: Stage = { kind: 'godfather' }

/** Source: the seven days of the guide to staged enablement. */
const SEVEN_DAYS: readonly Step[] = [
  {
    part: 'day 1–2',
    step: 'Make a backup',
    command: 'denidin backup create',
    done: ({ has_backup }) => has_backup,
  },
  {
    part: 'day 1–2',
    step: 'Turn on facts: SESSION_BUDDY_USE_SCHEMA_V2=true',
    command: 'denidin flags',
    done: ({ flagIsOn }) => flagIsOn(MEMORY) && flagIsOn('use_schema_v2'),
  },
  {
    part: 'day 1–2',
    step: 'See what would become of the summaries of an earlier version',
    command: 'denidin migrate run --dry-run',
  },
  { part: 'day 1–2', step: 'Turn these summaries into facts', command: 'denidin migrate run' },
  {
    part: 'day 1–2',
    step: 'See that conversations become memories',
    command: 'denidin memory stats',
    done: ({ memories }) => memories > 0,
  },
  {
    part: 'day 3–4',
    step: 'Turn on extraction by models: SESSION_BUDDY_ENABLE_LLM_ENTITY_EXTRACTION=true, with the keys of the providers',
    command: 'denidin flags',
    done: ({ flagIsOn }) => flagIsOn(MEMORY) && flagIsOn('enable_llm_entity_extraction'),
  },
  { part: 'day 3–4', step: 'Watch the use by provider', command: 'denidin memory access-stats' },
  {
    part: 'day 5–6',
    step: 'Turn on the memory agent: SESSION_BUDDY_ENABLE_CONSCIOUS_AGENT=true',
    command: 'denidin memory agent start',
    done: ({ agent_runs }) => agent_runs,
  },
  { part: 'day 5–6', step: 'Run it once by hand', command: 'denidin memory agent run' },
  {
    part: 'day 7',
    step: 'Turn on folders of files: SESSION_BUDDY_ENABLE_FILESYSTEM_EXTRACTION=true',
    command: 'denidin flags',
    done: ({ flagIsOn }) => flagIsOn(MEMORY) && flagIsOn('enable_filesystem_extraction'),
  },
]

/** Source: the three phases of the guide to enabling memory in production. */
const THREE_PHASES: readonly Step[] = [
  {
    part: 'phase 1: test',
    step: 'Turn on the memory system in an installation of its own, with data_root data_test',
    done: known => known.flagIsOn(MEMORY),
  },
  {
    part: 'phase 1: test',
    step: 'See that sessions are opened',
    command: 'denidin session list',
    done: ({ sessions }) => sessions > 0,
  },
  {
    part: 'phase 1: test',
    step: 'See that an ended session moves into long-term memory',
    command: 'denidin session sweep',
    done: ({ stored }) => stored > 0,
  },
  { part: 'phase 1: test', step: 'See that no component has a problem', command: 'denidin health' },
  {
    part: 'phase 2: godfather',
    step: 'Configure godfather_phone',
    done: ({ has_godfather }) => has_godfather,
  },
  {
    part: 'phase 2: godfather',
    step: 'Give memory to the godfather alone; clients stay stateless',
    command: `denidin rollout set ${MEMORY} godfather`,
    done: known => known.has_godfather && atLeast(known, GODFATHER),
  },
  {
    part: 'phase 2: godfather',
    step: 'Watch it for 7 days',
    command: 'denidin rollout report',
    done: known =>
      compareStages(known.stage(MEMORY), GODFATHER) > 0 ||
      (atLeast(known, GODFATHER) && (known.stage_age_ms ?? 0) >= WEEK_MS),
  },
  {
    part: 'phase 3: everybody',
    step: 'The first 10 people, for 24 hours',
    command: `denidin rollout set ${MEMORY} first-10`,
    done: known => atLeast(known, { kind: 'first', people: 10 }),
  },
  {
    part: 'phase 3: everybody',
    step: 'The first 50 people, for 48 hours',
    command: `denidin rollout set ${MEMORY} first-50`,
    done: known => atLeast(known, { kind: 'first', people: 50 }),
  },
  {
    part: 'phase 3: everybody',
    step: 'All people',
    command: `denidin rollout set ${MEMORY} all`,
    done: known => atLeast(known, { kind: 'all' }),
  },
  { part: 'phase 3: everybody', step: 'Compare each week with the targets', command: 'denidin rollout report' },
]

const step = z.object({
  part: z.string(),
  state: z.enum(['done', 'open', 'look']).describe('look: see for yourself, a program cannot tell'),
  step: z.string(),
  command: z.string().nullable(),
})

const show =
  (known: Known) =>
  ({ part, step: text, command, done }: Step): z.output<typeof step> => ({
    part,
    state: done === undefined ? 'look' : done(known) ? 'done' : 'open',
    step: text,
    command: command ?? null,
  })

export const rolloutPlan = operation({
  summary: 'Show the guides to staged enablement, by seven days and by three phases, with what is done of them',
  access: 'godfather',
  effect: 'read',
  needs: 'data',
  audit: 'none',
  uses: CONTEXT,
  input: z.strictObject({}),
  output: z.object({
    seven_days: z.array(step),
    three_phases: z.array(step),
    rollback: z.array(z.object({ step: z.string(), command: z.string() })),
    notes: z.string(),
  }),
  run: async context => {
    const known = await look(context)
    return {
      seven_days: SEVEN_DAYS.map(show(known)),
      three_phases: THREE_PHASES.map(show(known)),
      rollback: [
        {
          step: 'Take memory away from everybody, at once and without a restart',
          command: `denidin rollout set ${MEMORY} off`,
        },
        { step: 'Go back to the data of a backup', command: 'denidin backup restore' },
      ],
      notes:
        'By default every flag but the master switch is on, and every feature is open for everybody: stages begin with the first "denidin rollout set".',
    }
  },
})

const look = async ({ instance, memory, rollout, sessions, backup, system }: Context): Promise<Known> => {
  const counts = await sessions.browser.counts()
  const states = await rollout.stages.states()
  const since = states.find(({ feature }) => feature === MEMORY)?.change?.at
  return {
    flagIsOn: name => instance.flags.find(flag => flag.name === name)?.effective === true,
    stage: feature => rollout.stages.stageOf(feature),
    has_godfather: instance.godfather_phone !== undefined,
    has_backup: (await backup.backups.list({ limit: 1 })).length > 0,
    agent_runs: ['waiting', 'looking'].includes(memory.agent.status().state),
    memories: (await memory.facts.stats()).memories,
    sessions: Object.values(counts).reduce((sum, count) => sum + count, 0),
    stored: counts.stored,
    stage_age_ms: since === undefined ? undefined : system.clock.now() - since,
  }
}
