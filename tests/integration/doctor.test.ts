import { chmodSync } from 'node:fs'
import { afterEach, expect, test } from '@jest/globals'
import { TestDenidin } from '../support/denidin.ts'
import { failure } from '../support/model-server.ts'

let denidin: TestDenidin | undefined

afterEach(async () => {
  await denidin?.[Symbol.asyncDispose]()
  denidin = undefined
})

interface Examination {
  readonly healthy: boolean
  readonly checks: readonly { readonly name: string; readonly state: string; readonly detail: string }[]
}

const examine = async (patient: TestDenidin): Promise<Examination> =>
  (await patient.app.runner.run('doctor', {}, { caller: { transport: 'cli', level: 'operator' } })) as never

const found = ({ checks }: Examination, name: string): string | undefined => {
  const check = checks.find(each => each.name === name)
  return check && `${check.state}: ${check.detail}`
}

test('the doctor finds a sound system sound: folders, disk, models, memory', async () => {
  denidin = await TestDenidin.start()
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  const examination = await examine(denidin)
  expect(found(examination, 'data folder')).toContain('ok: ')
  expect(found(examination, 'disk')).toMatch(/MB are free/)
  expect(found(examination, 'language model')).toBe('ok: openai scripted answers.')
  expect(found(examination, 'embedding model')).toBe('ok: openai scripted-embedding answers.')
  expect(found(examination, 'memory')).toContain('ok: ')
  const usage = await denidin.app.runner.run('status', {}, { caller: { transport: 'cli', level: 'operator' } })
  expect(usage['models_today']).toContainEqual(
    expect.objectContaining({ purpose: 'check', calls: 1, kind: 'completion' }),
  )
})

test('the doctor says which model does not answer and why, and who may look into the data', async () => {
  denidin = await TestDenidin.start()
  denidin.models.always('embedding', failure(401))
  chmodSync(denidin.data(''), 0o755)
  const examination = await examine(denidin)
  expect(examination.healthy).toBe(false)
  expect(found(examination, 'language model')).toContain('ok: ')
  expect(found(examination, 'embedding model')).toMatch(/^down: openai scripted-embedding does not answer: .+/)
  expect(found(examination, 'data folder')).toMatch(/^degraded: Others .*chmod 700/)
})

test('the doctor says that nobody is the godfather, and that a threshold lets nothing through', async () => {
  denidin = await TestDenidin.start({ godfather_phone: 'TEST_PHONE@c.us' })
  for (const [n, subject] of ['boats', 'bread', 'bees', 'bikes', 'birds', 'bells', 'books', 'bags'].entries()) {
    const phone = `1555000000${String(n)}`
    for (const what of ['I like', 'my neighbour sells', 'yesterday I saw', 'we talked of', 'no more']) {
      await denidin.say(`${what} ${subject} and ${subject}s tools`, { phone })
    }
  }
  denidin.clock.forward(3_600_000)
  denidin.app.messageVectors.requestSync()
  await denidin.app.messageVectors.whenIdle()
  await denidin.restart({ godfather_phone: 'TEST_PHONE@c.us', memory: { longterm: { min_similarity: 1 } } })
  await denidin.app.memory.whenIdle()
  await denidin.app.messageVectors.whenIdle()
  const examination = await examine(denidin)
  expect(found(examination, 'configuration')).toContain('godfather_phone')
  expect(found(examination, 'memory')).toContain('min_similarity (1)')
})
