// Under which addresses a person is answered: the one they wrote under, their others, and none that is someone else's by now.
import { describe, expect, test } from '@jest/globals'
import { ReplyAddresses } from '../../src/conversation/outbox/reply-addresses.ts'
import type { Reply } from '../../src/messages/outbox-store.ts'
import type { Identity } from '../../src/people/person.ts'
import { TestChannel } from '../support/test-channel.ts'

const NUMBER: Identity = { kind: 'phone', value: '15550001111' }
const LID: Identity = { kind: 'lid', value: '77' }
const NEW_NUMBER: Identity = { kind: 'phone', value: '15550002222' }
const NEW_OWNER: Identity = { kind: 'lid', value: '88' }
const USERNAME: Identity = { kind: 'username', value: 'dana' }

const BY_NUMBER = '15550001111@c.us'
const BY_LID = '77@lid'
const GROUP = '120363000000000001@g.us'

const replyTo = (chat_id: string): Reply => ({
  outbox_id: 'o1',
  chat_id,
  chat_kind: chat_id === GROUP ? 'group' : 'direct',
  scope: 'person:dana',
  person_id: 'dana',
  answers: ['m1'],
  text: 'hello',
  tokens: 1,
  session_id: undefined,
  keep: true,
  created_at: 0,
})

const addressesOver = (identities: readonly Identity[] | undefined): ReplyAddresses =>
  new ReplyAddresses({
    people: {
      find: async person_id =>
        identities === undefined
          ? undefined
          : { person_id, name: 'Dana', identities, role: 'client' as const, created_at: 0, allowed: false },
    },
  })

/** A channel that shows these identities for an address. */
class ShowingChannel extends TestChannel {
  readonly #shown: Readonly<Record<string, readonly Identity[]>>

  constructor(shown: Readonly<Record<string, readonly Identity[]>>) {
    super()
    this.#shown = shown
  }

  async identitiesOf(chat_id: string): Promise<readonly Identity[]> {
    return this.#shown[chat_id] ?? []
  }
}

describe('a new reply', () => {
  test.each<[string, string, readonly Identity[] | undefined, readonly string[]]>([
    ['goes where the message came from, then to the LID', BY_NUMBER, [NUMBER, LID], [BY_NUMBER, BY_LID]],
    ['goes where the message came from, then to the number', BY_LID, [NUMBER, LID], [BY_LID, BY_NUMBER]],
    ['has one address where only one is known', BY_LID, [LID, USERNAME], [BY_LID]],
    ['goes to the group', GROUP, [NUMBER, LID], [GROUP]],
    ['goes where the message came from, also where the person is not known', BY_NUMBER, undefined, [BY_NUMBER]],
    ['goes to the terminal', 'console:1', [NUMBER, LID], ['console:1']],
  ])('%s', async (_why, chat_id, identities, expected) => {
    expect(await addressesOver(identities).ofFresh(replyTo(chat_id))).toEqual(expected)
  })
})

describe('a held reply', () => {
  test.each<[string, string, readonly Identity[] | undefined, readonly string[], Record<string, readonly Identity[]>]>([
    ['goes to the addresses that are known', BY_NUMBER, [NUMBER, LID], [BY_NUMBER, BY_LID], {}],
    ['does not go to a number that passed on, but to the LID', BY_NUMBER, [LID], [BY_LID], {}],
    ['goes to the new number of its person', BY_NUMBER, [NEW_NUMBER, LID], ['15550002222@c.us', BY_LID], {}],
    ['goes nowhere when its person has no address left', BY_NUMBER, [USERNAME], [], {}],
    [
      'does not go to a number whose new owner never wrote',
      BY_NUMBER,
      [NUMBER, LID],
      [BY_LID],
      { [BY_NUMBER]: [NUMBER, NEW_OWNER] },
    ],
    [
      'goes to a number that still has its account',
      BY_NUMBER,
      [NUMBER, LID],
      [BY_NUMBER, BY_LID],
      { [BY_NUMBER]: [NUMBER, LID] },
    ],
    [
      'goes to a number of which no account was ever known',
      BY_NUMBER,
      [NUMBER],
      [BY_NUMBER],
      { [BY_NUMBER]: [NUMBER, LID] },
    ],
    ['goes to the group', GROUP, [NUMBER], [GROUP], { [GROUP]: [NEW_OWNER] }],
    ['goes where the message came from when its person is gone', BY_NUMBER, undefined, [BY_NUMBER], {}],
  ])('%s', async (_why, chat_id, identities, expected, shown) => {
    const channel = new ShowingChannel(shown)
    expect(await addressesOver(identities).ofHeld(replyTo(chat_id), channel)).toEqual(expected)
  })

  test('goes where it was to go on a channel whose addresses never pass on', async () => {
    expect(await addressesOver([NUMBER, LID]).ofHeld(replyTo(BY_LID), new TestChannel())).toEqual([BY_LID, BY_NUMBER])
  })
})
