/** Credentials whose secrets are known again wherever and however they show, and the search for them. */
import { createRequire } from 'node:module';

import { LoggerProxy } from 'n8n-workflow';

import { StoredCredentials } from '../harness/index.cts';
import { service } from '../harness/host.cts';

type Logger = Record<'error' | 'warn' | 'info' | 'debug', (message: string, metadata?: object) => void>;
const { Logger } = createRequire(require.resolve('n8n-core'))('@n8n/backend-common') as { Logger: new () => Logger };

/** With everything that is written differently in an address, in JSON, in HTML and in base64. */
const secretFor = (field: string) => `sk"${field}"\\1/2+3=4&5%6 <7> end`;

const isSecret = (name: string, password: boolean) => password || ['clientSecret', 'extraHeaders'].includes(name);

/** The same credentials with a secret of ours in every field that holds one; `secrets` names all there are, also those of before. */
export function marked(credentials: StoredCredentials): { credentials: StoredCredentials; secrets: Secrets } {
	const secrets = new Secrets();
	const store = structuredClone(credentials.store);
	for (const [type, data] of Object.entries(store)) {
		for (const { name, typeOptions } of credentials.getCredentialsProperties(type)) {
			if (!isSecret(name, typeOptions?.password === true)) continue;
			const before = data[name];
			if (typeof before === 'string' && before !== '') secrets.add(`${type}.${name} of the sandbox`, before);
			const secret = secretFor(`${type}.${name}`);
			secrets.add(`${type}.${name}`, secret);
			data[name] = name === 'extraHeaders' ? JSON.stringify({ 'X-Extra': secret }) : secret;
		}
		delete data.oauthTokenData;
	}
	return { credentials: new StoredCredentials(store), secrets };
}

export class Secrets {
	private readonly forms = new Map<string, string>();
	/** Texts without a secret: most come again in the next run. */
	private readonly clean = new Set<string>();
	readonly found: string[] = [];

	add(name: string, secret: string): void {
		for (const form of formsOf(secret)) {
			if (!this.forms.has(form)) this.clean.clear();
			this.forms.set(form, name);
		}
	}

	/** Where `value` shows a secret, however deep: in any text of it, also in what is not enumerable. */
	search(title: string, value: unknown): void {
		for (const [place, text] of textsOf(value)) {
			if (this.clean.has(text)) continue;
			const shown = [...this.forms].filter(([form]) => text.includes(form));
			if (shown.length === 0) this.clean.add(text);
			for (const [form, name] of shown) this.found.push(`${title}: ${place} shows ${name} as ${form}: ${text.slice(0, 300)}`);
		}
	}
}

/** How a secret may be written. Whoever shows only its beginning shows it too. */
function formsOf(secret: string): string[] {
	const html = secret.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;').replace(/"/g, '&quot;');
	const json = JSON.stringify(secret).slice(1, -1);
	const base64 = Buffer.from(secret).toString('base64').replace(/=+$/, '');
	const whole = [secret, json, JSON.stringify(json).slice(1, -1), html, encodeURIComponent(secret), encodeURI(secret), new URLSearchParams({ '': secret }).toString().slice(1), base64, base64.replace(/\+/g, '-').replace(/\//g, '_')];
	return [...new Set(whole.map((form) => form.slice(0, Math.max(8, Math.ceil(form.length * 0.6)))))];
}

function* textsOf(value: unknown, place = '', seen = new Set<unknown>()): Generator<[string, string]> {
	if (typeof value === 'string') yield [place, value];
	if (typeof value !== 'object' || value === null || seen.has(value)) return;
	seen.add(value);
	if (Buffer.isBuffer(value)) yield [place, value.toString('latin1')];
	else if (value instanceof Map || value instanceof Set) yield* textsOf([...value], place, seen);
	else
		for (const key of Reflect.ownKeys(value)) {
			yield [`a key of ${place}`, String(key)];
			yield* textsOf(Reflect.get(value, key), `${place}.${String(key)}`, seen);
		}
}

/** What n8n and we write to the log, or straight to the console, from now on. */
export function listen(): { lines: unknown[][] } {
	const lines: unknown[][] = [];
	const hear = (...line: unknown[]) => void lines.push(line);
	for (const logger of [Logger.prototype, service(Logger), console]) for (const level of ['error', 'warn', 'info', 'debug'] as const) jest.spyOn(logger, level).mockImplementation(hear);
	LoggerProxy.init({ error: hear, warn: hear, info: hear, debug: hear });
	return { lines };
}
