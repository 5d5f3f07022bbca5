/** The metrics of a whole DeniDin: after a scripted run they are what happened. */
import { mkdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { openForCall } from '../../src/app/open-standalone.ts'
import { operations, type OperationOutput } from '../../src/operations/list.ts'
import { DAY_MS } from '../../src/platform/clock.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { failure, json } from '../support/model-server.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const OPERATOR = { transport: 'cli', level: 'operator' } as const

const read = async (): Promise<OperationOutput<'metrics'>> =>
  operations.metrics.output.parse(await denidin.app.runner.run('metrics', {}, { caller: OPERATOR }))

/** Values by `name{label="value"}`, without the prefix. */
const byName = ({ values }: OperationOutput<'metrics'>): Readonly<Record<string, number | null>> =>
  Object.fromEntries(
    values.map(({ metric, labels, value }) => {
      const pairs = Object.entries(labels).map(([label, text]) => `${label}="${text}"`)
      return [`${metric.replace(/^denidin_/, '')}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`}`, value]
    }),
  )

const values = async (): Promise<Readonly<Record<string, number | null>>> => byName(await read())

const ANSWER = json({
  choices: [{ index: 0, message: { role: 'assistant', content: 'Yes.' }, finish_reason: 'stop' }],
  usage: { prompt_tokens: 100, completion_tokens: 20, prompt_tokens_details: { cached_tokens: 40 } },
})

const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start(config)
  mkdirSync(join(denidin.folder, 'config'), { recursive: true })
  const prices = { currency: 'USD', models: { scripted: { input: 1, cached_input: 0.25, output: 4 } } }
  writeFileSync(join(denidin.folder, 'config', 'prices.json'), JSON.stringify(prices))
  denidin.models.always('completion', ANSWER)
}

test('messages, turns, replies, model calls and costs are counted as they happened', async () => {
  await start()
  const said = ['my sister Noa lives in Haifa', 'and my brother in Jaffa', 'where does Noa live?']
  for (const text of said) await denidin.say(text)
  await denidin.say('/help')
  const again = await denidin.channel.deliver({ text: 'hello', sent_at: denidin.clock.now() })
  await denidin.app.conversation.whenIdle(again.chat_id)
  await denidin.channel.deliver(again)
  await denidin.channel.deliver({ text: ' \u200b ', sent_at: denidin.clock.now() })
  const call = 'kind="completion",purpose="reply",model="scripted"'
  const found = await values()
  expect(found).toMatchObject({
    'messages_total{outcome="received"}': 5,
    'messages_total{outcome="duplicate"}': 1,
    'messages_total{outcome="ignored"}': 1,
    'turns_total{outcome="answered"}': 4,
    'turns_total{outcome="command"}': 1,
    'replies_total{outcome="sent"}': 5,
    response_seconds_count: 4,
    own_response_seconds_count: 4,
    'turn_stage_seconds_count{stage="queue"}': 5,
    'turn_stage_seconds_count{stage="session"}': 4,
    'turn_stage_seconds_count{stage="model"}': 4,
    'turn_stage_seconds_count{stage="deliver"}': 4,
    'turn_stage_seconds_count{stage="remember"}': 4,
    [`model_calls_total{${call},outcome="ok"}`]: 4,
    [`model_tokens_total{${call},direction="input"}`]: 400,
    [`model_tokens_total{${call},direction="cached_input"}`]: 160,
    [`model_tokens_total{${call},direction="output"}`]: 80,
    running: 1,
    'sessions{state="active"}': 1,
    'queue_messages{queue="inbox"}': 0,
    'queue_messages{queue="outbox"}': 0,
    'component_state{component="database",state="ok"}': 1,
    'component_state{component="database",state="down"}': 0,
  })
  // 240 tokens at 1, 160 at 0.25 and 80 at 4 dollars per million.
  expect(found[`model_cost_total{${call},currency="USD"}`]).toBeCloseTo(0.0006, 9)
  expect(Number(found['process_memory_bytes{process="node"}'])).toBeGreaterThan(10_000_000)
})

test('failures are counted where they happened, by their code', async () => {
  await start()
  denidin.models.always('completion', failure(401, { code: 'invalid_api_key' }))
  await denidin.say('are you there?')
  denidin.channel.outcomes.push({ outcome: 'unconfirmed', reason: 'no acknowledgement' })
  await denidin.channel.deliver({ text: 'and now?', sent_at: denidin.clock.now() })
  await denidin.app.conversation.whenIdle('15550001111@c.us')
  await denidin.app.runner.run('session.show', { session_id: 'none' }, { caller: OPERATOR }).catch(() => undefined)
  expect(await values()).toMatchObject({
    'turns_total{outcome="no_answer"}': 2,
    'errors_total{source="model",code="rejected"}': 2,
    'errors_total{source="operation",code="not_found"}': 1,
    'operations_total{operation="session.show",outcome="not_found"}': 1,
    'replies_total{outcome="sent"}': 1,
    'replies_total{outcome="unconfirmed"}': 1,
    'model_calls_total{kind="completion",purpose="reply",model="scripted",outcome="failed"}': 2,
  })
})

test('memories, vectors, sessions and recalls are those of the data', async () => {
  await start({ feature_flags: { enable_llm_entity_extraction: false } })
  await denidin.say('/remember my sister Noa lives in Haifa')
  await denidin.say('I live in Jaffa')
  await denidin.whenIdle()
  await denidin.say('where does my sister Noa live?')
  denidin.clock.forward(2 * DAY_MS)
  await denidin.app.runner.run('session.sweep', {}, { caller: OPERATOR })
  await denidin.whenIdle()
  const output = await read()
  const found = byName(output)
  expect(found).toMatchObject({
    'memories{kind="explicit",category="facts",tier="long_term"}': 1,
    'sessions_ended_total{reason="expired"}': 1,
    sessions_stored_total: 1,
    'sessions{state="stored"}': 1,
    'recalls_total{outcome="found"}': 2,
    'retrieval_seconds_count{purpose="recall"}': 2,
  })
  expect(Number(found['recalled_total{kind="memory"}'])).toBeGreaterThan(0)
  expect(Number(found['process_memory_bytes{process="chroma"}'])).toBeGreaterThan(1_000_000)
  expect(Number(found['chroma_seconds_count{operation="query"}'])).toBeGreaterThan(0)
  const stats = operations.stats.output.parse(await denidin.app.runner.run('stats', {}, { caller: OPERATOR }))
  expect([output.experiences, output.vectors]).toEqual([stats.total_experiences, stats.total_vectors])
  expect(found['database_bytes{database="erasures"}']).toBeGreaterThanOrEqual(
    statSync(denidin.data('erasures.db')).size,
  )
  expect(output.db_size_mb).toBeCloseTo(Number(found['database_bytes{database="denidin"}']) / 2 ** 20, 6)
})

test('a refusal is counted by its reason, and an empty memory has 0 memories', async () => {
  await start()
  expect(await read()).toMatchObject({ experiences: 0, vectors: 0 })
  await denidin.say('hello')
  denidin.channel.outcomes.push({ outcome: 'not_sent', reason: 'refused', refused: 'error_463', message_id: 'x1' })
  const { chat_id } = await denidin.channel.deliver({ text: 'and now?', sent_at: denidin.clock.now() })
  await denidin.app.conversation.whenIdle(chat_id)
  expect((await values())['refusals_total{reason="error_463"}']).toBe(1)
})

test('no value of any label holds what people said, who they are, or where', async () => {
  await start()
  await denidin.say('my secret word is rumpelstilzchen', { name: 'Zebulon' })
  await denidin.say('/remember the word is rumpelstilzchen')
  await denidin.whenIdle()
  const labels = (await read()).values.flatMap(each => Object.values(each.labels)).join('\n')
  expect(labels).not.toMatch(/rumpelstilzchen|Zebulon|15550001111|@c\.us/)
})

test('with the bot down the figures of the data are the same, and nothing was counted', async () => {
  await start()
  await denidin.say('/remember my sister Noa lives in Haifa')
  await denidin.say('hello')
  await denidin.whenIdle()
  const up = await read()
  const loaded = denidin.load()
  await denidin.close()
  const client = await openForCall(loaded, 'test')
  try {
    const down = operations.metrics.output.parse(await client.call('metrics', {}))
    expect([down.experiences, down.vectors]).toEqual([up.experiences, up.vectors])
    expect(byName(down)).toMatchObject({ running: 0, 'sessions{state="active"}': 1 })
    expect(byName(down)['replies_total{outcome="sent"}']).toBeUndefined()
    const { text } = operations.metrics.output.parse(await client.call('metrics', { format: 'prometheus' }))
    expect(text).toContain('\ndenidin_running 0\n')
  } finally {
    await client[Symbol.asyncDispose]()
  }
})
