/** The import table is held by a tool; here it is shown that the tool would notice. */
import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from '@jest/globals'

let folder: string
let tool: ChildProcessWithoutNullStreams
let answers: AsyncIterator<string, undefined>

beforeAll(() => {
  tool = spawn(process.execPath, [join(import.meta.dirname, '../support/import-rules-main.ts')])
  tool.stderr.pipe(process.stderr)
  answers = createInterface({ input: tool.stdout })[Symbol.asyncIterator]()
})
afterAll(() => {
  tool.stdin.end()
})
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'denidin-architecture-'))
})
afterEach(() => {
  rmSync(folder, { recursive: true })
})

/** Names of the rules that a source tree of these files breaks. */
const broken = async (files: Readonly<Record<string, string>>): Promise<readonly string[]> => {
  rmSync(join(folder, 'src'), { recursive: true, force: true })
  for (const [path, text] of Object.entries({ 'tsconfig.json': '{}', 'package.json': '{}', ...files })) {
    mkdirSync(dirname(join(folder, path)), { recursive: true })
    writeFileSync(join(folder, path), text)
  }
  tool.stdin.write(`${folder}\n`)
  const answer = await answers.next()
  return JSON.parse(answer.value ?? 'null') as readonly string[]
}

test('an import that goes down the floors is allowed', async () => {
  const files = {
    'src/memory/a.ts': "import type { B } from '../messages/b.ts'\nexport type A = B",
    'src/messages/b.ts': 'export type B = 1',
  }
  expect(await broken(files)).toEqual([])
})

test('an import that goes up the floors is refused, of a type too', async () => {
  const files = {
    'src/memory/a.ts': 'export type A = 1',
    'src/messages/b.ts': "import type { A } from '../memory/a.ts'\nexport type B = A",
  }
  expect(await broken(files)).toEqual(['floor-of-messages'])
})

test('a cycle is refused, of types alone too', async () => {
  const files = {
    'src/memory/a.ts': "import type { B } from './b.ts'\nexport type A = B | 1",
    'src/memory/b.ts': "import type { A } from './a.ts'\nexport type B = A | 2",
  }
  expect(await broken(files)).toEqual(['no-cycle'])
})

test('a folder that no floor was given to is refused', async () => {
  const files = {
    'src/attic/a.ts': "import { b } from '../platform/b.ts'\nexport const a = b",
    'src/platform/b.ts': 'export const b = 1',
  }
  expect(await broken(files)).toContain('folder-without-a-floor')
})

test.each(['people', 'conversation'])('an interface may name what is in %s, not work on it', async folder => {
  const other = { [`src/${folder}/b.ts`]: 'export type B = 1\nexport const b = 1' }
  const asType = `import type { B } from '../../${folder}/b.ts'\nexport type A = B`
  const asValue = `import { b } from '../../${folder}/b.ts'\nexport const a = b`
  expect(await broken({ ...other, 'src/interfaces/chat/a.ts': asType })).toEqual([])
  expect(await broken({ ...other, 'src/interfaces/chat/a.ts': asValue })).toEqual([
    'interfaces-know-people-and-conversations-as-types',
  ])
})

test('only folders named sqlite open a database', async () => {
  const text = "import { DatabaseSync } from 'node:sqlite'\nexport const open = (): unknown => DatabaseSync"
  expect(await broken({ 'src/memory/sqlite/a.ts': text })).toEqual([])
  expect(await broken({ 'src/memory/a.ts': text })).toEqual(['border-of-nodesqlite'])
})

test('only one file chooses the WhatsApp engine; the rest of the channel knows its port', async () => {
  const engine = {
    'src/channels/whatsapp/wwebjs/engine-impl.ts':
      "import type { Port } from '../engine.ts'\nexport const made: Port = 1",
    'src/channels/whatsapp/engine.ts': 'export type Port = 1',
  }
  const importing = "import { made } from './wwebjs/engine-impl.ts'\nexport const a = made"
  expect(await broken({ ...engine, 'src/channels/whatsapp/create-whatsapp-channel.ts': importing })).toEqual([])
  expect(await broken({ ...engine, 'src/channels/whatsapp/inbound.ts': importing })).toEqual([
    'whatsapp-engine-behind-its-port',
  ])
  const asType = "import type { made } from '../channels/whatsapp/wwebjs/engine-impl.ts'\nexport type A = typeof made"
  expect(await broken({ ...engine, 'src/app/a.ts': asType })).toEqual(['whatsapp-engine-behind-its-port'])
})

test('a WhatsApp engine knows its port and nothing else of the channel', async () => {
  const files = {
    'src/channels/whatsapp/wwebjs/a.ts': "import type { Inbound } from '../inbound.ts'\nexport type A = Inbound",
    'src/channels/whatsapp/inbound.ts': 'export type Inbound = 1',
  }
  expect(await broken(files)).toEqual(['whatsapp-engine-knows-its-port-only'])
})

test('the markup of a channel is used by that channel alone', async () => {
  const files = {
    'src/conversation/a.ts': "import { bold } from '../channels/whatsapp/format/bold.ts'\nexport const a = bold",
    'src/channels/whatsapp/format/bold.ts': "export const bold = '*'",
  }
  expect(await broken(files)).toEqual(['markup-inside-its-channel'])
})
