import qrcode from 'qrcode-terminal'

/** Tells the operator how to link WhatsApp, by QR code or by pairing code. */
export const linkingInstructions = (
  say: (line: string) => void,
): { readonly qr: (text: string) => void; readonly pairingCode: (code: string) => void } => ({
  qr: text => {
    qrcode.generate(text, { small: true }, picture => {
      say('Link WhatsApp: on the phone, Settings → Linked devices → Link a device, then scan this code.')
      say(picture)
    })
  },
  pairingCode: code => {
    say('Link WhatsApp: on the phone, Settings → Linked devices → Link a device → Link with phone number instead.')
    say(`Enter this code there: ${code}`)
  },
})
