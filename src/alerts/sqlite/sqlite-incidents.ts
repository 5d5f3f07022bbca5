/** Incidents in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import type { Incident } from '../incident.ts'
import type { IncidentStore } from '../incident-store.ts'

/** Table of the incidents. It contains nothing about a person. */
export const incidentMigrations: readonly Migration[] = [
  {
    id: 'incidents-001',
    sql: `
      create table incidents (
        incident_id text primary key,
        component text not null,
        state text not null check (state in ('degraded', 'down')),
        reason text not null,
        began_at integer not null,
        ended_at integer,
        told_at integer,
        settled_at integer,
        relapses integer not null
      ) strict, without rowid;
    `,
  },
]

type IncidentRow = {
  readonly [F in keyof Incident]: Exclude<Incident[F], undefined> | (undefined extends Incident[F] ? null : never)
}

const toIncident = (row: IncidentRow): Incident => ({
  ...row,
  ended_at: row.ended_at ?? undefined,
  told_at: row.told_at ?? undefined,
  settled_at: row.settled_at ?? undefined,
})

export const createSqliteIncidents = (database: Database): IncidentStore => ({
  save: async ({ ended_at, told_at, settled_at, ...incident }) => {
    database.run(
      `insert or replace into incidents
         (incident_id, component, state, reason, began_at, ended_at, told_at, settled_at, relapses)
       values (:incident_id, :component, :state, :reason, :began_at, :ended_at, :told_at, :settled_at, :relapses)`,
      { ...incident, ended_at: ended_at ?? null, told_at: told_at ?? null, settled_at: settled_at ?? null },
    )
  },
  recent: async ended_after =>
    database
      .all<IncidentRow>(
        `select * from incidents
         where ended_at is null or settled_at is null or ended_at > :ended_after
         order by began_at`,
        { ended_after },
      )
      .map(toIncident),
})
