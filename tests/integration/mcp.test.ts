// The MCP server, asked by the client of the official SDK: what it offers to whom, and that every answer is valid.
import { afterEach, expect, test } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import { mcpMenu } from '../../src/interfaces/mcp/mcp-menu.ts'
import { RestRig } from '../support/rest/rest-rig.ts'

const ANA = '15550001111'
const BEN = '15550002222'

let rig: RestRig
const clients: Client[] = []

afterEach(async () => {
  for (const client of clients.splice(0)) await client.close()
  await rig[Symbol.asyncDispose]()
})

const connect = async (token: string): Promise<Client> => {
  const client = new Client({ name: 'test', version: '1' })
  const transport = new StreamableHTTPClientTransport(new URL(`${rig.address}/mcp`), {
    requestInit: { headers: { authorization: `Bearer ${token}` } },
  })
  await client.connect(transport)
  clients.push(client)
  return client
}

const names = async (client: Client): Promise<readonly string[]> =>
  (await client.listTools()).tools.map(({ name }) => name).sort()

/** The client checks the answer against the schema that it was given. */
const call = async (client: Client, name: string, input: Record<string, unknown> = {}) => {
  await client.listTools()
  const { isError, structuredContent, content } = await client.callTool({ name, arguments: input })
  if (isError === true) throw new Error((content as readonly { readonly text: string }[])[0]?.text)
  return structuredContent as Record<string, unknown>
}

/** Every tool with an input, and a part of its answer on a DeniDin in which Ana has spoken. */
const CALLS: Readonly<Record<string, readonly [input: Record<string, unknown>, answer: unknown]>> = {
  feature_flags_status: [{}, { enable_memory_system: true, enable_anthropic: true, use_schema_v2: true }],
  rollout_plan: [
    {},
    { day_1_2: expect.arrayContaining([expect.stringContaining('backup')]), notes: expect.any(String) },
  ],
  migration_status: [
    {},
    { current_version: 'v2', migration_history: [], counts: expect.objectContaining({ v1_conversations: 0 }) },
  ],
  trigger_migration: [{ dry_run: true }, { success: true, stats: expect.objectContaining({ reason: 'already_v2' }) }],
  rollback_migration: [{ confirm: true }, { status: 'staged', next: expect.stringContaining('Restart the bot') }],
  extract_and_store_memory: [
    { user_input: 'My parrot is called Coco.', ai_output: '', namespace: ANA },
    { status: 'ok', memory_id: expect.any(String) },
  ],
  access_log_stats: [
    { hours: 24, top_n: 5, project: 'Coco', namespace: ANA },
    { window_hours: 24, filters: { project: 'Coco', namespace: ANA } },
  ],
  start_conscious_agent: [{ interval_hours: 12 }, { status: 'started', interval_hours: 12 }],
  stop_conscious_agent: [{}, { status: 'stopped' }],
  force_conscious_analysis: [{}, { promoted_count: expect.any(Number), promoted_ids: expect.any(Array) }],
  search_messages: [
    { query: 'bicycle AND red' },
    { messages: expect.arrayContaining([expect.objectContaining({ from: 'Ana' })]) },
  ],
  recall_memories: [{ query: 'what is my parrot called?', person: ANA }, { memories: expect.any(Array) }],
  list_chats: [{}, { chats: [expect.objectContaining({ chat_id: `${ANA}@c.us`, kind: 'direct', messages: 1 })] }],
  send_message: [
    { person: ANA, text: 'Your order is ready.' },
    { chat_id: `${ANA}@c.us`, state: 'sent' },
  ],
  forget_memory: [{ what: 'no such memory', person: ANA }, { outcome: 'nothing' }],
}

test('the client of the SDK lists and calls every tool, and each answer is valid', async () => {
  rig = await RestRig.start({}, { mcp: { send_messages: true } })
  await rig.denidin.say('my bicycle is red')
  const client = await connect(await rig.token('all'))
  expect(await names(client)).toEqual(mcpMenu.map(({ name }) => name).sort())
  expect(Object.keys(CALLS).sort()).toEqual(mcpMenu.map(({ name }) => name).sort())
  const operator = { caller: { transport: 'cli', level: 'operator' } } as const
  const { backup } = (await rig.denidin.app.runner.run('backup.create', {}, operator)) as { backup: { id: string } }
  const backup_path = `/somewhere/backups/${backup.id}.json`
  for (const [name, [input, answer]] of Object.entries(CALLS)) {
    const asked = name === 'rollback_migration' ? { ...input, backup_path } : input
    expect({ name, answer: await call(client, name, asked) }).toEqual({
      name,
      answer: expect.objectContaining(answer as object),
    })
  }
  expect(await call(client, 'stop_conscious_agent')).toEqual({ status: 'not_running' })
  const { tools } = await client.listTools()
  const hints = new Map(tools.map(({ name, annotations }) => [name, annotations]))
  expect(hints.get('recall_memories')).toMatchObject({ readOnlyHint: true, destructiveHint: false })
  expect(hints.get('forget_memory')).toMatchObject({ readOnlyHint: false, destructiveHint: true })
  expect(hints.get('rollback_migration')).toMatchObject({ readOnlyHint: false, destructiveHint: true })
  await expect(call(client, 'rollback_migration', { backup_path })).rejects.toThrow(/^confirmation_needed/)
})

test('a failure is an answer that says what was wrong, and everything is deleted only when confirmed', async () => {
  rig = await RestRig.start()
  await rig.denidin.say('my bicycle is red')
  const client = await connect(await rig.token('all'))
  await expect(call(client, 'recall_memories', { query: 'x', person: 'nobody' })).rejects.toThrow(
    /^not_found: there is no person/,
  )
  await expect(call(client, 'recall_memories', { question: 'x' })).rejects.toThrow(/query/)
  await expect(call(client, 'forget_memory', { what: 'all', person: ANA })).rejects.toThrow(/^confirmation_needed/)
  expect(await call(client, 'forget_memory', { what: 'all', person: ANA, confirm: true })).toMatchObject({
    outcome: 'forgotten',
    residue: 0,
  })
})

test('facts can be extracted before anyone has written, and DeniDin starts again afterwards', async () => {
  rig = await RestRig.start({}, { embeddings: { provider: 'offline' } })
  const client = await connect(await rig.token('all'))
  expect(await call(client, 'extract_and_store_memory', { user_input: 'My parrot is called Coco.' })).toMatchObject({
    status: 'ok',
    memory_id: expect.any(String),
  })
  await rig.denidin.whenIdle()
  await rig.restart()
  const again = await connect(await rig.token('again'))
  const { memories } = await call(again, 'recall_memories', { query: 'what is my parrot called?' })
  expect(JSON.stringify(memories)).toContain('Coco')
})

test('a token sees the tools of its scopes, and one of a person that person alone', async () => {
  rig = await RestRig.start()
  await rig.denidin.say('my bicycle is called Rosinante')
  await rig.denidin.say('my boat is called Marlin', { phone: BEN })
  await rig.denidin.say('/remember my boat is called Marlin', { phone: BEN })
  const read = await connect(await rig.token('read', 'read'))
  expect(await names(read)).toEqual(
    mcpMenu
      .filter(({ scope }) => scope === 'read')
      .map(({ name }) => name)
      .sort(),
  )
  await expect(call(read, 'forget_memory', { what: 'all' })).rejects.toThrow()
  const ana = await connect(await rig.token('ana', 'read,write', ANA))
  expect(await names(ana)).toEqual(['forget_memory', 'recall_memories', 'search_messages'])
  await expect(call(ana, 'recall_memories', { query: 'boat', person: BEN })).rejects.toThrow('forbidden')
  expect(JSON.stringify(await call(ana, 'recall_memories', { query: 'what is my boat called?' }))).not.toContain(
    'Marlin',
  )
  expect(JSON.stringify(await call(ana, 'search_messages', { query: 'marlin OR rosinante' }))).not.toContain('Marlin')
  expect((await ana.listResources().catch(() => ({ resources: [] }))).resources.map(({ uri }) => uri)).not.toContain(
    'denidin://people',
  )
  for (const token of [undefined, 'denidin_wrong']) {
    const refused = await rig.request('POST', '/mcp', { token, body: { jsonrpc: '2.0', id: 1, method: 'tools/list' } })
    expect(refused.status).toBe(401)
  }
  expect((await rig.request('GET', '/mcp', { token: await rig.token('get') })).status).toBe(405)
})

test('send_message reaches people who wrote first, where mcp.send_messages is on, and no one else', async () => {
  rig = await RestRig.start()
  await rig.denidin.say('my bicycle is red')
  const off = await connect(await rig.token('off'))
  const message = { person: ANA, text: 'Your order is ready.' }
  await expect(call(off, 'send_message', message)).rejects.toThrow(/^disabled: .*mcp\.send_messages/)
  await rig[Symbol.asyncDispose]()
  rig = await RestRig.start({}, { mcp: { send_messages: true } })
  await rig.denidin.say('my bicycle is red')
  await rig.denidin.say('/help', { phone: BEN })
  const client = await connect(await rig.token('on'))
  expect(await call(client, 'send_message', message)).toMatchObject({ state: 'sent', chat_id: `${ANA}@c.us` })
  expect(rig.denidin.channel.sent.at(-1)).toMatchObject({ chat_id: `${ANA}@c.us`, text: 'Your order is ready.' })
  await expect(call(client, 'send_message', { ...message, person: '+15550009999' })).rejects.toThrow('has written yet')
  await rig.denidin.app.runner.run('people.block', { person: BEN }, { caller: { transport: 'cli', level: 'operator' } })
  await expect(call(client, 'send_message', { ...message, person: BEN })).rejects.toThrow('is blocked')
  await expect((await connect(await rig.token('read-only', 'read'))).listTools()).resolves.not.toMatchObject({
    tools: expect.arrayContaining([expect.objectContaining({ name: 'send_message' })]),
  })
})

test('sessions, people and reports are resources', async () => {
  rig = await RestRig.start()
  await rig.denidin.say('my bicycle is red')
  const client = await connect(await rig.token('all'))
  const { resources } = await client.listResources()
  expect(resources.map(({ uri }) => uri)).toEqual(
    expect.arrayContaining(['denidin://sessions', 'denidin://people', 'denidin://reports/timeline']),
  )
  const read = async (uri: string) => {
    const { contents } = await client.readResource({ uri })
    return JSON.parse((contents[0] as { readonly text: string }).text) as Record<string, unknown>
  }
  const { sessions } = (await read('denidin://sessions')) as { sessions: readonly { session_id: string }[] }
  expect(JSON.stringify(await read(`denidin://sessions/${sessions[0]?.session_id ?? ''}`))).toContain('bicycle')
  expect(JSON.stringify(await read('denidin://people'))).toContain(ANA)
  expect(JSON.stringify(await read(`denidin://people/${ANA}`))).toContain(ANA)
  expect(await read('denidin://reports/timeline')).toEqual(expect.anything())
  await expect(read('denidin://reports/nothing')).rejects.toThrow('there is no report')
})

test('as resources, a token of a person has their own sessions and nothing else, and one without read has none', async () => {
  rig = await RestRig.start()
  await rig.denidin.say('my bicycle is called Rosinante')
  await rig.denidin.say('my boat is called Marlin', { phone: BEN })
  const textOf = async (client: Client, uri: string): Promise<string> =>
    ((await client.readResource({ uri })).contents[0] as { readonly text: string }).text
  const sessionsOf = async (client: Client): Promise<readonly string[]> =>
    (
      JSON.parse(await textOf(client, 'denidin://sessions')) as { sessions: readonly { session_id: string }[] }
    ).sessions.map(({ session_id }) => session_id)
  const everyone = await sessionsOf(await connect(await rig.token('all')))
  expect(everyone).toHaveLength(2)

  const ana = await connect(await rig.token('ana', 'read,write', ANA))
  const [own = '', ...others] = await sessionsOf(ana)
  expect(others).toEqual([])
  expect(await textOf(ana, `denidin://sessions/${own}`)).toContain('Rosinante')
  const [foreign = ''] = everyone.filter(each => each !== own)
  await expect(textOf(ana, `denidin://sessions/${foreign}`)).rejects.toThrow('there is no session')
  expect((await ana.listResources()).resources.map(({ uri }) => uri)).toEqual(['denidin://sessions'])
  expect((await ana.listResourceTemplates()).resourceTemplates.map(({ uriTemplate }) => uriTemplate)).toEqual([
    'denidin://sessions/{session_id}',
  ])
  const closed = [
    'denidin://people',
    `denidin://people/${ANA}`,
    `denidin://people/${BEN}`,
    'denidin://reports/timeline',
  ]
  for (const uri of closed) await expect(textOf(ana, uri)).rejects.toThrow()

  const writer = await connect(await rig.token('writes', 'write'))
  // A server without resources does not know the method.
  await expect(writer.listResources()).rejects.toThrow()
  for (const uri of ['denidin://sessions', `denidin://sessions/${own}`, ...closed]) {
    await expect(textOf(writer, uri)).rejects.toThrow()
  }
})
