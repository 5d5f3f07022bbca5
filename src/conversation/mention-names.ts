/** Writes mentions with names: a text from a channel contains the digits of an address for each mentioned person. */
import type { ChannelEvents } from '../channels/channel.ts'
import type { MemberNames } from '../messages/member-names.ts'
import type { ChatId, IncomingMessage, Mention } from '../messages/message.ts'
import { personOf } from '../people/chat-addresses.ts'
import { memberLabel } from '../people/member-label.ts'
import type { People } from '../people/people.ts'
import { withoutFormatCharacters } from '../text/format-characters.ts'
import { speakerName } from '../text/speaker-names.ts'

export interface MentionNamesDeps {
  readonly people: Pick<People, 'lookUp'>
  readonly members: Pick<MemberNames, 'latest'>
}

/** A text from a channel. */
interface MentioningText {
  readonly text: string
  readonly mentions?: readonly Mention[] | undefined
  readonly chat_id?: ChatId | undefined
}

/** Digits after an `@`, as WhatsApp writes a mention. */
const DIGITS = /@(\d+)/g

/**
 * Least digits of a LID. No one types that many after an `@`, so they are a mention even if the list of mentions is
 * missing.
 */
const LID_DIGITS = 14
/**
 * Least digits of a phone number. Without a list they are a mention only if the number is that of a member of the
 * group.
 */
const PHONE_DIGITS = 7

/** How many addresses of one text are looked up; the others are shown with their labels. */
const MOST_LOOKED_UP = 200

export class MentionNames {
  readonly #deps: MentionNamesDeps

  constructor(deps: MentionNamesDeps) {
    this.#deps = deps
  }

  /** The text with `@Name` for each mention; people without a known name are shown with a label. */
  async inWords({ text: delivered, mentions = [], chat_id }: MentioningText): Promise<string> {
    // Phones put directional marks around mentions.
    const text = withoutFormatCharacters(delivered)
    const mentioned = byDigits(mentions)
    const written = new Set([...text.matchAll(DIGITS)].map(([, digits = '']) => digits))
    const names = new Map<string, string>()
    for (const [index, digits] of [...written].entries()) {
      const mention = mentioned.get(digits) ?? (digits.length < LID_DIGITS ? undefined : unlisted(digits))
      const name = index < MOST_LOOKED_UP ? await this.#nameOf(digits, mention, chat_id) : mention && labelOf(mention)
      if (name !== undefined) names.set(digits, name)
    }
    return text.replace(DIGITS, (whole, digits: string) => {
      const name = names.get(digits)
      return name === undefined ? whole : `@${name}`
    })
  }

  async #nameOf(
    digits: string,
    mention: Mention | undefined,
    chat_id: ChatId | undefined,
  ): Promise<string | undefined> {
    if (mention === undefined && digits.length < PHONE_DIGITS) return undefined
    const person = await personOf(this.#deps.people, mention?.identities ?? [{ kind: 'phone', value: digits }])
    const member =
      person === undefined || chat_id === undefined
        ? undefined
        : await this.#deps.members.latest(`chat:${chat_id}`, person.person_id)
    if (member !== undefined || mention === undefined) return member
    return person === undefined
      ? labelOf(mention)
      : labelOf({ ...person, name: speakerName(person.name) ?? mention.name })
  }
}

const unlisted = (digits: string): Mention => ({
  written: digits,
  identities: [{ kind: 'lid', value: digits }],
  name: undefined,
})

/** The mentions by the digits that the text may contain, which are not always those of the address in the list. */
const byDigits = (mentions: readonly Mention[]): ReadonlyMap<string, Mention> =>
  new Map([
    ...mentions.flatMap(mention => mention.identities.map(({ value }) => [value, mention] as const)),
    ...mentions.map(mention => [mention.written, mention] as const),
  ])

const labelOf = ({ identities, name }: Pick<Mention, 'identities' | 'name'>): string =>
  speakerName(name) ?? memberLabel(identities)

type Events = Omit<ChannelEvents, 'ready'>

/** Replaces mentions at the border between the channels and the pipeline: every text arrives with names in it. */
export const withMentionNames = (names: Pick<MentionNames, 'inWords'>, events: Events): Events => {
  const named = async <M extends MentioningText>({ mentions, ...message }: M): Promise<Omit<M, 'mentions'>> => {
    const { text, chat_id } = message
    return { ...message, text: await names.inWords({ text, mentions, chat_id }) }
  }
  const incoming = async (message: IncomingMessage): Promise<IncomingMessage> => {
    const { quote, mentions, chat_id } = message
    const said = await named(message)
    if (quote === undefined) return said
    return { ...said, quote: { ...quote, text: await names.inWords({ text: quote.text, mentions, chat_id }) } }
  }
  return {
    ...events,
    message: async message => {
      await events.message(await incoming(message))
    },
    backfilled: async chat => {
      const said: (typeof chat.said)[number][] = []
      for (const each of chat.said) {
        said.push(
          each.by === 'person'
            ? { by: 'person', message: await incoming(each.message) }
            : { by: 'account', message: await named(each.message) },
        )
      }
      await events.backfilled({ ...chat, said })
    },
    edited: async change => {
      await events.edited(await named(change))
    },
    ownerWrote: async message => {
      await events.ownerWrote(await named(message))
    },
  }
}
