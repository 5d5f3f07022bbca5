/** Tasks that only the operator can do so that WhatsApp works again: a code for programs and a sentence to show. */

/** Codes of these tasks, for a dashboard or an alert. */
export type OperatorAction =
  | 'scan_qr'
  | 'enter_pairing_code'
  | 'remove_passkey'
  | 'close_dialog'
  | 'see_phone'
  | 'change_network'
  | 'update_denidin'
  | 'repair_disk'

export interface OperatorTask {
  readonly action: OperatorAction
  /** For the operator, in whole sentences. */
  readonly sentence: string
}

export const PASSKEY: OperatorTask = {
  action: 'remove_passkey',
  sentence:
    'WhatsApp asks for a passkey before it links this device, and a browser on a server has none. ' +
    'On the phone see Settings > Account > Passkeys: remove the passkey, or wait some days, and link again.',
}

export const NEWS_DIALOG: OperatorTask = {
  action: 'close_dialog',
  sentence:
    'WhatsApp shows a "What\'s new" dialog that could not be acknowledged; it may unlink DeniDin within minutes. ' +
    'Open WhatsApp Web with this account in a browser of your own once and close the dialog there.',
}

export const UNREADABLE_IDS: OperatorTask = {
  action: 'update_denidin',
  sentence:
    'WhatsApp changed its page: message ids cannot be read, so nothing is sent. An update of DeniDin is needed.',
}

export const ACCOUNT_BLOCKED: OperatorTask = {
  action: 'see_phone',
  sentence: 'WhatsApp has blocked this account for breaking its terms: open WhatsApp on the phone to see what to do.',
}

export const BUSINESS_ACCOUNT_BLOCKED: OperatorTask = {
  action: 'see_phone',
  sentence: 'WhatsApp has blocked this business account for breaking its terms: see WhatsApp on the phone.',
}

export const NETWORK_BLOCKED: OperatorTask = {
  action: 'change_network',
  sentence: 'WhatsApp refuses connections from this network: use another network, or another proxy or VPN.',
}

export const VERSION_REFUSED: OperatorTask = {
  action: 'update_denidin',
  sentence: 'WhatsApp no longer accepts this version of its page: update DeniDin and the browser.',
}
