// Proves that configuration keys change behaviour, through the whole application.
import { afterEach, expect, test } from '@jest/globals'
import { readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { ChromaProcess } from '../../src/vectors/chroma/chroma-process.ts'
import type { Scope } from '../../src/messages/scope.ts'
import { PLAIN_MEMORY } from '../../src/memory/memory.ts'
import { DAY_MS, HOUR_MS } from '../../src/platform/clock.ts'
import { exists } from '../../src/platform/files.ts'
import { valenceOf } from '../../src/text/valence/valence.ts'
import { GODFATHER, TestDenidin, type Json } from '../support/denidin.ts'
import { failure, hold, reply, ScriptedModelServer } from '../support/model-server.ts'
import { recalledLines } from '../support/recalled-lines.ts'

let denidin: TestDenidin
const OPERATOR = { transport: 'cli', level: 'operator' } as const

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start(config)
}

const body = (): Record<string, unknown> =>
  denidin.models.of('completion').at(-1)?.body as unknown as Record<string, unknown>

/** Stores memories of the default person, each of a given age, and waits until they can be recalled. */
const remember = async (
  ...memories: readonly { readonly text: string; readonly days_old?: number }[]
): Promise<void> => {
  await denidin.say('hello')
  const person = await denidin.app.people.lookUp('15550001111')
  const scope: Scope = `person:${person?.person_id ?? ''}`
  for (const [index, { text, days_old = 0 }] of memories.entries()) {
    const said_to = denidin.clock.now() - days_old * DAY_MS
    await denidin.app.memory.store({
      ...PLAIN_MEMORY,
      memory_id: `memory-${String(index)}`,
      session_id: `session-${String(index)}`,
      scope,
      person_ids: [],
      kind: 'session_summary',
      text,
      said_from: said_to,
      said_to,
      valid_from: said_to,
      created_at: said_to,
    })
  }
  await denidin.app.memory.whenIdle()
}

/** The quotes in the last request. */
const quotes = (): string[] => recalledLines(denidin.lastRequest()).flatMap(line => /^- "(.*)"$/.exec(line)?.[1] ?? [])

test('data_root is the folder of all data', async () => {
  await start({ data_root: 'elsewhere' })
  await denidin.say('hello')
  await denidin.say('/reset')
  expect((await readdir(join(denidin.folder, 'elsewhere'))).sort()).toEqual(
    expect.arrayContaining(['denidin.db', 'memory', 'sessions', 'vectors.db']),
  )
  expect(await exists(denidin.data())).toBe(false)
})

test('requests go to base_url with the configured key, model, temperature and token limit', async () => {
  await start({ openai_api_key: 'sk-mine', ai: { model: 'large-one', temperature: 0.1, max_tokens: 77 } })
  await denidin.say('hello')
  expect(body()).toMatchObject({ model: 'large-one', temperature: 0.1, max_tokens: 77 })
  expect(denidin.models.of('completion')[0]?.headers.authorization).toBe('Bearer sk-mine')
})

test('the offline provider calls no server', async () => {
  await start({ ai: { provider: 'offline' }, embeddings: { provider: 'offline' } })
  expect(await denidin.say('my dog is called Rex')).toMatch(/offline/i)
  await denidin.say('/reset')
  expect(denidin.models.requests).toEqual([])
})

test('the system prompt is read from the configured file', async () => {
  await start()
  const file = join(denidin.folder, 'prompt.md')
  await writeFile(file, 'You are a parrot.')
  await denidin.restart({ ai: { system_prompt_file: file } })
  await denidin.say('hello')
  expect(denidin.lastRequest()).toMatch(/^system: You are a parrot\./)
})

test.each([true, false])('answers are asked for as streams unless ai.stream says no', async stream => {
  await start({ ai: { stream } })
  await expect(denidin.say('Hello there')).resolves.toBe('You said: Hello there')
  expect(denidin.models.of('completion')[0]?.body.stream ?? false).toBe(stream)
})

test('a failed request is retried ai.retries times', async () => {
  await start({ ai: { retries: 1 } })
  denidin.models.next('completion', failure(500), reply('second time lucky'))
  expect(await denidin.say('hello')).toBe('second time lucky')
  denidin.models.next('completion', failure(500), failure(500), reply('too late'))
  expect(await denidin.say('hello')).not.toBe('too late')
})

test('a model call times out after ai.timeout_seconds', async () => {
  await start({ ai: { timeout_seconds: 1 } })
  const held = hold(reply('too late'))
  denidin.models.next('completion', held.answer)
  expect(await denidin.say('hello')).not.toBe('too late')
  held.release()
  expect(denidin.log.text()).toContain('timeout')
})

test('embeddings have their own URL, key, model and dimensions', async () => {
  await using embeddings = await ScriptedModelServer.start()
  await start({
    embeddings: { base_url: embeddings.base_url, api_key: 'sk-vectors', model: 'small-vectors', dimensions: 64 },
  })
  await denidin.say('hello')
  await denidin.say('/reset')
  expect(denidin.models.counts.embedding).toBe(0)
  const request = embeddings.of('embedding')[0]
  expect(request?.body).toMatchObject({ model: 'small-vectors', dimensions: 64 })
  expect(request?.headers.authorization).toBe('Bearer sk-vectors')
})

test('the offline embedder works beside a remote language model', async () => {
  await start({ embeddings: { provider: 'offline' } })
  await remember({ text: '- my dog is called Rex' })
  await denidin.say('what is my dog called?')
  expect(quotes()).toEqual(['my dog is called Rex'])
  expect(denidin.models.counts.embedding).toBe(0)
})

test('messages within debounce_ms are one turn', async () => {
  await start({ conversation: { debounce_ms: 200 } })
  const chat_id = '15550001111@c.us'
  await denidin.channel.deliver({ text: 'one', chat_id })
  await denidin.channel.deliver({ text: 'two', chat_id })
  await denidin.app.conversation.whenIdle(chat_id)
  expect(denidin.channel.sent).toHaveLength(1)
})

/** Records when each of the next messages is sent, in milliseconds since the Unix epoch. */
const sendTimes = (count: number): { readonly times: number[] } => {
  const times: number[] = []
  for (let n = 0; n < count; n++) {
    denidin.channel.outcomes.push(async message => {
      times.push(denidin.clock.now())
      return { outcome: 'sent', message_id: `timed-${String(n)}-${message.chat_id}` }
    })
  }
  return { times }
}

const NO_PAUSES = { characters_per_second: 0, chat_gap_ms: 0, global_gap_ms: 0, jitter: 0 }

test('a reply is delayed by its typing time, up to the longest pause', async () => {
  await start({ conversation: { pacing: { ...NO_PAUSES, characters_per_second: 100, longest_pause_seconds: 2 } } })
  const text = 'x'.repeat(80)
  denidin.models.next('completion', reply(text), reply('y'.repeat(3900)))
  const elapsed = async (): Promise<number> => {
    const began = denidin.clock.now()
    await denidin.say('hello')
    return denidin.clock.now() - began
  }
  expect(await elapsed()).toBeGreaterThanOrEqual(800)
  const long = await elapsed()
  expect(long).toBeGreaterThanOrEqual(2000)
  expect(long).toBeLessThan(20_000)
})

test('commands are answered without typing time', async () => {
  const typing = { characters_per_second: 0.01, longest_pause_seconds: 60 }
  await start({ conversation: { pacing: { ...NO_PAUSES, ...typing } } })
  const { times } = sendTimes(2)
  const began = denidin.clock.now()
  await denidin.say('/help')
  await denidin.say('/memory')
  const [, second = Infinity] = times
  expect(second - began).toBeLessThan(60_000)
})

test('messages keep the configured gaps, in one chat and across all', async () => {
  await start({ conversation: { pacing: { ...NO_PAUSES, chat_gap_ms: 700, global_gap_ms: 150 } } })
  const { times } = sendTimes(4)
  await denidin.say('one')
  await denidin.say('two')
  await Promise.all(['15550002222', '15550003333'].map(phone => denidin.say('three', { phone })))
  const [one = 0, two = 0, three = 0, four = 0] = times
  // The gap applies before the send is recorded, which takes a varying few milliseconds.
  expect(two - one).toBeGreaterThan(600)
  expect(three - two).toBeGreaterThan(100)
  expect(four - three).toBeGreaterThan(100)
})

test('gaps vary at random within the jitter', async () => {
  await start({ conversation: { pacing: { ...NO_PAUSES, global_gap_ms: 100, jitter: 5 } } })
  const { times } = sendTimes(6)
  await Promise.all([1, 2, 3, 4, 5, 6].map(n => denidin.say('hello', { phone: `1555000000${String(n)}` })))
  const distances = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  expect(Math.min(...distances)).toBeGreaterThan(60)
  // Five gaps within the shortest twelfth of the range happen once in 250,000 runs.
  expect(Math.max(...distances)).toBeGreaterThan(142)
})

test('in quiet hours messages wait in order, except those of the godfather', async () => {
  // Half a day away from UTC and from the time zones of most machines.
  const time_zone = 'Pacific/Kiritimati'
  const hour = (hours: number): string => {
    const at = new Date(Date.now() + hours * HOUR_MS)
    return `${new Intl.DateTimeFormat('en', { hour: '2-digit', hourCycle: 'h23', timeZone: time_zone }).format(at)}:00`
  }
  await start({ conversation: { quiet_hours: `${hour(0)}-${hour(2)}` }, time_zone })
  expect(await denidin.say('my first question')).toBe('')
  expect(await denidin.say('my second question')).toBe('')
  expect(await denidin.say('are you awake?', { phone: GODFATHER })).toBe('You said: are you awake?')
  await denidin.restart()
  expect(await denidin.say('my third question')).toBe('')
  denidin.clock.forward(2 * HOUR_MS)
  expect(await denidin.say('good morning')).toContain('good morning')
  expect(denidin.lastRequest()).toMatch(/my first question\n(.*\n)*my second question\n(.*\n)*my third/)
  expect(JSON.stringify(await denidin.app.runner.run('status', {}, { caller: OPERATOR }))).toContain(
    '"inbox_waiting":0',
  )
})

test('the configured godfather may do what clients may not', async () => {
  await start({ godfather_phone: '+1 (555) 000-1111' })
  expect(await denidin.say('/status', { phone: '15550001111' })).toMatch(/memor/i)
  expect(await denidin.say('/status', { phone: '15550002222' })).toMatch(/admin/i)
})

test('with long-term memory off nothing is embedded, recalled or stored, and ended sessions wait until it is on', async () => {
  await start({ memory: { longterm: { enabled: false } } })
  await denidin.say('my dog is called Rex')
  expect(await denidin.say('/reset')).not.toMatch(/has been saved/)
  await denidin.say('what is my dog called?')
  expect(denidin.lastRequest()).not.toContain('Rex')
  expect(denidin.models.counts.embedding).toBe(0)
  expect(await exists(denidin.data('memory'))).toBe(false)
  expect(await exists(denidin.data('sessions/expired'))).toBe(true)
  await denidin.restart({})
  await denidin.app.closing.sweep()
  await denidin.app.memory.whenIdle()
  await denidin.say('what is my dog called?')
  expect(denidin.lastRequest()).toContain('my dog is called Rex')
})

test('at most top_k_results memories are recalled', async () => {
  await start({ memory: { longterm: { top_k_results: 2, min_similarity: 0 } } })
  await remember(...[1, 2, 3, 4].map(n => ({ text: `my dog is called Rex ${String(n)}` })))
  await denidin.say('what is my dog called?')
  expect(quotes()).toHaveLength(2)
})

test('only memories as similar as min_similarity are recalled', async () => {
  const memories = [{ text: 'what is my dog called' }, { text: 'what is the price of a green bicycle' }]
  await start({ memory: { longterm: { min_similarity: 0.9 } } })
  await remember(...memories)
  await denidin.say('what is my dog called?')
  expect(quotes()).toEqual(['what is my dog called'])
  await denidin.restart({ memory: { longterm: { min_similarity: 0.05 } } })
  // The question waits for Chroma's start as long as that takes on a busy machine.
  denidin.clock.wait(10)
  await denidin.say('what is my dog called?')
  expect(quotes()).toHaveLength(2)
})

test('recalled texts have at most recall_tokens tokens together', async () => {
  await start({ memory: { longterm: { recall_tokens: 50, min_similarity: 0 } } })
  const text = `my dog is called Rex ${'and he likes bones '.repeat(6)}`.trim()
  await remember({ text }, { text: `${text} a lot` }, { text: `${text} a bit` })
  await denidin.say('what is my dog called?')
  expect(quotes()).toHaveLength(1)
})

test('semantic_weight and recency_weight decide the order of memories', async () => {
  const best = { min_similarity: 0, top_k_results: 1 }
  const memories = [
    { text: 'my dog is called Rex', days_old: 300 },
    { text: 'my dog is in the big garden by the river and is called in for lunch' },
  ]
  await start({ memory: { longterm: { semantic_weight: 1, recency_weight: 0, ...best } } })
  await remember(...memories)
  await denidin.say('my dog is called what?')
  expect(quotes()).toEqual(['my dog is called Rex'])
  await denidin.restart({ memory: { longterm: { semantic_weight: 0, recency_weight: 1, ...best } } })
  await denidin.say('my dog is called what?')
  expect(quotes()).toEqual([expect.stringContaining('big garden')])
})

test('the index is stored in storage_dir, in collections prefixed with collection_name', async () => {
  await start({ memory: { longterm: { storage_dir: 'recollections', collection_name: 'mine' } } })
  await remember({ text: 'my dog is called Rex' })
  await denidin.close()
  const chroma = new DatabaseSync(denidin.data('recollections/chroma.sqlite3'))
  const names = chroma.prepare('select name from collections').all()
  chroma.close()
  expect(names.map(row => String(row['name']))).toEqual([expect.stringMatching(/^mine/)])
  expect(await exists(denidin.data('memory'))).toBe(false)
})

test('a remote Chroma is used at its URL, and no local one is started', async () => {
  await start({ memory: { longterm: { enabled: false } } })
  await using server = await ChromaProcess.start(join(denidin.folder, 'far-away'), {
    clock: denidin.clock,
    logger: denidin.log,
  })
  const url = `http://${server.host}:${String(server.port)}`
  await denidin.restart({ memory: { longterm: { chroma: { mode: 'remote', url } } } })
  await remember({ text: 'my dog is called Rex' })
  await denidin.say('what is my dog called?')
  expect(quotes()).toEqual(['my dog is called Rex'])
  expect(await exists(denidin.data('memory'))).toBe(false)
  await denidin.close()
})

/** What the model is told of a person’s mood. */
const TONE = /^The person (?:seems|sounds) /m

test('a message at valence −0.3 changes the request only for thresholds above it', async () => {
  const said = 'my day was a bit sad'
  expect(valenceOf(said)).toBeGreaterThan(-0.5)
  expect(valenceOf(said)).toBeLessThan(-0.2)
  denidin = await TestDenidin.start()
  const requested = async (): Promise<string> => {
    await denidin.say(said)
    return denidin.models.of('completion').at(-1)?.body.messages?.[0]?.content ?? ''
  }
  expect(await requested()).toMatch(TONE)
  await denidin.restart({ affect: { valence_threshold: -0.1 } })
  expect(await requested()).toMatch(TONE)
  await denidin.restart({ affect: { valence_threshold: -0.5 } })
  expect(await requested()).not.toMatch(TONE)
})
