/*
 * Money, dates and numbers in the person's own way of writing (Intl).
 *
 * Money comes as a decimal text and stays one: Intl.NumberFormat takes such a text as the exact number it is (ECMA-402, since
 * 2023), and sums are BigInt of minor units. A Number is made of money only to draw and to rank.
 */

const LOCALES = navigator.languages;
const kept = new Map();

function cached(kind, options) {
  const key = kind.name + JSON.stringify(options);
  if (!kept.has(key)) kept.set(key, new kind(LOCALES, options));
  return kept.get(key);
}

const digitsOf = (amount) => (amount.split(".")[1] ?? "").length;

/* "-4.20", "EUR" → −€4.20; `signed` puts a plus before money in. */
export function money(amount, currency, signed = false) {
  const digits = digitsOf(amount);
  return cached(Intl.NumberFormat, {
    style: "currency",
    currency,
    currencyDisplay: "narrowSymbol",
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
    signDisplay: signed ? "exceptZero" : "negative",
  })
      .formatToParts(amount)
      .map((part) => (part.type === "minusSign" ? "−" : part.value))
      .join("");
}

export const isNegative = (amount) => amount.startsWith("-");
export const isZero = (amount) => /^-?[0.]*$/.test(amount);
export const zeroLike = (amount) => fromMinor(0n, digitsOf(amount));
export const negate = (amount) => (isZero(amount) ? amount : isNegative(amount) ? amount.slice(1) : `-${amount}`);

/* Minor units at `digits` places; and back. */
const toMinor = (amount, digits) => {
  const [whole, part = ""] = amount.split(".");
  return BigInt(whole + part.padEnd(digits, "0"));
};
function fromMinor(minor, digits) {
  const text = (minor < 0n ? -minor : minor).toString().padStart(digits + 1, "0");
  return (minor < 0n ? "-" : "") + (digits ? `${text.slice(0, -digits)}.${text.slice(-digits)}` : text);
}
export function sum(amounts) {
  const digits = Math.max(0, ...amounts.map(digitsOf));
  return fromMinor(amounts.reduce((total, amount) => total + toMinor(amount, digits), 0n), digits);
}

/* How far a is of b, for drawing; 0 where b is nothing. */
export const ratio = (a, b) => (isZero(b) ? 0 : Number(a) / Number(b));

/*
 * An amount as a person types it, as the API takes it: "1.234,50" and "1,234.50" → "1234.50". The last point or comma parts the
 * decimals, unless three digits follow and the person's own way of writing groups by that sign. What is no number stays as it is:
 * the API says what is wrong with it.
 */
export function readAmount(text) {
  const typed = text.replace(/[\s'’_]/g, "").replace("−", "-");
  if (!/^[+-]?[\d.,]+$/.test(typed)) return text.trim();
  const decimal = cached(Intl.NumberFormat, {}).formatToParts(1.5).find((part) => part.type === "decimal").value;
  const at = Math.max(typed.lastIndexOf("."), typed.lastIndexOf(","));
  if (at < 0) return typed;
  const isGroup = typed.length - at - 1 === 3 && typed[at] !== decimal;
  const whole = typed.slice(0, at).replace(/[.,]/g, "");
  return isGroup || at === typed.length - 1 ? whole + typed.slice(at + 1) : `${whole || "0"}.${typed.slice(at + 1)}`;
}

/* Civil dates: UTC on both sides, so that no zone shifts them. */
const civil = (date, options) => cached(Intl.DateTimeFormat, {...options, timeZone: "UTC"}).format(new Date(`${date}T00:00:00Z`));
export const day = (date) => civil(date, {day: "numeric", month: "short", year: "numeric"});
export const shortDay = (date) => civil(date, {day: "numeric", month: "short"});
export const weekday = (date) => civil(date, {weekday: "long"});
export const month = (date) => civil(`${date.slice(0, 7)}-01`, {month: "long", year: "numeric"});
export const shortMonth = (date) => civil(`${date.slice(0, 7)}-01`, {month: "short"});
export const instant = (when, timeZone) =>
    cached(Intl.DateTimeFormat, {dateStyle: "medium", timeStyle: "short", timeZone}).format(new Date(when));

/* Today where the person lives: YYYY-MM-DD. */
export function today(timeZone) {
  const parts =
      new Intl.DateTimeFormat("en", {timeZone, year: "numeric", month: "2-digit", day: "2-digit"}).formatToParts(new Date());
  const part = (type) => parts.find((one) => one.type === type).value;
  return `${part("year")}-${part("month")}-${part("day")}`;
}

/* YYYY-MM, so many months away. */
export function addMonths(date, count) {
  const at = Number(date.slice(0, 4)) * 12 + Number(date.slice(5, 7)) - 1 + count;
  return `${String(Math.floor(at / 12)).padStart(4, "0")}-${String((at % 12) + 1).padStart(2, "0")}`;
}
export const lastDay = (yearMonth) =>
    new Date(Date.parse(`${addMonths(yearMonth, 1)}-01T00:00:00Z`) - 86400000).toISOString().slice(0, 10);

export const count = (number) => cached(Intl.NumberFormat, {}).format(number);
export const percent = (share) => cached(Intl.NumberFormat, {style: "percent", maximumFractionDigits: 0}).format(share);
export const list = (words) => cached(Intl.ListFormat, {type: "conjunction"}).format(words);
export const bytes = (size) => (size < 1024 ? `${size} B` :
        size < 1048576 ? `${count(Math.round(size / 102.4) / 10)} KB` :
                         `${count(Math.round(size / 104857.6) / 10)} MB`);
