// stop_denidin.sh finds the bot of its folder whatever was changed since the start, and signals nothing else.
import { mkdirSync, unlinkSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { Installation, pidIn } from '../support/installation.ts'
import { isAlive } from '../support/script-run.ts'
import { until } from '../support/until.ts'

const START_TIMEOUT_MS = 120_000

/** Changes of the settings between a start and a stop, and the environment of what is run afterwards. */
const CHANGES: readonly (readonly [string, (made: Installation) => Readonly<Record<string, string>>])[] = [
  ['data_root in config.json', made => (made.configure({ data_root: 'data_test' }), {})],
  ['DENIDIN_DATA_ROOT in .env', made => (made.write('.env', 'DENIDIN_DATA_ROOT=data_test\n'), {})],
  ['DENIDIN_DATA_ROOT in the environment', () => ({ DENIDIN_DATA_ROOT: 'data_test' })],
  [
    'DENIDIN_CONFIG in .env',
    made => {
      made.configure({ data_root: 'data_test' }, 'config/other.json')
      made.write('.env', 'DENIDIN_CONFIG=config/other.json\n')
      return {}
    },
  ],
]

test.each(CHANGES)(
  'after a change of %s a start is refused, a stop ends the bot of before, and then one bot runs',
  (_what, change) => {
    using made = Installation.whole()
    expect(made.run('run_denidin.sh')).toMatchObject({ status: 0 })
    const pid = pidIn(made.path('data'))
    const environment = change(made)

    const second = made.run('run_denidin.sh', [], environment)
    expect(second).toMatchObject({ status: 1, stdout: '' })
    expect(second.stderr).toMatch(new RegExp(`^DeniDin is already running \\(pid ${String(pid)}\\), with.*stop.*\\n$`))
    expect(made.bots()).toEqual([pid])

    const stop = made.run('stop_denidin.sh', [], environment)
    expect(stop).toMatchObject({ status: 0, stdout: `DeniDin (process ${String(pid)}) has stopped.\n` })
    expect(isAlive(pid)).toBe(false)

    expect(made.run('run_denidin.sh', [], environment)).toMatchObject({ status: 0 })
    expect(made.bots()).toEqual([pidIn(made.path('data_test'))])
    expect(made.run('stop_denidin.sh', [], environment)).toMatchObject({ status: 0 })
    expect(made.bots()).toEqual([])
  },
  START_TIMEOUT_MS,
)

test(
  'after a change of DENIDIN_CONFIG in the environment a start is refused, and the stop says how to stop the bot',
  () => {
    using made = Installation.whole()
    made.configure({}, 'config/one.json')
    made.configure({ data_root: 'data_test' }, 'config/two.json')
    const [one, two] = ['one', 'two'].map(name => ({ DENIDIN_CONFIG: made.path('config', `${name}.json`) }))
    expect(made.run('run_denidin.sh', [], one)).toMatchObject({ status: 0 })
    const pid = pidIn(made.path('data'))

    const stop = made.run('stop_denidin.sh', [], two)
    expect(stop).toMatchObject({ status: 0, stderr: '' })
    expect(stop.stdout).toMatch(/^[^\n]*not running[^\n]*\n$/)
    expect(stop.stdout).toContain(`Process ${String(pid)} runs with DENIDIN_CONFIG='${made.path('config/one.json')}'`)
    const start = made.run('run_denidin.sh', [], two)
    expect(start).toMatchObject({ status: 1, stdout: '' })
    expect(start.stderr).toContain(`DENIDIN_CONFIG='${made.path('config/one.json')}' ./stop_denidin.sh stops it`)
    expect(made.bots()).toEqual([pid])

    // With data and a log of its own it is a bot on purpose; without DENIDIN_CONFIG neither of the two is meant.
    made.configure({ data_root: 'data_test', logs_dir: 'logs_test' }, 'config/two.json')
    expect(made.run('run_denidin.sh', [], two)).toMatchObject({ status: 0 })
    expect(made.bots()).toHaveLength(2)
    expect(made.run('stop_denidin.sh').stdout).toMatch(/not running/)
    expect(made.run('stop_denidin.sh', [], two)).toMatchObject({ status: 0 })
    expect(made.bots()).toEqual([pid])
    // The only bot of the folder is the one that is meant.
    expect(made.run('stop_denidin.sh')).toMatchObject({ status: 0 })
    expect(made.bots()).toEqual([])
  },
  START_TIMEOUT_MS,
)

test.each([
  ['the configuration is broken', (made: Installation) => made.write('config/config.json', '{ "data_root": ')],
  ['the packages are gone', (made: Installation) => unlinkSync(made.path('node_modules'))],
  [
    'the packages are half installed',
    (made: Installation) => {
      unlinkSync(made.path('node_modules'))
      mkdirSync(made.path('node_modules/commander'), { recursive: true })
    },
  ],
])(
  'a bot is stopped although %s',
  (_what, breakIt) => {
    for (const [script, args] of [['stop_denidin.sh', []] as const, ['bin/denidin', ['stop']] as const]) {
      using made = Installation.whole()
      expect(made.run('run_denidin.sh')).toMatchObject({ status: 0 })
      breakIt(made)
      expect([script, made.run(script, args)]).toEqual([script, expect.objectContaining({ status: 0 })])
      expect(made.bots()).toEqual([])
    }
  },
  START_TIMEOUT_MS,
)

test(
  'a start that would have to install packages below a running bot is refused before it does',
  () => {
    using made = Installation.whole()
    expect(made.run('run_denidin.sh')).toMatchObject({ status: 0 })
    const pid = pidIn(made.path('data'))
    unlinkSync(made.path('node_modules'))
    const start = made.run('run_denidin.sh')
    expect(start).toMatchObject({ status: 1, stdout: '' })
    expect(start.stderr).toMatch(
      new RegExp(`^DeniDin is already running \\(pid ${String(pid)}\\).*stop_denidin\\.sh.*\\n$`),
    )
  },
  START_TIMEOUT_MS,
)

test(
  'a bot that a service started is stopped too, and denidin stop says the same as the script',
  async () => {
    using made = Installation.whole()
    const pids = [await made.startProcess(made.path('bin/denidin-bot'), [])]
    expect(made.bots()).toEqual(pids)
    const script = made.run('stop_denidin.sh', ['--json'])
    expect([script.status, JSON.parse(script.stdout)]).toEqual([0, { was_running: true, pid: pids[0] }])
    const pid = await made.startProcess(made.path('run_denidin.sh'), ['--foreground'])
    const command = made.run('bin/denidin', ['stop', '--json'])
    expect([command.status, JSON.parse(command.stdout)]).toEqual([0, { was_running: true, pid }])
    for (const [name, args] of [
      ['stop_denidin.sh', ['--json']] as const,
      ['bin/denidin', ['stop', '--json']] as const,
    ]) {
      const again = made.run(name, args)
      expect([name, again.status, JSON.parse(again.stdout)]).toEqual([name, 0, { was_running: false }])
    }
  },
  START_TIMEOUT_MS,
)

test('after kill -9 nothing is running, and a process that has the number by now is left alone', async () => {
  using made = new Installation()
  const killed = await made.startStandIn()
  process.kill(killed, 'SIGKILL')
  await until(() => !isAlive(killed) || made.bots().length === 0)
  const stranger = await made.startProcess('/bin/sh', ['-c', 'echo up; exec sleep 600'])
  made.write('data/run/denidin.pid', `${String(stranger)}\n`)
  expect(made.run('stop_denidin.sh')).toMatchObject({ status: 0, stdout: 'DeniDin is not running.\n' })
  expect(isAlive(stranger)).toBe(true)
})

test('a process that only names the file of the bot is left alone', async () => {
  using made = new Installation()
  made.write('src/main.ts', 'up\n')
  const reader = await made.startProcess('/usr/bin/tail', ['-f', made.path('src/main.ts')])
  const longer = `${made.path('src/main.ts')}.old.js`
  writeFileSync(longer, `console.log('up'); setInterval(() => {}, 1e6)`)
  const other = await made.startProcess(process.execPath, [longer])
  expect(made.bots('--ps')).toEqual([])
  expect(made.run('stop_denidin.sh')).toMatchObject({ status: 0, stdout: 'DeniDin is not running.\n' })
  expect([isAlive(reader), isAlive(other)]).toEqual([true, true])
})

test('the bot of another folder is left alone', async () => {
  using here = new Installation()
  using there = new Installation()
  const mine = await here.startStandIn()
  const theirs = await there.startStandIn()
  expect(here.run('stop_denidin.sh')).toMatchObject({ status: 0 })
  expect([isAlive(mine) && here.bots().length > 0, here.bots(), there.bots()]).toEqual([false, [], [theirs]])
})

test('a bot that does not end in time is reported, with exit code 1', async () => {
  using made = new Installation()
  const pid = await made.startStandIn('')
  const stop = made.run('stop_denidin.sh', ['--timeout', '1'])
  expect(stop).toMatchObject({ status: 1, stdout: '' })
  expect(stop.stderr).toBe(`DeniDin (process ${String(pid)}) has not stopped within 1 s; look into its log.\n`)
  const json = made.run('stop_denidin.sh', ['--json', '--timeout=0'])
  expect(JSON.parse(json.stderr)).toMatchObject({ error: { code: 'timeout' } })
  expect(made.bots()).toEqual([pid])
})

test('a bot that takes its time is waited for, and that is said', async () => {
  using made = new Installation()
  await made.startStandIn('setTimeout(() => process.exit(0), 4000)')
  const stop = made.run('stop_denidin.sh')
  expect(stop).toMatchObject({ status: 0, stderr: 'DeniDin finishes what is under way …\n' })
  expect(made.bots()).toEqual([])
})

test('two bots of one folder, as older versions allowed, are both stopped', async () => {
  using made = new Installation()
  const pids = [await made.startStandIn(), await made.startStandIn()].sort((a, b) => a - b)
  const stop = made.run('stop_denidin.sh', ['--json'])
  expect(JSON.parse(stop.stdout)).toEqual({ was_running: true, pid: expect.any(Number), pids: expect.any(Array) })
  expect((JSON.parse(stop.stdout) as { pids: number[] }).pids.sort((a, b) => a - b)).toEqual(pids)
  expect(made.bots()).toEqual([])
})

const asRoot = process.getuid?.() === 0 ? test : test.skip
asRoot("another user's bot is not stopped, and the reason is given", async () => {
  using made = new Installation()
  const pid = await made.startStandIn()
  const stop = made.runAs(65_534, 'stop_denidin.sh')
  expect(stop).toMatchObject({ status: 1, stdout: '' })
  expect(stop.stderr).toMatch(new RegExp(`^DeniDin \\(process ${String(pid)}\\) belongs to root`))
  expect(made.bots()).toEqual([pid])
})

test('where there is no /proc, ps tells the same', async () => {
  using made = new Installation()
  const own = await made.startStandIn()
  const named = await made.startProcess(process.execPath, [
    made.path('src/main.ts'),
    `--configuration=${made.path('config/two.json')}`,
  ])
  expect(made.bots('--ps').toSorted()).toEqual([own, named].toSorted())
  expect(made.bots('--ps')).toEqual(made.bots())
  expect(made.bots('--mine', '--ps')).toEqual([own])
})

test.each([[['--now']], [['--timeout']], [['--timeout', 'soon']]])('%j is wrong usage', args => {
  using made = new Installation()
  expect(made.run('stop_denidin.sh', args)).toMatchObject({ status: 2, stdout: expect.not.stringContaining('running') })
})
