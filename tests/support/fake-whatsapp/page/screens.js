// What the page shows when it wants something of the person in front of it.

// The live site speaks the language of the browser.
const english = navigator.language.startsWith('en')

const news = (stubborn, acknowledged) => {
  const dialog = document.createElement('div')
  dialog.setAttribute('role', 'dialog')
  const title = document.createElement('h1')
  title.textContent = english ? 'What’s new on WhatsApp Web' : 'Neu in WhatsApp Web'
  const button = document.createElement('button')
  button.textContent = english ? 'Continue' : 'Weiter'
  button.onclick = () => {
    acknowledged()
    if (!stubborn) dialog.remove()
  }
  dialog.append(title, button)
  document.body.append(dialog)
}

const screens = {
  news: acknowledged => news(false, acknowledged),
  stubborn_news: acknowledged => news(true, acknowledged),
  passkey_words: () => {
    document.body.textContent = english ? 'Use a passkey to log in' : 'Mit Passwort-Ersatz anmelden'
  },
  // In words that nobody knows yet.
  passkey_wanted: () => {
    const challenge = crypto.getRandomValues(new Uint8Array(16))
    navigator.credentials.get({ publicKey: { challenge, userVerification: 'required' } }).catch(() => undefined)
  },
  none: () => {
    document.body.replaceChildren()
  },
}

/** `acknowledged` is called when somebody presses the button of a dialog. */
export const show = (name, acknowledged) => {
  screens[name](acknowledged)
}
