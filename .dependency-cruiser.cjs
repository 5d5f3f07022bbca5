// Which folders of src/ may import which: the layers of docs/architecture.md. Each imports only from lower layers.

const base = ['platform', 'text', 'database', 'models', 'people', 'lifecycle']
const pipeline = [...base, 'messages', 'sessions', 'vectors', 'memory', 'retrieval', 'usage', 'rollout', 'channels']

/** folder → folders that it may import, besides itself. What is in no row here may not exist. */
const mayImport = {
  platform: [],
  text: ['platform'],
  config: ['platform'],
  database: ['platform'],
  models: ['platform', 'text'],
  people: ['platform', 'text', 'database'],
  lifecycle: ['platform', 'people'],
  access: base,
  messages: base,
  sessions: [...base, 'messages'],
  vectors: [...base, 'messages'],
  memory: [...base, 'messages', 'vectors'],
  retrieval: [...base, 'messages', 'vectors', 'memory'],
  usage: base,
  budget: [...base, 'messages'],
  rollout: [...base, 'messages'],
  channels: [...base, 'messages'],
  conversation: [...pipeline, 'budget'],
  alerts: [...pipeline, 'conversation'],
  learning: [...base, 'messages', 'sessions', 'vectors', 'memory', 'rollout'],
  privacy: [...base, 'messages', 'sessions', 'vectors', 'memory', 'retrieval'],
  archive: [...base, 'messages'],
  knowledge: [...base, 'messages', 'vectors', 'memory'],
  ingest: [...base, 'messages', 'archive'],
  reports: [...base, 'messages', 'usage', 'archive'],
  backup: ['platform', 'database'],
  watch: ['platform', 'database'],
  operations: [
    ...pipeline,
    'access',
    'budget',
    'conversation',
    'learning',
    'privacy',
    'archive',
    'ingest',
    'knowledge',
    'reports',
    'backup',
    'watch',
  ],
  interfaces: ['operations', 'conversation', 'messages', 'access', 'people', 'text', 'platform'],
}

/** A library that is a detail of one adapter, and the folders that may know it. */
const borders = {
  'node:sqlite': '^src/.+/sqlite/',
  chromadb: '^src/vectors/chroma/',
  openai: '^src/models/openai/',
  'whatsapp-web\\.js|puppeteer(-core)?': '^src/channels/whatsapp/wwebjs/',
  winston: '^src/platform/',
  'prom-client': '^src/platform/',
  convict: '^src/config/',
  commander: '^src/interfaces/cli/',
  'fastify|@fastify/.+': '^src/interfaces/rest/',
  'node-cron': '^src/(interfaces/cron|config)/',
  tiktoken: '^src/text/',
  '@modelcontextprotocol/sdk': '^src/interfaces/mcp/',
  'unpdf|mammoth|chokidar': '^src/knowledge/',
}

/** Files of channels/whatsapp/ that an engine may import: the port, its vocabulary, and its settings. */
const enginePort = [
  'engine',
  'engine-events',
  'whatsapp-message',
  'whatsapp-diagnostics',
  'operator-tasks',
  'failure-reason',
  'settings',
  'deadlines',
]

const anyOf = names => `(${names.join('|')})`

const floors = Object.entries(mayImport).map(([folder, others]) => ({
  name: `floor-of-${folder}`,
  comment: `${folder}/ may import ${others.length === 0 ? 'nothing of ours' : others.join(', ')}`,
  severity: 'error',
  from: { path: `^src/${folder}/` },
  to: { path: '^src/', pathNot: `^src/${anyOf([folder, ...others])}/` },
}))

const adapters = Object.entries(borders).map(([library, home]) => ({
  name: `border-of-${library.replace(/[^a-z-]/g, '')}`,
  comment: 'a library is known to its adapter alone',
  severity: 'error',
  from: { path: '^src/', pathNot: home },
  to: { path: library.startsWith('node:') ? `^${library}$` : `^node_modules/(${library})/` },
}))

module.exports = {
  forbidden: [
    ...floors,
    ...adapters,
    {
      name: 'folder-without-a-floor',
      comment: 'a new folder gets a row in .dependency-cruiser.cjs and in docs/architecture.md',
      severity: 'error',
      from: { path: '^src/[^/]+/', pathNot: `^src/${anyOf([...Object.keys(mayImport), 'app'])}/` },
      to: {},
    },
    {
      name: 'file-without-a-folder',
      comment: 'only entry points lie in src/ itself',
      severity: 'error',
      from: { path: '^src/[^/]+$', pathNot: '^src/(main|cli|mcp)\\.ts$' },
      to: {},
    },
    {
      name: 'whatsapp-engine-behind-its-port',
      comment: 'only create-whatsapp-channel.ts chooses the engine; everything else knows engine.ts',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/channels/whatsapp/(wwebjs/|create-whatsapp-channel\\.ts$)' },
      to: { path: '^src/channels/whatsapp/wwebjs/' },
    },
    {
      name: 'whatsapp-engine-knows-its-port-only',
      comment: 'an engine connects and translates; what the channel makes of it is none of its business',
      severity: 'error',
      from: { path: '^src/channels/whatsapp/wwebjs/' },
      to: {
        path: '^src/channels/',
        pathNot: `^src/channels/whatsapp/(wwebjs/|${anyOf(enginePort)}\\.ts$)`,
      },
    },
    {
      name: 'markup-inside-its-channel',
      comment: 'a reply is rendered by Channel.render',
      severity: 'error',
      from: { path: '^src/', pathNot: '^src/channels/whatsapp/' },
      to: { path: '^src/channels/whatsapp/format/' },
    },
    {
      name: 'interfaces-know-people-and-conversations-as-types',
      comment: 'a menu holds no logic: it names people and implements a port of the conversation, it works on neither',
      severity: 'error',
      from: { path: '^src/interfaces/' },
      to: { path: '^src/(people|conversation)/', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
    {
      name: 'src-stands-alone',
      comment: 'what runs needs neither tests nor scripts',
      severity: 'error',
      from: { path: '^src/' },
      to: { path: '^(tests|scripts)/' },
    },
    {
      name: 'runs-without-development-packages',
      severity: 'error',
      from: { path: '^src/' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'declared-packages-only',
      severity: 'error',
      from: {},
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown'] },
    },
    {
      name: 'resolvable',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    // Packages are included, so that the rules about them apply, but their own imports are not followed.
    doNotFollow: { path: 'node_modules' },
    // Type-only imports count for the layers and for cycles too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node', 'default', 'types'] },
  },
}
