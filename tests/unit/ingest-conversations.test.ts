/** Conversations in JSON: in the form of OpenAI's interfaces, and of a ChatGPT data export. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { linesOfJson, readSource } from '../support/archive/read-source.ts'
import { zipOf } from '../support/archive/zip-of.ts'
import { temporaryFolder } from '../support/temporary-folder.ts'

let folder: Awaited<ReturnType<typeof temporaryFolder>>
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

const hi = { role: 'user', content: 'hi' }
const hello = {
  role: 'assistant',
  content: [
    { type: 'text', text: 'hello' },
    { type: 'image_url', image_url: {} },
  ],
}

test.each([
  ['one.json', JSON.stringify({ id: 'c1', messages: [hi, hello] }), 'c1'],
  ['list.json', JSON.stringify([hi, hello]), 'list#1'],
  ['many.json', JSON.stringify([{ id: 'c1', messages: [hi, hello] }]), 'c1'],
  ['lines.jsonl', linesOfJson({ conversation_id: 'c1', messages: [hi, hello] }), 'c1'],
  [
    'shared.json',
    JSON.stringify([
      {
        conversations: [
          { role: 'human', content: 'hi' },
          { role: 'gpt', content: 'hello' },
        ],
      },
    ]),
    'shared#1',
  ],
])('%s is a conversation of two messages', async (name, text, session) => {
  const { type, messages, rejected } = await readSource(folder.path, name, text)
  expect(type).toBe('openai')
  expect(rejected).toEqual([])
  expect(messages).toMatchObject([
    { role: 'user', content: 'hi', session, source_type: 'openai' },
    { role: 'assistant', content: 'hello', session },
  ])
})

test('the same words said twice are two messages; what has no words is none; bad conversations are set aside', async () => {
  const messages = [
    hi,
    hi,
    { role: 'assistant', content: null, tool_calls: [] },
    { role: 'developer', content: 'be kind' },
  ]
  const { messages: found, rejected } = await readSource(
    folder.path,
    'a.json',
    JSON.stringify([{ messages }, { messages: 'none' }, { id: 'c3', messages: [hi] }]),
  )
  expect(found.map(({ role, occurrence, session }) => [role, occurrence, session])).toEqual([
    ['user', undefined, 'a#1'],
    ['user', 2, 'a#1'],
    ['system', undefined, 'a#1'],
    ['user', undefined, 'c3'],
  ])
  expect(rejected).toEqual([[4, 'it has no list of messages']])
})

test.each([
  ['a list of messages', '[', ']'],
  ['an object', '{"messages": [', ']}'],
])('a single conversation of more than 64 MiB is set aside: %s', async (_, begin, end) => {
  const content = Buffer.alloc(65 * 1024 * 1024, ' ')
  content.write(`${begin}${JSON.stringify(hi)}`)
  content.write(end, content.length - end.length)
  const { type, messages, rejected } = await readSource(folder.path, 'long.json', content)
  expect({ type, messages, rejected }).toEqual({
    type: 'openai',
    messages: [],
    rejected: [[1, 'a conversation of more than 64 MiB is not read']],
  })
})

test.each([
  [[{ type: 'image_url', image_url: { url: 'data:image/png;base64,x' } }], '[image]'],
  [
    [
      { type: 'input_image', image_url: 'x' },
      { type: 'input_file', file_id: 'f' },
    ],
    '[image] [file]',
  ],
  [
    { content_type: 'multimodal_text', parts: [{ content_type: 'image_asset_pointer', asset_pointer: 'x' }] },
    '[image]',
  ],
  [
    { content_type: 'multimodal_text', parts: ['', { content_type: 'audio_asset_pointer', asset_pointer: 'x' }] },
    '[audio]',
  ],
  [{ content_type: 'multimodal_text', parts: [{ content_type: 'image_asset_pointer' }, 'what is it?'] }, 'what is it?'],
])('a message of attachments alone is kept, and named by their kind: %j', async (content, said) => {
  const { messages, rejected } = await readSource(
    folder.path,
    'a.json',
    JSON.stringify([{ messages: [{ role: 'user', content }, hi] }]),
  )

  expect(messages.map(each => each.content)).toEqual([said, 'hi'])
  expect(rejected).toEqual([])
})

test('a list that breaks off keeps what came before', async () => {
  const { messages, rejected } = await readSource(
    folder.path,
    'b.json',
    `[${JSON.stringify({ messages: [hi] })}, {"messages": [{"ro`,
  )
  expect(messages).toHaveLength(1)
  expect(rejected).toEqual([[2, 'element 2: the list ends within it']])
})

const node = (
  id: string,
  parent: string | null,
  children: string[],
  role: string,
  text: string,
  at: number | null = null,
) => ({
  [id]: {
    id,
    parent,
    children,
    message: {
      author: { role },
      create_time: at,
      content: { content_type: 'text', parts: [text] },
      metadata: { model_slug: 'gpt-4o' },
    },
  },
})

const CHAT = {
  conversation_id: 'conv-1',
  title: 'Boats',
  current_node: 'c',
  mapping: {
    root: { id: 'root', message: null, parent: null, children: ['a'] },
    ...node('a', 'root', ['b', 'c'], 'user', 'name a boat', 1_700_000_000.5),
    ...node('b', 'a', [], 'assistant', 'Marlin', 1_700_000_001),
    ...node('c', 'a', [], 'assistant', 'Albatross', 1_700_000_002),
  },
}

test.each(['conversations.json', 'export.zip'])(
  '%s: the current branch in its order, then the others, each once',
  async name => {
    const json = JSON.stringify([CHAT])
    const content = name.endsWith('.zip') ? zipOf({ 'user.json': '{}', 'conversations.json': json }) : json
    const { type, messages } = await readSource(folder.path, name, content)
    expect(type).toBe('chatgpt')
    expect(messages).toMatchObject([
      { content: 'name a boat', role: 'user', at: 1_700_000_000_500, session: 'conv-1', metadata: { title: 'Boats' } },
      { content: 'Albatross', role: 'assistant', project: 'ChatGPT' },
      { content: 'Marlin', metadata: { branch: 'other' } },
    ])
    expect(messages).toHaveLength(3)
  },
)

test('an export in parts is read in their order, a broken part set aside, and gone on with where it was', async () => {
  const part = (...names: readonly string[]): string =>
    JSON.stringify(
      names.map(name => ({ ...CHAT, conversation_id: name, title: null, mapping: node('c', null, [], 'user', name) })),
    )
  const zip = zipOf({
    'export_manifest.json': '{}',
    'conversations-10.json': part('last'),
    'conversations-2.json': part('third').slice(0, -1),
    'conversations-1.json': part('first', 'second'),
    'shared_conversations.json': '[]',
  })
  const { type, messages, items } = await readSource(folder.path, 'export.zip', zip)
  expect(type).toBe('chatgpt')
  expect(messages.map(({ content }) => content)).toEqual(['first', 'second', 'third', 'last'])
  const rejections = items.filter(({ kind }) => kind === 'rejected')
  expect(rejections).toMatchObject([{ reason: expect.stringMatching(/^the list cannot be read after element 3: /) }])
  for (const [at, item] of items.entries()) {
    if (item.kind !== 'checkpoint') continue
    const rest = await readSource(folder.path, 'export.zip', zip, {}, item)
    const wanted = items.slice(at + 1).filter(({ kind }) => kind === 'message' || kind === 'rejected')
    expect(rest.items.filter(({ kind }) => kind === 'message' || kind === 'rejected')).toEqual(wanted)
  }
})

test('a tree that goes in a circle, or has no current branch, is read to its end', async () => {
  const circle = {
    ...node('x', 'y', ['y'], 'user', 'one'),
    ...node('y', 'x', ['x'], 'user', 'two'),
    ...node('z', null, [], 'user', 'three'),
  }
  const { messages } = await readSource(
    folder.path,
    'conversations.json',
    JSON.stringify([{ id: 'c', mapping: circle }]),
  )
  expect(messages.map(({ content }) => content).toSorted()).toEqual(['one', 'three', 'two'])
})

const NOBODY = { role: 'narrator', content: 'It was night.' }
const LOST = { content: 'Who said this?' }

test.each([
  ['one.json', JSON.stringify({ messages: [hi, NOBODY, LOST, hello] })],
  ['many.json', JSON.stringify([{ messages: [hi, NOBODY, LOST, hello] }])],
  ['lines.jsonl', linesOfJson({ messages: [hi, NOBODY, LOST, hello] })],
])('in %s, messages without a role that is known are set aside with a reason', async (name, text) => {
  const { messages, items } = await readSource(folder.path, name, text)
  expect(messages.map(({ content }) => content)).toEqual(['hi', 'hello'])
  expect(items.filter(({ kind }) => kind === 'rejected')).toMatchObject([
    { reason: expect.stringMatching(/^a message has the role "narrator"; known are user, /), excerpt: 'It was night.' },
    { reason: expect.stringMatching(/^a message has no role; known are user, /), excerpt: 'Who said this?' },
  ])
})

test('in a ChatGPT export, they are set aside too, unless the export hides them', async () => {
  const hidden = { is_visually_hidden_from_conversation: true }
  const node = (id: string, parent: string | null, role: string, metadata = {}) => [
    id,
    { id, parent, message: { id, author: { role }, content: { parts: [`said by ${id}`] }, metadata } },
  ]
  const mapping = Object.fromEntries([
    node('a', null, 'user'),
    node('b', 'a', 'narrator'),
    node('c', 'b', 'narrator', hidden),
    node('d', 'c', 'assistant'),
  ])
  const text = JSON.stringify([{ title: 'Boats', conversation_id: 'c1', mapping, current_node: 'd' }])
  const { messages, items } = await readSource(folder.path, 'conversations.json', text)
  expect(messages.map(({ content }) => content)).toEqual(['said by a', 'said by d'])
  expect(items.filter(({ kind }) => kind === 'rejected')).toMatchObject([{ excerpt: 'said by b' }])
})
