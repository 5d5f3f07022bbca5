/**
 * Runs every command that the pages for operators name, in the tables and blocks of commands, against one DeniDin with
 * real data. What cannot run here has a reason.
 */
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from '@jest/globals'
import { runCli } from '../../src/interfaces/cli/run-cli.ts'
import { localClient } from '../../src/operations/client.ts'
import { commandsIn, operationsPages } from '../support/page-commands.ts'
import { GODFATHER, TestDenidin } from '../support/denidin.ts'
import { facts } from '../support/model-server.ts'
import { PROJECT } from '../support/script-run.ts'
import { fakeTerminal, noSetup, nothingExamined } from '../support/terminal.ts'

const TIMEOUT_MS = 120_000
const PERSON = '+15550001111'
const OTHER = '+15550002222'

/** Why a command is not run here: another test runs it, or it needs what no test has. */
const ELSEWHERE: readonly (readonly [RegExp, string])[] = [
  [/^(\.\/|bin\/denidin-bot)/, 'the scripts: tests/e2e/scripts-start-stop.test.ts, scripts-demo.test.ts'],
  [/^(start|stop)$/, 'the same scripts: tests/e2e/scripts-start-stop.test.ts'],
  [/^chat\b/, 'reads a terminal: tests/unit/cli-chat.test.ts, tests/e2e/bot.test.ts'],
  [/^setup\b/, 'reads a terminal: tests/e2e/setup.test.ts'],
  [/^doctor\b/, 'examines an installation of its own: tests/integration/doctor-breakages.test.ts'],
  [/^backup restore\b/, 'replaces the data: tests/unit/backup-restore.test.ts, tests/e2e/backup-command.test.ts'],
  [/^migrate (run|confirm|rollback)\b/, 'changes the form of the memory: the tests of migrations'],
  [/^rollout set\b/, 'changes who gets a feature: the tests of the rollout'],
  [/^ingest denidin\b/, 'needs the data of a Python DeniDin: the tests of its import'],
  [/^whatsapp restart\b/, 'restarts the browser: the tests of the channel'],
  [/^knowledge scan\b/, 'needs a folder of files: tests/integration/knowledge*.test.ts'],
  [/^backup copy\b/, 'needs a target: the tests of backup targets'],
  [/^grep\b/, 'reads a log of days: tests/e2e/log-greps.test.ts'],
  [/^(useradd|chown|runuser|cp|systemctl|journalctl)\b/, 'changes the machine, as root'],
  [/^systemd-analyze\b/, 'tests/e2e/service-manager.test.ts verifies the unit'],
  [/^mcp\b/, 'speaks a protocol on stdin and stdout: tests/e2e/mcp-stdio.test.ts'],
  [/^docker\b/, 'no container engine runs in the tests'],
  [/^git (fetch|checkout|pull|push|diff ORIG_HEAD|reflog)\b/, 'changes or needs a working copy of the operator'],
]

/** What to add to a command whose page leaves the arguments to the reader; they run in the order of the page. */
const ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  pause: [PERSON, '5'],
  resume: [PERSON],
  listen: [PERSON],
  'api token create': ['my-phone', '--scopes', 'read'],
  'api token revoke': ['my-phone'],
  'people show': [PERSON],
  'people role': [OTHER, 'client'],
  'people block': [OTHER],
  'people unblock': [OTHER],
  'people privacy': ['on', '--person', PERSON],
  'people timezone': ['Asia/Jerusalem', '--person', PERSON],
  'people language': ['en', '--person', PERSON],
  'people merge': [PERSON, OTHER, '--yes'],
  'memory search': ['dog', '--person', PERSON],
  'memory about': ['--person', PERSON],
  'memory why': ['--person', PERSON],
  'memory remember': ['the locker has the number 417', '--person', PERSON],
  'memory list': ['--person', PERSON],
  'memory forget': ['last', '--person', PERSON, '--yes'],
  'memory export': ['--person', PERSON],
  'memory prune-reflections': ['--dry-run'],
  'budget calculate': ['--agent-name', 'a', '--agent-type', 'specialists', '--task', 'sort a list'],
  'budget detect': ['sort a list'],
  'budget load': ['--agent-name', 'a', '--agent-type', 'specialists', '--task', 'sort a list'],
  'budget report': ['weekly'],
  search: ['dog'],
  report: ['conversation'],
  'ingest participants': ['CHAT'],
  ingest: ['CHAT'],
  'ingest load-extraction': ['EXTRACTION'],
  'ingest rejected': ['1'],
  'ingest export': ['TRAIL'],
  'session reset': ['--person', PERSON],
  'memory prune-spaces': ['--yes'],
  'backup scheduled': ['incremental'],
  // Not beside the configuration of the project, where it would stay.
  'backup key create': ['KEY'],
  'jobs run': ['vacuum'],
}

let denidin: TestDenidin
beforeAll(async () => {
  denidin = await TestDenidin.start({ godfather_phone: `+${GODFATHER}` })
  denidin.models.always('extraction', facts())
  await denidin.say('My dog is called Rex', { phone: PERSON.slice(1) })
  await denidin.say('I keep bees', { phone: OTHER.slice(1) })
  writeFileSync(join(denidin.folder, 'chat.txt'), '29/11/2026, 09:00 - Noa: hello\n29/11/2026, 09:01 - Me: hello\n')
  writeFileSync(
    join(denidin.folder, 'extraction.jsonl'),
    '{"message":{"role":"user","content":"a dog"},"type":"user"}\n',
  )
}, TIMEOUT_MS)
afterAll(async () => {
  await denidin[Symbol.asyncDispose]()
})

const denidinCommand = async (argv: readonly string[]): Promise<{ code: number; out: string; err: string }> => {
  const terminal = fakeTerminal({ stdin: '' })
  const code = await runCli({
    ...terminal,
    argv,
    version: 'test',
    clock: denidin.clock,
    connect: () => Promise.resolve(localClient(denidin.app.runner, () => Promise.resolve())),
    open: () => Promise.reject(new Error('there is an owner')),
    local: { start_script: '/nowhere', stop_script: '/nowhere', ...noSetup, examine: nothingExamined },
  })
  return { code, out: terminal.out(), err: terminal.err() }
}

/** Files of the test by the names that ARGUMENTS use. */
const fileNamed = (word: string): string => {
  const files: Readonly<Record<string, string>> = {
    CHAT: 'chat.txt',
    EXTRACTION: 'extraction.jsonl',
    TRAIL: 'trail.json',
    KEY: 'backup-identity.txt',
  }
  const file = files[word]
  return file === undefined ? word : join(denidin.folder, file)
}

const commands = commandsIn(operationsPages())
const run = commands.filter(({ words }) => !ELSEWHERE.some(([command]) => command.test(words)))

test('every reason belongs to a command of the pages', () => {
  const unused = ELSEWHERE.filter(([command]) => !commands.some(({ words }) => command.test(words)))
  expect(unused.map(([command]) => String(command)).filter(each => !each.includes('denidin-bot'))).toEqual([])
  expect(commands.length).toBeGreaterThan(100)
})

/** Commands whose exit code says what they found. */
const VERDICTS = new Set(['status', 'health', 'doctor', 'backup verify', 'verify', 'budget profiles', 'memory verify'])

test.each(run.map(each => [each.words, each] as const))(
  '%s',
  async (words, { options, needs }) => {
    if (/^(du|git) /.test(words)) {
      const { status, stderr } = spawnSync('/bin/sh', ['-c', words], {
        cwd: words.startsWith('git') ? PROJECT : denidin.folder,
        encoding: 'utf8',
      })
      expect([status, stderr]).toEqual([0, ''])
      return
    }
    const given = ARGUMENTS[words] ?? (options.length > 0 ? options : undefined)
    // Without an example of its arguments, a command is only shown to exist.
    const argv = [...words.split(' '), ...(given ?? (needs ? ['--help'] : []))].map(fileNamed)
    const { code, out, err } = await denidinCommand(argv)
    if (!VERDICTS.has(words)) expect([code, code === 0 ? '' : err]).toEqual([0, ''])
    expect(out).not.toBe('')
  },
  TIMEOUT_MS,
)
