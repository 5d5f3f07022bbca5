/** Refuses options of a load that have no meaning beside each other. */
import { DenidinError } from '../../platform/errors.ts'

/** The options that some others exclude. */
export interface LoadOptions {
  readonly phase?: number | undefined
  readonly person?: string | undefined
  readonly chat?: string | undefined
  readonly me?: string | undefined
  readonly participant?: readonly string[] | undefined
  readonly learn?: boolean
  readonly zone?: string | undefined
  readonly date_order?: string | undefined
}

/** Options of exported chats, as the command line spells them. */
const CHAT_OPTIONS = {
  person: '--person',
  chat: '--chat',
  me: '--me',
  participant: '--participant',
  learn: '--learn',
  zone: '--zone',
  date_order: '--date-order',
} as const satisfies Partial<Record<keyof LoadOptions, string>>

const isGiven = (value: LoadOptions[keyof LoadOptions]): boolean =>
  value !== undefined && value !== false && !(Array.isArray(value) && value.length === 0)

/** The options that were given and say something about an exported chat only. */
export const chatOptions = (given: LoadOptions): readonly string[] =>
  (Object.keys(CHAT_OPTIONS) as (keyof typeof CHAT_OPTIONS)[])
    .filter(name => isGiven(given[name]))
    .map(name => CHAT_OPTIONS[name])

/** @throws DenidinError `invalid_input` */
export const refuseSeveralTargets = ({ person, chat }: Pick<LoadOptions, 'person' | 'chat'>): void => {
  if (person !== undefined && chat !== undefined) {
    throw new DenidinError('invalid_input', 'give a person or a chat, not both')
  }
}

/** @throws DenidinError `invalid_input`, in one sentence */
export const refuseMeaningless = (given: LoadOptions): void => {
  const { phase, person, chat, me, learn = false } = given
  refuseSeveralTargets(given)
  const [first, ...others] = chatOptions(given)
  if (phase !== undefined && first !== undefined) {
    const names = others.length === 0 ? `${first} is` : `${[first, ...others].join(', ')} are`
    throw new DenidinError(
      'invalid_input',
      `--phase names a kind of Claude Code file, and ${names} for exported chats only: give one or the other`,
    )
  }
  if (person === undefined && chat === undefined && (me !== undefined || learn)) {
    throw new DenidinError(
      'invalid_input',
      'only a load into a conversation takes --me and --learn: give --person or --chat',
    )
  }
}
