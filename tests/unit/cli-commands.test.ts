import { createWriteStream } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, test } from '@jest/globals'
import { z } from 'zod'
import { cliMenu, type CliMenu } from '../../src/interfaces/cli/menu.ts'
import { runCli, type CliDeps } from '../../src/interfaces/cli/run-cli.ts'
import { localClient } from '../../src/operations/client.ts'
import { operations, type Operations } from '../../src/operations/list.ts'
import { operation } from '../../src/operations/operation.ts'
import { DenidinError } from '../../src/platform/errors.ts'
import { silentLogger } from '../../src/platform/logger.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { memoryOf, personOf, sessionOf } from '../support/operations/records.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'
import { fakeTerminal, nothingExamined, noSetup } from '../support/terminal.ts'

/** The command line over operations that a test can look at; `owner` tells whether the bot runs. */
const setUp = (
  part: {
    owner?: boolean
    terminal?: Parameters<typeof fakeTerminal>[0]
    operations?: Operations
    menu?: CliMenu
  } = {},
) => {
  const parts = new OperationRig()
  parts.people.persons.push(personOf('p1', '15550001111', 'client', 'Dana'))
  parts.sessions.details.push(
    sessionOf('s1', 'person:p1', { messages: 3 }),
    sessionOf('s2', 'person:p1', { state: 'dead' }),
  )
  const terminal = fakeTerminal({ stdin: '', ...part.terminal })
  const list = part.operations ?? operations
  const runner = parts.runner(silentLogger, list)
  const events: string[] = []
  const client = (how: string) => {
    events.push(how)
    return localClient(runner, () => {
      events.push('let go')
      return Promise.resolve()
    })
  }
  const deps: Omit<CliDeps, 'argv'> = {
    ...terminal,
    version: '9.8.7',
    clock: parts.clock,
    operations: list,
    ...(part.menu === undefined ? {} : { menu: part.menu }),
    connect: () => Promise.resolve(part.owner === true ? client('connected') : undefined),
    open: () => Promise.resolve(client('opened')),
    local: {
      start_script: '/nowhere/run_denidin.sh',
      stop_script: '/nowhere/stop_denidin.sh',
      ...noSetup,
      examine: nothingExamined,
    },
  }
  const run = (...argv: string[]): Promise<number> => runCli({ ...deps, argv })
  return { parts, terminal, run, events, deps }
}

/** Lets time go by until a command has ended. */
const passTime = async ({ clock }: OperationRig, done: Promise<unknown>): Promise<void> => {
  let over = false
  void done.finally(() => {
    over = true
  })
  while (!over) await clock.advance(100)
}

test.each(Object.keys(cliMenu).concat('chat', 'doctor', 'setup', 'start', 'stop'))(
  'denidin %s --help explains itself',
  async words => {
    const { run, terminal, events } = setUp()
    await expect(run(...words.split(' '), '--help')).resolves.toBe(0)
    expect(terminal.out()).toContain(`Usage: denidin ${words}`)
    expect(terminal.err()).toBe('')
    expect(events).toEqual([])
  },
)

test('the help of a command names its arguments, options, allowed values and defaults', async () => {
  const { run, terminal } = setUp()
  await run('session', 'list', '--help')
  const help = terminal.out().replace(/\s+/g, ' ')
  expect(help).toContain('--state <value> list only sessions in this state (active, closed, stored, dead, purged)')
  expect(help).toContain('--limit <value> maximum number of rows (default: 20)')
  expect(help).toContain('--json')
})

test('denidin --help lists every command, --version the version', async () => {
  const { run, terminal } = setUp()
  await expect(run('--help')).resolves.toBe(0)
  for (const word of ['start', 'stop', 'status', 'chat', 'people', 'session', 'memory']) {
    expect(terminal.out()).toMatch(new RegExp(`^ {2}${word}\\b`, 'm'))
  }
  await expect(run('--version')).resolves.toBe(0)
  expect(terminal.out()).toContain('9.8.7')
})

test.each([
  ['the bot runs', true, 'connected'],
  ['the bot does not run', false, 'opened'],
])('a command answers the same when %s, and lets go of what it used', async (_when, owner, how) => {
  const { run, terminal, events } = setUp({ owner })
  await expect(run('session', 'list', '--json')).resolves.toBe(0)
  expect(events).toEqual([how, 'let go'])
  const output = JSON.parse(terminal.out()) as { sessions: { session_id: string }[] }
  expect(output.sessions.map(each => each.session_id)).toEqual(['s1', 's2'])
})

test('options and arguments become the input of the operation', async () => {
  const { run, terminal, parts } = setUp()
  await expect(run('session', 'list', '--state', 'dead', '--limit', '1', '--json')).resolves.toBe(0)
  expect(JSON.parse(terminal.out())).toMatchObject({ sessions: [{ session_id: 's2' }], next: null })
  await expect(run('people', 'role', '+1 555 000 1111', 'godfather')).resolves.toBe(0)
  await expect(run('people', 'block', 'p1')).resolves.toBe(0)
  await expect(run('session', 'sweep', '--no-purge')).resolves.toBe(0)
  await expect(run('session', 'reset', '--person', '15550001111')).resolves.toBe(0)
  await expect(run('session', 'reset', 's1')).resolves.toBe(0)
  await expect(run('memory', 'search', 'where', 'is', 'Dana?', '--person', 'p1')).resolves.toBe(0)
  expect(parts.asked.filter(each => !/^(enter|leave)/.test(each))).toEqual([
    'setRole p1 godfather',
    'setRole p1 blocked',
    'sweep',
    'reset person:p1',
    'reset person:p1',
    'recall person:p1: where is Dana?',
  ])
})

test.each([
  [['nonsense'], 'unknown command'],
  [['sesion', 'list'], 'Did you mean session'],
  [['session', 'lst'], 'Did you mean list'],
  [['session', 'list', '--colour'], 'unknown option'],
  [['session', 'list', 'extra'], 'too many arguments'],
  [['session', 'list', '--limit', '0'], 'limit must be 1 or more, not 0'],
  [['session', 'list', '--limit', 'ten'], 'limit must be a number, not "ten"'],
  [['session', 'list', '--state', 'open'], 'state must be one of active, closed'],
  [['session', 'show'], "missing required argument 'session-id'"],
  [['people', 'role', 'p1', 'king'], 'role must be one of client, godfather, blocked, not "king"'],
  [['session'], 'Usage: denidin session'],
  [[], 'Usage: denidin'],
  [['chat', '--as', 'Dana'], '--as must be a phone number'],
  [['statsu'], `denidin: unknown command 'statsu'. Did you mean one of stats, status? See "denidin --help".\n`],
  [['memory', 'list', '--foo'], `denidin: memory list: unknown option '--foo'. See "denidin memory list --help".\n`],
  [['memory', 'list', '--limit'], "memory list: option '--limit <value>' needs a value. See "],
  [['memory', 'verify', '--repiar'], 'Did you mean --repair? See "denidin memory verify --help".'],
  [['memory', 'extract', '--session-id', ''], 'denidin: memory extract: session-id must not be empty\n'],
  [['memory', 'agent', 'start', '0'], 'denidin: memory agent start: interval-hours must be 0.1 or more, not 0\n'],
  [['memory', 'access-stats', '--hours', '0'], 'denidin: memory access-stats: hours must be more than 0, not 0\n'],
  [['pause', '+15550001111', 'soon'], 'denidin: pause: minutes must be a number, not "soon"\n'],
])('wrong usage (%j) ends with 2 and says what is wrong, before anything is opened', async (argv, words) => {
  const { run, terminal, events } = setUp()
  await expect(run(...argv)).resolves.toBe(2)
  expect(terminal.err()).toContain(words)
  expect(terminal.err()).not.toMatch(/^error:/)
  expect(terminal.out()).toBe('')
  expect(events).toEqual([])
})

test.each(['show', 'verify', 'restore'])('backup %s takes the id by position or by name, but not two', async name => {
  const { run, parts, terminal } = setUp()
  const yes = name === 'restore' ? ['--yes'] : []
  await expect(run('backup', name, '2026-11-20', ...yes)).resolves.toBe(0)
  const by_position = terminal.out()
  await expect(run('backup', name, '--backup-id', '2026-11-20', ...yes)).resolves.toBe(0)
  expect(terminal.out()).toBe(by_position.repeat(2))
  expect(parts.asked.filter(asked => asked.endsWith(' 2026-11-20'))).toHaveLength(name === 'show' ? 0 : 2)
  await expect(run('backup', name, '2026-11-20', '--backup-id', 'latest', ...yes)).resolves.toBe(2)
  expect(terminal.err()).toContain('give backup-id once: "2026-11-20" or --backup-id latest')
})

test('an option for one value is refused if two are given, and taken if both are the same', async () => {
  const { run, terminal } = setUp()
  await expect(run('backup', 'show', '--backup-id', 'latest', '--backup-id', 'latest')).resolves.toBe(0)
  await expect(run('backup', 'show', '--backup-id', 'latest', '--backup-id', '2026-11-20')).resolves.toBe(2)
  expect(terminal.err()).toContain('It is given twice, as "latest" and "2026-11-20"; give it once.')
})

test('with --json, wrong usage is an object too', async () => {
  const { run, terminal } = setUp()
  await expect(run('session', 'list', '--colour', '--json')).resolves.toBe(2)
  expect(JSON.parse(terminal.err())).toMatchObject({ error: { code: 'invalid_input', retryable: false } })
})

test('what fails ends with 1 and one line on stderr', async () => {
  const { run, terminal } = setUp()
  await expect(run('session', 'show', 'nope')).resolves.toBe(1)
  expect(terminal.err()).toBe('denidin: there is no session "nope"\n')
  expect(terminal.out()).toBe('')
})

test('with --json a failure is JSON too, on stderr', async () => {
  const { run, terminal } = setUp()
  await expect(run('session', 'show', 'nope', '--json')).resolves.toBe(1)
  expect(JSON.parse(terminal.err())).toEqual({
    error: { code: 'not_found', message: 'there is no session "nope"', retryable: false },
  })
})

test('a data folder that cannot be opened is a failure', async () => {
  const { deps, terminal } = setUp()
  const open = (): Promise<never> => Promise.reject(new DenidinError('invalid_config', 'log_level must be one of …'))
  await expect(runCli({ ...deps, open, argv: ['status'] })).resolves.toBe(1)
  expect(terminal.err()).toBe('denidin: log_level must be one of …\n')
})

test('a command waits for another one that owns the data for a moment', async () => {
  const { deps, events, parts } = setUp()
  let tries = 0
  const open = (): ReturnType<CliDeps['open']> => {
    tries++
    return tries < 3 ? Promise.reject(new DenidinError('already_running', 'in use')) : deps.open({ shared: false })
  }
  const done = runCli({ ...deps, open, argv: ['session', 'purge'] })
  await passTime(parts, done)
  await expect(done).resolves.toBe(0)
  expect([tries, events]).toEqual([3, ['opened', 'let go']])
})

test('a command that waits for a starting bot asks it as soon as it answers', async () => {
  const { deps, events, parts } = setUp({ owner: true })
  let tries = 0
  const connect = (): ReturnType<CliDeps['connect']> => (++tries < 4 ? Promise.resolve(undefined) : deps.connect())
  const open = (): Promise<never> => Promise.reject(new DenidinError('already_running', 'in use'))
  const done = runCli({ ...deps, connect, open, argv: ['session', 'purge'] })
  await passTime(parts, done)
  await expect(done).resolves.toBe(0)
  expect(events).toEqual(['connected', 'let go'])
})

test('a data folder that stays in use is a failure in the end', async () => {
  const { deps, terminal, parts } = setUp()
  const open = (): Promise<never> => Promise.reject(new DenidinError('already_running', 'another DeniDin is using it'))
  const done = runCli({ ...deps, open, argv: ['session', 'purge'] })
  await passTime(parts, done)
  await expect(done).resolves.toBe(1)
  expect(terminal.err()).toContain('session purge: waiting for another denidin command')
  expect(terminal.err()).toContain('another DeniDin is using it')
})

test('what lasts longer than two seconds tells on stderr how far it is', async () => {
  const { parts, run, terminal } = setUp()
  const finish = Promise.withResolvers<undefined>()
  const began = Promise.withResolvers<(done: number) => void>()
  parts.sessions.lifecycle.sweep = async options => {
    began.resolve(done => options?.progress?.(done, 30))
    await finish.promise
    return parts.sessions.sweepReport
  }
  const done = run('session', 'sweep', '--json')
  const step = await began.promise
  step(1)
  await parts.clock.advance(1999)
  expect(terminal.err()).toBe('')
  await parts.clock.advance(1)
  expect(terminal.err()).toBe('session sweep: 1 of 30 sessions\n')
  step(2)
  await parts.clock.advance(2000)
  step(3)
  finish.resolve(undefined)
  await expect(done).resolves.toBe(0)
  expect(terminal.err()).toBe('session sweep: 1 of 30 sessions\nsession sweep: 3 of 30 sessions\n')
  expect(JSON.parse(terminal.out())).toMatchObject({ found: 3 })
})

test('on a terminal progress is one line that is wiped away at the end', async () => {
  const { parts, run, terminal } = setUp({ terminal: { isTTY: true } })
  const finish = Promise.withResolvers<undefined>()
  parts.sessions.lifecycle.purge = async () => {
    await finish.promise
    return { purged: 1 }
  }
  const done = run('session', 'purge')
  await parts.clock.advance(0)
  await parts.clock.advance(2000)
  expect(terminal.err()).toBe('\r\x1b[Ksession purge: working …')
  finish.resolve(undefined)
  await expect(done).resolves.toBe(0)
  expect(terminal.err().endsWith('\r\x1b[K')).toBe(true)
  expect(terminal.out()).toMatch(/^purged +1$/m)
})

const wipe = operation({
  summary: 'Throw everything away',
  access: 'operator',
  effect: 'destroy',
  needs: 'data',
  audit: 'none',
  uses: [],
  input: z.strictObject({ hard: z.boolean().default(false).describe('for good') }),
  output: z.object({ hard: z.boolean() }),
  run: (_deps, { hard }) => Promise.resolve({ hard }),
})
const destructive = { operations: { 'data.wipe': wipe }, menu: { 'data wipe': { run: 'data.wipe', positions: [] } } }

const load = (name: string) =>
  operation({
    summary: 'Load a file',
    access: 'operator',
    effect: 'write',
    needs: 'data',
    audit: 'none',
    uses: [],
    input: z.strictObject({
      file: z.string().describe('a file'),
      dry_run: z.boolean().default(false).describe('write nothing'),
    }),
    output: z.object({ name: z.string(), file: z.string(), dry_run: z.boolean() }),
    run: (_deps, input) => Promise.resolve({ name, ...input }),
  })
/** A command with arguments that has a command below it. */
const nested = {
  operations: { load: load('load'), 'load.old': load('load.old') },
  menu: { load: { run: 'load', positions: ['file'] }, 'load old': { run: 'load.old', positions: ['file'] } },
}

test.each([
  [['load', 'a', '--dry-run'], { name: 'load', file: 'a', dry_run: true }],
  [['load', '--dry-run', 'a'], { name: 'load', file: 'a', dry_run: true }],
  [['load', 'a'], { name: 'load', file: 'a', dry_run: false }],
  [['load', 'old', 'a', '--dry-run'], { name: 'load.old', file: 'a', dry_run: true }],
  [['load', 'old', '--dry-run', 'a'], { name: 'load.old', file: 'a', dry_run: true }],
  [['load', './old'], { name: 'load', file: './old', dry_run: false }],
])('an option counts for the command that it is typed behind: %j', async (words, expected) => {
  const { run, terminal } = setUp(nested)
  await expect(run(...words, '--json')).resolves.toBe(0)
  expect(JSON.parse(terminal.out())).toEqual(expected)
})

test('an option in front of the last command is refused, for it would count for nothing', async () => {
  const { run, terminal, events } = setUp(nested)
  await expect(run('load', '--dry-run', 'old', 'a')).resolves.toBe(2)
  expect(terminal.err()).toBe('denidin: load old: --dry-run must come after "old". See "denidin load old --help".\n')
  expect(events).toEqual([])
})

test('what destroys is refused without a yes where nobody can be asked', async () => {
  const { run, terminal } = setUp(destructive)
  await expect(run('data', 'wipe')).resolves.toBe(2)
  expect(terminal.err()).toBe('denidin: data wipe needs confirmation, add --yes: Throw everything away\n')
  expect(terminal.out()).toBe('')
})

test('what destroys runs with --yes', async () => {
  const { run, terminal } = setUp(destructive)
  await expect(run('data', 'wipe', '--yes', '--hard', '--json')).resolves.toBe(0)
  expect(JSON.parse(terminal.out())).toEqual({ hard: true })
})

test.each([
  ['y', 0],
  ['Yes', 0],
  ['n', 2],
  ['', 2],
])('at a terminal the answer %j to the question ends with %i', async (answer, code) => {
  const { run, terminal } = setUp({ ...destructive, terminal: { isTTY: true, stdin: `${answer}\n` } })
  await expect(run('data', 'wipe')).resolves.toBe(code)
  expect(terminal.err()).toContain('Throw everything away. Go on? [y/N]')
  expect(terminal.out().includes('hard')).toBe(code === 0)
})

/** A time as the wall clock of this machine shows it. */
const onTheWall = (iso: string): string => new Date(iso).toLocaleString('sv-SE').slice(0, 'YYYY-MM-DD HH:MM'.length)

const ID = '3979be25-7676-485b-afaf-e245a5032639'

test('a terminal gets tables within its width and times by its clock, a pipe gets columns between tabs', async () => {
  for (const columns of [80, 100, 120, 200]) {
    const { parts, run, terminal } = setUp({ terminal: { isTTY: true, columns } })
    parts.sessions.details.splice(0, 2, sessionOf(ID, 'person:p1', { messages: 3 }))
    await run('session', 'list')
    const [heading, head = '', ...rows] = terminal.out().trimEnd().split('\n')
    const row = rows.find(each => each.startsWith(ID)) ?? ''
    expect(heading).toBe('sessions')
    expect(head).toMatch(/^session id +who +state .*last/)
    expect(Math.max(head.length, ...rows.map(each => each.length))).toBeLessThanOrEqual(columns)
    expect(row).toMatch(new RegExp(`^${ID} +Dana .*active `))
    expect(terminal.out()).toContain('(+15550001111)')
    expect(row).toContain(onTheWall('2026-11-20T09:00:00.000Z'))
  }

  const inPipe = setUp()
  inPipe.parts.memory.memories.push(memoryOf('m1', 'person:p1', 'one\ttwo\nthree'))
  await inPipe.run('memory', 'list')
  expect(inPipe.terminal.out().split('\n')).toEqual([
    'memories',
    'memory_id\twho\tkind\tcategory\tsaid_from\tsaid_to\tvalid_to\ttext',
    'm1\tDana (+15550001111)\tsession_summary\tcontext\t2026-11-10T08:00:00.000Z\t2026-11-10T09:00:00.000Z\t–\tone  two three',
    '',
  ])
})

test('in a pipe the names of fields are those of the JSON', async () => {
  const { run, terminal } = setUp()
  await run('session', 'reset', 's1')
  expect(terminal.out()).toBe('session_id\ts1\nmessages\t4\nmemory\tstored\n')
})

test('columns in which nothing stands are left out on a terminal', async () => {
  const { run, terminal } = setUp({ terminal: { isTTY: true, columns: 120 } })
  await run('people', 'list')
  expect(terminal.out()).toMatch(/^person id +name +phone +role +allowed +created at$/m)
})

test.each([
  ['in one word', 'x'.repeat(58), 122],
  ['in letters of double width', '我们明天在海法见面然后去吃晚饭我们明天', 122],
  ['from right to left', 'נפגשים מחר בחיפה ואחר כך הולכים לאכול', 115],
])('a text %s is wrapped within a narrow table, and nothing of it is lost', async (_kind, text, columns) => {
  const { parts, run, terminal } = setUp({ terminal: { isTTY: true, columns } })
  parts.memory.memories.push(memoryOf('m1', 'person:p1', text))
  await run('memory', 'list')
  const [header = '', ...rows] = terminal.out().split('\n').slice(1)
  const shown = rows.map(row => row.slice(header.lastIndexOf('text')))
  expect(shown.length).toBeGreaterThan(2)
  expect(shown.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''))
})

test('a long text stands below the other fields of its row', async () => {
  const { parts, run, terminal } = setUp({ terminal: { isTTY: true, columns: 120 } })
  parts.memory.memories.push(memoryOf('m1', 'person:p1', '- one\n- two'), memoryOf('m2', 'person:p1', 'x'.repeat(100)))
  await run('memory', 'list')
  const said = onTheWall('2026-11-10T09:00:00.000Z')
  expect(terminal.out()).toContain('memory id  m1\nwho        Dana (+15550001111)\n')
  expect(terminal.out()).toContain(`said to    ${said}\ntext\n  - one\n  - two\n\nmemory id  m2\n`)
  expect(terminal.out()).toContain(`text       ${'x'.repeat(100)}\n`)
})

test('rows too wide for the terminal are printed field below field', async () => {
  const { parts, run, terminal } = setUp({ terminal: { isTTY: true, columns: 60 } })
  parts.memory.memories.push(memoryOf(ID, 'person:p1', 'likes tea'))
  await run('memory', 'list')
  expect(terminal.out()).toContain(`memory id  ${ID}\nwho        Dana (+15550001111)\n`)
})

test('a page that nothing announced is a failure, not an empty list', async () => {
  const { run, terminal } = setUp()
  await expect(run('memory', 'list', '--after', 'zz')).resolves.toBe(1)
  expect(terminal.err()).toContain('there is no page after "zz"')
})

test('somebody who never wrote is told apart from what is not a name of a person', async () => {
  const { run, terminal } = setUp()
  await expect(run('people', 'block', '+1 555 999 0000')).resolves.toBe(1)
  expect(terminal.err()).toContain('has written yet; to block a number in advance, add it to user_roles.blocked_phones')
  await expect(run('people', 'role', 'Eve', 'client')).resolves.toBe(1)
  expect(terminal.err()).toContain('there is no person "Eve": give a phone number')
})

test('a page that is not the last tells how to get the next', async () => {
  const { run, terminal } = setUp({ terminal: { isTTY: true } })
  await run('session', 'list', '--limit', '1')
  expect(terminal.out().trimEnd().endsWith('There is more: --after s1')).toBe(true)
  await run('session', 'list', '--limit', '1', '--after', 's1')
  expect(terminal.out().match(/There is more/g)).toHaveLength(1)
})

test('a list without rows says so', async () => {
  const { run, terminal } = setUp()
  await run('memory', 'list')
  expect(terminal.out()).toContain('memories\nnone\n')
})

test('what people wrote cannot steer the terminal', async () => {
  const { parts, run, terminal } = setUp({ terminal: { isTTY: true } })
  parts.memory.memories.push(memoryOf('m1', 'person:p1', 'red \x1b[31m and a bell \x07'))
  await run('memory', 'list')
  expect(terminal.out()).not.toMatch(/[^\P{Cc}\n]/u)
})

test('status shows its parts and counters', async () => {
  const { parts, run, terminal } = setUp({ terminal: { isTTY: true, columns: 100 } })
  parts.system.checks = [{ name: 'chroma', health: () => Promise.resolve({ state: 'ok', detail: 'answers' }) }]
  parts.system.metrics.count('replies_sent', 2)
  parts.instance = { ...parts.instance, started_at: parts.clock.now() - 93_600_000 }
  await expect(run('status')).resolves.toBe(0)
  expect(terminal.out()).toMatch(/^running\s+yes$/m)
  expect(terminal.out()).toMatch(/^uptime\s+1 d 2 h$/m)
  expect(terminal.out()).toMatch(/^chroma\s+ok\s+answers$/m)
  expect(terminal.out()).toMatch(/^replies sent\s+2$/m)
})

test('a reader who goes away is not a failure', async () => {
  const { run, terminal } = setUp()
  const broken = Object.assign(new Error('write EPIPE'), { code: 'EPIPE' })
  const done = run('session', 'list')
  ;(terminal.stdout as unknown as { destroy(error: Error): void }).destroy(broken)
  await expect(done).resolves.toBe(0)
})

test('an output that a full disk does not take is a failure', async () => {
  const { deps, terminal } = setUp()
  const stdout = createWriteStream('/dev/full')
  await expect(runCli({ ...deps, stdout, argv: ['session', 'list'] })).resolves.toBe(1)
  expect(terminal.err()).toBe('denidin: the output cannot be written: the disk is full\n')
  // If stderr is full too, the exit code is all that is left.
  const stderr = createWriteStream('/dev/full')
  await expect(runCli({ ...deps, stdout, stderr, argv: ['session', 'list'] })).resolves.toBe(1)
})

describe('the file of a document', () => {
  const shown = operation({
    summary: 'Show',
    access: 'operator',
    effect: 'read',
    needs: 'nothing',
    audit: 'none',
    uses: [],
    input: z.strictObject({ format: z.enum(['table', 'csv']).default('table').describe('format') }),
    output: z.object({ format: z.string() }),
    run: (_context, { format }) => Promise.resolve({ format }),
  })
  const menu: CliMenu = { show: { run: 'show', positions: [], document: ({ format }) => ({ out: String(format) }) } }

  test.each([
    // Excel reads CSV as UTF-8 only behind a byte order mark.
    [['--output', 'a.csv'], 0, '\ufeffcsv'],
    [['--output', 'a.CSV', '--format', 'csv'], 0, '\ufeffcsv'],
    [['--output', 'a.txt'], 0, 'table'],
    [['--output', 'a.txt', '--format', 'csv'], 0, '\ufeffcsv'],
    [['--output', 'a.csv', '--format', 'table'], 2, 'is named as csv, and the format is table: give only one of them'],
    [['--output', 'a.csv', '--format', 'xml'], 2, 'format must be one of table, csv, not "xml"'],
    [['--output', 'no/a.csv'], 2, 'there is no folder '],
  ])('has the format of its name unless another one is given: %j', async (options, code, result) => {
    await using folder = await temporaryFolder()
    const { run, terminal } = setUp({ operations: { show: shown }, menu })
    const args = options.map(each => (each.includes('.') ? join(folder.path, each) : each))
    await expect(run('show', ...args)).resolves.toBe(code)
    if (code === 0) expect(await readFile(args[1] ?? '', 'utf8')).toBe(result)
    else expect(terminal.err()).toContain(result)
    expect(await readdir(folder.path)).toHaveLength(code === 0 ? 1 : 0)
  })

  test('has no byte order mark on the screen, where other programs read it', async () => {
    const { run, terminal } = setUp({ operations: { show: shown }, menu })
    await expect(run('show', '--format', 'csv')).resolves.toBe(0)
    expect(terminal.out()).toBe('csv')
  })
})

test('Ctrl-C calls off what is under way, and lets go of what was opened', async () => {
  const { parts, deps, terminal, events } = setUp()
  const calledOff = new AbortController()
  const began = Promise.withResolvers<undefined>()
  parts.sessions.lifecycle.sweep = options =>
    new Promise((_, reject) => {
      options?.signal?.addEventListener('abort', () => {
        reject(options.signal?.reason as Error)
      })
      began.resolve(undefined)
    })
  const done = runCli({ ...deps, signal: calledOff.signal, argv: ['session', 'sweep'] })
  await began.promise
  calledOff.abort()
  await expect(done).resolves.toBe(1)
  expect(terminal.err()).toBe('denidin: interrupted\n')
  expect(events).toEqual(['opened', 'let go'])
})

test.each([
  [true, 0, ''],
  [false, 1, 'denidin: the memory is not in order; run `denidin memory verify --repair`\n'],
])(
  'what a check found is printed, and the exit code tells whether it is in order: %s',
  async (in_order, code, said) => {
    const { run, parts, terminal } = setUp()
    const findings = in_order ? [] : [{ part: 'messages', what: 'missing', count: 7 } as const]
    parts.memory.maintenance = {
      ...parts.memory.maintenance,
      verify: () => Promise.resolve({ in_order, looked_at: 9, findings }),
    }
    await expect(run('memory', 'verify', '--json')).resolves.toBe(code)
    expect(JSON.parse(terminal.out())).toEqual({ in_order, looked_at: 9, findings })
    expect(terminal.err()).toContain(in_order ? '' : '"code":"damaged"')
    const again = setUp()
    again.parts.memory.maintenance = parts.memory.maintenance
    await expect(again.run('memory', 'verify')).resolves.toBe(code)
    expect(again.terminal.err()).toBe(said)
  },
)

describe('costs', () => {
  const total = {
    currency: 'USD',
    calls: 12,
    failed: 1,
    unpriced: 0,
    input_tokens: 5000,
    cached_tokens: 0,
    output_tokens: 70,
  }
  const costOf = async (isTTY: boolean): Promise<string> => {
    const { parts, terminal, run } = setUp({ terminal: { isTTY, columns: 120 } })
    parts.costTotals = [
      { ...total, key: 'gpt-4o', cost: 12_345_678_901n },
      { ...total, key: 'gpt-4o-mini', cost: 100n },
      { ...total, currency: undefined, key: 'unknown', cost: 0n, unpriced: 12 },
    ]
    await expect(run('budget', 'cost', '--by', 'model')).resolves.toBe(0)
    return terminal.out()
  }

  test('are rounded to millionths for people, who see which calls have no price', async () => {
    const shown = await costOf(true)
    expect(shown).toMatch(/gpt-4o +12 +1 +0 +5000 +0 +70 +12\.345679 +USD/)
    expect(shown).toMatch(/gpt-4o-mini +.* <0\.000001 +USD/)
    expect(shown).toMatch(/unknown +.* 12 .* – +–/)
    expect(shown).toMatch(/without price\n.*model.*\n.*unknown +12/)
  })

  test('have all their digits for programs, and no exponent', async () => {
    const shown = await costOf(false)
    expect(shown).toContain('\t12.345678901\t')
    expect(shown).toContain('\t0.0000001\t')
    expect(shown).not.toMatch(/\de-\d/)
  })

  test.each([
    [['--days', '0'], 'days'],
    [['--days', '-5'], 'days'],
    [['--days', 'many'], 'days'],
    [['--days', '100000'], 'days'],
    [['--by', 'colour'], 'by'],
  ])('%s is wrong usage, which is named', async (options, name) => {
    const { terminal, run } = setUp()
    await expect(run('budget', 'cost', ...options)).resolves.toBe(2)
    expect(terminal.err()).toContain(name)
  })
})
