/** Summarises the usage log: how agents and people used their budgets, in one pass and in bounded memory. */
import { QuantileSketch } from '../../platform/quantile-sketch.ts'
import { COMPLEXITIES, type Complexity } from '../../text/complexity/complexity.ts'
import { BUDGET_SCOPES, type BudgetScope } from '../profiles/budget-profiles.ts'
import { figuresOf, type UsageFigures } from './usage-figures.ts'

/** Selects entries. */
export interface UsageQuery {
  /** Milliseconds since the Unix epoch; `undefined`: from the first entry on. */
  readonly since?: number | undefined
  /** Entries that began at or after this time do not count. */
  readonly until?: number | undefined
  /** Part of an agent's name, ignoring case. */
  readonly agent?: string | undefined
}

/** The budget of an agent according to its current profile; `undefined` if it has none. */
export type BudgetToday = (agent: string, complexity: Complexity) => number | undefined

/** Percent of a budget, over many entries. Median and 95th percentile are within 1 % of their value. */
export interface UsageShares {
  readonly executions: number
  readonly avg_pct: number
  readonly median_pct: number
  readonly p95_pct: number
  readonly min_pct: number
  readonly max_pct: number
  /** Entries whose demand was greater than their budget. */
  readonly exceeded: number
}

/** How one agent, or the people of one role, used their budgets. */
export interface AgentUsage extends UsageShares {
  readonly agent: string
  readonly failed: number
  /** Work that was begun but never finished. */
  readonly unfinished: number
  /** The same entries, measured against the current budgets. */
  readonly today: UsageShares
  /** Tokens that were packed or needed, by scope. */
  readonly scopes: Readonly<Record<BudgetScope, number>>
}

/** How one person used the budgets of their turns, measured against the current budgets. */
export interface PersonUsage extends UsageShares {
  readonly person_id: string
  /** The role of their newest turn. */
  readonly agent: string
}

export interface UsageAnalysis {
  /** The agent with the most entries first. */
  readonly agents: readonly AgentUsage[]
  readonly overall: UsageShares & { readonly failed: number; readonly unfinished: number }
  readonly people: readonly PersonUsage[]
  /** Lines that are not entries. */
  readonly bad_lines: number
  /** Entries of demo and test runs within the requested time. */
  readonly left_out: number
}

/** Agents that are counted separately; further ones count as one. */
const MOST_AGENTS = 1000
const OTHER_AGENTS = '(other agents)'
/** People that are counted separately; further ones are not listed. */
const MOST_PEOPLE = 5000

export class UsageCounter {
  readonly #since: string
  readonly #until: string
  readonly #part: string
  readonly #budgetToday: BudgetToday
  readonly #agents = new Map<string, AgentCounter>()
  readonly #people = new Map<string, PersonCounter>()
  readonly #overall = new OutcomeCounter()
  #bad_lines = 0
  #left_out = 0

  constructor({ since, until, agent = '' }: UsageQuery, budgetToday: BudgetToday = () => undefined) {
    this.#since = since === undefined ? '' : new Date(since).toISOString()
    // Every timestamp sorts before this.
    this.#until = until === undefined ? '~' : new Date(until).toISOString()
    this.#part = agent.trim().toLowerCase()
    this.#budgetToday = budgetToday
  }

  /** @param lines lines of bytes */
  add(lines: readonly string[]): void {
    for (const line of lines) {
      if (line === '' || line === '\r') continue
      const figures = figuresOf(line)
      if (figures === undefined) this.#bad_lines++
      else if (figures.timestamp >= this.#since && figures.timestamp < this.#until) this.#count(figures)
    }
  }

  result(): UsageAnalysis {
    const agents = [...this.#agents].map(([agent, counter]) => counter.result(agent))
    return {
      agents: agents.sort((one, other) => other.executions - one.executions || (one.agent < other.agent ? -1 : 1)),
      overall: this.#overall.result(),
      people: [...this.#people].map(([person_id, counter]) => counter.result(person_id)),
      bad_lines: this.#bad_lines,
      left_out: this.#left_out,
    }
  }

  #count(figures: UsageFigures): void {
    if (this.#part !== '' && !figures.agent.toLowerCase().includes(this.#part)) return
    if (!figures.is_live) {
      this.#left_out++
      return
    }
    this.#overall.add(figures)
    const today = this.#counterOf(figures.agent).add(figures)
    if (figures.person_id !== undefined) this.#countPerson(figures.person_id, figures.agent, today)
  }

  #counterOf(agent: string): AgentCounter {
    const known = this.#agents.get(agent)
    if (known !== undefined) return known
    const name = this.#agents.size < MOST_AGENTS ? agent : OTHER_AGENTS
    const budgetToday = name === agent ? this.#budgetToday : () => undefined
    const counter = this.#agents.get(name) ?? new AgentCounter(complexity => budgetToday(agent, complexity))
    this.#agents.set(name, counter)
    return counter
  }

  #countPerson(person_id: string, agent: string, today: Today): void {
    let counter = this.#people.get(person_id)
    if (counter === undefined) {
      if (this.#people.size >= MOST_PEOPLE) return
      counter = new PersonCounter()
      this.#people.set(person_id, counter)
    }
    counter.add(agent, today)
  }
}

type Today = Pick<UsageFigures, 'usage_pct' | 'exceeded'>

/** Percentages of budgets, and how many exceeded them. */
class ShareCounter {
  readonly #sketch = new QuantileSketch()
  #exceeded = 0

  add({ usage_pct, exceeded }: Today): void {
    this.#sketch.add(usage_pct)
    if (exceeded) this.#exceeded++
  }

  result(): UsageShares {
    return {
      executions: this.#sketch.count,
      avg_pct: tenths(this.#sketch.mean),
      median_pct: tenths(this.#sketch.quantile(0.5)),
      p95_pct: tenths(this.#sketch.quantile(0.95)),
      min_pct: tenths(this.#sketch.min),
      max_pct: tenths(this.#sketch.max),
      exceeded: this.#exceeded,
    }
  }
}

/** The same, and how the work ended. */
class OutcomeCounter {
  readonly #shares = new ShareCounter()
  #failed = 0
  #unfinished = 0

  add(figures: UsageFigures): void {
    this.#shares.add(figures)
    if (!figures.success) this.#failed++
    if (figures.unfinished) this.#unfinished++
  }

  result(): UsageAnalysis['overall'] {
    return { ...this.#shares.result(), failed: this.#failed, unfinished: this.#unfinished }
  }
}

class AgentCounter {
  readonly #outcomes = new OutcomeCounter()
  readonly #today = new ShareCounter()
  readonly #scopes: Record<BudgetScope, number> = { 'agent-specific': 0, recent: 0, global: 0 }
  readonly #budgets: ReadonlyMap<Complexity | undefined, number | undefined>

  constructor(budgetToday: (complexity: Complexity) => number | undefined) {
    this.#budgets = new Map(COMPLEXITIES.map(complexity => [complexity, budgetToday(complexity)]))
  }

  /** @returns the entry measured against the current budget */
  add(figures: UsageFigures): Today {
    const today = this.#todayOf(figures)
    this.#outcomes.add(figures)
    this.#today.add(today)
    for (const scope of BUDGET_SCOPES) this.#scopes[scope] += figures.scopes[scope]
    return today
  }

  /**
   * An entry measured against the current budget of its agent: after a change of the profiles, old entries must not
   * lead to the same recommendation again. An entry without a demand is used unchanged.
   */
  #todayOf({ complexity, budget, demand, usage_pct, exceeded }: UsageFigures): Today {
    const now = this.#budgets.get(complexity)
    if (now === undefined || now === budget || demand === undefined) return { usage_pct, exceeded }
    return { usage_pct: (100 * demand) / now, exceeded: demand > now }
  }

  result(agent: string): AgentUsage {
    return { agent, ...this.#outcomes.result(), today: this.#today.result(), scopes: this.#scopes }
  }
}

class PersonCounter {
  readonly #shares = new ShareCounter()
  #agent = ''

  add(agent: string, today: Today): void {
    this.#agent = agent
    this.#shares.add(today)
  }

  result(person_id: string): PersonUsage {
    return { person_id, agent: this.#agent, ...this.#shares.result() }
  }
}

const tenths = (value: number): number => Math.round(value * 10) / 10
