/** What the godfather reads in English when he manages people, conversations and the connection in the chat. */
import type { CommandStrings } from './strings.ts'

type PeopleCommand = 'users' | 'role' | 'block' | 'unblock' | 'allow' | 'disallow' | 'listen' | 'restart'

const ROLES = { client: 'a client', godfather: 'a godfather', blocked: 'blocked' }

export const peopleCommands: Pick<CommandStrings, PeopleCommand> = {
  users: {
    help: 'who has written to me, newest first',
    list: (people, more) =>
      [
        ...people.map(
          ({ name, phone, role, allowed }) =>
            `- ${[name, phone === null ? null : `+${phone}`].filter(each => each !== null).join(', ') || 'someone without a number'}: ${ROLES[role]}${allowed ? ', on the allow list' : ''}`,
        ),
        ...(people.length === 0 ? ['Nobody has written to me yet.'] : []),
        ...(more ? ['There are more: denidin people list shows all of them.'] : []),
      ].join('\n'),
  },
  role: {
    help: 'make someone a client, a godfather or blocked',
    usage: 'Write /role with a phone number that has written to me and client, godfather or blocked.',
    done: (person, role) => `${person} is now ${ROLES[role]}.`,
    fixed:
      'The configuration determines this role (godfather_phone, user_roles.blocked_phones), so I cannot change it.',
  },
  block: {
    help: 'stop answering someone',
    usage: 'Write /block with a phone number that has written to me.',
    done: person => `${person} is blocked: I neither read nor answer what they write. /unblock takes that back.`,
  },
  unblock: {
    help: 'answer someone again who was blocked',
    usage: 'Write /unblock with a phone number that has written to me.',
    done: person => `${person} is not blocked any more.`,
  },
  allow: {
    help: 'put someone on the allow list',
    usage: 'Write /allow with a phone number, with its country code.',
    done: person => `${person} is on the allow list.`,
  },
  disallow: {
    help: 'take someone off the allow list',
    usage: 'Write /disallow with a phone number that is on the allow list.',
    done: person => `${person} is not on the allow list any more.`,
  },
  listen: {
    help: 'only remember, and never answer, here or in the conversation you name, until /resume',
    done: (conversation, resume) =>
      `I only listen and remember now, and answer nothing: ${conversation}. ${resume} ends that.`,
  },
  restart: {
    help: 'restart my connection to WhatsApp',
    question: 'Shall I close my connection to WhatsApp and open it again? Answer “yes” within five minutes.',
    done: 'I am restarting my connection to WhatsApp. I am back in about a minute.',
  },
}
