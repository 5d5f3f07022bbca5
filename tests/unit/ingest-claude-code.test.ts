/** The files of Claude Code, in the shapes of several of its versions, and what is odd about them. */
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { componentOf, readDebugEntry } from '../../src/ingest/claude-code/debug-entry.ts'
import { linesOfJson, readSource } from '../support/archive/read-source.ts'
import { temporaryFolder, type TemporaryFolder } from '../support/temporary-folder.ts'

const SESSION = '0340f328-33c2-42fb-b9fa-ae58a9d8a799'
const AT = Date.parse('2025-11-22T10:00:00.000Z')

let folder: TemporaryFolder
beforeEach(async () => {
  folder = await temporaryFolder()
})
afterEach(async () => {
  await folder[Symbol.asyncDispose]()
})

test('history: what was typed, with project and session; a pasted text is a message of its own', async () => {
  const { type, messages, rejected } = await readSource(
    folder.path,
    'history.jsonl',
    linesOfJson(
      { display: 'fix the tests', pastedContents: {}, timestamp: AT, project: '/code/shop', sessionId: SESSION },
      // Before version 2.0 there was no session.
      { display: '/clear ', timestamp: AT + 1, project: '/code/shop' },
      '',
      {
        display: 'see [Pasted text #1 +2 lines] [Image #2]',
        timestamp: String(AT + 2),
        project: '/code/shop',
        pastedContents: {
          1: { id: 1, type: 'text', content: 'one\ntwo' },
          2: { id: 2, type: 'image', content: 'iVBORw0KGgo=' },
          3: { id: 3, type: 'text', contentHash: 'abc' },
        },
      },
      { display: '   ', timestamp: AT + 3 },
      '{"display": "cut of',
      '[1, 2]',
      { display: 'no time' },
      { timestamp: AT },
    ),
  )
  expect(type).toBe('history')
  expect(messages.map(({ content, at, project, session, line }) => [content, at, project, session, line])).toEqual([
    ['fix the tests', AT, '/code/shop', SESSION, 1],
    ['/clear ', AT + 1, '/code/shop', undefined, 2],
    ['see [Pasted text #1 +2 lines] [Image #2]', AT + 2, '/code/shop', undefined, 4],
    ['one\ntwo', AT + 2, '/code/shop', undefined, 4],
  ])
  expect(messages[0]).toMatchObject({ role: 'user', phase: 1, source_type: 'history' })
  expect(messages[0]?.tags).toEqual(
    expect.arrayContaining([
      { category: 'topic', value: 'testing', confidence: 0.6 },
      { category: 'action', value: 'fix', confidence: 0.6 },
    ]),
  )
  expect(rejected).toEqual([
    [6, 'the line is not JSON'],
    [7, 'the line is no JSON object'],
    [8, 'the line has no time in "timestamp"'],
    [9, 'the line has no text in "display"'],
  ])
})

test('debug: each entry has the time, level and component of its line, and the session of its file', async () => {
  const { type, messages, rejected } = await readSource(
    folder.path,
    `debug/${SESSION}.txt`,
    [
      'a line of nothing',
      '2025-11-22T10:00:00.000Z [DEBUG] [LSP MANAGER] Created manager instance, state=pending',
      '2025-11-22T10:00:00.001Z [ERROR] MCP server "docs": connection failed',
      '    at connect (net.js:1:1)',
      '    at next (net.js:2:2)',
      '2025-11-22T10:00:00.002Z [WARN] Getting matching hook commands for SessionEnd with query: other\r',
      '2025-11-22T10:00:00.003Z [DEBUG] Stream started - received first chunk',
      '2025-11-22T10:00:00.004Z [DEBUG] Applying permission update: Adding 1 allow rule(s)',
      '2025-11-22T10:00:00.005Z [INFO] Metrics opt-out API response: enabled=true',
      '[DEBUG] an entry of a version without times',
      '2025-11-22T10:00:00.006Z [DEBUG]   ',
    ].join('\n'),
  )
  expect(type).toBe('debug')
  expect(messages.map(({ content, at, level, component, line }) => [content, at, level, component, line])).toEqual([
    ['[LSP MANAGER] Created manager instance, state=pending', AT, 'DEBUG', 'LSP', 2],
    [
      'MCP server "docs": connection failed\n    at connect (net.js:1:1)\n    at next (net.js:2:2)',
      AT + 1,
      'ERROR',
      'MCP',
      3,
    ],
    ['Getting matching hook commands for SessionEnd with query: other', AT + 2, 'WARN', 'Hooks', 6],
    ['Stream started - received first chunk', AT + 3, 'DEBUG', 'Stream', 7],
    ['Applying permission update: Adding 1 allow rule(s)', AT + 4, 'DEBUG', 'Permission', 8],
    ['Metrics opt-out API response: enabled=true', AT + 5, 'INFO', 'Metrics', 9],
    ['an entry of a version without times', undefined, 'DEBUG', undefined, 10],
  ])
  expect(messages.every(each => each.session === SESSION && each.role === 'system' && each.phase === 2)).toBe(true)
  expect(rejected).toEqual([[1, 'the line has no time and no level']])
})

test.each([
  ['2025-11-22 10:00:00,123 WARNING disk is full', AT + 123, 'WARN', 'disk is full'],
  ['[2025-11-22T12:00:00+02:00] [INFO] here', AT, 'INFO', 'here'],
  ['[ERROR] bare', undefined, 'ERROR', 'bare'],
])('the entry %s', (line, at, level, text) => {
  expect(readDebugEntry(line)).toEqual({ at, level, text })
})

test.each(['Error: no entry', 'INFO is a word here', '  [DEBUG] indented', '', '2025-11-22 just a date'])(
  'the line %j begins no entry',
  line => {
    expect(readDebugEntry(line)).toBeUndefined()
  },
)

test.each([
  ['LSP server manager shut down successfully', 'LSP'],
  ['Found 0 hook matchers in settings', 'Hooks'],
  ['executePreToolHooks called for tool: Bash', 'Hooks'],
  ['[STARTUP] MCP configs resolved in 14ms', 'MCP'],
  ['[STARTUP] Running setup()', 'Startup'],
  ['AutoUpdaterWrapper: Installation type: native', 'Updater'],
  ['Initialized versioned plugins system with 0 plugins', 'Plugins'],
  ['Creating shell snapshot for zsh', 'Shell'],
  ['Error: something broke', undefined],
  ['some line', undefined],
])('the component of %j is %s', (text, component) => {
  expect(componentOf(text)).toBe(component)
})

test('transcript: each block of a message is a message, with tags and files of tool calls', async () => {
  const shared = { sessionId: SESSION, cwd: '/code/shop', version: '2.0.28', gitBranch: 'main', isSidechain: false }
  const time = new Date(AT).toISOString()
  const { type, messages, rejected } = await readSource(
    folder.path,
    `projects/-work-shop/${SESSION}.jsonl`,
    linesOfJson(
      { type: 'summary', summary: 'Mending the shop', leafUuid: 'x' },
      { ...shared, type: 'user', uuid: 'u1', timestamp: time, message: { role: 'user', content: 'mend it' } },
      {
        ...shared,
        type: 'assistant',
        uuid: 'a1',
        parentUuid: 'u1',
        timestamp: time,
        message: {
          role: 'assistant',
          model: 'm-1',
          usage: { input_tokens: 3, output_tokens: 5 },
          content: [
            { type: 'thinking', thinking: 'hmm', signature: 's' },
            { type: 'text', text: 'I look.' },
            {
              type: 'tool_use',
              id: 't1',
              name: 'Bash',
              input: { command: 'cd /w && git status | grep x', description: 'look' },
            },
            {
              type: 'tool_use',
              id: 't2',
              name: 'Edit',
              input: { file_path: '/code/shop/a.ts', old_string: 'a', new_string: 'b' },
            },
          ],
        },
      },
      {
        ...shared,
        type: 'user',
        timestamp: time,
        message: {
          role: 'user',
          content: [
            { type: 'tool_result', tool_use_id: 't1', is_error: true, content: 'fatal: no repository' },
            { type: 'tool_result', tool_use_id: 't2', content: [{ type: 'text', text: 'done' }, { type: 'image' }] },
            { type: 'image', source: {} },
          ],
        },
      },
      { ...shared, type: 'user', isMeta: true, timestamp: time, message: { role: 'user', content: 'Caveat: …' } },
      { ...shared, type: 'system', subtype: 'api_error', level: 'error', content: 'overloaded', timestamp: time },
      {
        type: 'file-history-snapshot',
        messageId: 'm',
        snapshot: {
          timestamp: time,
          trackedFileBackups: { 'src/a.ts': { backupFileName: 'aa@v1', version: 1 }, 'b.ts': {} },
        },
      },
      { type: 'queue-operation', operation: 'enqueue', timestamp: time, sessionId: SESSION },
      { ...shared, type: 'assistant', timestamp: time, message: { role: 'assistant' } },
      { no: 'type' },
    ),
  )
  expect(type).toBe('projects')
  expect(messages.map(({ content, role, line }) => [content, role, line])).toEqual([
    ['Mending the shop', 'system', 1],
    ['mend it', 'user', 2],
    ['hmm', 'assistant', 3],
    ['I look.', 'assistant', 3],
    ['Bash: cd /w && git status | grep x description=look', 'assistant', 3],
    ['Edit: /code/shop/a.ts old_string=a new_string=b', 'assistant', 3],
    ['fatal: no repository', 'tool', 4],
    ['done', 'tool', 4],
    ['Caveat: …', 'system', 5],
    ['overloaded', 'system', 6],
    ['Files before their edits:\nsrc/a.ts (aa@v1)\nb.ts', 'tool', 7],
  ])
  expect(messages[4]).toMatchObject({
    component: 'Bash',
    project: '/code/shop',
    session: SESSION,
    at: AT,
    metadata: {
      uuid: 'a1',
      parentUuid: 'u1',
      gitBranch: 'main',
      version: '2.0.28',
      model: 'm-1',
      tool: 'Bash',
      tool_use_id: 't1',
    },
    tags: [
      { category: 'command', value: 'bash', confidence: 1 },
      { category: 'command', value: 'git', confidence: 1 },
    ],
  })
  expect(messages[5]?.files).toEqual([{ path: '/code/shop/a.ts', operation: 'edit' }])
  expect(messages[6]?.level).toBe('ERROR')
  expect(messages[9]?.level).toBe('ERROR')
  expect(messages[10]?.files).toEqual([
    { path: 'src/a.ts', operation: 'edit' },
    { path: 'b.ts', operation: 'edit' },
  ])
  expect(rejected).toEqual([
    [9, 'the message has no content'],
    [10, 'the line has no "type"'],
  ])
})

test('a transcript of a subagent belongs to the session that it names, or whose folder it is in', async () => {
  const line = { type: 'user', parentUuid: null, message: { role: 'user', content: 'go' } }
  const inFolder = await readSource(folder.path, `projects/-w/${SESSION}/subagents/agent-1a2b.jsonl`, linesOfJson(line))
  expect(inFolder.messages[0]?.session).toBe(SESSION)
  const named = await readSource(
    folder.path,
    'projects/-w/agent-1a2b.jsonl',
    linesOfJson({ ...line, sessionId: 'other' }),
  )
  expect(named.messages[0]?.session).toBe('other')
})

test('todos: each task is a message; lists of both versions', async () => {
  const name = `todos/${SESSION}-agent-${SESSION}.json`
  const list = [
    { content: 'Write the docs', status: 'pending', activeForm: 'Writing the docs', id: '1', priority: 'high' },
    { content: '', status: 'pending' },
    'x',
  ]
  const { type, messages, rejected } = await readSource(folder.path, name, JSON.stringify(list))
  expect(type).toBe('todos')
  expect(messages).toMatchObject([
    {
      content: 'Write the docs',
      session: SESSION,
      phase: 4,
      line: 1,
      metadata: { status: 'pending', priority: 'high', id: '1', activeForm: 'Writing the docs' },
    },
  ])
  expect(rejected).toEqual([
    [2, 'the task has no text'],
    [3, 'the task has no text'],
  ])
  const task = { id: '2', subject: 'Build', description: 'all of it', status: 'completed' }
  const newer = await readSource(folder.path, `tasks/${SESSION}/2.json`, JSON.stringify(task))
  expect(newer.messages).toMatchObject([{ content: 'Build\nall of it', session: SESSION }])
  expect((await readSource(folder.path, name, '[]')).messages).toEqual([])
  expect((await readSource(folder.path, name, '{"a"')).rejected).toEqual([[1, 'the file is not a list of tasks']])
})

test('copies of edited files, shell snapshots and environments are one message each', async () => {
  const copy = await readSource(folder.path, `file-history/${SESSION}/6f6339dfdc537381@v2`, 'const a = 1\n')
  expect([copy.type, copy.messages]).toMatchObject([
    'file_history',
    [
      {
        content: 'const a = 1\n',
        session: SESSION,
        role: 'tool',
        metadata: { backup: '6f6339dfdc537381@v2', version: 2 },
      },
    ],
  ])
  const snapshot = await readSource(folder.path, `shell-snapshots/snapshot-zsh-${String(AT)}-x1y2z3.sh`, 'alias l=ls\n')
  expect([snapshot.type, snapshot.messages]).toMatchObject([
    'shell_snapshots',
    [{ at: AT, phase: 5, metadata: { shell: 'zsh' } }],
  ])
  const env = await readSource(folder.path, `session-env/${SESSION}/hook-1.sh`, 'export A=1\n')
  expect([env.type, env.messages]).toMatchObject([
    'session_env',
    [{ session: SESSION, phase: 6, metadata: { file: 'hook-1.sh' } }],
  ])
  const binary = await readSource(folder.path, `file-history/${SESSION}/aa@v1`, Buffer.from([0, 1, 2]))
  expect([binary.messages, binary.rejected]).toEqual([[], [[1, 'the file is not text']]])
  const empty = await readSource(folder.path, `session-env/${SESSION}/empty.sh`, '')
  expect([empty.messages, empty.rejected]).toEqual([[], []])
})

test('a file of no known format is not taken for one', async () => {
  for (const [name, content] of [
    ['notes.txt', 'buy milk'],
    ['data.json', '{"a": 1}'],
    ['other.jsonl', '{"a": 1}\n'],
    ['empty.jsonl', ''],
  ] as const) {
    expect((await readSource(folder.path, name, content)).type).toBeUndefined()
  }
})
