/** Guards over the menus: nothing that DeniDin can do is out of reach, and no menu offers what does not exist. */
import { expect, test } from '@jest/globals'
import { chatMenu } from '../../src/interfaces/chat/menu.ts'
import { cliGroups, cliMenu, type CliEntry } from '../../src/interfaces/cli/menu.ts'
import { cronMenu } from '../../src/interfaces/cron/schedule.ts'
import { fieldsOf } from '../../src/operations/fields.ts'
import { operations, type OperationName } from '../../src/operations/list.ts'

const names = Object.keys(operations) as OperationName[]
const cli = Object.entries<CliEntry>(cliMenu)

/** `denidin chat` runs the one, line by line; `denidin doctor` runs the other after its own checks. */
const LOCAL: readonly OperationName[] = ['chat.say', 'doctor']

test('every operation can be reached from a terminal', () => {
  const reached = new Set<string>([...cli.map(([, { run }]) => run), ...LOCAL])
  expect(names.filter(name => !reached.has(name))).toEqual([])
})

test('every menu entry runs an operation that exists', () => {
  const entries = [
    ...cli.map(([, each]) => each.run),
    ...Object.values({ ...chatMenu, ...cronMenu }).map(each => each.run),
  ]
  expect(entries.filter(name => !Object.hasOwn(operations, name))).toEqual([])
})

test('arguments of a command are fields of its operation, required ones first', () => {
  for (const [words, { run, positions }] of cli) {
    const fields = fieldsOf(operations[run as OperationName].input)
    const required = positions.map(name => [words, name, fields.find(field => field.name === name)?.required])
    expect(required).toEqual([...required].sort((a, b) => Number(b[2]) - Number(a[2])))
    expect(required.filter(([, , known]) => known === undefined)).toEqual([])
    // What is required and has no position would have to be an option, which nobody expects.
    expect(fields.filter(field => field.required && !positions.includes(field.name))).toEqual([])
  }
})

test('every group of commands says what it is about', () => {
  const groups = cli
    .map(([words]) => words.split(' '))
    .flatMap(([group = '', verb]) => (verb === undefined ? [] : [group]))
  expect(groups.filter(group => !Object.hasOwn(cliGroups, group))).toEqual([])
})

test.each(names)('%s has a summary for help texts and describes every field of its input', name => {
  const { summary, input } = operations[name]
  expect(summary).toMatch(/^[A-Z].*[^.]$/)
  expect(fieldsOf(input).filter(field => field.description === '')).toEqual([])
})

test.each(names)('%s takes and gives flat names in snake_case', name => {
  const { input, output, access } = operations[name]
  for (const field of [...Object.keys(input.shape), ...Object.keys(output.shape)])
    expect(field).toMatch(/^[a-z][a-z0-9]*(_[a-z0-9]+)*$/)
  // On a command line an option can be repeated; a chat has no way to say several.
  const nested = access === 'operator' ? ['object', 'record'] : ['object', 'array', 'record']
  expect(fieldsOf(input).filter(field => nested.includes(field.type))).toEqual([])
})

test('what anyone in a chat may run changes nobody else: it is about themselves and their own conversation', () => {
  const open = names.filter(name => operations[name].access === 'anyone')
  expect(open.sort()).toEqual([
    'budget.spending',
    'memory.about',
    'memory.export',
    'memory.forget',
    'memory.list',
    'memory.remember',
    'memory.search',
    'memory.why',
    'people.language',
    'people.privacy',
    'people.timezone',
    'session.reset',
  ])
})
