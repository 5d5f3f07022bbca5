// The same message under other addresses: what counts is the chat and the stanza id.
import { beforeEach, describe, expect, test } from '@jest/globals'
import type { KnownMessage } from '../../src/messages/known-messages.ts'
import { MessageIdentity, type NamedMessage } from '../../src/messages/message-identity.ts'
import { messageKeyOf, plainAddress } from '../../src/messages/message-key.ts'
import { ChatAddresses } from '../../src/people/chat-addresses.ts'
import type { Identity } from '../../src/people/person.ts'

const PHONE = '15550001111@c.us'
const LID = '777000111222333@lid'
const OTHER_PHONE = '15550002222@c.us'
const OTHER_LID = '888000111222333@lid'
const GROUP = '120363000000000001@g.us'
const NOW = Date.parse('2026-11-20T10:00:00Z')

/** Persons by their addresses; a former one begins with `-`. */
const peopleOf = (...persons: readonly (readonly string[])[]): ChatAddresses => {
  const identityOf = (address: string): Identity => {
    const [value = '', server] = address.replace('-', '').split('@')
    return { kind: server === 'lid' ? 'lid' : 'phone', value }
  }
  const known = persons.map((addresses, index) => ({
    person_id: `p${String(index)}`,
    identities: addresses.filter(each => !each.startsWith('-')).map(identityOf),
    former: addresses.filter(each => each.startsWith('-')).map(identityOf),
  }))
  return new ChatAddresses({
    lookUp: async reference => {
      const value = reference.replace('@lid', '')
      const found = known.find(each => each.identities.some(identity => identity.value === value))
      return found === undefined
        ? undefined
        : { ...found, name: undefined, role: 'client', created_at: 0, allowed: false }
    },
    nameHistory: async person_id => ({
      former: known.find(each => each.person_id === person_id)?.former ?? [],
      taken_over: [],
    }),
  })
}

let known: KnownMessage[]

beforeEach(() => {
  known = []
})

const identityWith = (addresses: ChatAddresses): MessageIdentity =>
  new MessageIdentity({
    addresses,
    known: {
      withStanzaIds: async ids => known.filter(each => ids.includes(messageKeyOf(each.message_id).stanza_id)),
      recordSent: async () => undefined,
    },
  })

const isKnownAs = async (
  stored: string,
  named: string,
  addresses = peopleOf(),
  more: Partial<NamedMessage> = {},
): Promise<boolean> => {
  known = [{ message_id: stored, origin: 'received', sent_at: NOW }]
  return (await identityWith(addresses).idOf({ message_id: named, sent_at: NOW, ...more })) === stored
}

describe('an address', () => {
  test.each([
    ['15550001111:7@c.us', PHONE],
    ['15550001111.0:12@c.us', PHONE],
    ['15550001111@s.whatsapp.net', PHONE],
    ['15550001111:3@s.whatsapp.net', PHONE],
    ['777000111222333:4@lid', LID],
    ['777000111222333:4@hosted.lid', LID],
    ['15550001111:99@hosted', PHONE],
    [GROUP, GROUP],
    ['15550001111-1500000000@g.us', '15550001111-1500000000@g.us'],
  ])('%s is %s', (address, plain) => {
    expect(plainAddress(address)).toBe(plain)
  })
})

describe('a message id', () => {
  test.each([
    [`false_${PHONE}_3EB0AA`, { own: false, chat_id: PHONE, stanza_id: '3EB0AA' }],
    [`true_15550001111:7@c.us_3EB0AA`, { own: true, chat_id: PHONE, stanza_id: '3EB0AA' }],
    [`false_${GROUP}_3EB0AA_15550001111:2@c.us`, { chat_id: GROUP, stanza_id: '3EB0AA', author_id: PHONE }],
    [`true_${GROUP}_3EB0AA`, { own: true, chat_id: GROUP, stanza_id: '3EB0AA', author_id: undefined }],
    [`unreadable:false_${PHONE}_3EB0AA`, { chat_id: PHONE, stanza_id: 'unreadable:3EB0AA' }],
    [`false_${PHONE}_an_id_of_a_strange_phone`, { chat_id: PHONE, stanza_id: 'an_id_of_a_strange_phone' }],
    ['console:1', { own: false, chat_id: undefined, stanza_id: 'console:1' }],
    ['', { stanza_id: '' }],
    [`maybe_${PHONE}_1`, { chat_id: undefined, stanza_id: `maybe_${PHONE}_1` }],
  ])('%s', (id, key) => {
    expect(messageKeyOf(id)).toMatchObject(key)
  })

  test('of any length is read without delay', () => {
    const id = `false_${PHONE}_${'a_'.repeat(50_000)}@x_`
    expect(messageKeyOf(id).chat_id).toBe(PHONE)
  })
})

describe('a known message', () => {
  const together = peopleOf([PHONE, LID])
  test.each([
    ['under the LID of the same person', `false_${PHONE}_A`, `false_${LID}_A`, together],
    ['under the phone number of the same person', `true_${LID}_A`, `true_${PHONE}_A`, together],
    ['with a device', `false_${PHONE}_A`, `false_15550001111:7@c.us_A`, peopleOf()],
    [
      'under a number that the person has by now',
      `false_${PHONE}_A`,
      `false_${OTHER_PHONE}_A`,
      peopleOf([OTHER_PHONE, LID, `-${PHONE}`]),
    ],
    ['under a LID of which nothing is known', `false_${PHONE}_A`, `false_${LID}_A`, peopleOf([PHONE])],
    ['under a number of which nothing is known', `true_${LID}_A`, `true_${PHONE}_A`, peopleOf([LID])],
    ['of a group, with its author under a LID', `false_${GROUP}_A_${PHONE}`, `false_${GROUP}_A_${LID}`, together],
    ['of a group, without its author', `false_${GROUP}_A_${PHONE}`, `false_${GROUP}_A`, peopleOf()],
    [
      'of ours in a group, under our other address',
      `true_${GROUP}_A_15550009999@c.us`,
      `true_${GROUP}_A_900@lid`,
      peopleOf(),
    ],
    ['that was never decrypted', `unreadable:false_${PHONE}_A`, `unreadable:false_${LID}_A`, together],
  ])('is the same %s', async (_why, stored, named, addresses) => {
    expect(await isKnownAs(stored, named, addresses)).toBe(true)
  })

  test.each([
    ['of another chat with the same stanza id', `false_${PHONE}_A`, `false_${OTHER_PHONE}_A`, peopleOf()],
    ['of another person’s LID', `false_${PHONE}_A`, `false_${OTHER_LID}_A`, peopleOf([PHONE, LID])],
    ['of a LID with another number', `false_${PHONE}_A`, `false_${LID}_A`, peopleOf([OTHER_PHONE, LID])],
    ['between two LIDs', `false_${LID}_A`, `false_${OTHER_LID}_A`, peopleOf()],
    ['of the other side of the chat', `true_${PHONE}_A`, `false_${PHONE}_A`, peopleOf()],
    ['of a group', `false_${PHONE}_A`, `false_${GROUP}_A_${PHONE}`, peopleOf()],
    ['of another member of the group', `false_${GROUP}_A_${PHONE}`, `false_${GROUP}_A_${OTHER_PHONE}`, peopleOf()],
    ['that is decrypted by now', `unreadable:false_${PHONE}_A`, `false_${PHONE}_A`, peopleOf()],
    ['with another stanza id', `false_${PHONE}_A`, `false_${PHONE}_B`, peopleOf()],
  ])('is not one %s', async (_why, stored, named, addresses) => {
    expect(await isKnownAs(stored, named, addresses)).toBe(false)
  })

  test('is the same where WhatsApp shows with it that both addresses are one account', async () => {
    const identities: readonly Identity[] = [
      { kind: 'lid', value: '777000111222333' },
      { kind: 'phone', value: '15550001111' },
    ]
    const named = `false_${LID}_A`
    expect(await isKnownAs(`false_${PHONE}_A`, named, peopleOf(), { identities })).toBe(true)
    expect(await isKnownAs(`false_${OTHER_PHONE}_A`, named, peopleOf(), { identities })).toBe(false)
  })

  test('under an address of which nothing is known has the same time', async () => {
    const at = (sent_at: number | undefined) => isKnownAs(`true_${PHONE}_A`, `true_${LID}_A`, peopleOf(), { sent_at })
    expect(await at(NOW + 30_000)).toBe(true)
    expect(await at(NOW + 3_600_000)).toBe(false)
    // An edit or a deletion names no time.
    expect(await at(undefined)).toBe(true)
  })
})
