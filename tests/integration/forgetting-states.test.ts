// Forgetting is proven in every state of DeniDin by reading the bytes of all its files, with real SQLite and real Chroma.
import { createHash } from 'node:crypto'
import { cp, mkdir, readdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { HOUR_MS } from '../../src/platform/clock.ts'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { embed, facts, hold, inputsOf, lastUserMessage, reply } from '../support/model-server.ts'
import { residueIn } from '../support/residue.ts'

const SECRET = 'Quetzal9'
const SAID = `my locker code is ${SECRET}`
const DIMENSIONS = 256
const RUNNING = 'The Chroma server is running'

let denidin: TestDenidin

/** A vector all of whose numbers depend on the text. */
const dense = (text: string): Float32Array => {
  const numbers = new Float32Array(DIMENSIONS)
  for (let n = 0; n < DIMENSIONS; n++) {
    numbers[n] =
      createHash('sha256')
        .update(`${String(n)} ${text}`)
        .digest()
        .readInt16LE() / 32_768
  }
  const length = Math.hypot(...numbers)
  return numbers.map(each => each / length)
}

beforeEach(async () => {
  denidin = await TestDenidin.start()
  denidin.models.always('embedding', embed({ vectorOf: dense }))
  denidin.models.always('extraction', facts(undefined, `They talked about ${SECRET}.`))
})

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Files that hold the secret, or a vector of a text with it. */
const residue = async (): Promise<readonly string[]> => {
  const texts = denidin.models
    .of('embedding')
    .flatMap(inputsOf)
    .filter(text => text.includes(SECRET))
  const found = await residueIn([denidin.data(), join(denidin.folder, 'logs')], {
    words: [SECRET],
    vectors: [...new Set(texts)].map(dense),
  })
  return found.map(path => path.slice(denidin.folder.length + 1))
}

/** Something is said, learned, embedded, indexed and archived; the messages are old enough to be embedded too. */
const gather = async (): Promise<void> => {
  await denidin.say('I like tea')
  await denidin.say(SAID)
  await denidin.say(`/remember the code of the shed is ${SECRET} too`)
  await denidin.say('/reset')
  await denidin.whenIdle()
  denidin.clock.forward(HOUR_MS)
  await denidin.say(`is ${SECRET} still my code?`)
  denidin.clock.forward(HOUR_MS)
  denidin.app.messageVectors.requestSync()
  await denidin.whenIdle()
  const before = await residue()
  for (const file of ['data/denidin.db', 'data/index.db', 'data/vectors.db', 'data/sessions', 'data/memory']) {
    expect(before.some(path => path.startsWith(file))).toBe(true)
  }
}

const forgetAll = async (): Promise<string> => {
  await denidin.say('/forget all')
  return await denidin.say('yes')
}

const forgetAsOperator = async (): Promise<unknown> =>
  await denidin.app.runner.run(
    'memory.forget',
    { what: 'all', person: '15550001111' },
    { caller: { transport: 'cli', level: 'operator' }, confirmed: true },
  )

const OFF: readonly (readonly [string, Json])[] = [
  ['the memory system', { feature_flags: { enable_memory_system: false } }],
  ['long-term memory', { memory: { longterm: { enabled: false } } }],
]

test('running and archived: no byte is left of everything, in any file', async () => {
  await gather()
  expect(await forgetAll()).toContain('nothing of it is left')
  expect(await residue()).toEqual([])
  await denidin.restart()
  await denidin.whenIdle()
  expect(await residue()).toEqual([])
})

test('one thing that is forgotten leaves no byte, and the rest stays and is found', async () => {
  await denidin.say('/remember my sister is called Dana')
  await denidin.say(`/remember ${SAID}`)
  await denidin.whenIdle()
  expect((await residue()).length).toBeGreaterThan(0)
  await denidin.say('/memory')
  expect(await denidin.say('/forget 1')).toContain('nothing of it is left')
  expect(await residue()).toEqual([])
  expect(await denidin.say('/memory')).toContain('my sister is called Dana')
  const { signal } = new AbortController()
  const verified = await denidin.app.maintenance.verify({
    every_vector: true,
    repair: false,
    signal,
    progress: () => undefined,
  })
  expect(verified.findings).toEqual([])
})

test.each(['everything', 'a message'] as const)(
  'while a session is transferred, the erasure of %s wins',
  async what => {
    await denidin.say(SAID)
    const held = hold(facts(undefined, `They talked about ${SECRET}.`))
    denidin.models.next('extraction', held.answer)
    denidin.clock.forward(25 * HOUR_MS)
    const swept = denidin.app.closing.sweep()
    await held.arrived
    const answer = what === 'everything' ? await forgetAll() : await denidin.say('/forget last')
    expect(answer).toContain('nothing of it is left')
    expect(await residue()).toEqual([])
    held.release()
    await swept
    await denidin.whenIdle()
    expect(await residue()).toEqual([])
    await denidin.restart()
    expect(await residue()).toEqual([])
    expect(await denidin.say('/memory')).toContain('nothing that I remember')
  },
)

test('while a session is summarised, the erasure wins', async () => {
  await denidin.restart({ feature_flags: { use_schema_v2: false } })
  await denidin.say(SAID)
  const held = hold(reply(`A person told the code ${SECRET}.`))
  denidin.clock.forward(25 * HOUR_MS)
  denidin.models.next('completion', held.answer)
  const swept = denidin.app.closing.sweep()
  await held.arrived
  expect(await forgetAll()).toContain('nothing of it is left')
  held.release()
  await swept
  await denidin.app.closing.sweep()
  await denidin.whenIdle()
  expect(await residue()).toEqual([])
})

test.each(OFF)(
  'with %s switched off after it was used, erasure covers the indexes of before',
  async (_what, config) => {
    await gather()
    await denidin.restart(config)
    expect(await forgetAll()).toContain('nothing of it is left')
    expect(await residue()).toEqual([])
    await denidin.restart({})
    await denidin.whenIdle()
    expect(await residue()).toEqual([])
  },
)

test.each(OFF)('with %s switched off, one thing is forgotten and the rest comes back', async (_what, config) => {
  await denidin.say('/remember my sister is called Dana')
  await denidin.say(`/remember ${SAID}`)
  await denidin.whenIdle()
  await denidin.restart(config)
  const list = await denidin.say('/memory')
  const number = /(\d+)\. [^\n]*Quetzal9/.exec(list)?.[1] ?? 'none'
  expect(await denidin.say(`/forget ${number}`)).toContain('nothing of it is left')
  expect(await residue()).toEqual([])
  await denidin.restart({})
  await denidin.whenIdle()
  expect(await residue()).toEqual([])
  await denidin.say('what is my sister called?')
  expect(denidin.lastRequest()).toContain('my sister is called Dana')
})

test('while Chroma is down the answer says what is left, and it goes as soon as Chroma is back', async () => {
  await gather()
  const pid = Number(denidin.log.lines.findLast(line => line.message === RUNNING)?.fields['pid'])
  process.kill(pid, 'SIGSTOP')
  // Chroma answers nothing any more: no deadline is too short for it.
  denidin.clock.wait(0.05)
  const answer = await forgetAll()
  denidin.clock.wait(1)
  expect(answer).not.toContain('nothing of it is left')
  const left = await residue()
  expect(left.every(path => path.startsWith('data/memory/'))).toBe(true)
  await denidin.restart()
  await denidin.whenIdle()
  expect(await residue()).toEqual([])
}, 120_000)

test('an answer in flight writes nothing back', async () => {
  await denidin.say(SAID)
  const held = hold(reply(request => `You said ${lastUserMessage(request)}: ${SECRET}`))
  denidin.models.next('completion', held.answer)
  const asked = denidin.say('what is my code?')
  await held.arrived
  const forgotten = forgetAsOperator()
  held.release()
  await asked
  expect(await forgotten).toMatchObject({ outcome: 'forgotten', residue: 0 })
  await denidin.whenIdle()
  await denidin.restart()
  expect(await residue()).toEqual([])
})

test.each([
  ['back', -26 * HOUR_MS],
  ['forward', 26 * HOUR_MS],
])('a clock that was moved %s spares nothing', async (_direction, by) => {
  await gather()
  denidin.clock.forward(by)
  expect(await forgetAsOperator()).toMatchObject({ outcome: 'forgotten', residue: 0, index: 'done' })
  expect(await residue()).toEqual([])
})

test('damaged copies, unfinished files and former rebuilds go too', async () => {
  await gather()
  await denidin.app.maintenance.rebuild({})
  await cp(denidin.data('memory'), denidin.data('memory.damaged-2026-11-01T00-00-00-000Z'), { recursive: true })
  for (const name of ['vectors.db', 'vectors.db-wal', 'index.db']) {
    await writeFile(denidin.data(`${name}.damaged-2026-11-01T00-00-00-000Z`), `rest of ${SECRET}`)
  }
  const [session] = (await readdir(denidin.data('sessions'))).filter(name => name.includes('-'))
  await mkdir(denidin.data('sessions', session ?? ''), { recursive: true })
  await writeFile(denidin.data('sessions', session ?? '', 'session.json.new'), `{"messages": "${SECRET}`)
  expect(await forgetAll()).toContain('nothing of it is left')
  expect(await residue()).toEqual([])
})

test('an erasure that a restart interrupts is completed at the start, index files included', async () => {
  await gather()
  const running = forgetAsOperator()
  running.catch(() => undefined)
  await denidin.restart()
  await running.catch(() => undefined)
  await denidin.whenIdle()
  expect(await residue()).toEqual([])
})

test('everything of a person goes from what the bot repeated in a group and to the godfather', async () => {
  const GROUP = '77@g.us'
  await denidin.restart({ memory: { godfather_scope: 'all' } })
  denidin.models.always('embedding', embed())
  const inGroup = async (text: string, phone: string): Promise<void> => {
    const sender = { identities: [{ kind: 'phone', value: phone } as const], name: `N${phone.slice(-4)}` }
    await denidin.channel.deliver({ text, chat_id: GROUP, sender, addressed: true, sent_at: denidin.clock.now() })
    await denidin.app.conversation.whenIdle(GROUP)
  }
  denidin.models.always('completion', reply('Noted.'))
  await denidin.say(`/remember ${SAID}`)
  await inGroup(SAID, '15550001111')
  await inGroup('the weather is fine', '15550002222')
  await denidin.whenIdle()
  denidin.models.always('completion', reply(`It is ${SECRET}.`))
  await inGroup('what was the code again?', '15550002222')
  await denidin.say('what is the code of the locker?', { phone: '15559990000' })
  expect(denidin.lastRequest()).toContain(SECRET)
  denidin.models.always('completion', reply('Noted.'))
  expect(await forgetAll()).toContain('nothing of it is left')
  expect(await residue()).toEqual([])
  await denidin.say('hello again', { phone: '15559990000' })
  expect(denidin.lastRequest()).toContain('what is the code of the locker?')
  expect(await residue()).toEqual([])
})
