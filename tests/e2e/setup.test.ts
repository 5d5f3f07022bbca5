// `denidin setup`: the wizard at a pseudo-terminal, and the same with options, up to an installation that works.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import JSON5 from 'json5'
import { Installation } from '../support/installation.ts'
import { failure, ScriptedModelServer } from '../support/model-server.ts'
import { atTerminal, PSEUDO_TERMINALS, type Session } from '../support/pseudo-terminal.ts'

const KEY = 'sk-typed-by-hand'
const TIMEOUT_MS = 120_000
const CONFIG = 'config/config.json'

let installation: Installation
let models: ScriptedModelServer
beforeEach(async () => {
  installation = Installation.whole()
  rmSync(installation.path(CONFIG))
  models = await ScriptedModelServer.start()
})
afterEach(async () => {
  installation[Symbol.dispose]()
  await models[Symbol.asyncDispose]()
})

const config = (): unknown => JSON5.parse(readFileSync(installation.path(CONFIG), 'utf8'))
const env = (): string => readFileSync(installation.path('.env'), 'utf8')
// Nothing answers there: a model server of this machine must not change the test.
const ENVIRONMENT = { OLLAMA_HOST: '127.0.0.1:9' }
const HOME = { PATH: '/usr/bin:/bin', HOME: '/tmp', TERM: 'dumb' }

/** Runs a command; the scripted model server of this process answers meanwhile. */
const denidin = async (
  ...args: readonly string[]
): Promise<{ status: number | null; stdout: string; stderr: string }> => {
  const child = spawn(installation.path('bin/denidin'), args, { cwd: '/', env: { ...HOME, ...ENVIRONMENT } })
  child.stdin.end()
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')])
  return { status: child.exitCode, stdout, stderr }
}
const run = (...args: readonly string[]): ReturnType<typeof denidin> => denidin('setup', ...args)

const EXPORT = [
  '29/11/2026, 09:00 - Noa: My dog is called Rex',
  '29/11/2026, 09:01 - Me: What a good name',
  '29/11/2026, 09:02 - Noa: He likes bones',
].join('\n')

const atATerminal = PSEUDO_TERMINALS ? test : test.skip

atATerminal(
  'the wizard leads to an installation whose model answers, and brings the history in',
  async () => {
    writeFileSync(installation.path('chat.txt'), EXPORT)
    models.always('embedding', failure(404))
    using wizard: Session = atTerminal([installation.path('bin/denidin'), 'setup'], {
      cwd: installation.folder,
      env: { ...HOME, ...ENVIRONMENT },
    })
    const answer = async (question: string, line: string): Promise<void> => {
      await wizard.shows(question)
      wizard.type(line)
    }
    await answer('Number [1]', '9')
    await wizard.shows('A number from 1 to 7 is expected.')
    await answer('Number [1]', 'other')
    await answer('Address of the service', 'ollama')
    await wizard.shows('must begin with http:// or https://')
    await answer('Address of the service', models.base_url)
    await answer('Key (Enter: none)', KEY)
    await answer('Model', 'scripted')
    await wizard.shows('openai scripted answers.')
    await wizard.shows('The built-in embeddings are used instead')
    await answer('Remember conversations? (y/n) [y]', '')
    await answer('Your phone number', '050-1234567')
    await wizard.shows('must be a phone number with its country code')
    await answer('Your phone number', '+1 (555) 999-0000')
    await answer('Number [1]', '3')
    await answer('Bring your history', installation.path('chat.txt'))
    await answer('Phone number of the person in that chat', '+15550001111')
    await answer('Who is "Noa"', '1')
    expect(await wizard.ended).toBe(0)

    expect(wizard.screen).not.toContain(KEY)
    expect(config()).toEqual({
      ai: { base_url: models.base_url, model: 'scripted' },
      embeddings: { provider: 'offline' },
      feature_flags: { enable_memory_system: true },
      godfather_phone: '+15559990000',
      whatsapp: { enabled: false },
    })
    expect(env()).toBe(`OPENAI_API_KEY=${KEY}\n`)
    for (const file of [CONFIG, '.env']) expect(statSync(installation.path(file)).mode & 0o777).toBe(0o600)
    const found = await denidin('memory', 'about', 'dog', '--person', '+15550001111')
    expect(found.stdout).toContain('My dog is called Rex')
    expect(await denidin('doctor', '--only', 'language-model,configuration,file-modes')).toMatchObject({ status: 0 })
  },
  TIMEOUT_MS,
)

atATerminal(
  'a wizard that is left, or whose model does not answer, writes nothing',
  async () => {
    models.always('completion', failure(401))
    using wizard = atTerminal([installation.path('bin/denidin'), 'setup'], {
      cwd: installation.folder,
      env: { ...HOME, ...ENVIRONMENT },
    })
    await wizard.shows('Number [1]')
    wizard.type('6')
    await wizard.shows('Address of the service')
    wizard.type(models.base_url)
    await wizard.shows('Key')
    wizard.type(KEY)
    await wizard.shows('Model')
    wizard.type('scripted')
    await wizard.shows('does not accept the key')
    await wizard.shows('Use these answers all the same? (y/n) [n]')
    wizard.type('')
    await wizard.shows('Number [1]')
    wizard.type('\u0003')
    expect(await wizard.ended).toBe(1)
    expect(wizard.screen).toContain('nothing was written')
    expect(() => statSync(installation.path(CONFIG))).toThrow()
    expect(() => statSync(installation.path('.env'))).toThrow()
  },
  TIMEOUT_MS,
)

test(
  'options give every answer; a second run changes only what is answered, and keeps comments and the previous files',
  async () => {
    const first = await run(
      ...['--yes', '--provider', 'other', '--base-url', models.base_url, '--model', 'scripted', '--key', KEY],
      ...['--memory', 'on', '--godfather', '+15559990000', '--link', 'pairing', '--pairing-phone', '+15550001111'],
    )
    expect(first).toMatchObject({ status: 0, stderr: '' })
    expect(first.stdout).not.toContain(KEY)
    expect(config()).toEqual({
      ai: { base_url: models.base_url, model: 'scripted' },
      feature_flags: { enable_memory_system: true },
      godfather_phone: '+15559990000',
      whatsapp: { pairing_phone: '+15550001111' },
    })
    const written = readFileSync(installation.path(CONFIG), 'utf8')
    installation.write(CONFIG, written.replace('"godfather_phone"', '// My own number.\n  "godfather_phone"'))
    writeFileSync(installation.path('.env'), `# Keys\n${env()}OTHER=1\n`, { mode: 0o600 })
    expect(await run('--yes', '--godfather', 'none', '--link', 'qr')).toMatchObject({ status: 0 })
    expect(config()).toEqual({
      ai: { base_url: models.base_url, model: 'scripted' },
      feature_flags: { enable_memory_system: true },
      whatsapp: {},
    })
    expect(await run('--yes', '--godfather', '+15559990001')).toMatchObject({ status: 0 })
    expect(readFileSync(installation.path(CONFIG), 'utf8')).toContain('// Written by `denidin setup`')
    expect(readdirSync(installation.path('config')).filter(name => name.includes('.backup.'))).toHaveLength(2)

    // Another service does not get the key of this one.
    expect(await run('--yes', '--provider', 'llama.cpp', '--no-check')).toMatchObject({ status: 0 })
    expect(env()).toBe('# Keys\nOPENAI_API_KEY=\nOTHER=1\n')
    // An address alone says which service is meant.
    const moved = await run('--yes', '--base-url', models.base_url, '--model', 'scripted')
    expect(moved).toMatchObject({ status: 0, stderr: '' })
    expect(config()).toMatchObject({ ai: { base_url: models.base_url, model: 'scripted' } })
    expect(await run('--yes', '--base-url', 'http://127.0.0.1:8080/v1', '--no-check')).toMatchObject({ status: 0 })
    expect(config()).toMatchObject({ ai: { model: 'default' }, embeddings: { provider: 'offline' } })
    expect(await run('--yes', '--provider', 'offline')).toMatchObject({ status: 0 })
    expect(await run('--yes', '--provider', 'offline')).toMatchObject({ stdout: 'Nothing was changed.\n' })
    expect(await denidin('doctor', '--only', 'configuration,model-key,language-model')).toMatchObject({ status: 0 })
  },
  TIMEOUT_MS,
)

test.each([
  [['--provider', 'openai'], /openai needs a key/],
  [['--provider', 'nobody'], /nobody.*openai, anthropic, gemini, ollama, llama\.cpp, other, offline/],
  [['--provider', 'other', '--model', 'm'], /--base-url/],
  [['--base-url', 'http://127.0.0.1:9/v1', '--key', 'k'], /give it with --model/],
  [['--godfather', 'me'], /--godfather must be a phone number with its country code/],
  [['--link', 'pairing'], /--pairing-phone/],
  [['--key-env', 'NOT_SET_HERE'], /NOT_SET_HERE is not set/],
  [['--provider', 'openai', '--key', 'k', '--key-env', 'PATH'], /--key or --key-env, not both/],
  [['--provider', 'openai', '--key', ' '], /--key must not be empty/],
  [['--provider', 'offline', '--key', 'k', '--base-url', 'http://x'], /no use for --base-url, --key/],
  [['--provider', 'offline', '--embeddings', 'service'], /no use for --embeddings service/],
  [['--provider', 'offline', '--import-person', '+15551234567'], /--import-person needs --import/],
  [['--link', 'qr', '--pairing-phone', '+15551234567'], /--pairing-phone is for --link pairing/],
])('bad answers are wrong usage, and nothing is written: %j', async (args, message) => {
  const { status, stderr } = await run('--yes', ...args)
  expect(stderr).toMatch(message)
  expect(status).toBe(2)
  expect(() => statSync(installation.path(CONFIG))).toThrow()
})

test('without a terminal and without --yes, the options are named; a refused key is not written', async () => {
  expect(await run()).toMatchObject({ status: 2, stderr: expect.stringContaining('--yes') })
  expect(await run('--provider', 'offline')).toMatchObject({
    status: 2,
    stderr: expect.stringMatching(/only with --yes/),
  })
  models.always('completion', failure(401))
  const refused = await run('--yes', '--provider', 'other', '--base-url', models.base_url, '--model', 'm', '--key', KEY)
  expect(refused).toMatchObject({ status: 1, stderr: expect.stringMatching(/nothing was written.*accept the key/) })
  expect(() => statSync(installation.path(CONFIG))).toThrow()
})

atATerminal(
  'a model server that answers on this machine is offered first',
  async () => {
    const server = createServer((_, response) => {
      response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: [{ id: 'llama3.1:8b' }] }))
    })
    await new Promise<void>(resolve => {
      server.listen(0, '127.0.0.1', () => {
        resolve()
      })
    })
    using wizard = atTerminal([installation.path('bin/denidin'), 'setup'], {
      cwd: installation.folder,
      env: {
        PATH: '/usr/bin:/bin',
        HOME: '/tmp',
        OLLAMA_HOST: `127.0.0.1:${String((server.address() as AddressInfo).port)}`,
      },
    })
    await wizard.shows('Ollama on this machine (it answers: llama3.1:8b)')
    await wizard.shows('Number [4]')
    server.close()
  },
  TIMEOUT_MS,
)
