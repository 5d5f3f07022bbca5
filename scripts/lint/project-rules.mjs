/** Lint rules for conventions of this project, which general plugins do not know. */

const KEBAB_CASE = /^\.?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/

/** How a SQL statement begins. English sentences ("select a chat", "update your phone") do not match. */
const SQL =
  /^\s*(select\s+[\w*"(.,\s]+\sfrom\s|insert\s+(or\s+\w+\s+)?into\s|update\s+\w+\s+set\s|delete\s+from\s+\w+(\s+where\s|\s*$)|create\s+(unique\s+)?(table|index|trigger|view|virtual\s+table)\s|alter\s+table\s|drop\s+(table|index|trigger|view)\s|pragma\s+\w+|begin\s+(immediate|exclusive)\b)/i

const kebabCaseFileName = {
  meta: { type: 'layout', schema: [], messages: { name: 'The file name "{{name}}" is not in kebab-case.' } },
  create: context => ({
    Program: node => {
      const name = context.filename.split(/[\\/]/).at(-1)
      if (!KEBAB_CASE.test(name)) context.report({ node, messageId: 'name', data: { name } })
    },
  }),
}

const sqlInSqliteFolders = {
  meta: { type: 'problem', schema: [], messages: { sql: 'SQL lives only in folders named sqlite/, behind a port.' } },
  create: context => {
    if (/[\\/]sqlite[\\/]/.test(context.filename)) return {}
    const check = (node, text) => {
      if (SQL.test(text)) context.report({ node, messageId: 'sql' })
    }
    return {
      Literal: node => {
        if (typeof node.value === 'string') check(node, node.value)
      },
      TemplateLiteral: node => check(node, node.quasis.map(quasi => quasi.value.cooked ?? '').join('x')),
    }
  },
}

const fileHeader = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: { header: 'Begin the file with a comment of one or two sentences that says what it is for.' },
  },
  create: context => ({
    Program: node => {
      const [comment] = context.sourceCode.getAllComments()
      const [statement] = node.body
      if (statement !== undefined && (comment === undefined || comment.range[0] > statement.range[0])) {
        context.report({ node: statement, messageId: 'header' })
      }
    },
  }),
}

const noModuleMock = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { mock: 'In native ESM a module mock silently does nothing: pass the double in.' },
  },
  create: context => ({
    'CallExpression > MemberExpression[object.name="jest"][property.name=/^(mock|unstable_mockModule|doMock)$/]':
      node => context.report({ node, messageId: 'mock' }),
  }),
}

/** The most fields of a type named `…Deps`, and the most methods of an interface. */
const MOST_DEPENDENCIES = 10
const MOST_METHODS = 12

const isMethod = ({ type, typeAnnotation }) =>
  type === 'TSMethodSignature' || typeAnnotation?.typeAnnotation.type === 'TSFunctionType'

const smallInterfaces = {
  meta: {
    type: 'suggestion',
    schema: [],
    messages: {
      dependencies: `{{name}} has {{count}} fields, of at most ${MOST_DEPENDENCIES}: group those that belong together.`,
      methods: `{{name}} has {{count}} methods, of at most ${MOST_METHODS}: divide the port.`,
    },
  },
  create: context => {
    const check = (node, members) => {
      const { name } = node.id
      if (name.endsWith('Deps') && members.length > MOST_DEPENDENCIES) {
        context.report({ node: node.id, messageId: 'dependencies', data: { name, count: members.length } })
      }
      const methods = members.filter(isMethod).length
      if (methods > MOST_METHODS)
        context.report({ node: node.id, messageId: 'methods', data: { name, count: methods } })
    }
    return {
      TSInterfaceDeclaration: node => check(node, node.body.body),
      'TSTypeAliasDeclaration[typeAnnotation.type="TSTypeLiteral"]': node => check(node, node.typeAnnotation.members),
    }
  },
}

/** The plugin, for `eslint.config.mjs`. */
export const projectRules = {
  rules: {
    'kebab-case-file-name': kebabCaseFileName,
    'sql-in-sqlite-folders': sqlInSqliteFolders,
    'file-header': fileHeader,
    'no-module-mock': noModuleMock,
    'small-interfaces': smallInterfaces,
  },
}
