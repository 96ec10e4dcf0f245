import { createHmac, timingSafeEqual } from 'crypto';

import { trimEnd } from '../http/trimEnd';

const MAX_LENGTH = 256;

/** HMAC-SHA256 over the received bytes, base64url; padding is tolerated. Compares in constant time. */
export function isSigned(rawBody: Buffer, signature: string | undefined, secret: string): boolean {
	if (!signature || !secret) return false;
	const expected = Buffer.from(createHmac('sha256', secret).update(rawBody).digest('base64url'));
	// Length first: it is read before anybody is known.
	if (signature.length > MAX_LENGTH) return false;
	const given = Buffer.from(trimEnd(signature.trim(), '='));
	return expected.length === given.length && timingSafeEqual(expected, given);
}

/** A secret in a header or path, compared in constant time whatever its length. */
export function isSecret(given: string | undefined, secret: string): boolean {
	if (!given || !secret) return false;
	const digest = (text: string) => createHmac('sha256', 'compare').update(text).digest();
	return timingSafeEqual(digest(given), digest(secret));
}
