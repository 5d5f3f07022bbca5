/**
 * The register of incidents: turns the observed health of the components into incidents, and knows what is left to
 * report.
 */
import type { Clock } from '../platform/clock.ts'
import { asDenidinError } from '../platform/errors.ts'
import { isTrouble, withoutAddresses, type ExaminedComponent } from '../platform/health.ts'
import type { Ids } from '../platform/ids.ts'
import type { Logger } from '../platform/logger.ts'
import { isNegligible, isPast, newsOf, RELAPSE_MS, settlingTime, type Incident, type IncidentNews } from './incident.ts'
import type { IncidentStore } from './incident-store.ts'

export interface IncidentRegisterDeps {
  readonly store: IncidentStore
  /** How long a component must have a problem before that is an incident. */
  readonly after_ms: number
  readonly clock: Clock
  readonly ids: Ids
  readonly logger: Logger
}

/** The observed state of one component. */
interface Observation {
  readonly troubled: boolean
  /** Since when it is in this state, on the monotonic clock, so that no change of the clock distorts it. */
  readonly since_ms: number
}

/**
 * Works in memory and writes every change to the store, so that incidents are known even if the database is the failing
 * component. A restart neither ends an incident nor reports it again.
 */
export class IncidentRegister {
  readonly #deps: IncidentRegisterDeps
  readonly #logger: Logger
  readonly #observations = new Map<string, Observation>()
  /** The newest incident of each component. */
  readonly #incidents = new Map<string, Incident>()
  /** Ids of incidents whose last change is not on disk yet. */
  readonly #unsaved = new Set<string>()

  constructor(deps: IncidentRegisterDeps) {
    this.#deps = deps
    this.#logger = deps.logger.for('alerts')
  }

  /** Reads the incidents of earlier processes. */
  async load(): Promise<void> {
    const { store, clock } = this.#deps
    try {
      for (const incident of await store.recent(clock.now() - RELAPSE_MS)) {
        this.#incidents.set(incident.component, incident)
      }
    } catch (error) {
      this.#logger.error('Earlier incidents cannot be read', { reason: asDenidinError(error).message })
    }
  }

  /** Records the current health of a component. */
  async observe({ name, state, detail: shown }: ExaminedComponent): Promise<void> {
    // Incidents are kept, while a person's data must be erasable.
    const detail = withoutAddresses(shown)
    // A component that was not tried since the start neither begins an incident nor ends one.
    if (state === 'unknown') return
    const now = this.#deps.clock.now()
    const troubled = isTrouble(state)
    const before = this.#observations.get(name)
    const goes_on = before?.troubled === troubled
    const observation = goes_on ? before : { troubled, since_ms: this.#deps.clock.monotonic() }
    this.#observations.set(name, observation)
    const since = this.#sinceOf(observation)
    const incident = this.#incidents.get(name)
    if (state === 'degraded' || state === 'down') {
      await this.#troubled({ name, state, detail }, incident, since, now)
    } else if (incident !== undefined && incident.ended_at === undefined) {
      if (now - since >= settlingTime(incident, this.#deps.after_ms)) await this.#end(incident, since, now)
    }
    await this.#saveRest()
  }

  /** What the administrator has not been told yet, oldest first. */
  news(): readonly IncidentNews[] {
    const now = this.#deps.clock.now()
    return [...this.#incidents.values()]
      .toSorted((one, other) => one.began_at - other.began_at)
      .map(incident => newsOf(incident, this.#troubledSince(incident.component), now))
      .filter(news => news !== undefined)
  }

  /** Records that the administrator was told. */
  async told(all: readonly IncidentNews[]): Promise<void> {
    const now = this.#deps.clock.now()
    for (const { incident } of all) {
      const current = this.#incidents.get(incident.component) ?? incident
      const over = incident.ended_at !== undefined
      await this.#keep({ ...current, told_at: current.told_at ?? now, settled_at: over ? now : undefined })
    }
  }

  async #troubled(
    { name, state, detail }: ExaminedComponent & Pick<Incident, 'state'>,
    last: Incident | undefined,
    since: number,
    now: number,
  ): Promise<void> {
    const open = last !== undefined && last.ended_at === undefined
    if (open) {
      if (last.reason === detail && (last.state === 'down' || state === 'degraded')) return
      await this.#keep({ ...last, reason: detail, state: last.state === 'down' ? 'down' : state })
      return
    }
    if (now - since < this.#deps.after_ms) return
    const relapse = last !== undefined && !isPast(last, now)
    const incident: Incident = relapse
      ? { ...last, reason: detail, state, ended_at: undefined, relapses: last.relapses + 1 }
      : {
          incident_id: this.#deps.ids.uuid(),
          component: name,
          state,
          reason: detail,
          began_at: since,
          ended_at: undefined,
          told_at: undefined,
          settled_at: undefined,
          relapses: 0,
        }
    this.#logger.warn('A component has a problem', { part: name, state, reason: detail, relapse })
    await this.#keep(incident)
  }

  async #end(incident: Incident, ended_at: number, now: number): Promise<void> {
    const ended = { ...incident, ended_at }
    // If the administrator was not told about a relapse, its end is not news.
    const settled = incident.settled_at !== undefined || isNegligible(ended)
    this.#logger.info('A component has recovered', {
      part: incident.component,
      seconds: Math.round((ended_at - incident.began_at) / 1000),
    })
    await this.#keep({ ...ended, settled_at: settled ? now : undefined })
  }

  #troubledSince(component: string): number | undefined {
    const observation = this.#observations.get(component)
    return observation?.troubled === true ? this.#sinceOf(observation) : undefined
  }

  /** Since when it is in this state, by the current clock, milliseconds since the Unix epoch. */
  #sinceOf({ since_ms }: Observation): number {
    const { clock } = this.#deps
    return Math.round(clock.now() - (clock.monotonic() - since_ms))
  }

  async #keep(incident: Incident): Promise<void> {
    this.#incidents.set(incident.component, incident)
    this.#unsaved.add(incident.component)
    await this.#saveRest()
  }

  /** Writes what is not on disk yet; if that fails, the next change tries again. */
  async #saveRest(): Promise<void> {
    for (const component of this.#unsaved) {
      const incident = this.#incidents.get(component)
      try {
        if (incident !== undefined) await this.#deps.store.save(incident)
        this.#unsaved.delete(component)
      } catch (error) {
        this.#logger.debug('An incident could not be written', { reason: asDenidinError(error).message })
      }
    }
  }
}
