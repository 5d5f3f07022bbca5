/** The output of an operation as text for a terminal and for a pipe. */
import { expect, test } from '@jest/globals'
import { render } from '../../src/interfaces/cli/render.ts'

test.each([true, false])('texts in a list have a line each (terminal: %s)', terminal => {
  const text = render({ notes: ['two files\nwere left out', 'the end'], none: [] }, { terminal })
  expect(text).toBe('notes\ntwo files were left out\nthe end\n\nnone\nnone\n')
})

test('numbers, yes and no, and lists of both kinds have a line each', () => {
  expect(render({ values: [1, 0.25, true, 'three', { a: 1 }] }, { terminal: false })).toBe(
    'values\n1\n0.250\nyes\nthree\n{"a":1}\n',
  )
})

test('records are the rows of a table', () => {
  expect(render({ rows: [{ a: 1, b: 'x' }, { a: 2 }] }, { terminal: false })).toBe('rows\na\tb\n1\tx\n2\t–\n')
})

test('a list within a row is read by people with commas, and by programs as JSON', () => {
  const rows = { rows: [{ a: ['x', 'y'], b: [] }] }
  expect(render(rows, { terminal: true, columns: 80 })).toMatch(/^x, y +–$/m)
  expect(render(rows, { terminal: false })).toBe('rows\na\tb\n["x","y"]\t[]\n')
})
