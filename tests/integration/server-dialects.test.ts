/** Reply, extraction, summary, embedding and doctor with every server in use: nothing of its hidden reasoning gets out. */
import { globSync, readFileSync, statSync } from 'node:fs'
import { afterEach, describe, expect, test } from '@jest/globals'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { noContent, sourceLines, type RecordedRequest } from '../support/model-server.ts'
import { SERVER_DIALECTS, THOUGHT, type ServerDialect } from '../support/server-dialects.ts'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Starts, with the answers of one kind of server. A first request that is refused takes an answer of its own. */
const start = async (dialect: ServerDialect, config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start(config)
  denidin.models.always('embedding', dialect.embedding)
  if (dialect.refuses_streams) denidin.models.next('completion', dialect.say(''))
}

const factsOf = (request: RecordedRequest): string =>
  JSON.stringify({
    facts: sourceLines(request).map(({ message, text }) => ({
      message,
      text,
      quote: text,
      category: 'facts',
      importance: 0.5,
    })),
    reflection: 'They spoke of a dog.',
  })

const doctor = async (name: string): Promise<string> => {
  const { checks } = (await denidin.app.runner.run(
    'doctor',
    {},
    { caller: { transport: 'cli', level: 'operator' } },
  )) as {
    readonly checks: readonly { readonly name: string; readonly state: string; readonly detail: string }[]
  }
  const check = checks.find(each => each.name === name)
  return `${check?.state ?? ''}: ${check?.detail ?? ''}`
}

const remembered = async (): Promise<readonly string[]> =>
  (await denidin.app.memory.list('all', { limit: 20 })).map(({ text }) => text)

/** Bytes of every file of a folder. */
const filesWith = (words: string): readonly string[] =>
  globSync(`${denidin.folder}/**/*`).filter(path => statSync(path).isFile() && readFileSync(path).includes(words))

describe.each(SERVER_DIALECTS)('$name', dialect => {
  test('replies, facts, vectors and the doctor work, and no one sees what the model thinks', async () => {
    await start(dialect)
    const { models } = denidin
    models.always('extraction', dialect.say(factsOf))
    models.next('completion', dialect.say('What a fine name!'))
    await expect(denidin.say('my dog is called Rex')).resolves.toBe('What a fine name!')
    models.next('completion', dialect.exhausted, dialect.say('Now I have it.'))
    await expect(denidin.say('think hard')).resolves.toBe('Now I have it.')
    models.next('completion', dialect.half('It is a long story, and I'), dialect.say('and I will tell it.'))
    await expect(denidin.say('tell me a story')).resolves.toBe('It is a long story, and I will tell it.')
    await denidin.say('/reset')
    expect(await remembered()).toContain('my dog is called Rex')
    models.next('completion', dialect.exhausted, dialect.say('ok'))
    await expect(doctor('language model')).resolves.toMatch(/^ok: /)
    await expect(doctor('embedding model')).resolves.toMatch(/^ok: /)
    expect(JSON.stringify(models.requests)).not.toContain(THOUGHT)
    expect(JSON.stringify(denidin.channel.sent)).not.toContain(THOUGHT)
    await denidin.close()
    expect(filesWith(THOUGHT)).toEqual([])
    expect(filesWith('my dog is called Rex')).not.toEqual([])
  })

  test('summaries hold what was said to the reader, and a refused key is recognised', async () => {
    await start(dialect, { feature_flags: { use_schema_v2: false } })
    const { models } = denidin
    models.next('completion', dialect.say('What a fine name!'), dialect.say('- a dog called Rex'))
    await denidin.say('my dog is called Rex')
    await denidin.say('/reset')
    expect(await remembered()).toEqual(['- a dog called Rex'])
    models.always('completion', dialect.unauthorised)
    models.always('embedding', dialect.unauthorised)
    await expect(doctor('language model')).resolves.toMatch(/^down: .*does not accept the key/)
    await expect(doctor('embedding model')).resolves.toMatch(/^down: .*does not accept the key/)
  })
})

test('a model that only thinks gives no memory and no reply', async () => {
  denidin = await TestDenidin.start({ feature_flags: { use_schema_v2: false } })
  denidin.models.always('completion', noContent())
  await expect(denidin.say('my dog is called Rex')).resolves.toMatch(/language model/)
  await denidin.say('/reset')
  expect(await remembered()).toEqual([expect.stringContaining('my dog is called Rex')])
})
