// The bot never runs: what commands store is embedded and indexed before they end.
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from '@jest/globals'
import { embed, failure, hold, ScriptedModelServer } from '../support/model-server.ts'
import { ScriptHome, type Run } from '../support/script-run.ts'

const TIMEOUT_MS = 120_000
const PHONE = '+15550001111'

const homeOf = (server: ScriptedModelServer): ScriptHome => {
  const provider = { provider: 'openai', base_url: server.base_url }
  return new ScriptHome({
    godfather_phone: PHONE,
    openai_api_key: 'sk-test',
    ai: { ...provider, retries: 0 },
    embeddings: { ...provider, model: 'text-embedding-3-small' },
    memory: { longterm: { min_similarity: 0 } },
  })
}

const talk = (home: ScriptHome, line: string): Promise<Run> => home.done('denidin', ['chat'], { input: `${line}\n` })

/** Makes the running conversation a day older. */
const age = (home: ScriptHome): void => {
  const database = new DatabaseSync(join(home.data, 'denidin.db'))
  database.exec('update sessions set last_active = last_active - 90000000')
  database.close()
}

const stats = async (home: ScriptHome): Promise<unknown> =>
  JSON.parse((await home.done('denidin', ['memory', 'stats', '--json'])).stdout)

const found = async (home: ScriptHome, query: string): Promise<readonly string[]> => {
  const { stdout } = await home.done('denidin', ['memory', 'search', query, '--json'])
  return (JSON.parse(stdout) as { memories: readonly { text: string }[] }).memories.map(({ text }) => text)
}

test(
  'a sweep, a reset, an extraction and something told to remember can be searched by the next command',
  async () => {
    await using server = await ScriptedModelServer.start()
    await using home = homeOf(server)
    await talk(home, 'My dog is called Rex')
    age(home)
    const sweep = await home.done('denidin', ['session', 'sweep', '--json'])
    expect(JSON.parse(sweep.stdout)).toMatchObject({ found: 1, stored: 1 })
    expect(await stats(home)).toMatchObject({
      memories: 1,
      pending_embedding: 0,
      pending_index: 0,
    })
    expect(await found(home, 'what is my dog called')).toEqual([expect.stringContaining('Rex')])

    await talk(home, 'My boat is called Ada')
    await home.done('denidin', ['session', 'reset', '--person', PHONE])
    await home.done('denidin', ['memory', 'remember', 'prefers the quiet room', '--person', PHONE])
    await home.done('denidin', ['memory', 'extract', '--user-input', 'My cat is called Tom', '--person', PHONE])
    expect(await stats(home)).toMatchObject({
      memories: 4,
      pending_embedding: 0,
      pending_index: 0,
    })
    // The index is asked, not the messages.
    for (const [query, name] of [
      ['boat', 'Ada'],
      ['quiet room', 'quiet'],
      ['cat', 'Tom'],
    ] as const) {
      expect([query, await found(home, query)]).toEqual([
        query,
        expect.arrayContaining([expect.stringContaining(name)]),
      ])
    }
  },
  TIMEOUT_MS,
)

test(
  'while the embedding model is down a command says what waits, and the next one makes up for it',
  async () => {
    await using server = await ScriptedModelServer.start()
    await using home = homeOf(server)
    await talk(home, 'Hello')
    server.always('embedding', failure(503))
    const plain = await home.done('denidin', ['memory', 'remember', 'has a dog called Rex', '--person', PHONE])
    expect(plain.stderr).toMatch(/^1 memory is stored but not yet searchable: .*\n/m)
    const json = await home.done('denidin', ['memory', 'remember', 'has a cat called Tom', '--person', PHONE, '--json'])
    const notices = json.stderr.split('\n').filter(line => line.startsWith('{'))
    expect(notices.map(line => JSON.parse(line) as unknown)).toContainEqual({
      notice: expect.stringMatching(/^2 memories are stored but not yet searchable: Memories wait: /) as unknown,
    })
    expect(JSON.parse(json.stdout)).toMatchObject({ text: 'has a cat called Tom' })

    server.always('embedding', embed())
    expect((await home.done('denidin', ['session', 'sweep'])).stderr).not.toContain('not yet searchable')
    expect(await stats(home)).toMatchObject({ memories: 2, pending_embedding: 0, pending_index: 0 })
    expect(await found(home, 'dog')).toEqual(expect.arrayContaining([expect.stringContaining('Rex')]))
  },
  TIMEOUT_MS,
)

test(
  'a command that takes longer than two seconds says how far it has come',
  async () => {
    await using server = await ScriptedModelServer.start()
    await using home = homeOf(server)
    await talk(home, 'Hello')
    const held = hold(embed())
    server.next('embedding', held.answer)
    const command = home.start('denidin', ['memory', 'remember', 'has a dog called Rex', '--person', PHONE])
    let told = ''
    command.child.stderr?.on('data', (text: string) => {
      told += text
      if (told.includes('memory remember: 0 of ')) held.release()
    })
    expect(await command.ended).toMatchObject({ code: 0 })
    expect(told).toMatch(/^memory remember: 0 of \d+ memories and messages indexed$/m)
    expect(await found(home, 'dog')).toEqual([expect.stringContaining('Rex')])
  },
  TIMEOUT_MS,
)
