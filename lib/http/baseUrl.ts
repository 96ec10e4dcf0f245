import { FieldError } from '../errors';
import { trimEnd } from './trimEnd';

/** A base URL typed into a credential: https, or http on loopback (for the sandbox); without trailing slash. */
export function checkedBaseUrl(raw: unknown, field = 'Base URL'): string {
	const text = typeof raw === 'string' ? raw.trim() : '';
	if (!URL.canParse(text)) throw new FieldError(`"${field}" in the credential is not a URL`, 'Use the full address, for example https://api.example.com/v1.');
	const url = new URL(text);
	const loopback = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname);
	if (url.protocol !== 'https:' && !(url.protocol === 'http:' && loopback)) {
		throw new FieldError(`"${field}" in the credential must start with https://`, 'Plain http would send the key readable for everybody on the way; only this machine itself is exempt.');
	}
	if (url.username || url.password || url.search || url.hash) throw new FieldError(`"${field}" in the credential holds more than an address`, 'Leave out user, password, query and fragment.');
	// What follows an empty ? or # would be no path.
	return trimEnd(url.origin + url.pathname, '/');
}
