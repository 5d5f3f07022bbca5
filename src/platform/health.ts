/** The contract by which components report their health to `denidin status` and `denidin doctor`. */

/** State of one part, as `denidin status` shows it. */
export interface Health {
  readonly state: 'ok' | 'degraded' | 'down' | 'off'
  /** One sentence for the operator: what is wrong and what helps. */
  readonly detail: string
}

/** A part that can say how it is. Must answer at once, without work of its own. */
export interface HealthCheck {
  readonly name: string
  health(): Promise<Health>
}

/** Something that is looked into on request alone, because that takes a while or costs something. */
export interface Checkup {
  readonly name: string
  /** Never rejects, but when it is called off. */
  look(signal: AbortSignal): Promise<Health>
}
