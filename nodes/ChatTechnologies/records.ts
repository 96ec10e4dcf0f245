import type { Row } from '../../lib/action/operation';
import { parseJson } from '../../lib/http/json';
import { flat, type Attributes } from '../../lib/http/jsonApi';

/*
 * Records as JSON:API writes them, and as a person reads them. Keys keep their hyphens: what was read can be sent back.
 * https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API (example datapoints)
 */

// ----------------------------------------------------------------------------------------------------------- reading

/** Attributes with addresses of files that die after 30 seconds. */
export type Resume = 'resume' | 'original-resume';

/** Whether there is a file is told; its address is not passed on. */
export function flatCandidate(row: Row): Row {
	const { resume, 'original-resume': original, ...rest } = flat(row);
	if (resume === undefined && original === undefined) return rest;
	return { ...rest, 'has-resume': isAddress(resume) || isAddress(original) };
}

/** The signed address in a candidate, in either envelope. */
export function resumeAddress(row: Row, which: Resume): string | undefined {
	const found = flat(row)[which];
	return isAddress(found) ? found : undefined;
}

function isAddress(value: unknown): value is string {
	return typeof value === 'string' && value !== '';
}

/** The JSON inside the text `data`; the text itself where it is none. */
export function flatChange(row: Row): Row {
	const { data, ...rest } = flat(row);
	return data === undefined ? rest : { ...rest, data: unpacked(data) };
}

function unpacked(data: Row[string]): Row[string] {
	if (typeof data !== 'string') return data;
	try {
		return parseJson(data) as Row[string];
	} catch {
		return data;
	}
}

// ----------------------------------------------------------------------------------------------------------- writing

export interface Rules {
	/** The service works these out itself: sending them is refused or ignored. */
	readOnly: readonly string[];
	/** Only taken when a record is made. */
	createOnly: readonly string[];
}

export const CANDIDATE_RULES: Rules = {
	readOnly: ['consent-future-jobs-at', 'facebook-profile', 'linkedin-profile', 'original-resume', 'referring-site', 'referred'],
	createOnly: ['send-welcome-message'],
};
export const NO_RULES: Rules = { readOnly: [], createOnly: [] };

/** Attributes that may be sent, and the names of those that were left out. */
export function writable(attributes: Attributes, rules: Rules, creating: boolean): { sent: Attributes; dropped: string[] } {
	const refused = new Set([...rules.readOnly, ...(creating ? [] : rules.createOnly)]);
	const given = Object.entries(attributes).filter(([, value]) => value !== undefined);
	return { sent: Object.fromEntries(given.filter(([name]) => !refused.has(name))), dropped: given.map(([name]) => name).filter((name) => refused.has(name)) };
}
