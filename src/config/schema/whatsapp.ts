/** The WhatsApp connection and its browser (`whatsapp`). */
import type { Section } from '../setting.ts'

export const WHATSAPP = {
  enabled: {
    format: 'boolean',
    default: true,
    doc: 'Connect to WhatsApp. When off, only the terminal chat reaches DeniDin.',
  },
  answer: {
    format: 'choice',
    default: 'everyone',
    choices: ['everyone', 'allow_list', 'contacts'],
    doc: 'Who is answered at all. `allow_list`: the godfather and people whom `denidin people allow` or `/allow` put on the list. `contacts`: also people in the address book of the phone. Messages of all others are not read: not stored, not answered, not shown to a model.',
  },
  invite_code: {
    format: 'secret',
    default: null,
    doc: 'Word of at least eight characters that an unknown person can send in a direct chat to be put on the allow list. One person can try five times an hour. Not set: only you add people.',
  },
  pairing_phone: {
    format: 'phone',
    default: null,
    doc: "The bot's own phone number. If set, linking shows a code to type on that phone instead of a QR code.",
  },
  browser_path: {
    format: 'file',
    default: null,
    doc: 'Path of the Chrome or Chromium executable, relative to the DeniDin folder. Not set: an installed browser, otherwise the bundled one.',
  },
  browser_args: {
    format: 'texts',
    default: [],
    doc: 'Additional command-line arguments for the browser.',
  },
  browser_memory_mb: {
    format: 'integer',
    default: 1500,
    min: 100,
    max: 1_000_000,
    doc: 'Memory limit of the browser, in MiB. A browser above the limit is restarted as soon as no chat is active.',
  },
} as const satisfies Section
