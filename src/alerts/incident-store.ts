/** The port that keeps incidents across restarts. */
import type { Incident } from './incident.ts'

export interface IncidentStore {
  /** Adds an incident, or replaces the one with the same id. */
  save(incident: Incident): Promise<void>
  /** Incidents that are not over, whose end was not reported yet, or that ended after this time. */
  recent(ended_after: number): Promise<readonly Incident[]>
}
