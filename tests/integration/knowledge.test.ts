// The knowledge folder through the whole app: what is in its files is recalled for everyone, with the name of the file,
// and is gone from every store with it.
import { mkdir, rename, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, expect, test } from '@jest/globals'
import { TestDenidin, type Json } from '../support/denidin.ts'
import { documentDocx, documentPdf } from '../support/documents.ts'
import { embed, failure } from '../support/model-server.ts'
import { residueIn } from '../support/residue.ts'

const ANA = '15550001111'
const BEN = '15550002222'
const OPERATOR = { transport: 'cli', level: 'operator' } as const

const ENGLISH =
  '# Our shop\n\n## Opening hours\n\nSunday to Thursday from 9:30 until 18:45, Friday until 13:15.\n\n## Parking\n\nBehind the house, free for an hour.\n'
const HEBREW =
  '# החנות שלנו\n\n## שעות פתיחה\n\nבימים ראשון עד חמישי מ-9:30 עד 18:45, ביום שישי עד 13:15.\n\n## חניה\n\nמאחורי הבית.\n'

let denidin: TestDenidin

afterEach(async () => {
  await denidin[Symbol.asyncDispose]()
})

/** Waits for what happens in the background. */
const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds())) await denidin.clock.sleep(20)
}

const run = (name: string, input: object = {}) =>
  denidin.app.runner.run(name, input, { caller: OPERATOR, confirmed: true })

const notes = (...path: readonly string[]): string => join(denidin.folder, 'notes', ...path)

const put = async (name: string, content: string | Uint8Array): Promise<void> => {
  await mkdir(join(notes(name), '..'), { recursive: true })
  await writeFile(notes(name), content)
}

const scan = async () => {
  const report = await run('knowledge.scan')
  await denidin.whenIdle()
  return report
}

/** A DeniDin whose knowledge folder is `notes` beside its data. */
const start = async (config: Json = {}): Promise<void> => {
  denidin = await TestDenidin.start({ knowledge: { dirs: ['notes'] }, ...config })
  await mkdir(notes(), { recursive: true })
}

/** The lines of the block of shared notes in the last request. */
const sharedLines = (): readonly string[] => {
  const [, block = ''] = denidin.lastRequest().split(/^.*Shared notes: [^\n]*\n/mu)
  return block.split('\n').filter((_, at, lines) => lines.slice(0, at + 1).every(each => each.startsWith('- [')))
}

const listed = async (): Promise<
  readonly { file: string; state: string; reason: string | null; redacted: number; size_bytes: number }[]
> => (await run('knowledge.list'))['files'] as never

test.each([
  ['by words alone', true],
  ['with vectors', false],
] as const)('a client asks for the opening hours and gets them from the file, %s', async (_, down) => {
  await start()
  denidin.models.always('embedding', down ? failure(500) : embed())
  await put('shop.md', ENGLISH)
  await put('חנות.md', HEBREW)
  expect(await scan()).toMatchObject({ added: 2, files: 2, passages: 2, refused: 0 })
  await denidin.say('Hi! When are you open, what are your opening hours?')
  expect(sharedLines()[0]).toMatch(/^- \[\d{4}-\d\d-\d\d\] of "shop.md": "Our shop\\n.*18:45/)
  await denidin.say('מה שעות הפתיחה שלכם?', { phone: BEN })
  expect(sharedLines()[0]).toMatch(/of "חנות.md": ".*18:45/)
  // What has nothing to do with a question is not given with it.
  await denidin.say('my sister plays the violin in Oslo')
  expect(sharedLines()).toEqual([])
})

test('the offline model quotes the passage with the name of its file, in both languages', async () => {
  await start({ ai: { provider: 'offline' }, embeddings: { provider: 'offline' }, memory: { longterm: {} } })
  await put('shop.md', ENGLISH)
  await put('he/חנות.md', HEBREW)
  await scan()
  expect(await denidin.say('What are your opening hours?')).toMatch(/The file shop\.md says: “[^”]*18:45/)
  expect(await denidin.say('מה שעות הפתיחה?')).toMatch(/בקובץ he\/חנות\.md כתוב: “[^”]*18:45/)
})

test('PDF and DOCX are read, in Hebrew too', async () => {
  await start()
  await put('menu.pdf', documentPdf(['The lunch menu costs 47 shekels.', 'Soup is included.']))
  await put(
    'תפריט.docx',
    documentDocx([
      ['h1', 'תפריט הצהריים'],
      ['p', 'ארוחת צהריים עולה 52 שקלים, כולל מרק.'],
      ['p', 'bring "friends" & <family>'],
    ]),
  )
  expect(await scan()).toMatchObject({ added: 2, refused: 0 })
  await denidin.say('How much does the lunch menu cost?')
  expect(sharedLines().join('\n')).toContain('47 shekels')
  await denidin.say('כמה עולה ארוחת צהריים?')
  expect(sharedLines().join('\n')).toContain('52 שקלים')
  await denidin.say('may I bring friends and family?')
  expect(sharedLines().join('\n')).toContain('& <family>')
})

test('/why names the file, nobody can forget a passage, and forgetting a person leaves the notes', async () => {
  await start()
  await put('shop.md', ENGLISH)
  await scan()
  await denidin.say('I am Ana and I like green tea')
  await denidin.say('What are your opening hours?')
  expect(await denidin.say('/why')).toContain('from the file shop.md')
  const why = (await run('memory.why', { person: ANA })) as unknown as { items: { id: string; file: string | null }[] }
  const shared = why.items.find(each => each.file === 'shop.md')
  expect(shared).toMatchObject({ by: null, file: 'shop.md' })
  // Ana cannot forget it, by its number or its id, and neither can the operator while the file is there.
  expect(await denidin.say(`/forget ${shared?.id ?? ''}`)).not.toMatch(/forgot/i)
  await expect(run('memory.forget', { what: shared?.id })).rejects.toThrow('it comes from the file "shop.md"')
  expect(JSON.stringify(await run('memory.about', { person: ANA }))).not.toContain('18:45')
  await run('memory.forget', { person: ANA, what: 'all' })
  await denidin.say('What are your opening hours?', { phone: BEN })
  expect(sharedLines().join('\n')).toContain('18:45')
  expect(sharedLines().join('\n')).not.toContain('green tea')
  const found = await run('memory.search', { person: BEN, query: 'opening hours' })
  expect(found['memories']).toEqual([expect.objectContaining({ who: 'everyone' })])
})

test('the words of a changed or removed file are gone from every store', async () => {
  await start()
  await put('a.md', '# Prices\n\nThe Quetzal9 lamp costs 40 shekels.\n')
  await put('b.txt', 'Our Axolotl7 mascot waves at children.')
  await scan()
  await denidin.say('what does the Quetzal9 lamp cost?')
  expect(sharedLines().join('\n')).toContain('Quetzal9')
  await put('a.md', '# Prices\n\nThe red lamp costs 40 shekels.\n')
  await rm(notes('b.txt'))
  expect(await scan()).toMatchObject({ updated: 1, removed: 1, files: 1 })
  expect(await listed()).toEqual([expect.objectContaining({ file: 'a.md', state: 'read' })])
  const folders = [denidin.data()]
  // The question itself is a person's own.
  await run('memory.forget', { person: ANA, what: 'all' })
  expect(await residueIn(folders, { words: ['Quetzal9', 'Axolotl7'] })).toEqual([])
  await denidin.close()
  expect(await residueIn(folders, { words: ['Quetzal9', 'Axolotl7'] })).toEqual([])
})

test('new, changed and removed files are noticed by themselves, in a folder that is made only later too', async () => {
  denidin = await TestDenidin.start({ knowledge: { dirs: ['notes'] } })
  const files = async () => (await listed()).map(({ file, state }) => `${file} ${state}`)
  await put('shop.md', ENGLISH)
  await until(async () => (await files()).includes('shop.md read'))
  await put('deep/er/more.txt', 'We deliver on Mondays.')
  await until(async () => (await files()).includes('deep/er/more.txt read'))
  await denidin.whenIdle()
  // What was read a moment ago is read again only after knowledge.dedupe_ttl_seconds.
  denidin.clock.forward(121_000)
  const later = ENGLISH.replace('18:45', '19:15 in summer')
  await put('shop.md', later)
  await until(async () =>
    (await listed()).some(({ state, size_bytes }) => state === 'read' && size_bytes === Buffer.byteLength(later)),
  )
  await denidin.whenIdle()
  await denidin.say('When are you open, what are your opening hours?')
  expect(sharedLines().join('\n')).toContain('19:15')
  expect(sharedLines().join('\n')).not.toContain('18:45')
  await rm(notes('deep'), { recursive: true })
  await until(async () => (await files()).join() === 'shop.md read')
})

test('an atomic save, a rename and a folder that comes back are followed', async () => {
  await start()
  await put('shop.md', ENGLISH)
  await scan()
  await put('.shop.md.new', ENGLISH.replace('18:45', '19:50'))
  await rename(notes('.shop.md.new'), notes('shop.md'))
  expect(await scan()).toMatchObject({ updated: 1 })
  await rename(notes('shop.md'), notes('hours.md'))
  expect(await scan()).toMatchObject({ added: 1, removed: 1, files: 1 })
  await denidin.say('What are your opening hours?')
  expect(sharedLines()[0]).toMatch(/of "hours.md": .*19:50/)
  await rename(notes(), join(denidin.folder, 'elsewhere'))
  expect(await scan()).toMatchObject({ removed: 1, files: 0 })
  await rename(join(denidin.folder, 'elsewhere'), notes())
  expect(await scan()).toMatchObject({ added: 1, files: 1 })
})

test('what cannot be read is refused with its reason, and secrets are taken out before a model sees them', async () => {
  await start({ knowledge: { dirs: ['notes'], max_file_size_bytes: 10_000, ignore_dirs: ['drafts'] } })
  await put('big.md', 'x'.repeat(10_001))
  await put('binary.txt', Buffer.from([65, 0, 66]))
  await put('latin.txt', Buffer.from([0xe0, 0xe1, 0xe2, 0x20]))
  await put('picture.jpg', 'not read')
  await put('broken.pdf', '%PDF-1.7 nothing of a PDF')
  await put('broken.docx', 'no zip')
  await put('empty.md', '<!-- only a comment -->')
  await put('drafts/hidden.md', '# Draft\n\nnot public')
  await put('.hidden.md', 'not public')
  await put('wifi.md', '# Wifi\n\nThe wifi password is Sunflower77.\n\nAsk for a seat near the window.')
  await writeFile(join(denidin.folder, 'outside.md'), '# Outside\n\nnot public')
  await symlink(join(denidin.folder, 'outside.md'), notes('link.md'))
  await scan()
  const files = new Map((await listed()).map(each => [each.file, each]))
  const reasonOf = (file: string): string => files.get(file)?.reason ?? ''
  expect([...files.keys()].sort()).toEqual(
    [
      'big.md',
      'binary.txt',
      'latin.txt',
      'picture.jpg',
      'broken.pdf',
      'broken.docx',
      'empty.md',
      'wifi.md',
      'link.md',
    ].sort(),
  )
  expect(reasonOf('big.md')).toContain('more than knowledge.max_file_size_bytes (10000)')
  expect(reasonOf('binary.txt')).toContain('NUL bytes')
  expect(reasonOf('latin.txt')).toContain('not UTF-8')
  expect(reasonOf('picture.jpg')).toContain('.md')
  expect(reasonOf('broken.pdf')).toContain('cannot be read as a PDF')
  expect(reasonOf('broken.docx')).toContain('cannot be read as a DOCX')
  expect(reasonOf('empty.md')).toContain('no text')
  expect(reasonOf('link.md')).toContain('leads out of the folder')
  expect(files.get('wifi.md')).toMatchObject({ state: 'read', redacted: 1 })
  await denidin.say('what is the wifi password?')
  const asked = JSON.stringify(denidin.models.requests.map(each => each.body))
  expect(asked).not.toContain('Sunflower77')
  expect(asked).not.toContain('not public')
  expect(await residueIn([denidin.data()], { words: ['Sunflower77'] })).toEqual([])
})

test('with the flag or the memory off nothing is read or recalled, and without folders nothing is asked', async () => {
  await start()
  await put('shop.md', ENGLISH)
  await scan()
  const off = { knowledge: { dirs: ['notes'] }, feature_flags: { enable_filesystem_extraction: false } }
  await denidin.restart(off)
  await denidin.say('What are your opening hours?')
  expect(denidin.lastRequest()).not.toContain('18:45')
  await expect(run('knowledge.scan')).rejects.toThrow('feature_flags.enable_filesystem_extraction')
  await denidin.restart({ knowledge: { dirs: ['notes'] } })
  await denidin.say('Until when are you open, what are your opening hours?')
  expect(denidin.lastRequest()).toContain('18:45')
  // A folder that is no longer configured is forgotten.
  await denidin.restart({})
  await until(async () => (await listed()).length === 0)
})
