/** Prints instructions for linking WhatsApp, for an operator at a terminal; one consumer of the connection's state. */
import type { ConnectionState } from '../channels/whatsapp/connection-state.ts'

/** Shows instructions for every new QR or pairing code; each text replaces the previous one. */
export const linkingInstructions =
  (show: (text: string) => void) =>
  ({ qr, pairing_code }: ConnectionState): void => {
    if (qr !== undefined) void showCode(qr, show)
    if (pairing_code !== undefined) {
      show(
        `Link WhatsApp: on the phone, Settings → Linked devices → Link a device → Link with phone number instead.\nEnter this code there: ${pairing_code}`,
      )
    }
  }

/** Nearly every start is linked already: what draws the code is loaded when one has to be shown. */
const showCode = async (qr: string, show: (text: string) => void): Promise<void> => {
  const { default: qrcode } = await import('qrcode-terminal')
  qrcode.generate(qr, { small: true }, picture => {
    show(`Link WhatsApp: on the phone, Settings → Linked devices → Link a device, then scan this code.\n${picture}`)
  })
}
