// `denidin mcp` as programs start it: stdout carries the protocol alone, whether the bot runs or not.
import { afterEach, expect, test } from '@jest/globals'
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StdioClientTransport } from '@modelcontextprotocol/sdk/client/stdio.js'
import { Installation } from '../support/installation.ts'

let installation: Installation
let client: Client | undefined

afterEach(async () => {
  await client?.close()
  installation[Symbol.dispose]()
})

test('tools answer while the bot is down, and while it runs', async () => {
  installation = Installation.whole()
  client = new Client({ name: 'test', version: '1' })
  const transport = new StdioClientTransport({
    command: installation.path('bin/denidin'),
    args: ['mcp'],
    env: { PATH: '/usr/bin:/bin' },
    stderr: 'pipe',
  })
  const faults: Error[] = []
  client.onerror = error => faults.push(error)
  await client.connect(transport)
  const call = async (name: string, input: Record<string, unknown> = {}) =>
    (await client?.callTool({ name, arguments: input }))?.structuredContent as Record<string, unknown> | undefined
  await client.listTools()
  expect(
    await call('extract_and_store_memory', { user_input: 'My parrot is called Coco.', ai_output: 'Nice!' }),
  ).toMatchObject({ status: 'ok' })
  expect(await call('start_conscious_agent', {})).toMatchObject({ status: 'error' })
  expect(await call('stop_conscious_agent', {})).toEqual({ status: 'not_running' })
  const started = installation.run('run_denidin.sh')
  expect(started.status).toBe(0)
  expect(await call('start_conscious_agent', { interval_hours: 3 })).toEqual({ status: 'started', interval_hours: 3 })
  expect(JSON.stringify(await call('recall_memories', { query: 'what is my parrot called?' }))).toContain('Coco')
  installation.run('stop_denidin.sh')
  expect(faults).toEqual([])
}, 120_000)
