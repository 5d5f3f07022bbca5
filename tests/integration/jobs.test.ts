// The scheduled jobs: their times, what the maintenance jobs do to real data, and what is remembered of a run.
import { statSync } from 'node:fs'
import { afterEach, expect, test } from '@jest/globals'
import { DatabaseSync } from 'node:sqlite'
import { TestDenidin } from '../support/denidin.ts'

let denidin: TestDenidin
afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const run = async (operation: string, input: object = {}): Promise<Record<string, unknown>> =>
  await denidin.app.runner.run(operation, input, { caller: { transport: 'cli', level: 'operator' } })

interface ListedJob {
  readonly name: string
  readonly cron: string
  readonly outcome: string | null
  readonly next_run: string | null
  readonly seconds: number | null
}

const jobNamed = async (name: string): Promise<ListedJob | undefined> => {
  const { jobs } = (await run('jobs.list')) as unknown as { jobs: readonly ListedJob[] }
  return jobs.find(job => job.name === name)
}

test('the maintenance jobs run at the times of their settings', async () => {
  denidin = await TestDenidin.start({
    time_zone: 'Asia/Jerusalem',
    jobs: { orphans_cron: '5 3 29 2 *', vacuum_cron: '10 3 * * *' },
    memory: { agent: { interval_hours: 4 } },
  })
  expect(await run('jobs.list')).toMatchObject({ time_zone: 'Asia/Jerusalem' })
  expect(await jobNamed('consolidation')).toMatchObject({ cron: 'every 4 hours', next_run: null, outcome: null })
  expect(await jobNamed('vacuum')).toMatchObject({
    cron: '10 3 * * *',
    next_run: expect.stringMatching(/T0[01]:10:00/),
  })
  // The next leap day.
  expect(await jobNamed('orphans')).toMatchObject({ next_run: '2028-02-29T01:05:00.000Z' })
})

test('vacuum gives the pages of deleted data back, and the run is remembered over a restart', async () => {
  denidin = await TestDenidin.start()
  await denidin.say('hello')
  await denidin.close()
  const database = new DatabaseSync(denidin.data('denidin.db'))
  database.exec('create table rest (b blob); insert into rest values (zeroblob(5000000)); drop table rest')
  database.close()
  await denidin.open()
  const { result } = await run('jobs.run', { job: 'vacuum' })
  const [file] = (result as { databases: readonly { bytes_before: number; bytes_after: number; vacuumed: boolean }[] })
    .databases
  expect(file?.vacuumed).toBe(true)
  expect(file?.bytes_after).toBeLessThan((file?.bytes_before ?? 0) / 2)
  expect(statSync(denidin.data('denidin.db')).size).toBe(file?.bytes_after)
  // The log of the 5 MB that were written and deleted is gone.
  expect(statSync(denidin.data('denidin.db-wal')).size).toBeLessThan(1_000_000)
  await denidin.restart()
  expect(await jobNamed('vacuum')).toMatchObject({ outcome: 'done', seconds: expect.any(Number) })
  expect(await denidin.say('hello again')).not.toBe('')
})

test('orphans: a vector whose message is gone is removed', async () => {
  denidin = await TestDenidin.start()
  await denidin.say('I keep bees')
  denidin.clock.forward(3_600_000)
  denidin.app.messageVectors.requestSync()
  await denidin.whenIdle()
  await denidin.close()
  const count = (): number => {
    const vectors = new DatabaseSync(denidin.data('vectors.db'), { readOnly: true })
    const { n } = vectors.prepare('select count(*) as n from vectors').get() as { n: number }
    vectors.close()
    return n
  }
  const before = count()
  expect(before).toBeGreaterThan(0)
  const vectors = new DatabaseSync(denidin.data('vectors.db'))
  vectors.exec(`
    insert into vectors (space, item_id, scope) select space, item_id || '-gone', scope from vectors limit 1;
    insert into embeddings (seq, vector) select last_insert_rowid(), vector from embeddings limit 1
  `)
  vectors.close()
  expect(count()).toBe(before + 1)
  await denidin.open()
  expect(await run('jobs.run', { job: 'orphans' })).toMatchObject({
    result: { findings: expect.arrayContaining([expect.objectContaining({ what: 'foreign', count: 1 })]) },
  })
  expect(count()).toBe(before)
})
