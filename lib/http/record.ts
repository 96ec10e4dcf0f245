import { isObject, type VendorError } from './apiDefinition';

/** The record that an answer must hold. Nothing, a list or a bare value in its place is an error, never a success with an empty item. */
export function recordOf(value: unknown, service: string): Record<string, unknown> {
	if (isObject(value) && Object.keys(value).length > 0) return value;
	throw new Error(`${service} answered without a record where one is due: look there whether the call was carried out, and whether the base URL is right.`);
}

/** The rows of a list. One that is no record is an error: left out, it would look as if it were gone. */
export function recordsOf(rows: readonly unknown[], service: string): Array<Record<string, unknown>> {
	const records = rows.filter(isObject);
	if (records.length === rows.length) return records;
	throw new Error(`${service} gave a list with something else than records in it: what is missing cannot be known.`);
}

/** For a service whose every success says so: the error of an answer of 2xx that does not. Texts and files, which only a raw call asks for, say nothing. */
export function notFrom(service: string, body: unknown, saysSuccess: (body: Record<string, unknown>) => boolean): VendorError | undefined {
	if (typeof body === 'string' || Buffer.isBuffer(body) || (isObject(body) && saysSuccess(body))) return undefined;
	return {
		message: `What answered is not ${service}: it does not say that the call succeeded`,
		hint: `Something between n8n and ${service} answered in its place, or the base URL is wrong. If the call changes something, check there whether it was carried out.`,
		cause: 'configuration-invalid',
	};
}
