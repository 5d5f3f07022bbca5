/** The operations of backups: their input, who may run them, what they show, and what is audited. */
import { expect, test } from '@jest/globals'
import type { DenidinError } from '../../src/platform/errors.ts'
import { VERIFICATION } from '../support/operations/fake-backups.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'

const OPERATOR = { transport: 'cli', level: 'operator' } as const

const rig = new OperationRig()

const run = (name: string, input: object, confirmed = false): Promise<Record<string, unknown>> =>
  rig.runner().run(name, input, { caller: OPERATOR, confirmed })

const failure = (name: string, input: object, confirmed = false): Promise<DenidinError> =>
  run(name, input, confirmed).then(
    () => {
      throw new Error('it did not fail')
    },
    (error: DenidinError) => error,
  )

test('a backup is made with what is asked for, and audited as a reading of everyone', async () => {
  expect(await run('backup.create', { type: 'full', include_login: true, include_logs: true })).toMatchObject({
    folder: '/backups',
    backup: { type: 'full', verified: 'not_verified', problem: null },
  })
  expect(rig.asked.splice(0)).toEqual(['backup full logs login'])
  expect(rig.audited.splice(0)).toEqual([
    {
      operation: 'backup.create 2026-11-20T023000Z-incremental-abcd',
      by: 'operator',
      whose: 'everyone',
      counts: { messages: 40 },
    },
  ])
})

test('the list shows whole and damaged backups, with their last verification', async () => {
  const { backups, next } = await run('backup.list', {})
  expect(backups).toMatchObject([
    { verified: 'in_order', messages: 40, problem: null },
    { verified: 'failed', type: null, problem: 'it is damaged' },
  ])
  expect(next).toBeNull()
  expect(await failure('backup.list', { after: 'nothing' })).toMatchObject({ code: 'not_found' })
})

test('one backup is shown with its files and tables', async () => {
  expect(await run('backup.show', {})).toMatchObject({
    problems: [],
    files: [{ path: 'denidin.db' }, { path: 'sessions', files: 2 }],
    tables: [{ database: 'denidin.db', name: 'messages', rows: 40, sha256: 'aa' }],
  })
})

test('a verification that fails ends the command with a sentence that says what to do', async () => {
  rig.backup.backups.verification = { ...VERIFICATION, in_order: false, problems: ['denidin.db is damaged'] }
  const operations = await import('../../src/operations/backup/verify.ts')
  const output = await run('backup.verify', { backup_id: '2026' })
  expect(output).toMatchObject({ in_order: false, problems: ['denidin.db is damaged'] })
  expect(operations.backupVerify.failure?.(operations.backupVerify.output.parse(output))).toContain(
    'create --type full',
  )
  const there = operations.backupVerify.output.parse({ ...output, target: 'nas' })
  expect(operations.backupVerify.failure?.(there)).toContain(
    'at nas cannot be relied on; `denidin backup copy` repairs',
  )
  rig.backup.backups.verification = VERIFICATION
  rig.asked.splice(0)
})

test('a restore must be confirmed, and takes an id or a point in time', async () => {
  expect(await failure('backup.restore', {})).toMatchObject({ code: 'confirmation_needed' })
  expect(await run('backup.restore', { point_in_time: '2026-11-29T16:00:00+02:00' }, true)).toMatchObject({
    outcome: 'restored',
    kept_aside: '/data/before-restore-x',
    messages_left: 3,
    next: expect.stringContaining('3 messages from 2026-11-20T03:00:00.000Z to 2026-11-20T04:00:00.000Z are only in'),
    erasure_log: expect.stringContaining('forgotten again at the next start'),
    login: 'The WhatsApp login was not touched.',
  })
  await run('backup.restore', { backup_id: '2026-11-20' }, true)
  expect(rig.asked.splice(0)).toEqual(['restore 2026-11-29T14:00:00.000Z', 'restore 2026-11-20'])
  expect(
    await failure('backup.restore', { backup_id: 'x', point_in_time: '2026-11-29T14:00:00Z' }, true),
  ).toMatchObject({
    code: 'invalid_input',
    message: 'give a backup id or a point in time, not both',
  })
})

test('a staged restore is listed, and dropped without a confirmation', async () => {
  expect(await run('backup.list', {})).toMatchObject({ staged: { staged_at: '2026-11-20T06:00:00.000Z' } })
  expect(await run('backup.restore', { cancel: true })).toMatchObject({
    outcome: 'cancelled',
    created_at: '2026-11-20T02:30:00.000Z',
  })
  expect(await run('backup.list', {})).toMatchObject({ staged: null })
  expect(await failure('backup.restore', { cancel: true })).toMatchObject({
    code: 'not_found',
    message: 'no restore is staged',
  })
})

test.each(['yesterday', '2026-11-29', '29.11.2026 14:00', '2026-13-40T99:00:00Z', '2026-11-29T14:00:00', ' ', '0'])(
  'the point in time "%s" is refused with an example',
  async point_in_time => {
    const error = await failure('backup.restore', { point_in_time }, true)
    expect(error).toMatchObject({ code: 'invalid_input', message: expect.stringContaining('2026-11-29T14:00:00Z') })
  },
)

test.each(['backup.list', 'backup.show', 'backup.verify', 'backup.prune', 'backup.restore', 'backup.scheduled'])(
  'the godfather may not run %s in a chat',
  async name => {
    const caller = { transport: 'chat', level: 'godfather' } as const
    await expect(rig.runner().run(name, {}, { caller, confirmed: true })).rejects.toMatchObject({ code: 'forbidden' })
  },
)
