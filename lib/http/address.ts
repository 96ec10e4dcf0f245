import { FieldError } from '../errors';

/**
 * The address of a file that somebody else named, as the next hop may ask it: https and outside, but for the server that the
 * credential itself names. The URL parser has written odd spellings (`127.1`, `2130706433`, `0177.0.0.1`) out before.
 */
export function fileUrl(text: string, base: string): URL {
	if (!URL.canParse(text, base)) throw new FieldError('The file address is not a URL', 'Use the address that the service gave, with https://.');
	const url = new URL(text, base);
	const own = new URL(base);
	const mayBeInside = url.hostname === own.hostname || (isLoopback(own.hostname) && isLoopback(url.hostname));
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && mayBeInside && isLoopback(url.hostname))) throw new FieldError('The file address is not https', 'Only https addresses are fetched.');
	if (isInside(url.hostname) && !mayBeInside) throw new FieldError('The file address leads into a private network', 'Files are fetched from public servers only, and from the one that the credential names.');
	if (url.username || url.password) throw new FieldError('The file address holds a user or a password', 'Use the address that the service gave.');
	return url;
}

export function isLoopback(hostname: string): boolean {
	const host = hostOf(hostname);
	const bytes = bytesOf(host);
	return host === 'localhost' || host.endsWith('.localhost') || (bytes ? bytes[0] === 127 : host === '::1');
}

/** This machine, a private network, or a name that only those know. A public name may still lead inside: n8n's own protection looks at that. */
export function isInside(hostname: string): boolean {
	const host = hostOf(hostname);
	const bytes = bytesOf(host);
	if (bytes) return isPrivate(bytes);
	// 2001:0 (Teredo) holds an address of IPv4, and no file server has one.
	if (host.includes(':')) return !/^[23]/.test(host) || /^2001:(db8:|0:|:)/.test(host);
	return !host.includes('.') || INSIDE_NAMES.some((ending) => host.endsWith(ending));
}

const INSIDE_NAMES = ['.localhost', '.localdomain', '.local', '.internal', '.intranet', '.private', '.corp', '.home', '.lan', '.svc', '.home.arpa'];

function hostOf(hostname: string): string {
	const host = hostname.toLowerCase();
	return host.startsWith('[') ? host.slice(1, -1) : host.endsWith('.') ? host.slice(0, -1) : host;
}

/** The four bytes of an IPv4 address, also inside one of IPv6 (mapped, compatible, NAT64, 6to4). */
function bytesOf(host: string): number[] | undefined {
	if (/^\d{1,3}(\.\d{1,3}){3}$/.test(host)) return host.split('.').map(Number);
	const within = /^(?:::ffff:|::ffff:0:|::|64:ff9b::)([0-9a-f]{1,4}):([0-9a-f]{1,4})$/.exec(host) ?? /^2002:([0-9a-f]{1,4}):([0-9a-f]{1,4}):/.exec(host);
	if (!within) return undefined;
	return within.slice(1, 3).flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 255]);
}

/** https://www.iana.org/assignments/iana-ipv4-special-registry */
function isPrivate([first = 0, second = 0, third = 0]: readonly number[]): boolean {
	return (
		first === 0 || first === 10 || first === 127 || first >= 224 ||
		(first === 100 && second >= 64 && second < 128) ||
		(first === 169 && second === 254) ||
		(first === 172 && second >= 16 && second < 32) ||
		(first === 192 && (second === 168 || (second === 0 && (third === 0 || third === 2)))) ||
		(first === 198 && (second === 18 || second === 19 || (second === 51 && third === 100))) ||
		(first === 203 && second === 0 && third === 113)
	);
}

/** `url` where our calls go; undefined: another server. Behind a TLS proxy a service may write its own links with http: their path is asked where we ask. */
export function atOwnOrigin(url: URL, own: URL): URL | undefined {
	const web = url.protocol === 'http:' || url.protocol === 'https:';
	// A user in the link would take the place of our key.
	return web && (url.origin === own.origin || (url.hostname === own.hostname && url.protocol !== own.protocol)) ? new URL(own.origin + url.pathname + url.search) : undefined;
}

/**
 * *Allowed HTTP Request Domains* of a credential, as its owner wrote them: names, or `*.` and a name for what is below it.
 * Undefined: all are allowed.
 */
export function allowedDomainsOf({ allowedHttpRequestDomains, allowedDomains }: { allowedHttpRequestDomains?: unknown; allowedDomains?: unknown }): string | undefined {
	return allowedHttpRequestDomains === 'domains' && typeof allowedDomains === 'string' && allowedDomains.trim() !== '' ? allowedDomains : undefined;
}

/** n8n looks at them too, on hosts that know how. */
export function checkAllowed(url: URL, allowed: string | undefined): void {
	if (allowed === undefined) return;
	const host = hostOf(url.hostname);
	const fits = (domain: string) => (domain.startsWith('*.') ? domain.length > 2 && host.endsWith(domain.slice(1)) : host === domain);
	if (allowed.split(',').some((domain) => fits(hostOf(domain.trim())))) return;
	throw new FieldError(`The credential does not allow calls to ${url.host}`, 'Add this host to "Allowed Domains" in the credential, or allow all.');
}
