/** Who has which feature at which stage: every staged feature, every usual stage, and everyone it can be asked about. */
import { expect, test } from '@jest/globals'
import { allMigrations } from '../../src/app/stores.ts'
import { Database } from '../../src/database/sqlite/database.ts'
import { scopeOfPerson, type Scope } from '../../src/messages/scope.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { Rollouts } from '../../src/rollout/rollouts.ts'
import { createSqliteRollouts } from '../../src/rollout/sqlite/sqlite-rollouts.ts'
import { bucketOf, STAGED_FEATURES, stageName, USUAL_DWELL, USUAL_STAGES } from '../../src/rollout/stage.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { personOf } from '../support/operations/records.ts'

const CLIENTS = Array.from({ length: 60 }, (_, at) => `client-${String(at + 1)}`)
const GROUP: Scope = 'chat:120363000000000001@g.us'
const HALF_OF_BUCKETS = 5000

const roleOf = (person_id: string) => (person_id === 'boss' ? 'godfather' : person_id === 'bad' ? 'blocked' : 'client')

const open = async (): Promise<Rollouts> =>
  await Rollouts.open({
    store: createSqliteRollouts(new Database(':memory:', allMigrations)),
    people: { find: async person_id => ({ ...personOf(person_id, '15550001111'), role: roleOf(person_id) }) },
    oldest: () => ['boss', 'bad', ...CLIENTS],
    dwell: USUAL_DWELL,
    clock: new FakeClock(),
    logger: silentLogger,
  })

const CASES = STAGED_FEATURES.flatMap(feature =>
  USUAL_STAGES.map(stage => ({ feature, stage, name: stageName(stage) })),
)

test.each(CASES)('$feature at $name: those of the stage have it, and no one else', async ({ feature, stage }) => {
  const rollouts = await open()
  // From the widest stage to this one, through one that let others in.
  await rollouts.set({ feature, to: { kind: 'first', people: 60 }, by: 'operator', force: true })
  await rollouts.set({ feature, to: stage, by: 'operator', force: true })
  const has = (scope: Scope): Promise<boolean> => rollouts.has(feature, scope)
  const clients = (await Promise.all(CLIENTS.map(async id => ((await has(scopeOfPerson(id))) ? [id] : [])))).flat()
  const isAll = stage.kind === 'all'
  expect(await has(scopeOfPerson('boss'))).toBe(stage.kind !== 'off')
  expect(await has(GROUP)).toBe(isAll)
  expect(await has(scopeOfPerson('bad'))).toBe(isAll)
  switch (stage.kind) {
    case 'off':
    case 'godfather':
      expect(clients).toEqual([])
      break
    case 'first':
      expect(clients).toEqual(CLIENTS.slice(0, stage.people))
      break
    case 'percent':
      // The first people stay in while it widens from their stage.
      expect(clients).toEqual(CLIENTS)
      break
    case 'all':
      expect(clients).toEqual(CLIENTS)
  }
  // The others are where they were.
  for (const other of STAGED_FEATURES.filter(each => each !== feature))
    expect(await rollouts.has(other, GROUP)).toBe(true)
})

test.each(STAGED_FEATURES)(
  '%s at 50 %, from the godfather on, is for the people of half the buckets',
  async feature => {
    const rollouts = await open()
    await rollouts.set({ feature, to: { kind: 'godfather' }, by: 'operator' })
    await rollouts.set({ feature, to: { kind: 'percent', percent: 50 }, by: 'operator', force: true })
    for (const id of CLIENTS) {
      expect(await rollouts.has(feature, scopeOfPerson(id))).toBe(bucketOf(feature, id) < HALF_OF_BUCKETS)
    }
  },
)
