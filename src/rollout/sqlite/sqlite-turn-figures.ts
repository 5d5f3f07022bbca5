/** Counts of answers by day, and the figures of weeks that other tables hold, in SQLite. */
import type { Database } from '../../database/sqlite/database.ts'
import type { Migration } from '../../database/sqlite/migrations.ts'
import { addFigures, type ActivityReader, type DayFigures, type FigureStore } from '../turn-figures.ts'

export const turnFigureMigrations: readonly Migration[] = [
  {
    id: 'rollout-figures-001',
    sql: `
      -- Days since 1970; own_ms: number of answers by bucket of the own time, as JSON.
      create table rollout_days (
        day integer primary key,
        answers integer not null,
        failed integer not null,
        recall_wanted integer not null,
        recall_used integer not null,
        own_ms text not null
      ) strict;
    `,
  },
]

interface DayRow extends Omit<DayFigures, 'own_ms'> {
  readonly day: number
  readonly own_ms: string
}

export const createSqliteTurnFigures = (database: Database): FigureStore & ActivityReader => {
  const ofDay = (day: number): DayFigures | undefined => {
    const row = database.get<DayRow>('select * from rollout_days where day = :day', { day })
    return row === undefined ? undefined : figuresOf(row)
  }
  return {
    add: async (day, figures) => {
      // Lost counts after a power cut change no decision.
      database.unflushed(() => {
        const before = ofDay(day)
        const { answers, failed, recall_wanted, recall_used, own_ms } =
          before === undefined ? figures : addFigures(before, figures)
        database.run(
          `insert or replace into rollout_days (day, answers, failed, recall_wanted, recall_used, own_ms)
           values (:day, :answers, :failed, :recall_wanted, :recall_used, :own_ms)`,
          { day, answers, failed, recall_wanted, recall_used, own_ms: JSON.stringify(own_ms) },
        )
      })
    },
    between: async (first, last) =>
      new Map(
        database
          .all<DayRow>('select * from rollout_days where day between :first and :last order by day', { first, last })
          .map(row => [row.day, figuresOf(row)]),
      ),
    firstDay: async () =>
      database.get<{ day: number | null }>('select min(day) as day from rollout_days')?.day ?? undefined,
    activity: async (begins, ends) => ({
      sessions:
        database.get<{ n: number }>(
          'select count(*) as n from sessions where last_active >= :begins and created_at < :ends',
          { begins, ends },
        )?.n ?? 0,
      ...(database.get<{ up: number; down: number }>(
        `select count(*) filter (where value > 0) as up, count(*) filter (where value < 0) as down from ratings
         where rated_at >= :begins and rated_at < :ends`,
        { begins, ends },
      ) ?? { up: 0, down: 0 }),
    }),
  }
}

const figuresOf = ({ answers, failed, recall_wanted, recall_used, own_ms }: DayRow): DayFigures => ({
  answers,
  failed,
  recall_wanted,
  recall_used,
  own_ms: JSON.parse(own_ms) as DayFigures['own_ms'],
})
