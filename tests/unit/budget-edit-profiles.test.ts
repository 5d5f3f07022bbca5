/** Writing the profile file: comments stay, the file before is kept, and a broken one is not touched. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { lstat, mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { editProfiles, type ProfileEdit } from '../../src/budget/profiles/edit-profiles.ts'
import { ProfileFile } from '../../src/budget/profiles/profile-file.ts'
import { readBudgetProfiles } from '../../src/budget/profiles/read-profiles.ts'
import { readTextFile } from '../../src/config/text-file.ts'
import { FakeClock } from '../support/fake-clock.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const WEIGHTS = { 'agent-specific': 0.5, recent: 0.3, global: 0.2 }
const LARGE: ProfileEdit = {
  profile: 'dbt-large',
  value: { base_budget: 40_000, max_budget: 100_000, scope_weights: WEIGHTS },
}
const ASSIGNED: ProfileEdit = { agent: 'specialists/dbt-expert', assigned: 'dbt-large' }
const EDITS = [LARGE, ASSIGNED]

describe('the text', () => {
  test.each([
    ['empty', ''],
    ['blank', ' \n\n'],
    ['an empty object', '{}'],
    ['a comment alone', '// mine\n{}\n'],
    ['other profiles', '{ "profiles": { "client": { "base_budget": 3000 } } }\n'],
    [
      'comments everywhere',
      '{\n  // profiles\n  "profiles": {\n    /* small */ "client": { "base_budget": 3000 }, // client\n  },\n}\n',
    ],
    ['lines of Windows', '{\r\n  // profiles\r\n  "profiles": {}\r\n}\r\n'],
    ['names without quotes', '{ profiles: { client: { base_budget: 3000 } } }\n'],
    ['single quotes and a comment', "// mine\n{ 'profiles': {} }\n"],
    ['the same profile already', '{ "profiles": { "dbt-large": { "base_budget": 1, "max_budget": 2 } } }'],
    ['a mark of the byte order', '\ufeff{ "profiles": {} }'],
  ])('%s', (_name, text) => {
    const edited = editProfiles(text, EDITS, 'file.json')
    const before = readBudgetProfiles(text, 'file.json')
    const after = readBudgetProfiles(edited.text, 'file.json')
    expect(after.profiles['dbt-large']).toEqual(LARGE.value)
    expect(after.agent_assignments['specialists/dbt-expert']).toBe('dbt-large')
    // Everything else says what it said.
    expect({ ...after.profiles, 'dbt-large': undefined }).toEqual({ ...before.profiles, 'dbt-large': undefined })
    const comments = text.match(/\/\/.*|\/\*.*?\*\//g) ?? []
    if (!edited.comments_lost) for (const comment of comments) expect(edited.text).toContain(comment.trim())
    else expect(comments).not.toEqual([])
    // Doing it again changes nothing.
    expect(editProfiles(edited.text, EDITS, 'file.json').text).toBe(edited.text)
  })

  test.each([
    ['broken JSON', '{ "profiles": '],
    ['an unknown key', '{ "profile": {} }'],
    ['a negative budget', '{ "profiles": { "client": { "base_budget": -1 } } }'],
    ['a list', '[]'],
  ])('%s is refused with its reason', (_name, text) => {
    expect(() => editProfiles(text, EDITS, 'file.json')).toThrow(/^file\.json/)
  })

  test('an assignment to a profile that does not exist is refused', () => {
    expect(() => editProfiles('', [ASSIGNED], 'file.json')).toThrow(/dbt-large/)
  })
})

describe('the file', () => {
  let folder: TemporaryFolder
  let path: string
  let file: ProfileFile
  const clock = new FakeClock()

  beforeEach(async () => {
    folder = await temporaryFolder()
    path = join(folder.path, 'config', 'budget-profiles.json')
    file = new ProfileFile({ path, read: () => readTextFile(path), clock })
  })

  afterEach(async () => {
    await folder[Symbol.asyncDispose]()
  })

  test('is made where there is none', async () => {
    expect(await file.edit(EDITS)).toEqual({ path, previous: undefined, comments_lost: false })
    expect(readBudgetProfiles(await readFile(path, 'utf8'), path).profiles['dbt-large']).toEqual(LARGE.value)
  })

  test('before each change is kept under a name with the time', async () => {
    await mkdir(join(folder.path, 'config'))
    await writeFile(path, '// first\n{}\n')
    const first = await file.edit([LARGE])
    const second = await file.edit(EDITS)
    expect(first.previous).toBe(join(folder.path, 'config', 'budget-profiles.2026-11-20T100000Z.backup.json'))
    expect(second.previous).toBe(join(folder.path, 'config', 'budget-profiles.2026-11-20T100000Z-2.backup.json'))
    expect(await readFile(first.previous ?? '', 'utf8')).toBe('// first\n{}\n')
    expect(await readFile(second.previous ?? '', 'utf8')).toContain('dbt-large')
  })

  test('stays as it is when it is broken', async () => {
    await mkdir(join(folder.path, 'config'))
    await writeFile(path, '{ "profiles": ')
    await expect(file.edit(EDITS)).rejects.toMatchObject({ code: 'invalid_config' })
    expect(await readFile(path, 'utf8')).toBe('{ "profiles": ')
    expect(await readdir(join(folder.path, 'config'))).toEqual(['budget-profiles.json'])
  })

  test('may be a link, and stays one', async () => {
    await mkdir(join(folder.path, 'config'))
    await mkdir(join(folder.path, 'shared'))
    const target = join(folder.path, 'shared', 'profiles.json')
    await writeFile(target, '{}')
    await symlink(target, path)
    await file.edit(EDITS)
    expect((await lstat(path)).isSymbolicLink()).toBe(true)
    expect(await readFile(target, 'utf8')).toContain('dbt-large')
  })

  test('a folder in its place is an error that names it', async () => {
    await mkdir(path, { recursive: true })
    await expect(file.edit(EDITS)).rejects.toThrow(/budget-profiles\.json/)
  })
})
