// The results of an archive search in a pipe and on a terminal.
import { expect, test } from '@jest/globals'
import { searchReport } from '../../src/interfaces/cli/archive/search-report.ts'

const message = {
  seq: 1,
  at: '2026-11-02T05:30:00.000Z',
  role: 'user',
  from: null,
  project: 'two\nlines\tand tabs',
  session: null,
  component: null,
  level: null,
  source: 'whatsapp',
  score: null,
  snippet: 'tea',
  snippet_html: '<mark>tea</mark>',
}
const facets = {
  messages: 7,
  projects: [{ value: 'two\nlines\tand tabs', messages: 7 }],
  components: [],
  levels: [],
  months: [{ value: '2026-11', messages: 7 }],
}
const shown = (output: object, terminal = false): ReturnType<typeof searchReport> =>
  searchReport({ notes: [], messages: [], next: null, ...output }, {}, { terminal })

test('in a pipe every message and every count is one line, whatever is in its fields', () => {
  expect(shown({ messages: [message], facets, next: 'abc' }).out.split('\n')).toEqual([
    '2026-11-02T05:30:00.000Z\tuser\t\t\ttwo lines  and tabs\t\ttea',
    'count\tmessages\t\t7',
    'count\tprojects\ttwo lines  and tabs\t7',
    'count\tmonths\t2026-11\t7',
    'next\tabc',
    '',
  ])
})

test('in a pipe it is said beside the output that nothing was found', () => {
  expect(shown({ notes: ['A note.'] })).toEqual({ out: '', err: 'Nothing was found.\nA note.\n' })
  expect(shown({ messages: [message] }).err).toBe('')
  expect(shown({}, true)).toEqual({ out: 'Nothing was found.\n', err: '' })
})
