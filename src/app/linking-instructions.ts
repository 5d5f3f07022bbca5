import qrcode from 'qrcode-terminal'

/** Tells the operator how to link WhatsApp, by QR code or by pairing code; each text replaces the one before. */
export const linkingInstructions = (
  show: (text: string) => void,
): { readonly qr: (text: string) => void; readonly pairingCode: (code: string) => void } => ({
  qr: text => {
    qrcode.generate(text, { small: true }, picture => {
      show(`Link WhatsApp: on the phone, Settings → Linked devices → Link a device, then scan this code.\n${picture}`)
    })
  },
  pairingCode: code => {
    show(
      `Link WhatsApp: on the phone, Settings → Linked devices → Link a device → Link with phone number instead.\nEnter this code there: ${code}`,
    )
  },
})
