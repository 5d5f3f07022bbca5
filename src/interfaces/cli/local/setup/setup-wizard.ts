/** The questions of `denidin setup` at a terminal; an empty answer keeps the present value. */
import { asDenidinError } from '../../../../platform/errors.ts'
import type { Questions } from '../../questions.ts'
import { addressAnswer, completed, keyAnswer, NEEDS_KEY, phoneAnswer } from './setup-answers.ts'
import type { LinkKind, LocalServer, PresentSetup, Setup, SetupAnswers, SetupProvider } from './setup-port.ts'

/** The person left (Ctrl-C, Ctrl-D) before the end. */
export class LeftSetup extends Error {}

const PROVIDERS: Readonly<Record<SetupProvider, string>> = {
  openai: 'OpenAI',
  anthropic: 'Anthropic',
  gemini: 'Google Gemini',
  ollama: 'Ollama on this machine',
  'llama.cpp': 'llama.cpp on this machine',
  other: 'another service with an OpenAI-compatible API',
  offline: 'none: the built-in offline model, for a trial without key and network',
}
const LINKS: Readonly<Record<LinkKind, string>> = {
  qr: 'scan a QR code with the phone',
  pairing: 'type a pairing code on the phone',
  off: 'not at all: DeniDin is used from the terminal only',
}

/** Most models of a local server that are listed. */
const MOST_MODELS = 12

/** What the wizard was told. */
export interface WizardAnswers {
  readonly answers: SetupAnswers
  /** The exported chat to import, and whose chat it is. */
  readonly history: { readonly file: string; readonly person: string } | undefined
}

/** Asks the questions one after the other. */
export class SetupWizard {
  readonly #questions: Questions
  readonly #setup: Setup
  readonly #present: PresentSetup
  readonly #signal: AbortSignal

  constructor(questions: Questions, setup: Setup, present: PresentSetup, signal: AbortSignal) {
    this.#questions = questions
    this.#setup = setup
    this.#present = present
    this.#signal = signal
  }

  /** @throws LeftSetup if the person leaves; DenidinError `invalid_config` if the rest of the configuration is invalid */
  async ask(): Promise<WizardAnswers> {
    const present = this.#present
    this.#questions.say(
      `DeniDin setup: ${present.exists ? `the present values of ${present.file} are in brackets` : 'a few questions'}. Enter keeps what is in brackets; nothing is written before the end.\n`,
    )
    const model = await this.#askModel()
    const memory = await this.#yes('Remember conversations?', present.exists ? present.memory : true)
    const godfather = await this.#askPhone(
      'Your phone number, to administer DeniDin in WhatsApp ("none" for nobody)',
      present.godfather,
      'the number',
    )
    const link = await this.#choose('How is WhatsApp linked?', LINKS, present.link)
    const pairing_phone =
      link === 'pairing'
        ? await this.#askPhone('Phone number of the bot', present.pairing_phone, 'the number')
        : undefined
    const history = await this.#askHistory()
    return {
      answers: {
        ...model,
        memory,
        link,
        ...(godfather === undefined ? {} : { godfather }),
        ...(pairing_phone === undefined ? {} : { pairing_phone }),
      },
      history,
    }
  }

  /** Asks until a model answers, or the person goes on without that. */
  async #askModel(): Promise<SetupAnswers> {
    const servers = await this.#setup.localServers()
    for (;;) {
      const asked = await this.#askProvider(servers)
      const answers = await this.#checked(asked)
      if (answers !== undefined) return answers
    }
  }

  async #askProvider(servers: readonly LocalServer[]): Promise<SetupAnswers> {
    const present = this.#present
    const labels = { ...PROVIDERS }
    for (const { provider, models } of servers) labels[provider] += ` (it answers: ${shown(models)})`
    const suggested = present.exists ? present.provider : (servers[0]?.provider ?? present.provider)
    const provider = await this.#choose('Which model answers?', labels, suggested)
    if (provider === 'offline') return { provider }
    const server = servers.find(each => each.provider === provider)
    const moved = provider !== present.provider
    const base_url = await this.#askAddress(provider, server)
    const key = await this.#askKey(provider, moved)
    const usual = server?.models[0] ?? this.#setup.defaultsOf(provider).model
    const model = await this.#text('Model', moved || !present.exists ? usual : present.model)
    return {
      provider,
      ...(base_url === undefined ? {} : { base_url }),
      ...(key === undefined ? {} : { key }),
      model,
    }
  }

  async #askAddress(provider: SetupProvider, server: LocalServer | undefined): Promise<string | undefined> {
    if (server !== undefined) return server.base_url
    if (provider !== 'other') return this.#setup.defaultsOf(provider).base_url
    const present = this.#present.provider === 'other' ? this.#present.base_url : undefined
    return await this.#until('Address of the service', present, addressAnswer)
  }

  async #askKey(provider: SetupProvider, moved: boolean): Promise<string | undefined> {
    if (provider === 'ollama' || provider === 'llama.cpp') return undefined
    const keeps = this.#present.has_key && !moved
    const hint = keeps
      ? 'Enter keeps the present one'
      : NEEDS_KEY.has(provider)
        ? 'not shown while you type'
        : 'Enter: none'
    for (;;) {
      const typed = await this.#questions.askSecret(`Key (${hint}): `)
      if (typed === undefined) throw new LeftSetup()
      if (typed !== '') {
        try {
          return keyAnswer(typed)
        } catch (error) {
          this.#complain(error)
          continue
        }
      }
      if (keeps || !NEEDS_KEY.has(provider)) return undefined
      this.#questions.say(`${PROVIDERS[provider]} needs a key.`)
    }
  }

  /** Makes a test call. @returns `undefined`: ask again */
  async #checked(asked: SetupAnswers): Promise<SetupAnswers | undefined> {
    const answers = completed(asked, this.#present)
    this.#questions.say('Asking the model for one word …')
    const checks = await this.#setup.check(answers, this.#signal)
    for (const { detail } of checks) this.#questions.say(`  ${detail}`)
    const [language, embedding] = checks
    if (language?.ok === true && embedding?.ok === false) {
      this.#questions.say('  The built-in embeddings are used instead; they compare words only.')
      return { ...answers, embeddings: 'offline' }
    }
    if (language?.ok === true) return answers
    return (await this.#yes('Use these answers all the same?', false)) ? answers : undefined
  }

  async #askHistory(): Promise<WizardAnswers['history']> {
    const file = await this.#text('Bring your history: path of an exported WhatsApp chat (Enter: skip)', '')
    if (file === '') return undefined
    const person = await this.#askPhone(
      'Phone number of the person in that chat ("none": only the archive)',
      undefined,
      'the number',
    )
    return { file, person: person ?? '' }
  }

  async #askPhone(question: string, present: string | undefined, what: string): Promise<string | undefined> {
    if (present === undefined) {
      const given = await this.#until(question, 'none', text => phoneAnswer(text, what))
      return given === '' ? undefined : given
    }
    return await this.#until(question, present, text => (text === present ? present : phoneAnswer(text, what)))
  }

  async #choose<Choice extends string>(
    question: string,
    choices: Readonly<Record<Choice, string>>,
    present: Choice,
  ): Promise<Choice> {
    const names = Object.keys(choices) as Choice[]
    this.#questions.say(question)
    for (const [at, name] of names.entries()) this.#questions.say(`  ${String(at + 1)}) ${choices[name]}`)
    const standard = String(names.indexOf(present) + 1)
    return await this.#until('Number', standard, text => {
      const chosen = names[Number(text) - 1] ?? names.find(name => name === text.toLowerCase())
      if (chosen !== undefined) return chosen
      throw new Error(`a number from 1 to ${String(names.length)} is expected`)
    })
  }

  async #yes(question: string, standard: boolean): Promise<boolean> {
    return await this.#until(`${question} (y/n)`, standard ? 'y' : 'n', text => {
      if (/^y(es)?$/i.test(text)) return true
      if (/^no?$/i.test(text)) return false
      throw new Error('y or n is expected')
    })
  }

  async #text(question: string, standard: string | undefined): Promise<string> {
    return await this.#until(question, standard, text => text)
  }

  /** Asks until `read` accepts the answer. */
  async #until<T>(question: string, standard: string | undefined, read: (text: string) => T): Promise<T> {
    const hint = standard === undefined || standard === '' ? '' : ` [${standard}]`
    for (;;) {
      const typed = await this.#questions.ask(`${question}${hint}: `)
      if (typed === undefined) throw new LeftSetup()
      if (typed === '' && standard === undefined) continue
      try {
        return read(typed === '' ? (standard ?? '') : typed)
      } catch (error) {
        this.#complain(error)
      }
    }
  }

  #complain(error: unknown): void {
    const { message } = asDenidinError(error)
    this.#questions.say(`  ${message.charAt(0).toUpperCase()}${message.slice(1)}.`)
  }
}

const shown = (models: readonly string[]): string => {
  if (models.length === 0) return 'no model is installed'
  const more = models.length > MOST_MODELS ? ', …' : ''
  return `${models.slice(0, MOST_MODELS).join(', ')}${more}`
}
