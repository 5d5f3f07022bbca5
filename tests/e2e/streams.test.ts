// A whole bot whose log folder, output, lock, pid file or socket is not what it should be.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { PROJECT, ScriptHome } from '../support/script-run.ts'
import { smallDisk, SMALL_DISKS } from '../support/small-disk.ts'
import { until } from '../support/until.ts'

const TIMEOUT_MS = 90_000
/** How the offline model begins. */
const ANSWER = '(offline model)'

interface Status {
  readonly parts: readonly { readonly name: string; readonly state: string; readonly detail: string }[]
}
const parts = async (home: ScriptHome): Promise<string> =>
  (JSON.parse((await home.run('denidin', ['status', '--json'])).stdout) as Status).parts
    .map(part => `${part.name} ${part.state} ${part.detail}`)
    .join('\n')
const answer = async (home: ScriptHome, text: string): Promise<string> =>
  (await home.done('denidin', ['chat'], { input: `${text}\n` })).stdout

test(
  'a file in the place of the log folder keeps nobody from starting, and the log comes once it is gone',
  async () => {
    await using home = new ScriptHome()
    writeFileSync(home.logs, 'a file')
    const start = await home.done('run_denidin.sh')
    expect(start.stdout).toMatch(/^DeniDin is up/m)
    expect(start.stderr).toMatch(
      /logs\/startup\.log cannot be written; what this start prints is in \S+denidin-startup\./,
    )
    expect(await answer(home, 'hello')).toContain(ANSWER)
    expect(await parts(home)).toMatch(/denidin\.log degraded .*cannot be made: .*logs is not a folder/)
    rmSync(home.logs)
    expect(await answer(home, 'hello again')).toContain(ANSWER)
    expect(readFileSync(join(home.logs, 'denidin.log'), 'utf8')).toMatch(
      /Lines are late or lost lost=0[^]*DeniDin started/,
    )
    expect(await parts(home)).toMatch(/denidin\.log ok/)
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

const onSmallDisk = SMALL_DISKS ? test : test.skip
onSmallDisk(
  'a full disk below the logs does not end the bot, nor keep it from starting again',
  async () => {
    await using disk = await smallDisk(2 ** 20)
    await using home = new ScriptHome({ logs_dir: disk.path })
    await home.done('run_denidin.sh')
    const filler = join(disk.path, 'filler')
    await once(spawn('dd', ['if=/dev/zero', `of=${filler}`, 'bs=4096']), 'close')
    for (const word of ['one', 'two']) expect(await answer(home, `say ${word}`)).toContain(ANSWER)
    await home.done('stop_denidin.sh')
    const again = await home.done('run_denidin.sh')
    expect(again.stdout).toMatch(/^DeniDin is up/m)
    expect(await answer(home, 'say three')).toContain(ANSWER)
    expect(await parts(home)).toMatch(/\.log degraded .*the disk is full/)
    rmSync(filler)
    expect(await answer(home, 'say four')).toContain(ANSWER)
    expect(await parts(home)).not.toMatch(/\.log degraded/)
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

onSmallDisk(
  'a data folder on a disk that is mounted read-only is named as such',
  async () => {
    await using disk = await smallDisk(2 ** 20)
    await using home = new ScriptHome({ data_root: join(disk.path, 'data') })
    await once(spawn('mount', ['-o', 'remount,ro', disk.path]), 'close')
    const { code, stderr } = await home.run('run_denidin.sh')
    expect([code, stderr]).toEqual([1, expect.stringMatching(/\S+ is on a disk that is mounted read-only/)])
  },
  TIMEOUT_MS,
)

test.each(['/dev/full', 'a closed pipe'])(
  'a bot whose output is %s serves on, and stops cleanly',
  async output => {
    await using home = new ScriptHome()
    const command = output === '/dev/full' ? 'exec "$0" >/dev/full 2>/dev/full' : 'exec "$0" 2>&1'
    const bot = spawn('sh', ['-c', command, join(PROJECT, 'bin/denidin-bot')], {
      env: { PATH: process.env['PATH'], DENIDIN_CONFIG: home.config },
      stdio: ['ignore', 'pipe', 'ignore'],
    })
    bot.stdout.destroy()
    const ended = once(bot, 'exit')
    await until(() => existsSync(join(home.data, 'run/denidin.sock')))
    expect(await answer(home, 'hello')).toContain(ANSWER)
    bot.kill('SIGTERM')
    expect(await ended).toEqual([0, null])
  },
  TIMEOUT_MS,
)

test(
  'signals of programs that rotate logs neither end the bot nor open a debugger',
  async () => {
    await using home = new ScriptHome()
    await home.done('run_denidin.sh')
    const log = (): string => readFileSync(join(home.logs, 'denidin.log'), 'utf8')
    for (const signal of ['SIGUSR1', 'SIGUSR2'] as const) {
      process.kill(home.pid() ?? 0, signal)
      await until(() => log().includes(`Signal ignored signal=${signal}`))
    }
    expect(readFileSync(join(home.logs, 'startup.log'), 'utf8')).not.toMatch(/[Dd]ebugger/)
    expect(await answer(home, 'hello')).toContain(ANSWER)
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

test(
  'a run folder that is removed while the bot runs lets no second process open the data',
  async () => {
    await using home = new ScriptHome({ alerts: { after_seconds: 0 } })
    await home.done('run_denidin.sh')
    const pid = home.pid() ?? 0
    const log = (): string => readFileSync(join(home.logs, 'denidin.log'), 'utf8')
    rmSync(join(home.data, 'run'), { recursive: true })
    await until(() => log().includes('part="data folder" state=degraded'))
    const second = spawn(join(PROJECT, 'bin/denidin-bot'), [], {
      env: { PATH: process.env['PATH'], DENIDIN_CONFIG: home.config },
      stdio: 'ignore',
    })
    expect(await once(second, 'exit')).toEqual([1, null])
    expect(log()).toMatch(/denidin\.sock was removed while DeniDin runs/)
    // Nothing names its process any more, but the stop finds it.
    expect((await home.done('stop_denidin.sh')).stdout).toContain(String(pid))
  },
  TIMEOUT_MS,
)

test(
  'a data folder that is moved while the bot runs is reported',
  async () => {
    await using home = new ScriptHome({ alerts: { after_seconds: 0 } })
    await home.done('run_denidin.sh')
    const log = (): string => readFileSync(join(home.logs, 'denidin.log'), 'utf8')
    await until(() => log().includes('DeniDin started'))
    expect(await parts(home)).toMatch(/data folder ok/)
    renameSync(home.data, `${home.data}-moved`)
    await until(() => /part="data folder" state=down reason=.*was moved, removed or replaced/.test(log()))
    renameSync(`${home.data}-moved`, home.data)
    await until(() => log().includes('A component has recovered part="data folder"'))
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

test(
  'a suspended bot makes status and health fail in time, and answers again once it goes on',
  async () => {
    await using home = new ScriptHome()
    await home.done('run_denidin.sh')
    const pid = home.pid() ?? 0
    process.kill(pid, 'SIGSTOP')
    try {
      const runs = await Promise.all(['status', 'health'].map(command => home.run('denidin', [command])))
      for (const run of runs) {
        expect([run.code, run.stderr]).toEqual([
          1,
          expect.stringMatching(/DeniDin runs, but has not answered for 30 s: its process is suspended or overloaded/),
        ])
      }
    } finally {
      process.kill(pid, 'SIGCONT')
    }
    expect(await answer(home, 'hello')).toContain(ANSWER)
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

test.each(['', 'Nowhere/Land'])(
  'with TZ=%j the clock shows UTC by its name',
  async TZ => {
    await using home = new ScriptHome()
    const start = await home.done('run_denidin.sh', [], { environment: { TZ } })
    if (TZ !== '') expect(start.stdout).toMatch(/Warning: TZ: "Nowhere\/Land" is not the name of a time zone/)
    expect(await parts(home)).toMatch(/clock ok .*, time zone UTC\./)
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)

test.each<[string, (home: ScriptHome) => void, RegExp | 'starts']>([
  ['a pid file with garbage', home => writeFileSync(join(home.data, 'run/denidin.pid'), 'garbage'), 'starts'],
  [
    'a pid file of another program',
    home => writeFileSync(join(home.data, 'run/denidin.pid'), `${String(process.pid)}\n`),
    'starts',
  ],
  [
    'a pid file that is a folder',
    home => mkdirSync(join(home.data, 'run/denidin.pid')),
    /denidin\.pid is a folder; a file is expected there/,
  ],
  ['a lock of garbage', home => writeFileSync(join(home.data, 'run/owner.lock'), 'garbage '.repeat(999)), 'starts'],
  [
    'a lock that is a folder',
    home => mkdirSync(join(home.data, 'run/owner.lock')),
    /owner\.lock is a folder.*move it away and start again/,
  ],
  ['a socket that is a file', home => writeFileSync(join(home.data, 'run/denidin.sock'), 'x'), 'starts'],
  [
    'a socket that is a link to nowhere',
    home => symlinkSync('/nowhere', join(home.data, 'run/denidin.sock')),
    'starts',
  ],
  [
    'a socket that is a folder',
    home => mkdirSync(join(home.data, 'run/denidin.sock/inside'), { recursive: true }),
    /denidin\.sock is a folder; a socket is expected there. Move it away/,
  ],
])(
  '%s: the start says what is true',
  async (_what, put, expected) => {
    await using home = new ScriptHome()
    mkdirSync(join(home.data, 'run'), { recursive: true })
    put(home)
    const start = await home.run('run_denidin.sh')
    const said = start.stdout + start.stderr
    expect(said).not.toMatch(/another DeniDin|already running|denidin command|\n\s+at /)
    if (expected === 'starts') expect([start.code, said]).toEqual([0, expect.stringContaining('DeniDin is up')])
    else expect([start.code, said]).toEqual([1, expect.stringMatching(expected)])
  },
  TIMEOUT_MS,
)

test(
  'a second start names the running bot, although its pid file is lost or replaced',
  async () => {
    await using home = new ScriptHome()
    await home.done('run_denidin.sh')
    const pid = home.pid()
    const file = join(home.data, 'run/denidin.pid')
    for (const content of ['garbage', '', `${String(process.pid)}\n`]) {
      writeFileSync(file, content)
      expect((await home.run('run_denidin.sh')).stderr).toMatch(
        new RegExp(`DeniDin is already running \\(pid ${String(pid)}\\)\\.`),
      )
    }
    await home.done('stop_denidin.sh')
  },
  TIMEOUT_MS,
)
