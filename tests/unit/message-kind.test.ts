import { expect, test } from '@jest/globals'
import { isCommand, kindAfterEdit, kindOfIncoming, parseCommand } from '../../src/messages/message-kind.ts'

test.each([
  ['/help', '/help', ''],
  ['/remember milk and\n eggs', '/remember', 'milk and\n eggs'],
  ['/reset.', '/reset', ''],
  ['/memory-list all', '/memory-list', 'all'],
  ['  /help', '/help', ''],
  ['\n\t/help', '/help', ''],
  ['\u00a0/help', '/help', ''],
  ['/עזרה', '/עזרה', ''],
  ['／ｍｅｍｏｒｙ tea', '/memory', 'tea'],
  ['∕reset', '/reset', ''],
  ['\u3164/reset', '/reset', ''],
  ['/forget\u00a01', '/forget', '1'],
  ['/forget\u20031', '/forget', '1'],
  ['/remember: milk', '/remember', 'milk'],
  ['/memory。', '/memory', ''],
  ['/помощь мне', '/помощь', 'мне'],
  ['/مساعدة', '/مساعدة', ''],
])('%j is a command in any alphabet and behind any white space', (text, name, args) => {
  expect(parseCommand(text)).toEqual({ name, args })
  expect(isCommand(text)).toBe(true)
  expect(kindOfIncoming({ text })).toBe('command')
})

test.each(['', '/', '/ help', '1/2 of it', '/2', '/home/user is full', 'see /help', '//comment', 'and/or'])(
  '%j is conversation',
  text => {
    expect(isCommand(text)).toBe(false)
    expect(kindOfIncoming({ text })).toBe('chat')
  },
)

test('a message that could not be decrypted is unreadable, whatever its text', () => {
  expect(kindOfIncoming({ text: '', unreadable: true })).toBe('unreadable')
})

test('an edit makes chat of a command and a command of chat, and leaves every other kind', () => {
  expect(kindAfterEdit('chat', { text: '/reset' })).toBe('command')
  expect(kindAfterEdit('command', { text: 'reset' })).toBe('chat')
  expect(kindAfterEdit('imported', { text: '/reset' })).toBe('imported')
  expect(kindAfterEdit('notice', { text: '/reset' })).toBe('notice')
})
