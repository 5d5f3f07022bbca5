/** `denidin setup`: asks for what a working installation needs, or takes it as options, and writes the configuration. */
import { Option, type Command } from 'commander'
import { DenidinError } from '../../../../platform/errors.ts'
import { EXIT_DONE } from '../../errors.ts'
import { isAttended, Questions } from '../../questions.ts'
import { write, type Terminal } from '../../terminal.ts'
import { runScript } from '../run-script.ts'
import { addressAnswer, completed, keyAnswer, phoneAnswer } from './setup-answers.ts'
import {
  LINK_KINDS,
  SETUP_PROVIDERS,
  type LinkKind,
  type Setup,
  type SetupAnswers,
  type SetupProvider,
  type WrittenSetup,
} from './setup-port.ts'
import { LeftSetup, SetupWizard, type WizardAnswers } from './setup-wizard.ts'

/** What the command runs. */
export interface SetupDeps {
  readonly setup: () => Promise<Setup>
  /** Path of the `denidin` command, which imports the history. */
  readonly command: string
  /** The environment, for `--key-env`. */
  readonly variable: (name: string) => string | undefined
}

type Deps = Terminal & { readonly local: SetupDeps; readonly signal?: AbortSignal }

interface Options {
  readonly provider?: SetupProvider
  readonly baseUrl?: string
  readonly model?: string
  readonly key?: string
  readonly keyEnv?: string
  readonly embeddings?: 'service' | 'offline'
  readonly memory?: 'on' | 'off'
  readonly godfather?: string
  readonly link?: LinkKind
  readonly pairingPhone?: string
  readonly import?: string
  readonly importPerson?: string
  readonly check: boolean
  readonly yes?: boolean
  readonly json?: boolean
}

/** Adds `setup`; `exit` receives the exit code of the import. */
export const addSetup = (program: Command, deps: Deps, exit: (code: number) => void): void => {
  program
    .command('setup')
    .description('Configure DeniDin: asks at a terminal, or takes the answers as options with --yes')
    .addOption(new Option('--provider <provider>', 'who answers').choices([...SETUP_PROVIDERS]))
    .option('--base-url <url>', 'address of the service, if it is not the usual one')
    .option('--model <model>', 'name of the model')
    .option('--key <key>', 'key of the service; it is written to .env')
    .option('--key-env <variable>', 'take the key from this environment variable')
    .addOption(
      new Option('--embeddings <embeddings>', 'embeddings of the service, or the built-in ones').choices([
        'service',
        'offline',
      ]),
    )
    .addOption(new Option('--memory <memory>', 'remember conversations').choices(['on', 'off']))
    .option('--godfather <phone>', 'phone number of the person who administers DeniDin; none: nobody')
    .addOption(new Option('--link <link>', 'how WhatsApp is linked').choices([...LINK_KINDS]))
    .option('--pairing-phone <phone>', 'phone number of the bot, for a pairing code')
    .option('--import <file>', 'an exported chat to import')
    .option('--import-person <phone>', 'whose chat it is; without it, the chat goes into the archive')
    .option('--no-check', 'do not ask the model for one word first')
    .option('--yes', 'ask nothing: what is not given stays as it is')
    .option('--json', 'print JSON')
    .action(async (options: Options) => {
      exit(await runSetup(deps, options))
    })
}

const runSetup = async (deps: Deps, options: Options): Promise<number> => {
  refuseContradictions(options)
  const setup = await deps.local.setup()
  const { answers, history } = options.yes === true ? await given(deps, setup, options) : await asked(deps, setup)
  const written = await setup.write(answers)
  await write(deps.stdout, options.json === true ? `${JSON.stringify(written, null, 2)}\n` : report(written))
  if (history === undefined) return EXIT_DONE
  const whose = history.person === '' ? [] : ['--person', history.person]
  return await runScript(deps.local.command, ['ingest', history.file, ...whose], options.json === true)
}

/** Options that say how setup runs, instead of answering a question. */
const NO_ANSWERS: ReadonlySet<string> = new Set(['check', 'json', 'yes'])

/** @throws DenidinError `invalid_input` for options that contradict each other or would be ignored */
const refuseContradictions = (options: Options): void => {
  const { key, keyEnv, model, link, pairingPhone, import: file, importPerson, yes } = options
  const faults = [
    [key !== undefined && keyEnv !== undefined, 'give --key or --key-env, not both'],
    [key?.trim() === '', '--key must not be empty'],
    [model?.trim() === '', '--model must not be empty'],
    [importPerson !== undefined && file === undefined, '--import-person needs --import'],
    [link === 'qr' && pairingPhone !== undefined, '--pairing-phone is for --link pairing, not for --link qr'],
    [
      yes !== true && Object.keys(options).some(each => !NO_ANSWERS.has(each)),
      'options answer the questions only with --yes; without it, setup asks all of them',
    ],
  ] as const
  const fault = faults.find(([holds]) => holds)
  if (fault !== undefined) throw new DenidinError('invalid_input', fault[1])
}

/** @throws DenidinError `invalid_input` if something is missing or malformed; `rejected` if the model does not answer */
const given = async (deps: Deps, setup: Setup, options: Options): Promise<WizardAnswers> => {
  const answers = completed(withProvider(answersOf(options, deps.local.variable), setup), await setup.present())
  const asksModel = [answers.provider, answers.base_url, answers.model, answers.key].some(each => each !== undefined)
  if (options.check && asksModel) {
    const signal = deps.signal ?? new AbortController().signal
    const failed = (await setup.check(answers, signal)).filter(({ ok }) => !ok)
    if (failed.length > 0) {
      const reasons = failed.map(({ name, detail }) => `${name}: ${detail}`).join(' ')
      throw new DenidinError('rejected', `nothing was written. ${reasons} Use --no-check to write it all the same`)
    }
  }
  const { import: file, importPerson } = options
  const person = importPerson === undefined ? '' : phoneAnswer(importPerson, '--import-person')
  return { answers, history: file === undefined ? undefined : { file, person } }
}

/** An address alone says which service is meant. */
const withProvider = (answers: SetupAnswers, setup: Setup): SetupAnswers =>
  answers.provider !== undefined || answers.base_url === undefined
    ? answers
    : { ...answers, provider: setup.providerAt(answers.base_url) }

const answersOf = (options: Options, variable: SetupDeps['variable']): SetupAnswers => {
  const { provider, baseUrl, model, keyEnv, embeddings, memory, godfather, link, pairingPhone } = options
  const key = keyEnv === undefined ? options.key : variable(keyEnv)
  if (keyEnv !== undefined && (key ?? '') === '') {
    throw new DenidinError('invalid_input', `--key-env: the variable ${keyEnv} is not set`)
  }
  return {
    ...(provider === undefined ? {} : { provider }),
    ...(baseUrl === undefined ? {} : { base_url: addressAnswer(baseUrl) }),
    ...(model === undefined ? {} : { model }),
    ...(key === undefined ? {} : { key: keyAnswer(key) }),
    ...(embeddings === undefined ? {} : { embeddings }),
    ...(memory === undefined ? {} : { memory: memory === 'on' }),
    ...(godfather === undefined ? {} : { godfather: phoneAnswer(godfather, '--godfather') }),
    ...(link === undefined ? {} : { link }),
    ...(pairingPhone === undefined ? {} : { pairing_phone: phoneAnswer(pairingPhone, '--pairing-phone') }),
  }
}

/** @throws DenidinError `invalid_input` without a terminal; `stopping` if the person leaves: nothing was written */
const asked = async (deps: Deps, setup: Setup): Promise<WizardAnswers> => {
  if (!isAttended(deps)) {
    throw new DenidinError(
      'invalid_input',
      'setup asks questions at a terminal; elsewhere, give the answers as options with --yes: see "denidin setup --help"',
    )
  }
  using questions = new Questions(deps)
  const signal = deps.signal ?? new AbortController().signal
  try {
    return await new SetupWizard(questions, setup, await setup.present(), signal).ask()
  } catch (error) {
    if (!(error instanceof LeftSetup)) throw error
    throw new DenidinError('stopping', 'setup was left before its end; nothing was written')
  }
}

const report = ({ changes, files, backups, comments_lost }: WrittenSetup): string => {
  if (files.length === 0) return 'Nothing was changed.\n'
  const lines = [
    ...changes,
    `Written: ${files.join(', ')}.`,
    ...(backups.length === 0 ? [] : [`The previous files are kept as ${backups.join(', ')}.`]),
    ...(comments_lost ? ['The comments of the configuration were lost; they are in the kept file.'] : []),
    'Start DeniDin with ./run_denidin.sh, or restart it; `denidin doctor` examines the installation.',
  ]
  return `${lines.join('\n')}\n`
}
