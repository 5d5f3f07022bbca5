import { afterEach, expect, test } from '@jest/globals'
import { operations } from '../../src/operations/list.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'
import { nameOf } from '../../src/text/strings/hebrew-components.ts'
import { failure, json, reply } from '../support/model-server.ts'
import { until } from '../support/until.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start({ alerts: { after_seconds: 0 }, ...config })
}

/** What was written to the administrator of their own accord. */
const alerts = (): readonly string[] =>
  denidin.channel.sent.filter(({ chat_id }) => chat_id === `${GODFATHER}@c.us`).map(({ text }) => text)

const looked = (): Promise<void> =>
  until(() => denidin.log.lines.some(({ message }) => message === 'A component has a problem'))

test('the godfather is told once that the model refuses, and once that it answers again', async () => {
  await start()
  denidin.models.always('completion', failure(401, { code: 'invalid_api_key' }))
  await denidin.say('hello')
  await until(() => alerts().length > 0)
  expect(alerts()).toEqual([expect.stringMatching(/^⚠️ Language model is down: .*does not accept the key.*401/)])
  await denidin.say('are you there?')
  // A restart knows of the incident.
  await denidin.restart()
  await denidin.say('and now?')
  await denidin.say('still not?')
  denidin.models.always('completion', reply('Yes.'))
  expect(alerts()).toEqual([])
  await denidin.say('and now?')
  await until(() => alerts().length > 0)
  expect(alerts()).toEqual([
    expect.stringMatching(/^✅ Language model is well again\. It was down for less than a minute\.$/),
  ])
})

test('the godfather is told once that a limit is reached, over a restart too, and once that it is over', async () => {
  const limits = { tokens_per_day: 2000, tokens_per_person_per_day: 100_000 }
  const config = { limits, ai: { max_tokens: 100 }, memory: { longterm: { enabled: false } } }
  await start(config)
  const used = json({
    choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 1900, completion_tokens: 50 },
  })
  denidin.models.always('completion', used)
  expect(await denidin.say('hello')).toBe('Yes.')
  expect(alerts()).toEqual([])
  const refused = /^That is all for today/
  expect(await denidin.say('and now?')).toMatch(refused)
  await until(() => alerts().length > 0)
  for (const phone of ['15550002222', '15550003333']) expect(await denidin.say('hello', { phone })).toMatch(refused)
  expect(await denidin.say('hello', { phone: GODFATHER })).toMatch(refused)
  expect(alerts().filter(text => text.startsWith('⚠️'))).toEqual([
    expect.stringMatching(/^⚠️ .*The limit of tokens for the day is reached\.$/),
  ])
  await denidin.restart({ alerts: { after_seconds: 0 }, ...config })
  denidin.models.always('completion', used)
  expect(await denidin.say('still not?')).toMatch(refused)
  expect(await denidin.say('and now?')).toMatch(refused)
  denidin.clock.forward(DAY_MS)
  expect(await denidin.say('a new day')).toBe('Yes.')
  await until(() => alerts().length > 0)
  expect(alerts()).toEqual([expect.stringMatching(/^✅ /)])
})

test('the godfather is told that the limit of everyone is reached, also when people had reached theirs before', async () => {
  const limits = { tokens_per_day: 5000, tokens_per_person_per_day: 2000 }
  await start({ limits, ai: { max_tokens: 100 }, memory: { longterm: { enabled: false } } })
  const choices = [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }]
  denidin.models.always('completion', json({ choices, usage: { prompt_tokens: 1900, completion_tokens: 50 } }))
  for (let at = 0; at < 2; at++) await denidin.say('hello')
  await until(() => alerts().length > 0)
  expect(alerts()).toEqual([
    expect.stringMatching(/^⚠️ Personal limits .*1 person has reached their limit of the day\.$/),
  ])
  for (const phone of ['15550002222', '15550003333', '15550004444']) await denidin.say('hello', { phone })
  await until(() => alerts().length > 1)
  expect(alerts()[1]).toMatch(/^⚠️ Limits .*The limit of tokens for the day is reached\.$/)
})

test('every component has a name in Hebrew', async () => {
  await start({ api: { enabled: true, port: 0 } })
  const { parts } = (await denidin.app.runner.run(
    'status',
    {},
    { caller: { transport: 'cli', level: 'operator' } },
  )) as { parts: readonly { name: string }[] }
  const names = parts.map(({ name }) => name).filter(name => !['bot', 'test'].includes(name))
  expect(names.length).toBeGreaterThan(15)
  expect(names.filter(name => nameOf(name) === name)).toEqual([])
})

test('the error rate is told with its counts, and is a component of status and a metric', async () => {
  await start({ alerts: { after_seconds: 0, minimum_count: 3 } })
  denidin.models.always('completion', failure(503))
  for (let at = 0; at < 3; at++) await denidin.say('hello')
  await until(() => alerts().some(text => text.includes('Error rate')))
  expect(alerts().join('\n')).toContain(
    '⚠️ Error rate misses its limit: 3 of 3 messages (100 %) got no answer in the last 60 minutes; the target is 1 %, the limit 5 %.',
  )
  const { text } = await denidin.app.runner.run(
    'metrics',
    { format: 'prometheus' },
    { caller: { transport: 'cli', level: 'operator' } },
  )
  expect(text).toContain('denidin_measure{measure="error rate"} 1\n')
  expect(text).toContain('denidin_measure_bound{measure="error rate",bound="limit"} 0.05\n')
  denidin.models.always('completion', reply('Yes.'))
  denidin.clock.pass(61 * 60_000)
  await until(() => alerts().some(said => said.includes('Error rate is well again')))
})

test('what is older than alerts.uptime.window_days does not count, in the whole app', async () => {
  await start({ alerts: { uptime: { window_days: 1 } } })
  await denidin.close()
  denidin.clock.forward(3 * DAY_MS)
  await denidin.open()
  const { parts } = operations.health.output.parse(
    await denidin.app.runner.run('health', {}, { caller: { transport: 'cli', level: 'operator' } }),
  )
  expect(parts.find(({ name }) => name === 'uptime')).toMatchObject({
    state: 'off',
    detail: expect.stringMatching(
      /^DeniDin ran 0 of the last 24 hours \([\d.e-]+ %\), was stopped for 1,440 minutes, and down for 0 minutes;/,
    ),
  })
  const { text } = await denidin.app.runner.run(
    'metrics',
    { format: 'prometheus' },
    { caller: { transport: 'cli', level: 'operator' } },
  )
  expect(text).toMatch(/denidin_uptime_window_seconds\{state="stopped"\} 86\d{3}/)
  expect(text).toMatch(/denidin_uptime_window_seconds\{state="down"\} 0\n/)
})

test('sessions that ended within alerts.auto_expiry.window_days are judged, in the whole app', async () => {
  await start({ alerts: { minimum_count: 1, auto_expiry: { window_days: 2 } } })
  await denidin.say('hello')
  await denidin.say('/reset')
  const detail = async (): Promise<string | undefined> => {
    const { parts } = operations.health.output.parse(
      await denidin.app.runner.run('health', {}, { caller: { transport: 'cli', level: 'operator' } }),
    )
    return parts.find(({ name }) => name === 'automatic expiry')?.detail
  }
  denidin.clock.pass(61_000)
  expect(await detail()).toMatch(/^0 of 1 sessions \(0 %\) ended by themselves in the last 2 days;/)
  denidin.clock.forward(3 * DAY_MS)
  denidin.clock.pass(61_000)
  expect(await detail()).toMatch(/^0 of 0 sessions ended by themselves in the last 2 days/)
})

test('the godfather reads alerts in their language', async () => {
  await start()
  await denidin.say('/lang he', { phone: GODFATHER })
  denidin.models.always('completion', failure(402))
  await denidin.say('hello')
  await until(() => alerts().some(text => text.includes('תקלה')))
  expect(alerts().at(-1)).toContain('מודל השפה')
})

test('alerts.whatsapp off, or no godfather: the incident is in the log and in the status alone', async () => {
  for (const config of [{ alerts: { after_seconds: 0, whatsapp: false } }, { godfather_phone: null }]) {
    await start(config)
    denidin.models.always('completion', failure(401))
    await denidin.say('hello')
    await looked()
    expect(alerts()).toEqual([])
    await denidin[Symbol.asyncDispose]()
  }
})

test('alerts.after_seconds is how long trouble must last before the godfather is told', async () => {
  await start({ alerts: { after_seconds: 3600 } })
  denidin.models.always('completion', failure(401))
  await denidin.say('hello')
  expect(alerts()).toEqual([])
  await denidin.restart({ alerts: { after_seconds: 0 } })
  await denidin.say('hello')
  await until(() => alerts().length > 0)
})

test('while WhatsApp is in trouble nothing is sent; afterwards everything comes as one message', async () => {
  await start()
  let well = false
  const { health } = denidin.channel
  denidin.channel.health = async () =>
    well ? await health() : ({ state: 'degraded', detail: 'WhatsApp has no connection.' } as never)
  denidin.models.always('completion', failure(401))
  await denidin.say('hello')
  await until(() => denidin.log.lines.filter(({ message }) => message === 'A component has a problem').length === 2)
  expect(alerts()).toEqual([])
  well = true
  await until(() => alerts().length > 0)
  expect(alerts()).toEqual([expect.stringMatching(/Language model is down/)])
})

test('the godfather who writes under a LID is told there', async () => {
  await start()
  const lid = '77700099@lid'
  const sender = {
    identities: [{ kind: 'lid', value: '77700099' } as const, { kind: 'phone', value: GODFATHER } as const],
  }
  await denidin.channel.deliver({ text: 'hello', chat_id: lid, sender })
  await denidin.app.conversation.whenIdle(lid)
  denidin.models.always('completion', failure(401))
  await denidin.say('hello')
  await until(() => denidin.channel.sent.some(({ text }) => text.startsWith('⚠️')))
  expect(denidin.channel.sent.at(-1)).toMatchObject({ chat_id: lid })
})

test('an alert is not a conversation: it is not remembered, and the model is not shown it', async () => {
  await start()
  denidin.models.always('completion', failure(401))
  await denidin.say('hello', { phone: GODFATHER })
  await until(() => alerts().some(text => text.startsWith('⚠️')))
  denidin.models.always('completion', reply('Yes.'))
  await denidin.say('are you there?', { phone: GODFATHER })
  expect(denidin.lastRequest()).not.toContain('⚠️')
  expect(await denidin.say('/export', { phone: GODFATHER })).not.toContain('⚠️')
})
