// What every implementation of the reports counts: figures worked out by hand, and equal to a naive count of random archives.
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import fc from 'fast-check'
import { LEVELS, type SourceMessage } from '../../src/archive/archive-message.ts'
import { HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { timeZone } from '../../src/platform/time-zone.ts'
import type { ArchiveQuery } from '../../src/reports/archive-reports.ts'
import { archived, reportCall, SmallArchive } from '../support/reports/small-archive.ts'

let archive: SmallArchive
beforeEach(() => {
  archive = new SmallArchive()
})
afterEach(() => {
  archive[Symbol.dispose]()
})

const at = (text: string): number => Date.parse(text)
const dayOf = (text: string): number => Date.parse(`${text}T00:00:00Z`) / (24 * HOUR_MS)

const query = (zone = 'UTC', first?: string, last?: string, more: Partial<ArchiveQuery> = {}): ArchiveQuery => ({
  range: {
    zone: timeZone(zone),
    first: first === undefined ? undefined : dayOf(first),
    last: last === undefined ? undefined : dayOf(last),
  },
  ...more,
})

/** Two projects, three sessions and a message without a time. */
const SMALL: readonly SourceMessage[] = [
  archived('lsp up', {
    at: at('2026-11-01T10:00:00Z'),
    project: '/code/api',
    session: 's1',
    component: 'LSP',
    level: 'INFO',
  }),
  archived('lsp down: x', {
    at: at('2026-11-01T10:05:00Z'),
    project: '/code/api',
    session: 's1',
    component: 'LSP',
    level: 'ERROR',
  }),
  archived('hook ran', {
    at: at('2026-11-01T10:05:30Z'),
    project: '/code/api',
    session: 's1',
    component: 'Hooks',
    level: 'DEBUG',
  }),
  archived('lsp down: y', {
    at: at('2026-11-02T23:30:00Z'),
    project: '/code/api',
    session: 's2',
    component: 'LSP',
    level: 'FATAL',
  }),
  archived('שלום', {
    at: at('2026-11-02T08:00:00Z'),
    project: '/code/אתר',
    session: 's3',
    role: 'user',
    source_type: 'history',
  }),
  archived('no time', { project: '/code/אתר', session: 's3' }),
]

test('project activity has the most messages first, and counts messages without a time where there is no bound', async () => {
  await archive.load(SMALL)
  expect(await archive.reports.projectActivity(query(), reportCall)).toEqual([
    {
      name: 'api',
      sessions: 2,
      messages: 4,
      errors: 2,
      started: at('2026-11-01T10:00:00Z'),
      last_activity: at('2026-11-02T23:30:00Z'),
      days_active: 2,
    },
    {
      name: 'אתר',
      sessions: 1,
      messages: 2,
      errors: 0,
      started: at('2026-11-02T08:00:00Z'),
      last_activity: at('2026-11-02T08:00:00Z'),
      days_active: 1,
    },
  ])
  const bounded = await archive.reports.projectActivity(query('UTC', '2026-11-02', '2026-11-02'), reportCall)
  expect(bounded.map(({ name, messages, errors }) => [name, messages, errors])).toEqual([
    ['api', 1, 1],
    ['אתר', 1, 0],
  ])
  expect(await archive.reports.span()).toEqual({ newest: at('2026-11-02T23:30:00Z'), undated: 1 })
})

test('the timeline has the newest day first; a day is that of the zone', async () => {
  await archive.load(SMALL)
  const days = async (zone: string): Promise<unknown> =>
    (await archive.reports.timeline(query(zone), reportCall)).map(({ date, ...row }) => ({
      ...row,
      date: date - dayOf('2026-11-01'),
    }))
  expect(await days('UTC')).toEqual([
    { date: 1, project: 'api', messages: 1, sessions: 1, errors: 1, components: ['LSP'] },
    { date: 1, project: 'אתר', messages: 1, sessions: 1, errors: 0, components: [] },
    { date: 0, project: 'api', messages: 3, sessions: 1, errors: 1, components: ['LSP', 'Hooks'] },
  ])
  expect(await days('Asia/Jerusalem')).toEqual([
    { date: 2, project: 'api', messages: 1, sessions: 1, errors: 1, components: ['LSP'] },
    { date: 1, project: 'אתר', messages: 1, sessions: 1, errors: 0, components: [] },
    { date: 0, project: 'api', messages: 3, sessions: 1, errors: 1, components: ['LSP', 'Hooks'] },
  ])
})

test('component usage has rates of two decimals, and as many components as are asked for', async () => {
  await archive.load(SMALL)
  const usage = await archive.reports.componentUsage(query(), reportCall)
  expect(usage).toEqual([
    { component: 'LSP', occurrences: 3, sessions: 2, active_days: 2, errors: 2, error_rate_pct: 66.67 },
    { component: undefined, occurrences: 2, sessions: 1, active_days: 1, errors: 0, error_rate_pct: 0 },
    { component: 'Hooks', occurrences: 1, sessions: 1, active_days: 1, errors: 0, error_rate_pct: 0 },
  ])
  expect(
    await archive.reports.componentUsage(query('UTC', undefined, undefined, { top_components: 1 }), reportCall),
  ).toEqual(usage.slice(0, 1))
})

test('error analysis shows the beginnings of the newest different errors', async () => {
  const error = (content: string, minute: number): SourceMessage =>
    archived(content, {
      at: at('2026-11-03T00:00:00Z') + minute * MINUTE_MS,
      project: '/code/api',
      session: 's1',
      component: 'LSP',
      level: 'ERROR',
    })
  await archive.load([
    ...SMALL,
    ...Array.from({ length: 60 }, (_, index) => error('the same', index)),
    error(`🦜${'z'.repeat(200)}`, 61),
  ])
  expect(await archive.reports.errorAnalysis(query(), reportCall)).toEqual([
    {
      component: 'LSP',
      project: 'api',
      error_count: 63,
      affected_sessions: 2,
      days_with_errors: 3,
      error_samples: [`🦜${'z'.repeat(99)}`, 'the same'],
    },
  ])
})

test('a session is reconstructed in the order of its times', async () => {
  await archive.load(SMALL)
  const limits = { messages: 100, characters: 1000 }
  const { summary, messages, read } = await archive.reports.session('s1', limits)
  expect(summary).toEqual({
    session_id: 's1',
    project: 'api',
    started_at: at('2026-11-01T10:00:00Z'),
    ended_at: at('2026-11-01T10:05:30Z'),
    duration_seconds: 330,
    messages: 3,
    components: ['LSP', 'Hooks'],
    errors: 1,
  })
  expect(messages.map(({ content }) => content)).toEqual(['lsp up', 'lsp down: x', 'hook ran'])
  expect(read).toEqual([{ scope: undefined, messages: 3 }])
  const all = await archive.reports.sessions({ ...query(), most: 2 }, reportCall)
  expect(all.map(({ session_id, messages: count }) => [session_id, count])).toEqual([
    ['s2', 1],
    ['s3', 2],
  ])
  expect((await archive.reports.sessions({ ...query(), most: 9 }, reportCall))[2]).toEqual(summary)
})

test('the messages of a very long session are cut, never in the middle of one', async () => {
  await archive.load(SMALL)
  const contents = async (limits: { messages: number; characters: number }): Promise<string[]> =>
    (await archive.reports.session('s1', limits)).messages.map(({ content }) => content)
  expect(await contents({ messages: 2, characters: 1000 })).toEqual(['lsp up', 'lsp down: x'])
  expect(await contents({ messages: 9, characters: 8 })).toEqual(['lsp up'])
  expect(await contents({ messages: 9, characters: 1 })).toEqual(['lsp up'])
})

test.each([
  ['ap', 'the archive has no project "ap"; did you mean "api" or "/code/api"?'],
  ['/code/appi', 'the archive has no project "/code/appi"; did you mean "/code/api"?'],
  ['zebra', 'the archive has no project "zebra"; "denidin report project-activity" lists them'],
])('an unknown project is named with what is near: %s', async (project, message) => {
  await archive.load(SMALL)
  await expect(archive.reports.timeline({ ...query(), project }, reportCall)).rejects.toMatchObject({
    code: 'not_found',
    message,
  })
})

test('a project is known by its name in any case or by its path; a name of several asks for the path', async () => {
  await archive.load([...SMALL, archived('other', { project: '/home/api', at: 5 })])
  const messages = async (project: string): Promise<number> =>
    (await archive.reports.projectActivity({ ...query(), project }, reportCall))[0]?.messages ?? 0
  expect([await messages('/code/api'), await messages('/home/api'), await messages('אתר')]).toEqual([4, 1, 2])
  for (const name of ['api', 'API']) {
    await expect(messages(name)).rejects.toMatchObject({
      code: 'invalid_input',
      message: `there are 2 projects named "${name}"; give the path of one: "/code/api", "/home/api"`,
    })
  }
  const names = (await archive.reports.projectActivity(query(), reportCall)).map(({ name }) => name)
  expect(names).toEqual(['/code/api', 'אתר', '/home/api'])
})

test.each([
  ['s', 'the archive has no session "s"; did you mean "s1" or "s2" or "s3"?'],
  ['x-1', 'the archive has no session "x-1"; "denidin report session" lists them'],
])('an unknown session is named with what is near: %s', async (session, message) => {
  await archive.load(SMALL)
  await expect(archive.reports.session(session, { messages: 1, characters: 1 })).rejects.toMatchObject({ message })
})

test('extraction progress has every phase, and each run', async () => {
  const run_id = await archive.load(SMALL)
  await archive.store.end(run_id, { status: 'completed', destination_checksum: 'sum of /logs/debug.txt' })
  await archive.load(SMALL, '/logs/copy.txt')
  const { phases, runs } = await archive.reports.extractionProgress(query().range, 10)
  expect(phases.map(({ phase, source_type, status }) => [phase, source_type, status])).toEqual([
    [1, 'history', 'pending'],
    [2, 'debug', 'running'],
    [3, 'file_history', 'pending'],
    [4, 'todos', 'pending'],
    [5, 'shell_snapshots', 'pending'],
    [6, 'session_env', 'pending'],
    [7, 'projects', 'pending'],
  ])
  expect(phases[1]).toMatchObject({
    files: 2,
    runs: 2,
    messages_extracted: 12,
    new_unique_messages: 6,
    duplicate_messages: 6,
    dedup_rate_pct: 50,
    last_run: at('2026-11-20T10:00:00Z'),
  })
  expect(runs.map(({ source_file, status }) => [source_file, status])).toEqual([
    ['/logs/copy.txt', 'running'],
    ['/logs/debug.txt', 'completed'],
  ])
  const before = await archive.reports.extractionProgress(query('UTC', undefined, '2026-11-19').range, 10)
  expect([before.runs, before.phases.every(({ status }) => status === 'pending')]).toEqual([[], true])
})

test('an empty archive has empty reports', async () => {
  const { reports } = archive
  expect([
    await reports.projectActivity(query(), reportCall),
    await reports.timeline(query(), reportCall),
    await reports.componentUsage(query(), reportCall),
    await reports.errorAnalysis(query(), reportCall),
    await reports.sessions({ ...query(), most: 5 }, reportCall),
    (await reports.extractionProgress(query().range, 5)).runs,
  ]).toEqual([[], [], [], [], [], []])
  expect(await reports.span()).toEqual({ newest: undefined, undated: 0 })
})

test('a report that is called off ends', async () => {
  await archive.load(SMALL)
  const stopped = { signal: AbortSignal.abort(new Error('no more')), progress: () => undefined }
  await expect(archive.reports.timeline(query(), stopped)).rejects.toThrow('no more')
})

// Days on which clocks change, one that is left out, and zones of half and quarter hours.
const ZONES = [
  'UTC',
  'Asia/Jerusalem',
  'America/New_York',
  'Australia/Lord_Howe',
  'Pacific/Apia',
  'Asia/Kathmandu',
  'America/Havana',
]
const CHANGES = [
  '2026-03-27T00:00:00Z',
  '2026-10-25T00:00:00Z',
  '2026-03-08T05:00:00Z',
  '2026-11-01T05:00:00Z',
  '2026-04-04T15:00:00Z',
  '2011-12-30T10:00:00Z',
]

const someMessage = fc.record({
  at: fc.option(
    fc
      .tuple(fc.constantFrom(...CHANGES), fc.integer({ min: -72 * 60, max: 72 * 60 }))
      .map(([change, minutes]) => at(change) + minutes * MINUTE_MS),
    { nil: undefined, freq: 12 },
  ),
  project: fc.constantFrom(undefined, '/a', '/b', 'עברית', '=c'),
  session: fc.constantFrom(undefined, 's1', 's2', 's3'),
  component: fc.constantFrom(undefined, 'LSP', 'Hooks', 'רכיב'),
  level: fc.constantFrom(undefined, ...LEVELS),
})

const formats = new Map(
  ZONES.map(zone => [zone, new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short' })]),
)

/** The calendar day by another way than that of the product. */
const naiveDay = (instant: number, zone: string): string => formats.get(zone)?.format(instant) ?? ''

test('the sums of every report are those of a naive count, in every zone and on days when clocks change', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(someMessage, { maxLength: 40 }),
      fc.constantFrom(...ZONES),
      fc.option(fc.tuple(fc.constantFrom(...CHANGES), fc.integer({ min: 0, max: 3 })), { nil: undefined }),
      async (drafts, zone, bounds) => {
        using random = new SmallArchive()
        // Whatever is not the same message has other words.
        await random.load(drafts.map((draft, index) => archived(`message ${String(index)}`, draft)))
        // A session belongs to the project in which it was first seen, and gives it to its messages without one.
        const stored = random.database.all<{
          at: number | null
          project: string | null
          session_no: number | null
          component: string | null
          error: number
        }>(
          `select at, projects.name as project, session_no, components.name as component, coalesce(level in ('ERROR', 'FATAL'), 0) as error
           from archive_messages left join projects using (project_id) left join components using (component_id)`,
        )
        const first = bounds && naiveDay(at(bounds[0]), zone)
        const last = bounds && naiveDay(at(bounds[0]) + bounds[1] * 24 * HOUR_MS, zone)
        const counted = stored
          .map(row => ({ ...row, day: row.at === null ? undefined : naiveDay(row.at, zone) }))
          .filter(
            ({ day }) =>
              first === undefined || last === undefined || (day !== undefined && day >= first && day <= last),
          )
        const asked = query(zone, first, last)
        const sizes = (rows: typeof counted): readonly number[] => [
          rows.length,
          new Set(rows.flatMap(({ session_no }) => session_no ?? [])).size,
          rows.filter(({ error }) => error === 1).length,
          new Set(rows.flatMap(({ day }) => day ?? [])).size,
        ]
        const naive = (key: (row: (typeof counted)[number]) => string, rows = counted): unknown =>
          new Map([...Map.groupBy(rows, key)].map(([name, group]) => [name, sizes(group)] as const))

        const projects = await random.reports.projectActivity(asked, reportCall)
        expect(
          new Map(projects.map(row => [String(row.name), [row.messages, row.sessions, row.errors, row.days_active]])),
        ).toEqual(naive(({ project }) => String(project ?? undefined)))
        const components = await random.reports.componentUsage(asked, reportCall)
        expect(
          new Map(
            components.map(row => [
              String(row.component),
              [row.occurrences, row.sessions, row.errors, row.active_days],
            ]),
          ),
        ).toEqual(naive(({ component }) => String(component ?? undefined)))
        const timeline = await random.reports.timeline(asked, reportCall)
        const isoOf = (day: number): string => new Date(day * 24 * HOUR_MS).toISOString().slice(0, 10)
        expect(
          new Map(
            timeline.map(row => [
              `${isoOf(row.date)} ${String(row.project)}`,
              [row.messages, row.sessions, row.errors, 1],
            ]),
          ),
        ).toEqual(
          naive(
            ({ day, project }) => `${String(day)} ${String(project ?? undefined)}`,
            counted.filter(({ day }) => day !== undefined),
          ),
        )
        const errors = await random.reports.errorAnalysis(asked, reportCall)
        expect(
          new Map(
            errors.map(row => [
              `${String(row.component)} ${String(row.project)}`,
              [row.error_count, row.affected_sessions, row.error_count, row.days_with_errors],
            ]),
          ),
        ).toEqual(
          naive(
            ({ component, project }) => `${String(component ?? undefined)} ${String(project ?? undefined)}`,
            counted.filter(({ error }) => error === 1),
          ),
        )
      },
    ),
    { numRuns: 300 },
  )
})

test('a day with more messages than one page is counted whole, also when they are all of one instant', async () => {
  const instant = at('2026-11-05T10:00:00Z')
  await archive.load([
    ...Array.from({ length: 20_005 }, (_, index) => archived(`same ${String(index)}`, { at: instant, project: '/a' })),
    ...Array.from({ length: 20_005 }, (_, index) =>
      archived(`later ${String(index)}`, { at: instant + 1 + Math.floor(index / 3), project: '/a', level: 'ERROR' }),
    ),
  ])
  expect(await archive.reports.projectActivity(query(), reportCall)).toMatchObject([
    { messages: 40_010, errors: 20_005 },
  ])
})
