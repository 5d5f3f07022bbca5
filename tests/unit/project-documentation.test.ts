/** What readers of the documentation rely on: links that lead somewhere, and lists that are complete. */
import { existsSync, globSync, readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { PassThrough } from 'node:stream'
import { expect, test } from '@jest/globals'
import { report } from '../../src/interfaces/cli/errors.ts'
import { cliMenu } from '../../src/interfaces/cli/menu.ts'
import { operations as operationList } from '../../src/operations/list.ts'
import { DenidinError, type ErrorCode } from '../../src/platform/errors.ts'
import { METRIC_PREFIX, METRICS } from '../../src/platform/metric-list.ts'
import { operationsPages } from '../support/page-commands.ts'

const root = join(import.meta.dirname, '../..')
const pages = globSync(['*.md', 'docs/**/*.md'], { cwd: root })
const read = (path: string): string => readFileSync(join(root, path), 'utf8')
const operations = operationsPages()

/** The exit code that the page promises for each code. The compiler asks for a line when a code is added. */
const EXIT_CODES: Readonly<Record<ErrorCode, 1 | 2>> = {
  invalid_input: 2,
  invalid_config: 1,
  not_found: 1,
  forbidden: 1,
  confirmation_needed: 2,
  already_running: 1,
  not_running: 1,
  unavailable: 1,
  rejected: 1,
  limit_reached: 1,
  timeout: 1,
  bad_answer: 1,
  damaged: 1,
  disabled: 1,
  stopping: 1,
  internal: 1,
}

/** The part of a page below one heading. */
const section = (page: string, heading: string): string =>
  page.split(/^(?=## )/m).find(each => each.startsWith(`## ${heading}\n`)) ?? ''

test('docs/privacy.md names every operation that the runner audits', () => {
  const audited = Object.entries(operationList).filter(([, { audit }]) => audit === 'reads' || audit === 'changes')
  const page = section(read('docs/privacy.md'), 'Audit log')
  expect(audited.length).toBeGreaterThan(20)
  expect(audited.map(([name]) => name).filter(name => !new RegExp(`\`${name}[ \`]`).test(page))).toEqual([])
})

test('the operations pages explain every error code, and no other', () => {
  const rows = [...section(operations, 'Error codes').matchAll(/^\| `([a-z_]+)` +\| (.+?) +\| (.+?) +\|$/gm)]
  expect(rows.map(([, code]) => code)).toEqual(Object.keys(EXIT_CODES))
})

test('each error code ends a command with the exit code that the page promises', async () => {
  const codes = Object.keys(EXIT_CODES) as ErrorCode[]
  const exits = await Promise.all(
    codes.map(async code => [code, await report(new DenidinError(code, 'a reason'), new PassThrough(), true)]),
  )
  expect(Object.fromEntries(exits)).toEqual(EXIT_CODES)
})

test('the operations pages describe every metric, with its kind, its labels and its meaning', () => {
  const rows = [...section(operations, 'Metrics').matchAll(/^\| `(\w+)` +\| (\w+) +\| (.+?) +\| (.+?) +\|$/gm)]
  const described = rows.map(([, name, kind, labels, meaning]) => [name, kind, labels, `${meaning ?? ''}.`])
  const defined = Object.entries(METRICS).map(([name, { kind, labels, help }]) => {
    const names = Object.keys(labels).map(label => `\`${label}\``)
    return [`${METRIC_PREFIX}${name}`, kind, names.length === 0 ? '–' : names.join(', '), help]
  })
  expect(described).toEqual(defined)
})

test('the operations pages name every command', () => {
  const named = Object.keys(cliMenu).filter(words => new RegExp(`\`${words}[\` ]`).test(operations))
  expect(named).toEqual(Object.keys(cliMenu))
})

test('docs/operations.md leads to every page for operators, on two screens', () => {
  const entry = read('docs/operations.md')
  const led = globSync('operations/*.md', { cwd: join(root, 'docs') }).filter(page => entry.includes(`](${page})`))
  expect(led.toSorted()).toEqual(globSync('operations/*.md', { cwd: join(root, 'docs') }).toSorted())
  expect(entry.split('\n').length).toBeLessThan(80)
})

/** What the pages tell a reader to look for on the screen and in the log. */
const QUOTED = [
  'Session created',
  'Added message to session',
  'Session expired, transferring to long-term memory',
  'Message received',
  'Session file is damaged, set aside and rebuilt',
  'has to be linked again',
  'is not ready yet',
  'DeniDin is already running (pid ',
  'there is no configuration file ',
  'State of WhatsApp',
  'DeniDin is up.',
  'Linked and listening.',
  'The phone removed DeniDin from its linked devices.',
]

test('what the pages tell the reader to look for is what DeniDin writes', () => {
  const sources = globSync(['src/**/*.ts', 'scripts/*.ts'], { cwd: root }).map(read).join('\n')
  const text = pages.map(read).join('\n')
  expect(QUOTED.filter(each => !text.includes(each))).toEqual([])
  expect(QUOTED.filter(each => !sources.includes(each))).toEqual([])
})

/** The anchor that GitHub makes of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')

const withoutBlocks = (page: string): string => page.replace(/^```[\s\S]*?^```$/gm, '')
const withoutCode = (page: string): string => withoutBlocks(page).replace(/`[^`\n]*`/g, '')

const anchorsIn = (path: string): string[] =>
  [...withoutBlocks(read(path)).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ''))

/** Whether a link on a page leads to a file, and to a heading in it where it names one. */
const leads = (page: string, link: string): boolean => {
  const [path = '', anchor] = link.split('#')
  const target = path === '' ? page : join(dirname(page), path)
  if (!existsSync(join(root, target))) return false
  return anchor === undefined || anchorsIn(target).includes(anchor)
}

test('every link between the pages leads to a file and a heading that exist', () => {
  const links = pages.flatMap(page =>
    [...withoutCode(read(page)).matchAll(/\]\((?!https?:)([^)\s]*)\)/g)].map(([, link]) => ({
      page,
      link: link ?? '',
    })),
  )
  expect(links.length).toBeGreaterThan(30)
  expect(links.filter(({ page, link }) => !leads(page, link))).toEqual([])
})

test('every column of every table has a heading', () => {
  const tables = pages.flatMap(page =>
    [...withoutBlocks(read(page)).matchAll(/^ *(\|.*\|)\n *\|(?: *:?-+:? *\|)+$/gm)].map(([, row]) => ({
      page,
      row: row ?? '',
    })),
  )
  const isNameless = (cell: string): boolean => cell.trim() === ''
  expect(tables.length).toBeGreaterThan(30)
  expect(tables.filter(({ row }) => row.split('|').slice(1, -1).some(isNameless))).toEqual([])
})

/** The pages that describe this version; the changelog also names files of earlier ones. */
const currentPages = pages.filter(page => page !== 'CHANGELOG.md')
const sourceFolders = globSync('*', { cwd: join(root, 'src'), withFileTypes: true })
  .filter(entry => entry.isDirectory())
  .map(entry => entry.name)

/** The words in backticks on a page, without the punctuation after them. */
const codeWords = (page: string): readonly string[] =>
  [...withoutBlocks(read(page)).matchAll(/`([^`\n]+)`/g)]
    .flatMap(([, code]) => (code ?? '').split(/\s+/))
    .map(word => word.replace(/[,;:.]+$/, ''))

/** Placeholders and patterns (`<id>`, `*`) are not paths. */
const CODE_PATH = /^(?:src|tests|scripts|bin|docs|bundled-browser)\/[\w./-]*$/

test('every path of the project that a page names exists', () => {
  const named = currentPages.flatMap(page =>
    codeWords(page)
      .filter(word => CODE_PATH.test(word))
      .map(path => ({ page, path })),
  )
  expect(named.length).toBeGreaterThan(15)
  expect(named.filter(({ path }) => !existsSync(join(root, path)))).toEqual([])
})

test('every TypeScript file that a page names exists', () => {
  const files = globSync(['src/**/*.ts', 'tests/**/*.ts', 'scripts/*.ts'], { cwd: root })
  const named = currentPages.flatMap(page =>
    codeWords(page)
      .filter(word => /^[\w./-]+\.ts$/.test(word))
      .map(path => ({ page, path: path.replace(/^\.\//, '') })),
  )
  expect(named.length).toBeGreaterThan(20)
  expect(named.filter(({ path }) => !files.some(file => file === path || file.endsWith(`/${path}`)))).toEqual([])
})

test('every path below src/ that docs/architecture.md names exists', () => {
  const named = codeWords('docs/architecture.md').filter(
    word => /^[\w./-]+$/.test(word) && word.includes('/') && sourceFolders.includes(word.split('/')[0] ?? ''),
  )
  expect(named.length).toBeGreaterThan(30)
  expect(named.filter(path => !existsSync(join(root, 'src', path)))).toEqual([])
})

/** The folders that each folder may import, by the rules of `npm run check:architecture`. */
const enforcedImports = (): Record<string, readonly string[]> => {
  const rules = createRequire(import.meta.url)(join(root, '.dependency-cruiser.cjs')) as {
    forbidden: { name: string; to: { pathNot?: string } }[]
  }
  const floors = rules.forbidden.filter(({ name }) => name.startsWith('floor-of-'))
  return Object.fromEntries(
    floors.map(({ name, to }) => {
      const folder = name.replace('floor-of-', '')
      const allowed = /\((.*)\)/.exec(to.pathNot ?? '')?.[1]?.split('|') ?? []
      return [folder, allowed.filter(each => each !== folder && sourceFolders.includes(each)).sort()]
    }),
  )
}

test('the table of folders in docs/architecture.md is the one that is enforced', () => {
  const page = read('docs/architecture.md')
  const base = /^"base" is (.*)\.$/m.exec(page)?.[1]?.split(', ') ?? []
  const rows = [...page.matchAll(/^\| `([a-z]+)\/` +\|.*\| ([^|]+?) +\|$/gm)]
  const documented = rows
    .filter(([, folder]) => folder !== 'app')
    .map(([, folder = '', imports = '']) => {
      const names = imports === '–' ? [] : imports.replace(/ \([^)]*\)/g, '').split(', ')
      return [folder, names.flatMap(name => (name === 'base' ? base : [name])).sort()] as const
    })
  const enforced = enforcedImports()
  const folders = sourceFolders.filter(folder => folder !== 'app')
  expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(folders.map(folder => [folder, enforced[folder]])))
})
