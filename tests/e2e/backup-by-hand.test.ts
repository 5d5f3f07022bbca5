/** An encrypted backup is recovered with standard tools alone, by the commands of the documentation. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { expect, test } from '@jest/globals'
import { filesOf } from '../../src/backup/manifest.ts'
import { BackupRig } from '../support/backup/backup-rig.ts'
import { PROJECT } from '../support/script-run.ts'

const TIMEOUT_MS = 120_000
const TOOLS = ['age', 'zstd', 'jq', 'sha256sum']
const missing = TOOLS.filter(tool => spawnSync('bash', ['-c', `command -v ${tool}`]).status !== 0)
/** Where a tool is missing, the reason is in the title of the skipped test. */
const testWithTools = missing.length === 0 ? test : test.skip

/** The commands of the documentation, with other values of the variables in their first two lines. */
const recipe = (variables: string): string => {
  const page = readFileSync(join(PROJECT, 'docs/backup.md'), 'utf8')
  const [, block = ''] = /### Without DeniDin[^]*?```bash\n([^]*?)```/.exec(page) ?? []
  const lines = block.split('\n')
  expect(lines[0]).toMatch(/^KEY=.* FROM=.* TO=/)
  expect(lines[1]).toMatch(/^ID=/)
  return ['set -euo pipefail', variables, ...lines.slice(2)].join('\n')
}

testWithTools(
  `the commands of the documentation recover every file of an encrypted backup${missing.length === 0 ? '' : ` (skipped: ${missing.join(', ')} not installed)`}`,
  async () => {
    await using rig = await BackupRig.make()
    rig.say(3000)
    const { identity_file = '' } = await rig.encrypt()
    await rig.create('full')
    rig.say(1)
    const manifest = await rig.create('incremental')
    expect(manifest.databases[0]?.objects.length).toBeGreaterThan(2)
    const to = join(rig.root, 'recovered')
    const script = recipe(`KEY=${identity_file} FROM=${rig.folder.path} TO=${to} ID=${manifest.id}`)
    const { status, stdout, stderr } = spawnSync('bash', ['-c', script], { encoding: 'utf8' })
    expect([status, stderr]).toEqual([0, ''])
    const files = filesOf(manifest)
    expect(files.length).toBeGreaterThan(4)
    expect(stdout.match(/: OK$/gm)?.length).toBe(files.length)
    using database = new DatabaseSync(join(to, 'denidin.db'), { readOnly: true })
    expect(database.prepare('select count(*) as count from messages').get()?.['count']).toBe(rig.messages())
  },
  TIMEOUT_MS,
)

testWithTools(
  'a key of age-keygen and one of DeniDin are the same to both',
  async () => {
    await using rig = await BackupRig.make()
    const file = join(rig.root, 'other.txt')
    expect(spawnSync('age-keygen', ['-o', file]).status).toBe(0)
    const { identity_file = '', recipients } = await rig.encrypt()
    const shown = spawnSync('age-keygen', ['-y', identity_file], { encoding: 'utf8' })
    expect(shown.stdout.trim()).toBe(recipients[0])
    const other = spawnSync('age-keygen', ['-y', file], { encoding: 'utf8' }).stdout.trim()
    rig.useKeys({ recipients: [other], identity_file: file })
    await rig.create('full')
    expect(await rig.verify()).toMatchObject({ in_order: true, problems: [] })
  },
  TIMEOUT_MS,
)
