/** The manners of the code that lint holds: each is shown a breach, and something innocent that looks like one. */
import { join } from 'node:path'
import { expect, test } from '@jest/globals'
import { ESLint, Linter } from 'eslint'
import { parser } from 'typescript-eslint'

const root = join(import.meta.dirname, '../..')

/** Names of the rules that the whole text of `file` breaks, as far as they need no types. */
const brokenByFile = async (file: string, code: string): Promise<string[]> => {
  const config = (await new ESLint({ cwd: root }).calculateConfigForFile(join(root, file))) as Linter.Config
  const rules = Object.fromEntries(Object.entries(config.rules ?? {}).filter(([name]) => !name.includes('typescript')))
  const messages = new Linter({ configType: 'flat', cwd: root }).verify(
    code,
    {
      files: ['**/*.ts'],
      languageOptions: { parser },
      plugins: { project: config.plugins!['project']! },
      rules: { ...rules, 'no-undef': 'off', 'no-unused-vars': 'off' },
    },
    join(root, file),
  )
  return messages.map(each => each.ruleId ?? each.message)
}

/** The same for code below the header that every source file has. */
const broken = (file: string, code: string): Promise<string[]> => brokenByFile(file, `// What it is for.\n${code}`)

test.each(['Date.now()', 'new Date()', 'Math.random()', 'setTimeout(f, 1)', 'setInterval(f, 1)', 'process.env.A'])(
  '%s is for the border of the system alone',
  async code => {
    const statement = `export const a = () => ${code}`
    expect(await broken('src/memory/a.ts', statement)).toHaveLength(1)
    expect(await broken('src/platform/a.ts', statement)).toEqual([])
  },
)

test('a date made from a time that was given is allowed everywhere', async () => {
  expect(await broken('src/memory/a.ts', 'export const day = at => new Date(at).toISOString()')).toEqual([])
})

test('random bytes come from platform', async () => {
  const code = "import { randomUUID } from 'node:crypto'\nexport const a = randomUUID()"
  expect(await broken('src/memory/a.ts', code)).toEqual(['no-restricted-imports'])
  const hash = "import { createHash } from 'node:crypto'\nexport const a = createHash('sha256')"
  expect(await broken('src/memory/a.ts', hash)).toEqual([])
})

test('only the command line prints', async () => {
  const code = "console.log('hello')"
  expect(await broken('src/memory/a.ts', code)).toEqual(['no-console'])
  expect(await broken('src/interfaces/cli/a.ts', code)).toEqual([])
})

test.each([
  ["'select a, b from messages where id = :id'", 1],
  ["'INSERT OR IGNORE INTO people (a) values (1)'", 1],
  ["'update people set name = :name'", 1],
  ['`delete from ${table} where id = 1`', 1],
  ["'create virtual table x using fts5(text)'", 1],
  ["'pragma journal_mode = wal'", 1],
  ["'Select a chat, then write to it.'", 0],
  ["'Update your phone and link it again.'", 0],
  ["'create a new session'", 0],
])('SQL is told from sentences: %s', async (text, found) => {
  const code = `export const table = 'a'\nexport const b = ${text}`
  expect(await broken('src/memory/a.ts', code)).toHaveLength(found)
  expect(await broken('src/memory/sqlite/a.ts', code)).toEqual([])
})

test('file names are in kebab-case', async () => {
  expect(await broken('src/memory/someThing.ts', '')).toEqual(['project/kebab-case-file-name'])
  expect(await broken('src/memory/some-thing.ts', '')).toEqual([])
})

test('a source file of more than 400 lines is refused', async () => {
  expect(await broken('src/memory/a.ts', '// line\n'.repeat(401))).toEqual(['max-lines'])
  expect(await broken('src/memory/a.ts', '// line\n'.repeat(399))).toEqual([])
})

test('tests neither mock modules nor sleep', async () => {
  expect(await broken('tests/unit/a.test.ts', "jest.mock('./b.ts')")).toEqual(['project/no-module-mock'])
  expect(await broken('tests/unit/a.test.ts', 'setTimeout(f, 100)')).toEqual(['no-restricted-globals'])
})

test('a literal is not spread into another literal', async () => {
  expect(await broken('src/memory/a.ts', 'export const a = { ...{ b: 1 }, c: 2 }')).toEqual(['no-restricted-syntax'])
  expect(await broken('src/memory/a.ts', 'export const a = [...[1, 2], 3]')).toEqual(['no-restricted-syntax'])
  expect(await broken('src/memory/a.ts', 'export const a = b => ({ ...b, c: 2 })')).toEqual([])
  expect(await broken('tests/unit/a.ts', 'export const a = { ...{ b: 1 }, c: 2 }')).toEqual(['no-restricted-syntax'])
})

test('a source file begins with a comment that says what it is for', async () => {
  expect(await brokenByFile('src/memory/a.ts', "import b from './b.ts'\n/** Late. */\nb()")).toEqual([
    'project/file-header',
  ])
  expect(await brokenByFile('src/memory/a.ts', '/** What it is for. */\nexport const a = 1')).toEqual([])
  expect(await brokenByFile('tests/unit/a.ts', 'export const a = 1')).toEqual([])
})

test('a function of more than 80 lines is refused', async () => {
  const lines = (count: number): string => `export const f = () => {\n${'g()\n'.repeat(count)}}\n`
  expect(await broken('src/memory/a.ts', lines(90))).toEqual(['max-lines-per-function'])
  expect(await broken('src/memory/a.ts', lines(60))).toEqual([])
})

test.each([
  ['interface', 'NotesDeps', 11, 'readonly field: string', 1],
  ['interface', 'NotesDeps', 10, 'readonly field: string', 0],
  ['interface', 'Settings', 11, 'readonly field: string', 0],
  ['type', 'NotesDeps', 11, 'readonly field: string', 1],
  ['interface', 'Notes', 13, 'field(): void', 1],
  ['interface', 'Notes', 13, 'readonly field: () => void', 1],
  ['interface', 'Notes', 12, 'field(): void', 0],
])('%s %s with %d members like "%s"', async (keyword, name, count, member, found) => {
  const members = Array.from({ length: count }, (_, n) => member.replace('field', `field${String(n)}`)).join('\n')
  const code = `export ${keyword} ${name} ${keyword === 'type' ? '= ' : ''}{\n${members}\n}`
  expect(await broken('src/memory/a.ts', code)).toEqual(found === 1 ? ['project/small-interfaces'] : [])
})
