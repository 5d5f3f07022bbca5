/**
 * Loads the patterns of an agent for a task: finds them, ranks them by relevance, packs them into the budget of the task,
 * and reports how the budget was used.
 */
import type { Clock } from '../../platform/clock.ts'
import { DenidinError } from '../../platform/errors.ts'
import { budgetAlerts, type BudgetAlert } from '../alerts/budget-alerts.ts'
import type { ScopePacking } from '../packing/pack-by-scopes.ts'
import { DEFAULT_BUDGET_PROFILES } from '../profiles/budget-profiles.ts'
import { fullNamesOf, type NamedAgent } from '../profiles/calculate-budget.ts'
import type { CurrentProfiles, ProfileSource } from '../profiles/profile-source.ts'
import { budgetOfTask, type Task, type TaskBudget } from '../task-budget.ts'
import type { BudgetUsageLog, UsageId } from '../usage/budget-usage-log.ts'
import { usageWarnings, type UsageOutcome } from '../usage/usage-entry.ts'
import { grantedBudget, raisedBudget, type LoadBudget } from './load-budget.ts'
import { PatternPacker, type PatternCandidate } from './pack-patterns.ts'
import type { PatternFolder } from './pattern-folder.ts'
import { subjectOfTask } from './pattern-relevance.ts'
import type { PatternTokens } from './pattern-tokens.ts'
import type { PooledLoad, TaskPools } from './task-pools.ts'

/** A request to load patterns. */
export interface LoadRequest {
  readonly task: Task
  /** Loads with the same name work on one task, and share their unused tokens. */
  readonly task_id: string | undefined
  /** Whether the caller reports later how the work ended. */
  readonly keep_open: boolean
  /** Whether to read the texts of the loaded patterns. */
  readonly with_texts: boolean
  readonly signal: AbortSignal
  readonly progress: (done: number, total: number) => void
}

export interface PatternLoad {
  readonly agent: string
  readonly granted: TaskBudget
  readonly budget: LoadBudget
  readonly packing: ScopePacking<PatternCandidate>
  readonly alerts: readonly BudgetAlert[]
  /** Texts of the loaded patterns by path; empty unless requested. */
  readonly texts: ReadonlyMap<string, string>
  readonly warnings: readonly string[]
  /** Id of the entry in the usage log; empty while that is disabled. */
  readonly usage_id: UsageId
  readonly duration_seconds: number
}

export interface PatternLoaderDeps {
  readonly profiles: Pick<ProfileSource, 'current'>
  /** `budget.manual_tokens` */
  readonly manual_tokens: number
  readonly folder: PatternFolder
  readonly tokens: PatternTokens
  readonly pools: TaskPools
  readonly usage: BudgetUsageLog
  readonly clock: Clock
}

/** Name of the agent of a load that names none. */
const NO_AGENT = 'none'

export class PatternLoader {
  readonly #deps: PatternLoaderDeps

  constructor(deps: PatternLoaderDeps) {
    this.#deps = deps
  }

  /**
   * Packs the patterns of an agent and those for all agents, and opens an entry in the usage log. The entry is finished
   * immediately unless it is to be kept open.
   * @throws DenidinError `unavailable` if the folder of patterns cannot be read
   */
  async load(request: LoadRequest): Promise<PatternLoad> {
    const { task_id } = request
    if (task_id === undefined) return (await this.#load(request, 0)).load
    return (await this.#deps.pools.share(task_id, spare => this.#load(request, spare))).load
  }

  /**
   * Finishes a load that was kept open.
   * @throws DenidinError `not_found` if there is no such load
   */
  async finish(id: UsageId, outcome: UsageOutcome): Promise<void> {
    // The pool first, which may be repeated: after a crash in between, the load is still open and is finished again.
    await this.#deps.pools.finish(id)
    if (!(await this.#deps.usage.finish(id, outcome))) {
      throw new DenidinError('not_found', `there is no open load "${id}"; it may have been finished already`)
    }
  }

  async #load(
    request: LoadRequest,
    spare: number,
  ): Promise<{ readonly load: PatternLoad; readonly pooled: PooledLoad }> {
    const { task, keep_open } = request
    const { clock, profiles, usage } = this.#deps
    const began = clock.monotonic()
    const current = profiles.current()
    const granted = budgetOfTask(task, current, this.#deps.manual_tokens)
    const packed = await this.#pack(request, current, granted, spare)
    const { budget, packing } = packed
    const thresholds = current.profiles?.alert_thresholds ?? DEFAULT_BUDGET_PROFILES.alert_thresholds
    const taken = packing.items.filter(each => each.taken).map(({ item }) => item.tokens)
    const alerts = budgetAlerts({ packed: taken, demand: packing.demand, budget: budget.tokens }, thresholds)
    const agent = packed.agent ?? NO_AGENT
    const usage_id = usage.begin({
      kind: 'load',
      agent,
      task: task.text,
      complexity: budget.complexity,
      profile: 'profile' in granted.budget ? granted.budget.profile : 'manual',
      budget_allocated: budget.tokens,
      tokens_loaded: packing.tokens,
      demand_tokens: packing.demand,
      scope_breakdown: packing.scopes,
      warnings: usageWarnings(alerts, clock.now()),
      person_id: undefined,
      message_ids: [],
    })
    const duration_seconds = (clock.monotonic() - began) / 1000
    if (!keep_open) await usage.finish(usage_id, { success: true, duration_seconds })
    const finished = !keep_open || usage_id === ''
    const unused = budget.tokens - packing.tokens
    return {
      load: { ...packed, agent, granted, alerts, usage_id, duration_seconds },
      pooled: { id: usage_id, unused, transferred: budget.transferred, finished },
    }
  }

  /** Packs with the granted budget, and again with more if that is too small. */
  async #pack(
    { task, with_texts, signal, progress }: LoadRequest,
    { profiles }: CurrentProfiles,
    granted: TaskBudget,
    spare: number,
  ): Promise<Packed> {
    const { folder, tokens, clock } = this.#deps
    const names = namesOf(task.agent, granted)
    const found = await folder.find(names, signal)
    const packer = new PatternPacker({ tokens, signal, progress })
    await packer.add(found.patterns, subjectOfTask(task.text ?? '', task.agent?.name), clock.now())
    let budget = grantedBudget(granted)
    let packing = await packer.pack(budget)
    const raised = raisedBudget({ task, granted, profiles, demand: packing.demand, spare })
    if (raised.tokens > budget.tokens) {
      budget = raised
      packing = await packer.pack(budget)
    }
    await tokens.save()
    const texts = new Map<string, string>()
    for (const { item, taken } of packing.items) {
      if (with_texts && taken) texts.set(item.pattern.path, await folder.read(item.pattern))
    }
    const agent = 'agent' in granted.budget ? granted.budget.agent : (found.agent_folder ?? names[0])
    return { agent, budget, packing, texts, warnings: [...found.warnings, ...packer.warnings] }
  }
}

/** The packing, and its agent; `undefined`: none was named. */
type Packed = Pick<PatternLoad, 'budget' | 'packing' | 'texts' | 'warnings'> & { readonly agent: string | undefined }

/** The possible names of an agent with its type, which are also its folders, most likely first. */
const namesOf = (agent: NamedAgent | undefined, { budget }: TaskBudget): readonly string[] => [
  ...new Set([...('agent' in budget ? [budget.agent] : []), ...(agent === undefined ? [] : fullNamesOf(agent))]),
]
