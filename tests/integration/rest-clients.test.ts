/** Programs that others write: a client generated from the OpenAPI document, the examples of the page, and nginx. */
import { execFile, spawnSync } from 'node:child_process'
import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from '@jest/globals'
import openapiTS, { astToString } from 'openapi-typescript'
import { RestRig } from '../support/rest/rest-rig.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

const root = join(import.meta.dirname, '../..')
const page = readFileSync(join(root, 'docs/api.md'), 'utf8')
const run = promisify(execFile)

/** Blocks of code of one language on the page. */
const blocks = (language: string): readonly string[] =>
  [...page.matchAll(new RegExp(`^\`\`\`${language}\\n([\\s\\S]*?)^\`\`\`$`, 'gm'))].map(([, code]) => code ?? '')

const isInstalled = (program: string): boolean => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0

const CLIENT = `import createClient from 'openapi-fetch'
import type { paths } from './schema.ts'

const [baseUrl = '', token = ''] = process.argv.slice(2)
const client = createClient<paths, 'application/json' | 'application/problem+json'>({ baseUrl, headers: { authorization: \`Bearer \${token}\` } })
const added = await client.POST('/api/memories', { body: { text: 'The spare key is with the neighbours.', person: '15550001111' } })
const chat = await client.POST('/api/chat', { body: { message: 'Where is the spare key?', as: '15550001111', top_k: 2 } })
const memories = await client.GET('/api/memories', { params: { query: { limit: 5, offset: 0 } } })
const shown = await client.GET('/api/memories/{memory_id}', { params: { path: { memory_id: added.data?.memory_id ?? '' } } })
const missing = await client.GET('/api/v1/sessions/{session_id}', { params: { path: { session_id: 'none' } } })
const stats = await client.GET('/api/stats')
// @ts-expect-error: the document says what a field is
await client.POST('/api/memories', { body: { text: 5 } })
// @ts-expect-error: and which addresses there are
await client.GET('/api/nothing')
console.log(JSON.stringify({
  response: chat.data?.response,
  memories: memories.data?.memories.map(memory => memory.text),
  who: shown.data?.who,
  problem: missing.error?.code,
  experiences: stats.data?.total_experiences,
}))
`

test('a client that is generated from the document talks to the server, and its types hold', async () => {
  await using rig = await RestRig.start()
  await using folder = await temporaryFolder()
  await rig.denidin.say('Hello.', { name: 'Dana' })
  const token = await rig.token('client')
  const { json } = await rig.request('GET', '/openapi.json', { token })
  writeFileSync(join(folder.path, 'schema.ts'), astToString(await openapiTS(json)))
  writeFileSync(join(folder.path, 'client.ts'), CLIENT)
  writeFileSync(join(folder.path, 'package.json'), '{"type": "module"}')
  symlinkSync(join(root, 'node_modules'), join(folder.path, 'node_modules'))
  const options = {
    ...(JSON.parse(readFileSync(join(root, 'tsconfig.json'), 'utf8')).compilerOptions as object),
    lib: ['ES2025', 'DOM'],
  }
  writeFileSync(join(folder.path, 'tsconfig.json'), JSON.stringify({ compilerOptions: options, include: ['*.ts'] }))
  await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), '-p', folder.path]).catch(
    (error: { stdout: string }) => {
      throw new Error(error.stdout)
    },
  )
  const { stdout } = await run(process.execPath, [join(folder.path, 'client.ts'), rig.address, token])
  expect(JSON.parse(stdout)).toEqual({
    response: 'You said: Where is the spare key?',
    memories: ['The spare key is with the neighbours.'],
    who: 'Dana (+15550001111)',
    problem: 'not_found',
    experiences: 1,
  })
}, 120_000)

const needsCurl = isInstalled('curl') ? test : test.skip

needsCurl('every example of docs/api.md works as it is written', async () => {
  await using rig = await RestRig.start()
  await rig.denidin.say('Hello.', { phone: '15559990000' })
  const token = await rig.token('examples')
  const examples = blocks('sh')
  expect(examples.length).toBeGreaterThan(6)
  for (const example of examples) {
    const { stdout } = await run('bash', ['-euc', example.replace(/\bcurl /g, 'curl --fail-with-body ')], {
      env: { ...process.env, TOKEN: token, API: rig.address },
    }).catch((error: { stdout: string }) => {
      throw new Error(`${example}\n${error.stdout}`)
    })
    expect([example, stdout]).toEqual([example, expect.stringMatching(/^(\{"|date,|event: )/)])
  }
})

const needsNginx = isInstalled('nginx') && isInstalled('openssl') ? test : test.skip

// Without nginx and openssl on the machine there is nothing that could check the example.
needsNginx('nginx accepts the example of docs/api.md', async () => {
  await using folder = await temporaryFolder()
  const [example = ''] = blocks('nginx')
  const [certificate, key] = [join(folder.path, 'cert.pem'), join(folder.path, 'key.pem')]
  await run('openssl', [
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-subj',
    '/CN=denidin.example.org',
    '-keyout',
    key,
    '-out',
    certificate,
  ])
  const server = example
    .replace(/ssl_certificate +\S+;/, `ssl_certificate ${certificate};`)
    .replace(/ssl_certificate_key +\S+;/, `ssl_certificate_key ${key};`)
  mkdirSync(join(folder.path, 'logs'))
  const file = join(folder.path, 'nginx.conf')
  writeFileSync(
    file,
    `pid ${folder.path}/nginx.pid;\nerror_log ${folder.path}/error.log;\nevents {}\nhttp {\n${server}}\n`,
  )
  const { stderr } = await run('nginx', ['-t', '-p', folder.path, '-c', file])
  expect(stderr).toContain('test is successful')
})
