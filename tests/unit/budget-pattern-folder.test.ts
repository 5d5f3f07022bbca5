/** Finding patterns: where they may be, what is nested, and what is left out with a warning. */
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals'
import { spawnSync } from 'node:child_process'
import { mkdirSync, symlinkSync } from 'node:fs'
import { join } from 'node:path'
import { PatternFolder, type FoundPatterns } from '../../src/budget/patterns/pattern-folder.ts'
import { write, writePattern } from '../support/budget/pattern-files.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

let folder: TemporaryFolder
let root: string

beforeEach(async () => {
  folder = await temporaryFolder()
  root = join(folder.path, 'patterns')
  mkdirSync(root)
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

const find = (...agents: readonly string[]): Promise<FoundPatterns> => new PatternFolder(root).find(agents)
const paths = async (...agents: readonly string[]): Promise<readonly string[]> =>
  (await find(...agents)).patterns.map(({ scope, path }) => `${scope} ${path}`)

describe('the layout', () => {
  test('folders of the agent, those of all agents, and what is nested in them', async () => {
    for (const path of [
      'specialists/dbt-expert/patterns/a',
      'specialists/dbt-expert/patterns/deep/er/b',
      'specialists/dbt-expert/recent/c',
      'specialists/dbt-expert/intermediate/d',
      'specialists/dbt-expert/archive/no',
      'specialists/dbt-expert/patterns/archive/no',
      'specialists/other/patterns/no',
      'patterns/cross-tool/e',
      'patterns/archive/no',
      'recent/f',
      'no',
      '.git/no',
      'patterns/.obsidian/no',
    ]) {
      writePattern(root, path, 10)
    }
    write(root, 'patterns/table.csv', 'no')
    write(root, 'patterns/NOTES.MD', 'yes')
    expect(await paths('specialists/dbt-expert')).toEqual([
      'agent-specific specialists/dbt-expert/patterns/a.md',
      'agent-specific specialists/dbt-expert/patterns/deep/er/b.md',
      'recent specialists/dbt-expert/recent/c.md',
      'recent specialists/dbt-expert/intermediate/d.md',
      'global patterns/NOTES.MD',
      'global patterns/cross-tool/e.md',
      'global recent/f.md',
    ])
    expect(await paths()).toEqual(['global patterns/NOTES.MD', 'global patterns/cross-tool/e.md', 'global recent/f.md'])
  })

  test('the first folder of an agent that is there', async () => {
    writePattern(root, 'roles/helper/patterns/a', 10)
    expect(await find('specialists/helper', 'roles/helper')).toMatchObject({
      agent_folder: 'roles/helper',
      patterns: [{ path: 'roles/helper/patterns/a.md', topic: 'a', own: true }],
    })
    expect(await find('specialists/nobody')).toEqual({
      agent_folder: undefined,
      patterns: [],
      warnings: ['specialists/nobody: there is no such folder, so only patterns of all agents are loaded'],
    })
    for (const name of ['Helper', 'helpr', 'HELPER']) {
      expect((await find(`specialists/${name}`, `roles/${name}`)).warnings).toEqual([
        `specialists/${name} or roles/${name}: there is no such folder (did you mean roles/helper?), so only patterns of all agents are loaded`,
      ])
    }
  })

  test('names in other scripts, with blanks and signs', async () => {
    for (const name of ['דפוסים של מודל', 'with blanks & signs', 'a.b', '日本語'])
      writePattern(root, `patterns/${name}`, 10)
    expect((await find()).patterns.map(({ topic }) => topic).sort()).toEqual(
      ['a.b', 'with blanks & signs', 'דפוסים של מודל', '日本語'].sort(),
    )
  })

  test('patterns beside the folders of the layout are named once', async () => {
    writePattern(root, 'specialists/dbt-expert/stray', 10)
    writePattern(root, 'specialists/dbt-expert/stray2', 10)
    expect((await find('specialists/dbt-expert')).warnings).toEqual([
      'specialists/dbt-expert/stray.md: is not loaded: patterns belong in specialists/dbt-expert/patterns, recent or intermediate',
    ])
  })

  test('without the folder there are no patterns, and the warning says what to set', async () => {
    expect(await new PatternFolder(join(root, 'absent')).find(['specialists/x'])).toEqual({
      patterns: [],
      agent_folder: undefined,
      warnings: [expect.stringContaining('absent (budget.patterns_dir), so there are no patterns')],
    })
  })

  test('a file in its place is an error', async () => {
    write(root, 'file', 'x')
    await expect(new PatternFolder(join(root, 'file')).find([])).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('is not a folder'),
    })
  })
})

describe('links', () => {
  test('inside the folder they are followed, each file once', async () => {
    writePattern(root, 'specialists/other/patterns/shared', 10)
    mkdirSync(join(root, 'patterns'))
    symlinkSync('../specialists/other/patterns/shared.md', join(root, 'patterns/linked.md'))
    symlinkSync('../specialists/other/patterns', join(root, 'patterns/all'))
    symlinkSync('.', join(root, 'patterns/circle'))
    expect(await paths()).toEqual(['global patterns/all/shared.md'])
    expect((await find()).warnings).toEqual([])
  })

  test('out of it they are not', async () => {
    write(folder.path, 'secret/secret.md', 'secret')
    mkdirSync(join(root, 'patterns'), { recursive: true })
    mkdirSync(join(root, 'specialists'))
    symlinkSync(join(folder.path, 'secret/secret.md'), join(root, 'patterns/file.md'))
    symlinkSync('../../secret', join(root, 'patterns/folder'))
    symlinkSync('../../secret', join(root, 'specialists/agent'))
    symlinkSync('nowhere.md', join(root, 'patterns/dangling.md'))
    symlinkSync('loop.md', join(root, 'patterns/loop.md'))
    const { patterns, warnings } = await find('specialists/agent')
    expect(patterns).toEqual([])
    expect([...warnings].sort()).toEqual([
      'patterns/dangling.md: cannot be read: the link leads nowhere',
      'patterns/file.md: is a link out of the folder of patterns',
      'patterns/folder: is a link out of the folder of patterns',
      'patterns/loop.md: cannot be read: the link leads in a circle',
      'specialists/agent: is a link out of the folder of patterns',
      'specialists/agent: there is no such folder, so only patterns of all agents are loaded',
    ])
  })

  test('into the archive they are not either', async () => {
    writePattern(root, 'specialists/a/archive/old', 10)
    mkdirSync(join(root, 'patterns'))
    symlinkSync('../specialists/a/archive', join(root, 'patterns/old'))
    expect(await find()).toMatchObject({ patterns: [], warnings: [] })
  })

  test('the folder itself may be one', async () => {
    writePattern(root, 'patterns/a', 10)
    symlinkSync(root, join(folder.path, 'link'))
    expect((await new PatternFolder(join(folder.path, 'link')).find([])).patterns).toHaveLength(1)
  })

  test.each(['../outside', 'specialists/../../outside', '/etc', 'specialists/..'])(
    'an agent called %s leads nowhere',
    async name => {
      write(folder.path, 'outside/patterns/secret.md', 'secret')
      expect((await find(name)).patterns).toEqual([])
    },
  )
})

describe('odd files', () => {
  test('metadata is read, and a broken one is a warning that names it', async () => {
    writePattern(root, 'patterns/good', 10, { use_count: 3 })
    writePattern(root, 'patterns/bad', 10)
    write(root, 'patterns/bad.metadata.json', '{ "use_count": ')
    writePattern(root, 'patterns/wrong', 10, { use_count: -1, confidence: 0.5 })
    writePattern(root, 'patterns/huge', 10)
    write(root, 'patterns/huge.metadata.json', `{ "x": "${'x'.repeat(70_000)}" }`)
    writePattern(root, 'patterns/folder', 10)
    mkdirSync(join(root, 'patterns/folder.metadata.json'))
    const { patterns, warnings } = await find()
    expect(Object.fromEntries(patterns.map(({ topic, metadata }) => [topic, metadata.use_count]))).toEqual({
      good: 3,
      bad: 0,
      wrong: 0,
      huge: 0,
      folder: 0,
    })
    expect(warnings).toEqual([
      expect.stringMatching(/^patterns\/bad\.metadata\.json: is not valid JSON/),
      'patterns/folder.metadata.json: is not a file',
      'patterns/huge.metadata.json: has 70,011 bytes; at most 65,536 are read',
      'patterns/wrong.metadata.json: use_count must be a whole number from 0, not -1',
    ])
  })

  test('a huge file is left out', async () => {
    write(root, 'patterns/huge.md', 'x'.repeat(1_000_001))
    expect(await find()).toMatchObject({
      patterns: [],
      warnings: ['patterns/huge.md: has 1,000,001 bytes; at most 1,000,000 are read'],
    })
  })

  test('a pipe is not a pattern, and never waited for', async () => {
    mkdirSync(join(root, 'patterns'))
    spawnSync('mkfifo', [join(root, 'patterns/pipe.md'), join(root, 'patterns/a.metadata.json')])
    writePattern(root, 'patterns/a', 10)
    expect(await find()).toMatchObject({
      patterns: [{ path: 'patterns/a.md' }],
      warnings: ['patterns/a.metadata.json: is not a file'],
    })
  })

  test('many warnings end in their number', async () => {
    for (let at = 0; at < 60; at++) write(root, `patterns/p${String(at)}.md`, 'x'.repeat(1_000_001))
    const { warnings } = await find()
    expect(warnings).toHaveLength(51)
    expect(warnings.at(-1)).toBe('… and 10 more warnings')
  })

  test.each([
    ['NUL', Buffer.from('text\0text')],
    ['an image', Buffer.from([0x89, 0x50, 0x4e, 0x47, 0xff, 0xfe])],
    ['UTF-16', Buffer.from('\uFEFFtext', 'utf16le')],
  ])('a file with %s is not text', async (_name, content) => {
    write(root, 'patterns/binary.md', content)
    const [pattern] = (await find()).patterns
    await expect(new PatternFolder(root).read({ path: pattern?.path ?? '' })).rejects.toMatchObject({
      code: 'damaged',
      message: 'patterns/binary.md: is not a text in UTF-8',
    })
  })

  test('a search that is called off ends', async () => {
    writePattern(root, 'patterns/a', 10)
    await expect(new PatternFolder(root).find([], AbortSignal.abort())).rejects.toMatchObject({ name: 'AbortError' })
  })
})
