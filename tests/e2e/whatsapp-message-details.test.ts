// What a message holds besides its words: the real library in a real browser, and the whole of DeniDin behind it.
import { expect, test } from '@jest/globals'
import { AppRun } from '../support/fake-whatsapp/app-run.ts'
import { ChannelRun } from '../support/fake-whatsapp/channel-run.ts'
import { FakeWhatsApp } from '../support/fake-whatsapp/fake-whatsapp.ts'

const ANA = '15551230001@c.us'
const DAN = '15551230002@c.us'
const GROUP = '120363000000000001@g.us'
const TIMEOUT_MS = 60_000
const PREVIEW = '/9j/4AAQSkZJRgABAQAAAQABAAD'

test(
  'what comes with a message reaches us as the page writes it',
  async () => {
    await using fake = await FakeWhatsApp.start()
    await using run = await ChannelRun.linked(fake)
    const next = async (...[incoming]: Parameters<FakeWhatsApp['receive']>) => {
      const { id } = fake.receive(incoming)
      return await run.messages.next(({ message_id }) => message_id.includes(id))
    }
    const place = { lat: 32.0753, lng: 34.7749, loc: 'Dizengoff Center\nDizengoff 50', isLive: false }
    expect(await next({ from: ANA, type: 'location', text: PREVIEW, attributes: place })).toMatchObject({
      text: '',
      details: {
        attachment: { kind: 'location', name: 'Dizengoff Center', address: 'Dizengoff 50', latitude: 32.0753 },
      },
    })
    const card = 'BEGIN:VCARD\nVERSION:3.0\nFN:Dana Levi\nTEL;type=CELL;waid=972501234567:+972 50-123-4567\nEND:VCARD'
    expect(await next({ from: ANA, type: 'vcard', text: card })).toMatchObject({
      details: { attachment: { kind: 'contacts', contacts: [{ name: 'Dana Levi', numbers: ['+972 50-123-4567'] }] } },
    })
    const options = [
      { name: 'Pizza', localId: 0 },
      { name: 'Sushi', localId: 1 },
    ]
    expect(
      await next({ from: ANA, type: 'poll_creation', text: 'Where do we eat?', attributes: { pollOptions: options } }),
    ).toMatchObject({
      text: '',
      details: { attachment: { kind: 'poll', question: 'Where do we eat?', options: ['Pizza', 'Sushi'] } },
    })
    const poll_id = run.messages.all.at(-1)?.message_id ?? ''
    fake.vote(poll_id, ANA, 1)
    expect(await run.messages.next(({ details }) => details?.attachment?.kind === 'vote')).toMatchObject({
      chat_id: ANA,
      addressed: false,
      sender: { identities: [{ kind: 'phone', value: '15551230001' }] },
      details: { attachment: { kind: 'vote', question: 'Where do we eat?', options: ['Sushi'] } },
    })
    fake.vote(poll_id, '15550009999@c.us', 0)
    expect(
      await next({
        from: ANA,
        type: 'ptt',
        media: { content: Buffer.from('ogg'), type: 'audio/ogg' },
        attributes: { duration: '14' },
      }),
    ).toMatchObject({ text: '', details: { attachment: { kind: 'voice', seconds: 14 } } })
    expect(
      await next({ from: ANA, text: 'I moved to Madrid', attributes: { isForwarded: true, forwardingScore: 6 } }),
    ).toMatchObject({ text: 'I moved to Madrid', details: { forwarded: 'often' } })
    expect((await next({ from: ANA, text: 'mine' })).details).toBeUndefined()
    const copy = { type: 'image', body: PREVIEW, attributes: { caption: 'our cat' } }
    expect(await next({ from: ANA, text: 'who?', quoted: { id: 'Q1', author: ANA, ...copy } })).toMatchObject({
      reply_to: `false_${ANA}_Q1`,
      quote: { by: { identities: [{ kind: 'phone', value: '15551230001' }] }, text: 'our cat\n[picture, not seen]' },
    })
    expect(
      await next({ from: ANA, text: 'so?', quoted: { id: 'Q2', author: DAN, chat: GROUP, body: 'at nine' } }),
    ).toMatchObject({
      reply_to: `false_${GROUP}_Q2_${DAN}`,
      quote: { text: 'at nine' },
    })
    fake.receive({ from: ANA, type: 'e2e_notification' })
    fake.receive({ from: ANA, type: 'call_log' })
    expect((await next({ from: ANA, text: 'last' })).text).toBe('last')
    // The account's own vote is none of a person.
    expect(run.messages.all.filter(({ details }) => details?.attachment?.kind === 'vote')).toHaveLength(1)
  },
  TIMEOUT_MS,
)

test(
  'from the page to the request: a place before a question, a reply without its copy or author, and what a reply quotes',
  async () => {
    await using run = await AppRun.linked()
    const { fake, denidin } = run
    const answer = async (chat: string) => {
      const { message } = await fake.journal.next('sent', each => each.message.chat === chat)
      fake.journal.skip()
      return message
    }
    const asked = () =>
      denidin.models
        .of('completion')
        .at(-1)
        ?.body.messages?.findLast(each => each.role === 'user')?.content

    fake.receive({ from: ANA, type: 'location', text: PREVIEW, attributes: { lat: 1.5, lng: 2.5, loc: 'Haifa port' } })
    await answer(ANA)
    expect(asked()).toBe('[location: "Haifa port", latitude 1.5, longitude 2.5]')

    fake.receive({ from: DAN, group: GROUP, text: 'Treffen um acht', id: 'D1', name: 'Dan' })
    fake.receive({
      from: ANA,
      group: GROUP,
      name: 'Ana',
      text: '@15550009999 translate this',
      mentions: ['15550009999@c.us'],
      quoted: { id: 'D1', author: DAN, body: 'something else' },
    })
    const { id } = await answer(GROUP)
    expect(asked()).toContain('Ana [replying to Dan: "Treffen um acht"]: translate this')

    fake.receive({ from: DAN, group: GROUP, name: 'Dan', text: 'and you?', quoted: { id } })
    await answer(GROUP)
    expect(asked()).toMatch(/^Dan \[replying to you: ".*"\]: and you\?$/m)

    fake.receive({
      from: ANA,
      type: 'sticker',
      text: PREVIEW,
      media: { content: Buffer.from('webp'), type: 'image/webp' },
    })
    expect((await answer(ANA)).body).toContain('I cannot see stickers yet')
  },
  TIMEOUT_MS,
)
