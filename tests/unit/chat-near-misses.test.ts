import { expect, test } from '@jest/globals'
import type { Speaker } from '../../src/conversation/command-handler.ts'
import { createChatCommands } from '../../src/interfaces/chat/commands.ts'
import { readNumbers } from '../../src/interfaces/chat/numbers.ts'
import { UTC } from '../../src/platform/time-zone.ts'
import { OperationRig } from '../support/operations/operation-rig.ts'
import { personOf } from '../support/operations/records.ts'

const speaker: Speaker = {
  person: personOf('p1', '15550001111'),
  chat_id: '15550001111@c.us',
  chat_kind: 'direct',
  scope: 'person:p1',
}
const FROM = { person_id: 'p1', chat_id: speaker.chat_id }

const setUp = (language: 'en' | 'he' = 'en') => {
  const parts = new OperationRig()
  const runner = parts.runner()
  return {
    parts,
    commands: createChatCommands({
      runner,
      clock: parts.clock,
      language: () => Promise.resolve(language),
      zoneOf: async () => UTC,
    }),
  }
}

test.each([
  ['reset', '/reset'],
  ['Reset!', '/reset'],
  ['start over please', '/reset'],
  ['new conversation', '/reset'],
  ['/ reset', '/reset'],
  ['\\reset', '/reset'],
  ['help', '/help'],
  ['HELP', '/help'],
  ['commands', '/help'],
  ['memory', '/memory'],
  ['show my memories', '/memory'],
  ['export', '/export'],
  ['export my data', '/export'],
  ['delete my data', '/forget all'],
  ['Please delete all my data.', '/forget all'],
  ['erase my messages', '/forget all'],
  ['forget everything', '/forget all'],
  ['privacy', '/privacy'],
  ['stop learning', '/privacy off'],
  ['language', '/lang'],
  ['time zone', '/timezone'],
  ['ｒｅｓｅｔ', '/reset'],
  ['איפוס', '/reset'],
  ['עזרה', '/help'],
  ['תפריט', '/help'],
  ['זיכרון', '/memory'],
  ['תמחק את המידע שלי', '/forget all'],
  ['מחקי את כל הנתונים שלי', '/forget all'],
  ['ייצוא', '/export'],
  ['פרטיות', '/privacy'],
  ['שפה', '/lang'],
  // With a slash and a misspelt name.
  ['/rest', '/reset'],
  ['/forgt all', '/forget all'],
  ['/memroy', '/memory'],
  ['/exprot', '/export'],
  ['/עזרא', '/עזרה'],
  // With other signs around it, as it was copied or as other bots want it.
  ['"/help"', '/help'],
  ['`/reset`', '/reset'],
  ['*/forget all*', '/forget all'],
  ['“/lang he”', '/lang he'],
  ['//forget last', '/forget last'],
  ['/ forget 3', '/forget 3'],
  ['!help', '/help'],
  ['.reset', '/reset'],
  ['/forget:all', '/forget all'],
  ['/lang=he', '/lang he'],
  ['[reset]', '/reset'],
  ['reset pls 🙏', '/reset'],
  ['«/איפוס»', '/איפוס'],
])('%j gets the question whether %s was meant', async (text, command) => {
  for (const language of ['en', 'he'] as const) {
    const { parts, commands } = setUp(language)
    expect(commands.recognises(text, FROM)).toBe(true)
    expect(await commands.run(text, speaker)).toContain(
      language === 'en' ? `Did you mean ${command}?` : `האם התכוונת ל-${command}?`,
    )
    expect(parts.asked).toEqual([])
  }
})

test.each([
  'help me write a letter',
  'can you reset my router?',
  'reset?',
  'how do I export a file',
  'delete my data from Facebook',
  'memory is a strange thing',
  'my memory is bad',
  'I need help',
  'language is hard',
  'start over with the poem',
  'why',
  'status',
  'continue',
  'remember when we met?',
  'forget it',
  'עזרה עם שיעורי בית',
  'אני צריך עזרה',
  'איך מוחקים את המידע שלי מפייסבוק',
  'הזיכרון שלי גרוע',
  'שפה קשה שפת אמו',
  '"reset?"',
  '...why',
  '!',
  '#help wanted for my moving',
  '/home:user',
  '// help me with this comment',
])('%j is talk', text => {
  expect(setUp().commands.recognises(text, FROM)).toBe(false)
})

test('a yes runs the command that was nearly written, and a no does not', async () => {
  const { parts, commands } = setUp()
  await commands.run('reset', speaker)
  expect(commands.recognises('yes', FROM)).toBe(true)
  expect(await commands.run('yes', speaker)).toContain('Session reset!')
  expect(parts.asked).toEqual(['reset person:p1'])
  await commands.run('reset', speaker)
  expect(await commands.run('no', speaker)).toContain('leave it as it is')
  expect(parts.asked).toEqual(['reset person:p1'])
})

test('what destroys is confirmed on its own, also after a yes to what was nearly written', async () => {
  const { parts, commands } = setUp()
  expect(await commands.run('delete my data', speaker)).toContain('Did you mean /forget all?')
  expect(await commands.run('yes', speaker)).toContain('cannot be undone')
  expect(parts.asked).toEqual([])
  expect(await commands.run('yes please', speaker)).toContain('nothing of it is left')
})

test('other words after such a question are talk, without a word about it', async () => {
  const { commands } = setUp()
  await commands.run('help', speaker)
  expect(commands.recognises('never mind that, how are you?', FROM)).toBe(false)
  expect(await commands.withdrawal('', speaker)).toBeUndefined()
})

test.each([
  ['/עזרה', 'איפוס|שיחה|/reset'],
  ['/פקודות', '/reset'],
  ['/איפוס', 'השיחה אופסה'],
  ['/תזכור החניה שלי 112', 'החניה שלי 112'],
  ['/שכח', 'מה לשכוח'],
  ['/שפה עברית', 'עברית'],
  ['/פרטיות', ''],
  ['/זיכרון', ''],
  ['/למה', ''],
])('%j is a command in Hebrew', async (text, words) => {
  const answer = await setUp('he').commands.run(text, speaker)
  expect(answer).toMatch(new RegExp(words))
  expect(answer).not.toContain('אני לא מכיר')
})

test.each([
  ['1', [1]],
  ['1 3', [1, 3]],
  ['1,3', [1, 3]],
  ['1, 3', [1, 3]],
  ['1-3', [1, 2, 3]],
  ['1–3', [1, 2, 3]],
  ['3 to 5', [3, 4, 5]],
  ['1 and 3', [1, 3]],
  ['1, 2 and 4-5', [1, 2, 4, 5]],
  ['#2', [2]],
  ['number 2', [2]],
  ['1 ו-3', [1, 3]],
  ['1 ו3', [1, 3]],
  ['1 עד 3', [1, 2, 3]],
  ['2 2', [2]],
  ['1.', [1]],
  ['١', [1]],
  ['١، ٣', [1, 3]],
  ['１', [1]],
  ['۱۲', [12]],
  ['९', [9]],
  ['𝟛', [3]],
])('%j lists the numbers %j', (text, numbers) => {
  expect(readNumbers(text)).toEqual(numbers)
})

test.each(['', 'one', '1 milk', '3-1', '1-999', '12345', 'all', '1/2', '1.5', '-', '1x', 'mem_1'])(
  '%j lists no numbers',
  text => {
    expect(readNumbers(text)).toBeUndefined()
  },
)
