// Dates as people type them; the server reads them by the same rules (src/base/text/typed_dates.rs, whose table of cases
// both are tested with). Nothing here needs a page.

const WORDS = new Set(['ngày', 'tháng', 'năm', 'ngay', 'thang', 'nam']);

/** Days of a month in the Gregorian calendar. */
const daysIn = (year, month) => {
  if ([4, 6, 9, 11].includes(month)) return 30;
  if (month !== 2) return 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
};

/** A date whose day, or day and month, may be unknown. */
function date(year, month, day) {
  const isSound = year >= 1000 && year < 3000
    && (month === undefined || (month >= 1 && month <= 12))
    && (day === undefined || (day >= 1 && day <= daysIn(year, month)));
  if (!isSound) return { wrong: 'no-such-day' };
  const two = (number) => String(number).padStart(2, '0');
  return { iso: [year, ...[month, day].filter((part) => part !== undefined).map(two)].join('-') };
}

/** Year, month and day of an ISO date, complete or partial. */
const parts = (iso) => (/^\d{4}(-\d\d){0,2}$/.test(iso ?? '') ? iso.split('-').map(Number) : []);

/** What was typed as `{ iso }`, or `{ wrong }` with the reason. `current` is the date that stands there now, as ISO. */
export function parseTypedDate(typed, current, thisYear = new Date().getFullYear()) {
  const text = typed.trim().replace(/\.+$/, '').normalize('NFC').toLowerCase();
  const words = text.split(/\s+/).filter(Boolean);
  const inWords = words.some((word) => WORDS.has(word));
  const apart = text.split(/[/.-]/).map((part) => part.trim());
  const groups = inWords ? words.filter((word) => !WORDS.has(word)) : apart.length > 1 ? apart : words;
  if (groups.length === 0 || !groups.every((group) => /^[0-9]+$/.test(group))) return { wrong: 'no-date' };
  const full = (day, month, year) => {
    const written = Number(year);
    const long = year.length > 2 ? written : 2000 + written <= thisYear + 1 ? 2000 + written : 1900 + written;
    return date(long, Number(month), Number(day));
  };
  const [year, month] = parts(current);
  const [one, two, three] = groups;
  switch (groups.map((group) => (group.length <= 2 ? 'n' : group.length === 4 ? 'y' : group.length === 6 || group.length === 8 ? 'run' : '?')).join(' ')) {
    case 'run': return inWords ? { wrong: 'no-date' } : full(one.slice(0, 2), one.slice(2, 4), one.slice(4));
    case 'y': return date(Number(one));
    case 'n':
      if (inWords) return { wrong: 'no-date' };
      return month === undefined ? { wrong: 'month-unknown' } : date(year, month, Number(one));
    case 'n n':
      if (inWords) return { wrong: 'no-date' };
      return year === undefined ? { wrong: 'year-unknown' } : date(year, Number(two), Number(one));
    case 'n y': return date(Number(two), Number(one));
    case 'y n': return date(Number(one), Number(two));
    case 'n n n': return three.length === 2 ? full(one, two, three) : { wrong: 'no-date' };
    case 'n n y': return full(one, two, three);
    case 'y n n': return full(three, two, one);
    default: return { wrong: 'no-date' };
  }
}

/** An ISO date as offices write it: `12/12/2017`, `12/2017`, `2017`. */
export const asWritten = (iso) => iso.split('-').reverse().join('/');

const WEEKDAYS = {
  vi: ['chủ nhật', 'thứ Hai', 'thứ Ba', 'thứ Tư', 'thứ Năm', 'thứ Sáu', 'thứ Bảy'],
  en: ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'],
};

/** An ISO date as it is read back: `thứ Ba, 12/12/2017`. */
export function readBack(iso, language) {
  const [year, month, day] = parts(iso);
  if (day === undefined) return asWritten(iso);
  const moment = new Date(0);
  moment.setUTCFullYear(year, month - 1, day);
  const weekday = (WEEKDAYS[language] ?? WEEKDAYS.en)[moment.getUTCDay()];
  return `${weekday}, ${asWritten(iso)}`;
}
