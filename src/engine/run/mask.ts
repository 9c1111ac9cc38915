import { isJsonObject, type Json, type JsonObject } from '../../json/json.ts';

/** The replacement for a secret. */
const shown = '***';

/** Shorter texts occur in ordinary words: masking them would mask those. */
export const shortestSecret = 4;

/** Masks the values of secrets in everything that a stage outputs, in each form in which programs write them. */
export class Mask {
  /** Longest first: if two begin alike, the longer one is what was written. */
  readonly #forms: readonly string[];
  readonly #pattern: RegExp | undefined;

  /** @param secrets values; those shorter than `shortestSecret` are not masked. */
  constructor(secrets: Iterable<string>) {
    const forms = new Set([...secrets].flatMap(wholeAndLines).flatMap(formsOf));
    this.#forms = [...forms].filter((form) => form.length >= shortestSecret).sort((a, b) => b.length - a.length);
    this.#pattern = this.#forms.length > 0 ? new RegExp(this.#forms.map(escaped).join('|'), 'gu') : undefined;
  }

  text(text: string): string {
    return this.#pattern ? text.replaceAll(this.#pattern, shown) : text;
  }

  /** Masks names and texts at any depth, and numbers that are written like a secret. */
  json(value: Json): Json {
    if (!this.#pattern) return value;
    if (typeof value === 'string') return this.text(value);
    if (typeof value === 'number') return this.#forms.includes(String(value)) ? shown : value;
    if (Array.isArray(value)) return value.map((item) => this.json(item));
    return isJsonObject(value) ? this.object(value) : value;
  }

  object(value: JsonObject): JsonObject {
    const members = Object.entries(value).map(([name, member]) => [this.text(name), this.json(member)] as const);
    return Object.fromEntries(members);
  }

  /** Masks an error that a stage threw, and its causes, in place. */
  error(error: unknown): unknown {
    if (!this.#pattern || !(error instanceof Error)) return error;
    for (const name of ['message', 'stack', 'hint']) {
      const value: unknown = Reflect.get(error, name);
      if (typeof value === 'string')
        Reflect.defineProperty(error, name, { value: this.text(value), configurable: true });
    }
    this.error(error.cause);
    return error;
  }

  /** Masks a text that arrives in pieces: a possible beginning of a secret waits for the next piece, or the end. */
  stream(onText: (text: string) => void): { write(text: string): void; end(): void } {
    let held = '';
    const pass = (text: string) => {
      if (text !== '') onText(this.text(text));
    };
    return {
      write: (text) => {
        const all = held + text;
        const cut = this.#settled(all);
        held = all.slice(cut);
        pass(all.slice(0, cut));
      },
      end: () => {
        pass(held);
        held = '';
      },
    };
  }

  /** How much of a text can no longer become part of a secret, whatever follows. */
  #settled(text: string): number {
    const longest = Math.min(text.length, (this.#forms[0]?.length ?? 0) - 1);
    let cut = text.length;
    for (let length = longest; length > 0 && cut === text.length; length -= 1) {
      const end = text.slice(text.length - length);
      if (this.#forms.some((form) => form.length > length && form.startsWith(end))) cut -= length;
    }
    const across =
      this.#pattern &&
      [...text.matchAll(this.#pattern)].find((match) => match.index < cut && match.index + match[0].length > cut);
    return across ? across.index + across[0].length : cut;
  }
}

/** Programs print a text of several lines line by line, often with their own prefixes. */
function wholeAndLines(secret: string): readonly string[] {
  const lines = secret.split(/\r?\n/u).map((line) => line.trim());
  return [secret, secret.trim(), ...lines].filter(({ length }) => length >= shortestSecret);
}

function formsOf(secret: string): readonly string[] {
  const json = inJson(secret);
  return [
    secret,
    json,
    inJson(json),
    inAscii(json),
    json.replaceAll('/', '\\/'),
    // What `set -x` of several shells prints.
    secret.replaceAll("'", "'\\''"),
    secret.replaceAll("'", `'"'"'`),
    ...inUrls(secret),
    ...inBase64(secret),
  ];
}

function inJson(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function inAscii(text: string): string {
  return text.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

function inUrls(secret: string): readonly string[] {
  // Half of a surrogate pair has no such form, and no environment variable contains one.
  if (/\p{Surrogate}/u.test(secret)) return [];
  const component = encodeURIComponent(secret);
  const strict = component.replaceAll(/[!'()*]/gu, (sign) => `%${sign.charCodeAt(0).toString(16).toUpperCase()}`);
  const query = new URLSearchParams([['', secret]]).toString().slice(1);
  const forms = [component, strict, query].flatMap((form) => [form, form.replaceAll('%2F', '/')]);
  return forms.flatMap((form) => [form, form.replaceAll(/%[0-9A-F]{2}/gu, (code) => code.toLowerCase())]);
}

/** What a secret becomes inside a longer text, for each of the three possible offsets in a group of bytes. */
function inBase64(secret: string): readonly string[] {
  const bytes = Buffer.from(secret);
  const inside = [0, 1, 2].map((before) => {
    const all = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64');
    return all.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6));
  });
  return [bytes.toString('base64'), ...inside].flatMap((form) => [
    form,
    form.replaceAll('+', '-').replaceAll('/', '_'),
  ]);
}

function escaped(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|/]/gu, '\\$&');
}
