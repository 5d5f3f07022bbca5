/** Rollouts in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import { scopedData } from '../../messages/sqlite/scoped-data.ts'
import { recordedTime, type PersonalData } from '../../people/personal-data.ts'
import type { RolloutChange, RolloutStore } from '../rollout-store.ts'
import { forgetAnswers } from './sqlite-answer-log.ts'
import { compareStages, includesBucket, parseStage, stageName, type Stage, type StagedFeature } from '../stage.ts'

export const rolloutMigrations: readonly Migration[] = [
  {
    id: 'rollout-001',
    sql: `
      create table rollout_changes (
        change_id integer primary key autoincrement,
        feature text not null,
        from_stage text not null,
        to_stage text not null,
        at integer not null,
        person_id text,
        reason text,
        forced integer not null
      ) strict;
      create index rollout_changes_of_feature on rollout_changes (feature, change_id);
      -- rank: the place among the first people; null: let in by the bucket.
      create table rollout_members (
        feature text not null,
        scope text not null,
        rank integer,
        bucket integer not null,
        admitted_at integer not null,
        primary key (feature, scope)
      ) strict, without rowid;
    `,
  },
]

interface ChangeRow {
  readonly feature: StagedFeature
  readonly from_stage: string
  readonly to_stage: string
  readonly at: number
  /** Or another name for who changed it. */
  readonly person_id: string | null
  readonly reason: string | null
  readonly forced: number
}

interface MemberRow {
  readonly feature: string
  readonly rank: number | null
  readonly admitted_at: number
}

/** A name that a later version wrote counts as the narrowest stage: no one gets a feature by mistake. */
const stageOf = (name: string): Stage => parseStage(name) ?? { kind: 'off' }

const changeOf = (row: ChangeRow): RolloutChange => ({
  feature: row.feature,
  from: stageOf(row.from_stage),
  to: stageOf(row.to_stage),
  at: row.at,
  by: row.person_id ?? undefined,
  reason: row.reason ?? undefined,
  forced: row.forced === 1,
})

/** Removes the members that a narrower stage does not include. */
const narrow = (database: Database, feature: StagedFeature, to: Stage): void => {
  if (to.kind === 'off' || to.kind === 'godfather') {
    database.run('delete from rollout_members where feature = :feature', { feature })
  } else if (to.kind === 'first') {
    database.run('delete from rollout_members where feature = :feature and (rank is null or rank > :most)', {
      feature,
      most: to.people,
    })
  } else if (to.kind === 'percent') {
    const rows = database.all<{ scope: string; bucket: number }>(
      'select scope, bucket from rollout_members where feature = :feature and rank is null',
      { feature },
    )
    for (const { scope } of rows.filter(({ bucket }) => !includesBucket(to.percent, bucket))) {
      database.run('delete from rollout_members where feature = :feature and scope = :scope', { feature, scope })
    }
  }
}

export const createSqliteRollouts = (database: Database): RolloutStore & { readonly personal: PersonalData } => {
  const count = (feature: StagedFeature): number =>
    database.get<{ n: number }>('select count(*) as n from rollout_members where feature = :feature', { feature })?.n ??
    0

  const insert = (member: Parameters<RolloutStore['admit']>[0], rank: number | null): void => {
    const { feature, scope, bucket, at } = member
    database.run(
      `insert into rollout_members (feature, scope, rank, bucket, admitted_at)
       values (:feature, :scope, :rank, :bucket, :at) on conflict do nothing`,
      { feature, scope, rank, bucket, at },
    )
  }

  const isMember = (feature: StagedFeature, scope: string): boolean =>
    database.get('select 1 as one from rollout_members where feature = :feature and scope = :scope', {
      feature,
      scope,
    }) !== undefined

  return {
    current: async () =>
      database
        .all<ChangeRow>(
          'select * from rollout_changes where change_id in (select max(change_id) from rollout_changes group by feature)',
        )
        .map(changeOf),
    changes: async limit =>
      database
        .all<ChangeRow>('select * from rollout_changes order by change_id desc limit :limit', { limit })
        .map(changeOf),
    change: async ({ feature, from, to, at, by, reason, forced }) => {
      database.transaction(() => {
        database.run(
          `insert into rollout_changes (feature, from_stage, to_stage, at, person_id, reason, forced)
           values (:feature, :from, :to, :at, :by, :reason, :forced)`,
          {
            feature,
            from: stageName(from),
            to: stageName(to),
            at,
            by: by ?? null,
            reason: reason ?? null,
            forced: forced ? 1 : 0,
          },
        )
        if (compareStages(to, from) < 0) {
          narrow(database, feature, to)
          // The answers of the wider stage say nothing about the narrower one.
          forgetAnswers(database, feature)
        }
      })
    },
    isMember: async (feature, scope) => isMember(feature, scope),
    admit: async member => {
      insert(member, null)
    },
    admitNext: async (member, most) =>
      database.transaction(() => {
        if (isMember(member.feature, member.scope)) return true
        const found = database.get<{ n: number }>(
          'select count(*) as n from rollout_members where feature = :feature and rank is not null',
          { feature: member.feature },
        )
        const before = found?.n ?? 0
        if (before >= most) return false
        // If someone was forgotten, the next one takes a place within the first people, so that they stay in.
        insert(member, before + 1)
        return true
      }),
    count: async feature => count(feature),
    personal: personalRollouts(database),
  }
}

/** Which features a person was let into, and the changes that they made. */
const personalRollouts = (database: Database): PersonalData => {
  const members = scopedData<MemberRow>(database, {
    name: 'rollout',
    table: 'rollout_members',
    record: ({ feature, rank, admitted_at }) => ({ feature, place: rank, since: recordedTime(admitted_at) }),
  })
  const changesOf = (person_id: string): readonly ChangeRow[] =>
    database.all<ChangeRow>('select * from rollout_changes where person_id = :person_id order by change_id', {
      person_id,
    })
  return {
    name: 'rollout',
    tables: ['rollout_members', 'rollout_changes'],
    count: async person_id => (await members.count(person_id)) + changesOf(person_id).length,
    reassign: async (from, to) => {
      await members.reassign(from, to)
      database.run('update rollout_changes set person_id = :to where person_id = :from', { from, to })
    },
    export: async function* (person_id) {
      yield* members.export(person_id)
      for (const { feature, from_stage, to_stage, at } of changesOf(person_id)) {
        yield { section: 'rollout', fields: { feature, from: from_stage, to: to_stage, at: recordedTime(at) } }
      }
    },
    // The change itself stays: it says what held for everybody.
    erase: async person_id =>
      (await members.erase(person_id)) +
      database.run('update rollout_changes set person_id = null where person_id = :person_id', { person_id }),
  }
}
