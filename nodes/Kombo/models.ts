import { z, type ZodType } from 'zod/v4';

import type { Row } from '../../lib/action/operation';
import { isObject } from '../../lib/http/wire';

/** Shapes of outputs, for the editor's preview. Source: Kombo's OpenAPI document, https://api.kombo.dev/openapi.json */

const text = () => z.string().nullable();
const time = () => z.string().nullable().describe('ISO 8601, UTC');
const mini = () => z.object({ id: z.string(), remote_id: text(), name: text() }).nullable();

export const writeModel = (): ZodType => z.object({ success: z.boolean(), warnings: z.array(z.string()) });

const outcome = () => z.enum(['PENDING', 'HIRED', 'DECLINED']).nullable();

export const applicationModel = (): ZodType =>
	z.object({
		id: z.string(),
		remote_id: text(),
		outcome: outcome(),
		rejection_reason_name: text(),
		rejected_at: time(),
		current_stage_id: text(),
		job_id: text(),
		candidate_id: text(),
		remote_url: text(),
		changed_at: z.string(),
		remote_created_at: time(),
		current_stage: mini(),
		job: mini(),
		candidate: z.object({ id: z.string(), first_name: text(), last_name: text() }).nullable(),
	});

export const simpleApplicationModel = (): ZodType =>
	z.object({
		id: z.string(),
		outcome: outcome(),
		stage_id: text(),
		stage: text(),
		job_id: text(),
		job: text(),
		candidate_id: text(),
		first_name: text(),
		last_name: text(),
		email: text(),
		rejection_reason: text(),
		rejected_at: time(),
		created_at: time(),
		changed_at: z.string(),
		url: text(),
	});

export function simpleApplication(row: Row): Row {
	const { candidate, job, current_stage: stage } = row;
	return {
		id: row.id,
		outcome: row.outcome,
		stage_id: row.current_stage_id,
		stage: pick(stage, 'name'),
		job_id: row.job_id,
		job: pick(job, 'name'),
		candidate_id: row.candidate_id,
		first_name: pick(candidate, 'first_name'),
		last_name: pick(candidate, 'last_name'),
		email: firstEmail(candidate),
		rejection_reason: row.rejection_reason_name,
		rejected_at: row.rejected_at,
		created_at: row.remote_created_at,
		changed_at: row.changed_at,
		url: row.remote_url,
	};
}

export function pick(value: unknown, key: string): string | null {
	const found = isObject(value) ? value[key] : undefined;
	return typeof found === 'string' ? found : null;
}

export function firstEmail(person: unknown): string | null {
	const list = isObject(person) && Array.isArray(person.email_addresses) ? person.email_addresses : [];
	return pick(list[0], 'email_address');
}
