/** What `denidin setup` asks for, and the port by which it reads, checks and writes the configuration. */

/** Who answers. `other`: any service with an OpenAI-compatible API. */
export const SETUP_PROVIDERS = ['openai', 'anthropic', 'gemini', 'ollama', 'llama.cpp', 'other', 'offline'] as const
export type SetupProvider = (typeof SETUP_PROVIDERS)[number]

/** How WhatsApp is linked; `off`: it is not used. */
export const LINK_KINDS = ['qr', 'pairing', 'off'] as const
export type LinkKind = (typeof LINK_KINDS)[number]

/** The answers; what is missing stays as it is. */
export interface SetupAnswers {
  readonly provider?: SetupProvider
  readonly base_url?: string
  readonly model?: string
  /** Empty: none. */
  readonly key?: string
  /** `offline`: the built-in embeddings, for services that have none. */
  readonly embeddings?: 'service' | 'offline'
  readonly memory?: boolean
  /** Empty: there is none. */
  readonly godfather?: string
  readonly link?: LinkKind
  readonly pairing_phone?: string
}

/** The present configuration, without secrets. */
export interface PresentSetup {
  /** Path of the configuration file. */
  readonly file: string
  readonly exists: boolean
  readonly provider: SetupProvider
  readonly base_url: string | undefined
  readonly model: string
  readonly has_key: boolean
  readonly memory: boolean
  readonly godfather: string | undefined
  readonly link: LinkKind
  readonly pairing_phone: string | undefined
}

/** A model server that answers on this machine. */
export interface LocalServer {
  readonly provider: Extract<SetupProvider, 'ollama' | 'llama.cpp'>
  readonly base_url: string
  readonly models: readonly string[]
}

/** The result of one call to a model. */
export interface ModelCheck {
  /** `language model` or `embedding model`. */
  readonly name: string
  readonly ok: boolean
  /** One sentence or more for the operator. */
  readonly detail: string
}

export interface WrittenSetup {
  /** One line for each value that changed, without secrets; empty: nothing changed, and nothing was written. */
  readonly changes: readonly string[]
  /** Paths of the files that were written, and of the previous versions that were kept. */
  readonly files: readonly string[]
  readonly backups: readonly string[]
  /** The file was written in a form of JSON in which its comments cannot be kept. */
  readonly comments_lost: boolean
}

export interface Setup {
  /** @throws DenidinError `invalid_config` if the configuration file is not JSON */
  present(): Promise<PresentSetup>
  /** Model servers on this machine, found within about a second. */
  localServers(): Promise<readonly LocalServer[]>
  /** The usual address and model of a provider; `undefined`: it has none. */
  defaultsOf(provider: SetupProvider): { readonly base_url: string | undefined; readonly model: string | undefined }
  /** The provider whose service is at an address: `other` if it is nobody's usual address. */
  providerAt(base_url: string): SetupProvider
  /**
   * Asks the models as they would be configured; nothing is written.
   * @throws DenidinError `invalid_config` if these answers give no valid configuration
   */
  check(answers: SetupAnswers, signal: AbortSignal): Promise<readonly ModelCheck[]>
  /** Writes the answers; the previous files are kept. @throws DenidinError `invalid_config`, `unavailable` */
  write(answers: SetupAnswers): Promise<WrittenSetup>
}
