// Every feature flag, on and off, under each of its environment variables: what the whole of DeniDin does differently.
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from '@jest/globals'
import { SCHEMA } from '../../src/config/schema.ts'
import { TestDenidin } from '../support/denidin.ts'
import { failure, ScriptedModelServer } from '../support/model-server.ts'

const OPERATOR = { transport: 'cli', level: 'operator' } as const

let denidin: TestDenidin | undefined
let anthropic: ScriptedModelServer
let ollama: ScriptedModelServer

beforeEach(async () => {
  anthropic = await ScriptedModelServer.start()
  ollama = await ScriptedModelServer.start()
})

afterEach(async () => {
  await denidin?.[Symbol.asyncDispose]()
  denidin = undefined
  await anthropic[Symbol.asyncDispose]()
  await ollama[Symbol.asyncDispose]()
})

interface Flag {
  readonly name: string
  readonly aliases: readonly string[]
  /** Whether the feature does something in this DeniDin. */
  acts(denidin: TestDenidin): Promise<boolean>
}

/** Tells a fact, ends the conversation, and lets it be learned from. */
const tell = async (started: TestDenidin): Promise<void> => {
  await started.say('my dog is called Rex')
  await started.say('/reset')
  await started.app.runner.run('session.sweep', {}, { caller: OPERATOR })
}

const flagOf = async (started: TestDenidin, name: string): Promise<Record<string, unknown> | undefined> => {
  const { flags } = (await started.app.runner.run('flags', {}, { caller: OPERATOR })) as {
    readonly flags: readonly Record<string, unknown>[]
  }
  return flags.find(flag => flag['name'] === name)
}

const FLAGS: readonly Flag[] = [
  {
    name: 'enable_memory_system',
    aliases: [],
    acts: async started => {
      await started.say('my name is Ana')
      await started.say('what is my name?')
      return started.lastRequest().includes('my name is Ana')
    },
  },
  {
    name: 'use_schema_v2',
    aliases: ['SESSION_BUDDY_USE_SCHEMA_V2'],
    acts: async started => {
      await tell(started)
      return started.models.counts.extraction > 0
    },
  },
  {
    name: 'enable_llm_entity_extraction',
    aliases: ['SESSION_BUDDY_ENABLE_LLM_ENTITY_EXTRACTION'],
    acts: async started => {
      await tell(started)
      return started.models.counts.extraction > 0
    },
  },
  {
    name: 'enable_conscious_agent',
    aliases: ['SESSION_BUDDY_ENABLE_CONSCIOUS_AGENT'],
    acts: async started =>
      (await started.app.runner.run('memory.agent_status', {}, { caller: OPERATOR }))['status'] !== 'disabled',
  },
  {
    name: 'enable_filesystem_extraction',
    aliases: ['SESSION_BUDDY_ENABLE_FILESYSTEM_EXTRACTION'],
    acts: async started => {
      await mkdir(join(started.folder, 'notes'))
      await writeFile(join(started.folder, 'notes', 'hours.md'), 'We are open until 18:45.')
      await started.app.runner.run('knowledge.scan', {}, { caller: OPERATOR }).catch(() => undefined)
      await started.say('until when are you open?')
      return started.lastRequest().includes('18:45')
    },
  },
  {
    name: 'enable_anthropic',
    aliases: ['SESSION_BUDDY_ENABLE_ANTHROPIC'],
    acts: async started => {
      started.models.always('extraction', failure(401))
      await tell(started)
      return anthropic.counts.extraction > 0
    },
  },
  {
    name: 'enable_ollama',
    aliases: ['SESSION_BUDDY_ENABLE_OLLAMA'],
    acts: async started => {
      started.models.always('extraction', failure(401))
      anthropic.always('extraction', failure(401))
      await tell(started)
      return ollama.counts.extraction > 0
    },
  },
]

/** The file says the opposite, so that the variable must have decided. */
const started = async (flag: string, environment: Readonly<Record<string, string>>, in_file: boolean) =>
  await TestDenidin.start(
    {
      feature_flags: { enable_memory_system: true, [flag]: in_file },
      anthropic_api_key: 'sk-anthropic-secret',
      knowledge: { dirs: ['notes'] },
      memory: {
        extraction: {
          retries: 0,
          anthropic: { base_url: anthropic.base_url, model: 'scripted-claude' },
          ollama: { base_url: ollama.base_url, model: 'scripted-llama' },
        },
      },
    },
    undefined,
    environment,
  )

/** One word of each kind for each variable. */
const WORDS = [
  { on: 'true', off: 'false' },
  { on: 'yes', off: '0' },
] as const

const CASES = FLAGS.flatMap(flag =>
  [`DENIDIN_FEATURE_FLAGS_${flag.name.toUpperCase()}`, ...flag.aliases].flatMap((variable, at) =>
    (['on', 'off'] as const).map(state => ({ flag, variable, state, word: WORDS[at]?.[state] ?? state })),
  ),
)

test.each(CASES)('$variable=$word turns $flag.name $state', async ({ flag, variable, state, word }) => {
  denidin = await started(flag.name, { [variable]: word }, state === 'off')
  expect(await flag.acts(denidin)).toBe(state === 'on')
  expect(await flagOf(denidin, flag.name)).toMatchObject({ value: state === 'on', from: 'environment', variable })
})

test.each(FLAGS.filter(({ aliases }) => aliases.length > 0))(
  'off wins when two variables of $name disagree',
  async ({ name, aliases: [alias = ''] }) => {
    const own = `DENIDIN_FEATURE_FLAGS_${name.toUpperCase()}`
    denidin = await started(name, { [own]: 'off', [alias]: 'on' }, true)
    expect(await flagOf(denidin, name)).toMatchObject({ value: false, variable: own })
    denidin.environment = { [own]: 'on', [alias]: 'off' }
    await denidin.restart()
    expect(await flagOf(denidin, name)).toMatchObject({ value: false, variable: alias })
  },
)

test('every flag of the configuration is among those that are tested on and off', () => {
  expect(FLAGS.map(({ name }) => name).sort()).toEqual(Object.keys(SCHEMA.feature_flags).sort())
})

test('flags says where each value comes from, and why a flag that is on has no effect', async () => {
  denidin = await TestDenidin.start(
    { feature_flags: { enable_memory_system: true, use_schema_v2: false }, anthropic_api_key: null },
    undefined,
    { SESSION_BUDDY_ENABLE_OLLAMA: 'on' },
  )
  expect(await denidin.app.runner.run('flags', {}, { caller: OPERATOR })).toEqual({
    flags: [
      flag('enable_memory_system', 'file', null),
      { ...flag('use_schema_v2', 'file', null), value: false, effective: false },
      flag('enable_llm_entity_extraction', 'default', 'feature_flags.use_schema_v2 is off'),
      flag('enable_conscious_agent', 'default', null),
      flag('enable_filesystem_extraction', 'default', 'knowledge.dirs is empty'),
      flag('enable_anthropic', 'default', 'feature_flags.use_schema_v2 is off'),
      {
        ...flag('enable_ollama', 'environment', 'feature_flags.use_schema_v2 is off'),
        variable: 'SESSION_BUDDY_ENABLE_OLLAMA',
      },
    ],
  })
})

test('the master switch turns every other flag off', async () => {
  denidin = await TestDenidin.start({ feature_flags: { enable_memory_system: false } })
  const { flags } = (await denidin.app.runner.run('flags', {}, { caller: OPERATOR })) as {
    readonly flags: readonly { readonly name: string; readonly value: boolean; readonly effective: boolean }[]
  }
  expect(flags.filter(({ effective }) => effective)).toEqual([])
  expect(flags.filter(({ value }) => value).map(({ name }) => name)).not.toEqual([])
})

const flag = (name: string, from: string, reason: string | null): object => ({
  name,
  value: true,
  effective: reason === null,
  from,
  variable: null,
  reason,
})
