/** The port that keeps incidents over restarts. */
import type { Incident } from './incident.ts'

export interface IncidentStore {
  /** Adds an incident, or replaces the one with the same id. */
  save(incident: Incident): Promise<void>
  /** Incidents that go on, that have not been told to their end, or that ended after this time. */
  recent(ended_after: number): Promise<readonly Incident[]>
}
