/** Reads the commands that a page of the documentation names: in blocks of shell lines, and in tables of commands. */
import { globSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PROJECT } from './script-run.ts'

export interface PageCommand {
  /** The words before the first argument or option, without `denidin`: `memory verify`. */
  readonly words: string
  /** Options and arguments that the page writes out. */
  readonly options: readonly string[]
  /** The page leaves required arguments to the reader. */
  readonly needs: boolean
}

/** The pages for operators: their entry page, and those that it leads to. */
export const operationsPages = (): string =>
  [
    join(PROJECT, 'docs/operations.md'),
    ...globSync('docs/operations/*.md', { cwd: PROJECT }).map(page => join(PROJECT, page)),
  ]
    .map(page => readFileSync(page, 'utf8'))
    .join('\n')

export const commandsIn = (page: string): readonly PageCommand[] => {
  const lines = [...blockLines(page), ...tableCommands(page)]
  const unique = new Map(lines.map(parse).map(each => [[each.words, ...each.options].join(' '), each]))
  return [...unique.values()]
}

const blockLines = (page: string): readonly string[] =>
  [...page.matchAll(/^```sh\n(.*?)^```/gms)].flatMap(([, block = '']) =>
    block.split('\n').filter(line => line.trim() !== '' && !line.startsWith('#')),
  )

/** The code in the cells of columns named `command`; what stands in brackets behind it only names options. */
const tableCommands = (page: string): readonly string[] => {
  const found: string[] = []
  let column = -1
  let inTable = false
  for (const line of page.split('\n')) {
    const cells = line.startsWith('|')
      ? line
          .split('|')
          .slice(1, -1)
          .map(cell => cell.trim())
      : []
    if (cells.length === 0) inTable = false
    else if (!inTable) {
      inTable = true
      column = cells.indexOf('command')
    } else if (column !== -1) {
      const [named = ''] = (cells[column] ?? '').split(' (')
      found.push(...[...named.matchAll(/`([^`]+)`/g)].map(([, code = '']) => code))
    }
  }
  return found
}

/** Programs that are not commands of DeniDin. */
const OTHER_PROGRAM = /^(\.\/|useradd|chown|runuser|cp |systemd|systemctl|journalctl|docker|git |grep|du )/

const parse = (line: string): PageCommand => {
  if (OTHER_PROGRAM.test(line)) return { words: line, options: [], needs: false }
  const words = line.replace(/^(bin\/)?denidin /, '').split(' ')
  const end = words.findIndex(word => /^[-<[+]|…/.test(word))
  const [head, rest] = end === -1 ? [words, []] : [words.slice(0, end), words.slice(end)]
  const isWritten = rest.length > 0 && !rest.some(word => /[<[\]>…]/.test(word))
  return { words: head.join(' '), options: isWritten ? rest : [], needs: rest.some(word => /[<…]/.test(word)) }
}
