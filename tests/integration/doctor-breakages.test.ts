/** Twenty breakages, each made for real: the doctor names it with its remedy and, where it promises so, mends it. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  chownSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readlinkSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type AddressInfo, type Server } from 'node:net'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { createBackups } from '../../src/app/backup/backups.ts'
import { surroundings } from '../../src/app/runtime.ts'
import { LoginRecord } from '../../src/channels/whatsapp/login-record.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../src/platform/clock.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import type { Json } from '../support/denidin.ts'
import { Installation } from '../support/installation.ts'
import { failure, ScriptedModelServer } from '../support/model-server.ts'
import { Patient } from '../support/patient.ts'
import { PROJECT } from '../support/script-run.ts'
import { ShiftedClock } from '../support/shifted-clock.ts'
import { SMALL_DISKS, smallDisk } from '../support/small-disk.ts'

const cleanUp: (() => unknown)[] = []
afterEach(async () => {
  for (const each of cleanUp.splice(0).reverse()) await each()
})

const patientOf = async (config: Json = {}): Promise<Patient> => {
  const patient = await Patient.make(config)
  cleanUp.push(() => patient[Symbol.asyncDispose]())
  return patient
}

const listen = async (server: Server): Promise<number> => {
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  cleanUp.push(() => {
    server.close()
  })
  return (server.address() as AddressInfo).port
}

const modelServer = async (): Promise<ScriptedModelServer> => {
  const server = await ScriptedModelServer.start()
  cleanUp.push(() => server[Symbol.asyncDispose]())
  return server
}

const asRoot = process.getuid?.() === 0

/** Runs `denidin doctor` of an installation; resolves with its results by id. */
const runDoctor = (
  installation: Installation,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): { readonly code: number | null; readonly checks: Readonly<Record<string, { state: string; detail: string }>> } => {
  const { status, stdout, stderr } = installation.run('bin/denidin', ['doctor', '--json', ...args], environment)
  try {
    const { checks } = JSON.parse(stdout) as { checks: readonly { id: string; state: string; detail: string }[] }
    return { code: status, checks: Object.fromEntries(checks.map(each => [each.id, each])) }
  } catch {
    throw new Error(`no JSON: ${stdout}${stderr}`)
  }
}

test('1: a bad key in the configuration is named with the key that was probably meant', async () => {
  const patient = await patientOf({ memory: { sesion: { session_timeout_hours: 12 } } })
  expect(await patient.check('configuration')).toMatchObject({
    state: 'down',
    severity: 'critical',
    detail: expect.stringContaining('memory.sesion: unknown key; did you mean memory.session?'),
    remedy: expect.stringContaining(patient.path('config.json')),
  })
  // What does not depend on the configuration is examined all the same.
  const { healthy, checks } = await patient.examine([])
  expect(healthy).toBe(false)
  expect(checks.find(({ id }) => id === 'node')).toMatchObject({ state: 'ok' })
  expect(checks.find(({ id }) => id === 'chroma-program')).toMatchObject({ state: 'ok' })
})

test('2: a missing key of the model service is named, with the ways to do without one', async () => {
  const patient = await patientOf({ ai: { provider: 'openai' } })
  expect(await patient.check('model-key')).toMatchObject({
    state: 'down',
    remedy: expect.stringMatching(/OPENAI_API_KEY=… into \.env.*denidin setup/),
  })
  expect(await patient.check('configuration')).toMatchObject({ state: 'ok' })
})

test.each([['with data that opens'], ['with data that does not']])('3: a refused key is named, %s', async which => {
  const server = await modelServer()
  server.always('completion', failure(401))
  const patient = await patientOf({
    ai: { provider: 'openai', base_url: server.base_url, retries: 0 },
    openai_api_key: 'sk-of-someone-else',
  })
  if (which === 'with data that does not') writeFileSync(patient.path('data'), 'a file')
  const check = await patient.check('language-model')
  expect(check).toMatchObject({ state: 'down', detail: expect.stringMatching(/does not accept the key.*valid key/) })
  expect(JSON.stringify(check)).not.toContain('sk-of-someone-else')
})

test('4: an address of a model at which nothing answers is named', async () => {
  const patient = await patientOf({ ai: { provider: 'openai', base_url: 'http://127.0.0.1:9/v1', retries: 0 } })
  expect(await patient.check('language-model')).toMatchObject({
    state: 'down',
    detail: expect.stringMatching(/127\.0\.0\.1:9 could not be reached.*ai\.base_url/),
  })
})

test.each([
  ['v18.20.0', /v18\.20\.0 is too old: DeniDin needs Node 24/],
  ['v20.20.2', /v20\.20\.2 is too old: DeniDin runs on Node 24/],
])('5: Node %s without packages is too old', (version, detail) => {
  const installation = new Installation()
  cleanUp.push(() => installation[Symbol.dispose]())
  installation.write('tools/node', `#!/bin/sh\n[ "$1" = --version ] && echo ${version} || exit 1\n`)
  chmodSync(installation.path('tools/node'), 0o700)
  const PATH = `${installation.path('tools')}:/usr/bin:/bin`
  const { code, checks } = runDoctor(installation, [], { PATH })
  expect(code).toBe(1)
  expect(checks['node']).toMatchObject({ state: 'down', detail: expect.stringMatching(detail) })
  expect(checks['packages']).toMatchObject({ state: 'down' })
  const shown = installation.run('bin/denidin', ['doctor'], { PATH })
  expect(shown.stdout).toMatch(/PROBLEM {2}node: .*\n +→ /)
  expect(installation.run('bin/denidin', ['doctor', '--repair'], { PATH }).status).toBe(2)
})

const browserPackage = join(PROJECT, 'bundled-browser')
const withBundledBrowser = existsSync(join(browserPackage, 'node_modules')) ? test : test.skip

test('6: a machine without a browser is told what to install', async () => {
  const patient = await patientOf({ whatsapp: { enabled: true } })
  expect(await patient.check('browser')).toMatchObject({
    state: 'down',
    severity: 'critical',
    repairable: true,
    remedy: expect.stringContaining('scripts/ensure-browser.sh'),
  })
})

withBundledBrowser('6: --fix installs the bundled browser, and says its version', async () => {
  const patient = await patientOf({ whatsapp: { enabled: true } })
  const ran: string[] = []
  const versions = new Map<string, string>()
  patient.with({
    versions,
    runScript: async name => {
      ran.push(name)
      // What the script leaves behind.
      symlinkSync(browserPackage, patient.path('bundled-browser'))
    },
  })
  expect(await patient.fix('browser')).toMatchObject({
    state: 'ok',
    detail: expect.stringContaining('bundled'),
    repaired: expect.stringContaining('installed'),
  })
  expect(ran).toEqual(['scripts/ensure-browser.sh'])
  expect(versions.get('browser')).toMatch(/\d+\.\d+/)
})

test('7: a browser without its libraries is told apart from no browser, with the package that holds them', async () => {
  const patient = await patientOf({ whatsapp: { enabled: true } })
  patient.program(
    'chromium',
    'echo "/usr/lib/chromium/chromium: error while loading shared libraries: libnss3.so: cannot open shared object file: No such file or directory" >&2; exit 127',
  )
  expect(await patient.check('browser-libraries')).toMatchObject({
    state: 'down',
    detail: expect.stringContaining('libnss3.so is missing'),
    remedy: expect.stringMatching(/apt-get install libnss3.*ensure-browser\.sh/),
  })
  expect(await patient.check('browser')).toMatchObject({ state: 'unknown' })
})

test('8: a Chroma program that needs a newer glibc is named with the version that it needs', async () => {
  const patient = await patientOf()
  const program = patient.path('old.mjs')
  writeFileSync(
    program,
    `console.error("Error: /lib/x86_64-linux-gnu/libc.so.6: version \`GLIBC_2.38' not found (required by chromadb.linux-x64-gnu.node)"); process.exit(69)`,
  )
  patient.with({ chroma_program: program })
  expect(await patient.check('chroma-program')).toMatchObject({
    state: 'down',
    detail: expect.stringContaining('needs glibc 2.38'),
    remedy: expect.stringContaining('npm ci'),
  })
  patient.with({})
  expect(await patient.check('chroma-program')).toMatchObject({ state: 'ok' })
})

test('9: another program on the port of Chroma is told apart from no program', async () => {
  const port = await listen(createHttpServer((_, response) => response.end('<h1>Another program</h1>')))
  const chromaAt = (url: string): Json => ({ memory: { longterm: { chroma: { mode: 'remote', url } } } })
  const patient = await patientOf(chromaAt(`http://127.0.0.1:${String(port)}`))
  expect(await patient.check('chroma-port')).toMatchObject({
    state: 'down',
    detail: expect.stringContaining('is not a Chroma server'),
    remedy: expect.stringContaining('memory.longterm.chroma.url'),
  })
  patient.configure(chromaAt('http://127.0.0.1:9'))
  expect(await patient.check('chroma-port')).toMatchObject({ detail: expect.stringContaining('nothing answers') })
})

test('10: a damaged index is found, set aside by --fix, and filled again without the embedding model', async () => {
  const patient = await patientOf()
  {
    await using client = await patient.open()
    await client.call('chat.say', { message: 'hello' })
    for (const n of Array(30).keys()) {
      const text = `house ${String(n)} has the number ${String(n * 7)}`
      await client.call('memory.remember', { text, person: '+15550001111' })
    }
    await client.call('memory.rebuild', {})
  }
  expect(await patient.check('chroma-index')).toMatchObject({ state: 'ok' })
  const file = patient.path('data/memory/chroma.sqlite3')
  const handle = openSync(file, 'r+')
  writeSync(handle, Buffer.alloc(statSync(file).size - 100, 0x5a), 0, statSync(file).size - 100, 100)
  closeSync(handle)
  expect(await patient.check('chroma-index')).toMatchObject({
    state: 'degraded',
    repairable: true,
    remedy: expect.stringContaining('vectors.db'),
  })
  expect(await patient.fix('chroma-index')).toMatchObject({ state: 'off', repaired: expect.stringContaining('aside') })
  expect(readdirSync(patient.path('data')).some(name => name.startsWith('memory.damaged-'))).toBe(true)
  await using client = await patient.open()
  await client.call('memory.rebuild', {})
  const found = await client.call('memory.search', { query: 'house 3', person: '+15550001111' })
  expect(JSON.stringify(found)).toContain('house 3 has the number 21')
})

test.each([
  [{ min_similarity: 1 }, {}, /min_similarity is 1/],
  [
    { min_similarity: 0.7 },
    { provider: 'openai', api_key: 'k', model: 'text-embedding-3-small' },
    /0\.7 recalls almost nothing/,
  ],
])(
  '11: a threshold that recalls nothing is named, with one that suits the model: %j',
  async (longterm, model, detail) => {
    const patient = await patientOf({ memory: { longterm }, embeddings: { provider: 'offline', ...model } as Json })
    expect(await patient.check('threshold')).toMatchObject({
      state: 'degraded',
      detail: expect.stringMatching(detail),
      remedy: expect.stringMatching(/Remove memory\.longterm\.min_similarity.*calibrate/),
    })
  },
)

test('11: a broken file of profiles or prices is named, with its line, before a start fails', async () => {
  const patient = await patientOf()
  const [profiles_file, prices_file] = [patient.path('profiles.json'), patient.path('prices.json')]
  patient.configure({ budget: { profiles_file, prices_file } })
  expect(await patient.check('budget-files')).toMatchObject({ state: 'ok' })
  writeFileSync(profiles_file, '{ "profiles": {\n "client": { "base_budget": -1 } } }')
  writeFileSync(prices_file, '{ "models": ')
  expect(await patient.check('budget-files')).toMatchObject({
    state: 'down',
    detail: expect.stringMatching(/profiles\.json, line 2: .*base_budget.*prices\.json, line 1: is not valid JSON/),
    remedy: expect.stringContaining('Correct the line'),
  })
})

test('12: a taken port of the REST API is named, with the program that has it', async () => {
  const port = await listen(createServer())
  const patient = await patientOf({ api: { enabled: true, port } })
  expect(await patient.check('api-port')).toMatchObject({
    state: 'down',
    detail: expect.stringMatching(new RegExp(`:${String(port)} is taken by .*process ${String(process.pid)}`)),
    remedy: expect.stringContaining('api.port'),
  })
})

test('13: something else in the place of the data folder is named', async () => {
  const patient = await patientOf()
  writeFileSync(patient.path('data'), 'a file')
  expect(await patient.check('data-folder')).toMatchObject({
    state: 'down',
    detail: expect.stringContaining('is a file; a folder is expected there'),
    repairable: false,
    remedy: expect.stringContaining('data_root'),
  })
})

const asAnother = asRoot ? test : test.skip

asAnother('13: a data folder that its owner cannot write is opened again by --fix', () => {
  const USER = 65_534
  const installation = Installation.whole()
  cleanUp.push(() => installation[Symbol.dispose]())
  for (const name of ['', 'config', 'config/config.json', 'data']) {
    if (name === 'data') mkdirSync(installation.path(name))
    chownSync(installation.path(name), USER, USER)
  }
  chmodSync(installation.path('data'), 0o500)
  const doctor = (...args: readonly string[]): unknown => {
    const command = ['doctor', '--json', '--only', 'data-folder', ...args]
    const { stdout } = spawnSync(installation.path('bin/denidin'), command, {
      cwd: '/',
      env: { PATH: '/usr/bin:/bin', HOME: '/nonexistent' },
      uid: USER,
      encoding: 'utf8',
    })
    return (JSON.parse(stdout) as { checks: readonly unknown[] }).checks[0]
  }
  expect(doctor()).toMatchObject({ state: 'down', repairable: true, remedy: expect.stringContaining('chmod 700') })
  expect(doctor('--fix')).toMatchObject({ state: 'ok', repaired: expect.stringContaining('700') })
})

const withSmallDisk = SMALL_DISKS ? test : test.skip

withSmallDisk('14: a disk that is nearly full is named, with what may be deleted', async () => {
  const disk = await smallDisk(4 * 2 ** 20)
  cleanUp.push(() => disk[Symbol.asyncDispose]())
  const patient = await patientOf({ data_root: join(disk.path, 'data') })
  mkdirSync(join(disk.path, 'data/before-restore-2026'), { recursive: true })
  writeFileSync(join(disk.path, 'data/before-restore-2026/denidin.db'), Buffer.alloc(2_000_000))
  expect(await patient.check('disk')).toMatchObject({
    state: 'down',
    remedy: expect.stringMatching(/before-restore-2026 \(2 MB\)/),
  })
})

test('15: files that others can read are named, and closed by --fix', async () => {
  const patient = await patientOf({ openai_api_key: 'sk-secret' })
  writeFileSync(patient.path('.env'), '')
  mkdirSync(patient.path('data'))
  const paths = ['config.json', '.env', 'data'].map(name => patient.path(name))
  for (const path of paths) chmodSync(path, 0o755)
  const check = await patient.check('file-modes')
  expect(check.state).toBe('degraded')
  for (const path of paths) expect(check.detail).toContain(path)
  expect(await patient.fix('file-modes')).toMatchObject({ state: 'ok' })
  expect(paths.map(path => statSync(path).mode & 0o777)).toEqual([0o600, 0o600, 0o700])
})

test('16: the lock of a browser that no longer runs is named, and removed by --fix', async () => {
  const patient = await patientOf({ whatsapp: { enabled: true } })
  mkdirSync(patient.path('data/whatsapp/session'), { recursive: true })
  const lock = patient.path('data/whatsapp/session/SingletonLock')
  symlinkSync(`${hostname()}-4194304`, lock)
  expect(await patient.check('profile-lock')).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('4194304'),
  })
  expect(await patient.fix('profile-lock')).toMatchObject({ state: 'ok', repaired: expect.stringContaining('removed') })
  expect(() => readlinkSync(lock)).toThrow()
})

/** Overwrites the pages of a database after its first. */
const damage = (path: string): void => {
  const { size } = statSync(path)
  const handle = openSync(path, 'r+')
  writeSync(handle, Buffer.alloc(size - 4096, 0x5a), 0, size - 4096, 4096)
  closeSync(handle)
}

test('17: a damaged database is named, with the backup that replaces it; an index is set aside by --fix', async () => {
  const patient = await patientOf()
  {
    await using client = await patient.open()
    await client.call('chat.say', { message: 'hello' })
    await client.call('memory.remember', { text: 'the cat is called Tom', person: '+15550001111' })
    await client.call('backup.create', {})
  }
  const [backup = ''] = readdirSync(patient.path('data-backups/backups')).map(name => name.replace('.json', ''))
  damage(patient.path('data/index.db'))
  expect(await patient.check('databases')).toMatchObject({ state: 'degraded', repairable: true })
  expect(await patient.fix('databases')).toMatchObject({
    state: 'ok',
    repaired: expect.stringContaining('index.db was set aside'),
  })
  damage(patient.path('data/denidin.db'))
  expect(await patient.fix('databases')).toMatchObject({
    state: 'down',
    severity: 'critical',
    detail: expect.stringContaining('denidin.db is damaged'),
    remedy: expect.stringContaining(`denidin backup restore --backup-id ${backup}`),
    repairable: false,
    repaired: expect.stringContaining('could not be mended'),
  })
  // The data cannot be opened, and everything else is examined all the same.
  const { checks } = await patient.examine([])
  expect(checks.find(({ id }) => id === 'data')).toMatchObject({ state: 'down' })
  expect(checks.find(({ id }) => id === 'language-model')).toMatchObject({ state: 'ok' })
})

test('18: a stale backup is named, and --fix makes and verifies a new one', async () => {
  const patient = await patientOf()
  await (await patient.open())[Symbol.asyncDispose]()
  const clock = new ShiftedClock()
  clock.forward(-5 * DAY_MS)
  const settings = patient.settings()
  const runtime = surroundings(settings, silentLogger, { clock })
  const backups = createBackups({ settings, version: 'test', runtime, copied: () => undefined, is_open: false })
  await backups.create('full', [], { signal: new AbortController().signal, progress: () => undefined })
  await backups.module.stop?.()
  expect(await patient.check('backups')).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('120 hours old'),
    remedy: expect.stringContaining('denidin backup create'),
  })
  expect(await patient.fix('backups')).toMatchObject({ state: 'ok', repaired: expect.stringContaining('verified') })
})

test('18: a backup that failed its verification is named, and --fix makes a full one', async () => {
  const patient = await patientOf()
  {
    await using client = await patient.open()
    await client.call('chat.say', { message: 'hello' })
    await client.call('memory.remember', { text: 'the cat is called Tom', person: '+15550001111' })
    await client.call('backup.create', {})
    const objects = patient.path('data-backups/objects')
    const [object = ''] = readdirSync(objects, { recursive: true, encoding: 'utf8' }).filter(name =>
      name.endsWith('.zst'),
    )
    chmodSync(join(objects, object), 0o600)
    writeFileSync(join(objects, object), 'other bytes')
    await client.call('backup.verify', {})
  }
  expect(await patient.check('backups')).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('cannot be relied on'),
  })
  expect(await patient.fix('backups')).toMatchObject({ state: 'ok', repaired: expect.stringContaining('made') })
})

test('19: a clock that is off is named, by how much, compared with the model service and with the data', async () => {
  const clock = new ShiftedClock()
  const server = await modelServer()
  const patient = await patientOf({ ai: { provider: 'openai', base_url: server.base_url } })
  expect(await patient.check('clock')).toMatchObject({ state: 'ok', detail: expect.stringContaining('the same time') })
  clock.forward(HOUR_MS)
  patient.with({}, { clock })
  expect(await patient.check('clock')).toMatchObject({
    state: 'degraded',
    detail: expect.stringMatching(/60 minutes fast, compared with 127\.0\.0\.1/),
    remedy: expect.stringContaining('timedatectl set-ntp true'),
  })
  const other = await patientOf()
  mkdirSync(other.path('data'))
  writeFileSync(other.path('data/denidin.db'), '')
  const later = (Date.now() + 10 * MINUTE_MS) / 1000
  utimesSync(other.path('data/denidin.db'), later, later)
  expect(await other.check('clock')).toMatchObject({
    state: 'degraded',
    detail: expect.stringContaining('was set back'),
  })
})

test('20: why WhatsApp is no longer linked is still known when the bot is down', async () => {
  const patient = await patientOf({ whatsapp: { enabled: true } })
  expect(await patient.check('whatsapp-link')).toMatchObject({ state: 'off' })
  mkdirSync(patient.path('data/whatsapp'), { recursive: true })
  const record = new LoginRecord(patient.path('data/whatsapp'))
  await record.setLinkedAt(Date.UTC(2026, 10, 1))
  expect(await patient.check('whatsapp-link')).toMatchObject({ state: 'ok' })
  const reason = 'The phone removed DeniDin from its linked devices.'
  await record.forget({ at: Date.UTC(2026, 10, 28, 9), reason })
  expect(await patient.check('whatsapp-link')).toMatchObject({
    state: 'down',
    detail: expect.stringContaining(`since 2026-11-28T09:00:00.000Z: ${reason}`),
    remedy: expect.stringContaining('run_denidin.sh'),
  })
})

test('an unknown check is wrong usage, and the one that was meant is suggested', async () => {
  const patient = await patientOf()
  await expect(patient.examine(['profile-loc'])).rejects.toMatchObject({
    code: 'invalid_input',
    message: expect.stringMatching(/no check "profile-loc"; did you mean profile-lock\? The checks are /),
  })
  await expect(patient.examine(['דיסק'])).rejects.toMatchObject({
    message: expect.stringMatching(/no check "דיסק"; the checks are /),
  })
})

test('the command prints results, versions and exit codes, with a configuration that cannot be used too', () => {
  const installation = Installation.whole({ godfather_phone: '+15550001111' })
  cleanUp.push(() => installation[Symbol.dispose]())
  const well = installation.run('bin/denidin', ['doctor'])
  expect(well.stdout).toMatch(
    /^denidin 0\.\d+\.\d+, whatsapp-web\.js 1\.\d+\.\d+, node 24\.\d+\.\d+, chroma 1\.\d+\.\d+\n/,
  )
  expect(well.stdout).toContain('\nAll is well.\n')
  expect(well.status).toBe(0)
  chmodSync(installation.path('data'), 0o700)
  installation.write('.env', '')
  chmodSync(installation.path('.env'), 0o644)
  const fixed = installation.run('bin/denidin', ['doctor', '--fix', '--only', 'file-modes'])
  expect(fixed.stdout).toMatch(/--fix: The permissions of .*\.env were corrected/)
  expect(fixed.status).toBe(0)
  installation.configure({ memoryy: {} })
  const broken = installation.run('bin/denidin', ['doctor'])
  expect(broken.stdout).toMatch(/PROBLEM {2}configuration: Critical\. .*memoryy: unknown key/)
  expect(broken.status).toBe(1)
  // What could not be checked is not well: the reason is shown, even if it was not asked about.
  const one = installation.run('bin/denidin', ['doctor', '--only', 'disk'])
  expect(one.stdout).toMatch(/PROBLEM {2}configuration: .*\nunknown {2}disk: Not checked/s)
  expect(one.status).toBe(1)
  expect(installation.run('bin/denidin', ['doctor', '--only', 'nothing']).status).toBe(2)
})
