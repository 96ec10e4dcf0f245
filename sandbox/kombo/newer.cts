/**
 * Endpoints that are newer than the stored OpenAPI document, described after Kombo's official clients:
 * notes (Ruby client 1.2.8), scorecards and attachments (TypeScript client after August 2026).
 */
import { z } from 'zod/v4';

const stamp = z.iso.datetime();
const flag = z.enum(['true', 'false']);
const dateIn = z.string().regex(/^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}:\d{2}(\.\d+)?)?Z?$/);

export const query = z.strictObject({
	cursor: z.string().optional(),
	page_size: z.coerce.number().int().min(1).max(250).optional(),
	updated_after: dateIn.optional(),
	include_deleted: flag.optional(),
	ignore_unsupported_filters: flag.optional(),
	ids: z.string().optional(),
	remote_ids: z.string().optional(),
	candidate_ids: z.string().optional(),
	application_ids: z.string().optional(),
});

const remote = { remote_created_at: stamp.nullable(), remote_updated_at: stamp.nullable(), changed_at: stamp, remote_deleted_at: stamp.nullable() };
const user = z.strictObject({ id: z.string(), remote_id: z.string().nullable(), first_name: z.string().nullable(), last_name: z.string().nullable(), email: z.string().nullish() });

export const note = z.strictObject({
	id: z.string(),
	remote_id: z.string(),
	candidate_id: z.string(),
	application_id: z.string().nullable(),
	author_id: z.string().nullable(),
	title: z.string().nullable(),
	content_html: z.string().nullable(),
	is_private: z.boolean().nullable(),
	...remote,
	author: user.nullable(),
});

const option = z.strictObject({ remote_id: z.string().nullable(), label: z.string() });
const response = z
	.object({ remote_id: z.string().nullable(), label: z.string(), description: z.string().nullable(), required: z.boolean().nullable() })
	.and(
		z.discriminatedUnion('type', [
			z.object({ type: z.literal('TEXT'), answer: z.string().nullable() }),
			z.object({ type: z.literal('NUMBER'), answer: z.number().nullable() }),
			z.object({ type: z.literal('BOOLEAN'), answer: z.boolean().nullable() }),
			z.object({ type: z.literal('DATE'), answer: z.iso.date().nullable() }),
			z.object({ type: z.literal('SINGLE_SELECT'), options: z.array(option), answer: option.nullable() }),
			z.object({ type: z.literal('MULTI_SELECT'), options: z.array(option), answer: z.array(option) }),
		]),
	);

export const scorecard = z.strictObject({
	id: z.string(),
	remote_id: z.string(),
	candidate_id: z.string().nullable(),
	application_id: z.string().nullable(),
	interview_id: z.string().nullable(),
	author_id: z.string().nullable(),
	responses: z.array(response).nullish(),
	...remote,
	author: user.nullable(),
});

export const attachment = z.strictObject({
	id: z.string(),
	remote_id: z.string(),
	candidate_id: z.string(),
	application_id: z.string().nullable(),
	type: z.enum(['CV', 'COVER_LETTER', 'OTHER']).nullable(),
	file_name: z.string().nullable(),
	content_ref: z.strictObject({ type: z.literal('s3'), bucket: z.string(), key: z.string() }).nullish(),
	...remote,
});

const issue = z.strictObject({
	id: z.string(),
	type: z.string(),
	title: z.string(),
	status: z.enum(['OPEN', 'RESOLVED']),
	markdown_message: z.string(),
	first_observed_at: stamp,
	resolved_at: stamp.nullable(),
});
const endUser = z.strictObject({ organization_name: z.string(), creator_email: z.string().nullable(), origin_id: z.string().nullable() });

/** The webhook `issue-status-changed`. */
export const issueStatusChanged = z.strictObject({
	id: z.string(),
	type: z.literal('issue-status-changed'),
	data: z.strictObject({
		change: z.enum(['raised', 'resolved']),
		issue,
		integration: z.strictObject({ id: z.string(), tool: z.string(), category: z.enum(['HRIS', 'ATS', 'ASSESSMENT', 'LMS']), end_user: endUser }).nullable(),
	}),
});

/** A schema as a check that gives sentences. */
export function checker(schema: z.ZodType): (value: unknown) => string[] {
	return (value) => {
		const result = schema.safeParse(value);
		return result.success ? [] : result.error.issues.slice(0, 5).map((one) => `${one.path.join('/')}: ${one.message}`);
	};
}
