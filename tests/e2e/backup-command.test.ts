/** Backups as an operator uses them: commands, the script, a restore on an empty machine. */
import { spawnSync } from 'node:child_process'
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { expect, test } from '@jest/globals'
import { Installation } from '../support/installation.ts'

const TIMEOUT_MS = 240_000
const FOLDER = 'data-backups'

interface Listed {
  readonly backups: readonly { readonly id: string; readonly type: string; readonly verified: string }[]
}

/** The person of the test, who has written once. */
const PERSON = '+15550001111'

const talk = (installation: Installation): void => {
  const { status } = spawnSync(installation.path('bin/denidin'), ['chat', '--as', PERSON], {
    cwd: '/',
    env: { PATH: '/usr/bin:/bin' },
    input: 'My dog is called Rexington\n',
  })
  expect(status).toBe(0)
  const remembered = installation.run('bin/denidin', ['memory', 'remember', 'likes green tea', '--person', PERSON])
  expect(remembered.status).toBe(0)
}

test(
  'a backup is made, proved and pruned by the script, and restored over damaged data and on an empty machine',
  () => {
    using first = Installation.whole()
    talk(first)
    const script = first.run('scripts/backup.sh', ['--type', 'full'])
    expect(script.status).toBe(0)
    const listed = JSON.parse(first.run('bin/denidin', ['backup', 'list', '--json']).stdout) as Listed
    expect(listed.backups).toMatchObject([{ type: 'full', verified: 'in_order' }])

    writeFileSync(first.path('data/denidin.db'), 'damaged')
    const broken = first.run('bin/denidin', ['memory', 'list', '--person', PERSON])
    expect([broken.status, broken.stderr]).toEqual([1, expect.stringContaining('denidin backup restore')])
    const refused = first.run('bin/denidin', ['backup', 'restore'])
    expect([refused.status, refused.stderr]).toEqual([2, expect.stringContaining('add --yes')])
    const restored = first.run('bin/denidin', ['backup', 'restore', '--yes'])
    expect([restored.status, restored.stdout]).toEqual([0, expect.stringContaining('before-restore-')])
    const shown = first.run('bin/denidin', ['memory', 'list', '--person', PERSON])
    expect(shown.stdout).toContain('green tea')

    using other = Installation.whole({ data_root: 'elsewhere', backup: { folder: 'copied' } })
    cpSync(first.path(FOLDER), other.path('copied'), { recursive: true })
    const moved = other.run('bin/denidin', ['backup', 'restore', '--yes', '--json'])
    expect(moved.status).toBe(0)
    const { for_operator } = JSON.parse(moved.stdout) as { for_operator: string }
    expect(JSON.parse(readFileSync(`${for_operator}/config/config.json`, 'utf8'))).toMatchObject({
      ai: { provider: 'offline' },
    })
    expect(other.run('bin/denidin', ['memory', 'list', '--person', PERSON]).stdout).toContain('green tea')
    expect(existsSync(other.path('data'))).toBe(false)
  },
  TIMEOUT_MS,
)

test(
  'bad input to the commands of backups gets one sentence and the right exit code',
  () => {
    using installation = Installation.whole()
    const run = (...args: readonly string[]): readonly [number | null, string] => {
      const { status, stderr } = installation.run('bin/denidin', ['backup', ...args])
      return [status, stderr]
    }
    expect(run('list')).toEqual([0, ''])
    expect(run('create', '--type', 'weekly')).toEqual([2, expect.stringContaining('full, incremental, archive')])
    expect(run('verify')).toEqual([1, expect.stringContaining(`there is no backup in ${installation.path(FOLDER)}`)])
    expect(run('restore', '--backup-id', 'x', '--yes')).toEqual([1, expect.stringContaining('there is no backup')])
    expect(run('restore', '--yes', '--point-in-time', 'yesterday')).toEqual([
      2,
      expect.stringContaining('not "yesterday"'),
    ])
    expect(run('show', '../../secret')).toEqual([1, expect.stringContaining('there is no backup')])
    // Nothing of this made a data folder with people in it.
    expect(readdirSync(installation.path('data'))).toEqual(['run'])
    rmSync(installation.path('data'), { recursive: true })
  },
  TIMEOUT_MS,
)

test(
  'a key is created by a command, and an encrypted backup is restored with it on another machine, which refuses without it',
  () => {
    using first = Installation.whole()
    talk(first)
    const created = first.run('bin/denidin', ['backup', 'key', 'create', first.path('keys/id.txt'), '--json'])
    expect([created.status, created.stderr]).toEqual([0, ''])
    const { recipient, identity_file } = JSON.parse(created.stdout) as { recipient: string; identity_file: string }
    expect(created.stdout).not.toContain('AGE-SECRET-KEY')
    const again = first.run('bin/denidin', ['backup', 'key', 'create', identity_file])
    expect([again.status, again.stderr]).toEqual([2, expect.stringContaining('a key is never replaced')])
    const encryption = { recipients: [recipient], identity_file }
    first.configure({ backup: { encryption } })
    expect(first.run('scripts/backup.sh', ['--type', 'full']).status).toBe(0)

    using other = Installation.whole({ backup: { folder: 'copied' } })
    cpSync(first.path(FOLDER), other.path('copied'), { recursive: true })
    const refused = other.run('bin/denidin', ['backup', 'restore', '--yes'])
    expect([refused.status, refused.stderr]).toEqual([
      1,
      expect.stringContaining('set backup.encryption.identity_file'),
    ])
    const backup = { folder: 'copied', encryption: { identity_file } }
    other.configure({ backup })
    const restored = other.run('bin/denidin', ['backup', 'restore', '--yes'])
    expect([restored.status, restored.stderr]).toEqual([0, ''])
    expect(other.run('bin/denidin', ['memory', 'list', '--person', PERSON]).stdout).toContain('green tea')
  },
  TIMEOUT_MS,
)
