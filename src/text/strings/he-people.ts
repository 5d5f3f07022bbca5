/** What the godfather reads in Hebrew when he manages people, conversations and the connection in the chat. */
import type { CommandStrings } from './strings.ts'

type PeopleCommand = 'users' | 'role' | 'block' | 'unblock' | 'allow' | 'disallow' | 'listen' | 'restart'

const ROLES = { client: 'לקוח', godfather: 'מנהל', blocked: 'חסום' }

export const peopleCommands: Pick<CommandStrings, PeopleCommand> = {
  users: {
    help: 'מי כתב לי, מהחדש לישן',
    list: (people, more) =>
      [
        ...people.map(
          ({ name, phone, role, allowed }) =>
            `- ${[name, phone === null ? null : `‎+${phone}`].filter(each => each !== null).join(', ') || 'מישהו בלי מספר'}: ${ROLES[role]}${allowed ? ', ברשימת המורשים' : ''}`,
        ),
        ...(people.length === 0 ? ['עוד לא כתב לי אף אחד.'] : []),
        ...(more ? ['יש עוד: הפקודה ‎denidin people list במסוף מציגה את כולם.'] : []),
      ].join('\n'),
  },
  role: {
    help: 'לקבוע למישהו תפקיד: לקוח, מנהל או חסום',
    usage: 'אפשר לכתוב ‎/role, אחר כך את מספר הטלפון של מי שכבר כתב לי, ואז client, godfather או blocked.',
    done: (person, role) => `התפקיד של ${person} הוא עכשיו: ${ROLES[role]}.`,
    fixed: 'התפקיד הזה נקבע בהגדרות (godfather_phone, user_roles.blocked_phones), ולכן אי אפשר לשנות אותו כאן.',
  },
  block: {
    help: 'להפסיק לענות למישהו',
    usage: 'אפשר לכתוב ‎/block עם מספר הטלפון של מי שכבר כתב לי.',
    done: person => `החסימה חלה על ${person}: אני לא קורא את ההודעות משם ולא עונה עליהן. ‎/unblock מבטלת אותה.`,
  },
  unblock: {
    help: 'לחזור לענות למי שנחסם',
    usage: 'אפשר לכתוב ‎/unblock עם מספר הטלפון של מי שכבר כתב לי.',
    done: person => `החסימה של ${person} בוטלה.`,
  },
  allow: {
    help: 'להוסיף מישהו לרשימת המורשים',
    usage: 'אפשר לכתוב ‎/allow עם מספר טלפון, כולל קידומת המדינה.',
    done: person => `${person} עכשיו ברשימת המורשים.`,
  },
  disallow: {
    help: 'להסיר מישהו מרשימת המורשים',
    usage: 'אפשר לכתוב ‎/disallow עם מספר טלפון שברשימת המורשים.',
    done: person => `${person} כבר לא ברשימת המורשים.`,
  },
  listen: {
    help: 'רק לזכור ולא לענות אף פעם, כאן או בשיחה שתציינו, עד ‎/resume',
    done: (conversation, resume) => `מעכשיו אני רק מקשיב וזוכר, ולא עונה: ${conversation}. ‎${resume} מסיימת את זה.`,
  },
  restart: {
    help: 'להפעיל מחדש את החיבור שלי לוואטסאפ',
    question: 'לסגור את החיבור שלי לוואטסאפ ולפתוח אותו מחדש? כדי להמשיך יש לענות "כן" תוך חמש דקות.',
    done: 'אני מפעיל מחדש את החיבור לוואטסאפ. אחזור בעוד כדקה.',
  },
}
