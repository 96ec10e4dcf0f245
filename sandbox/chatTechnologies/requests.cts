import { z } from 'zod/v4';

/**
 * What the documentation says of requests, as schemas: what a client sends beyond them is a violation.
 * https://chattechnologies.atlassian.net/wiki/spaces/CTKB/pages/17956908/Chat+Technologies+API
 */

export const listQuery = z.looseObject({ limit: z.coerce.number().int().min(1).max(300).optional(), cursor: z.string().min(1).optional() });

const target = z.strictObject({ type: z.string().min(1), id: z.string().min(1) });
const toOne = z.strictObject({ data: target.nullable() });
const toMany = z.strictObject({ data: z.array(target) });

export const LOCALES = ['ar', 'cs', 'da', 'de', 'en', 'es', 'et', 'fi', 'fil', 'fr', 'hu', 'it', 'ja', 'ko', 'lv', 'ms', 'nl', 'no', 'pl', 'pt', 'ro', 'ru', 'sv', 'th', 'tr', 'zh-CN'] as const;

const text = z.string().optional();
const flag = z.boolean().optional();

/** Read-only attributes are not here: a strict object finds them. */
const candidate = {
	connected: flag,
	'consent-given-future-jobs': flag,
	email: text,
	'facebook-id': text,
	'first-name': text,
	internal: flag,
	'last-name': text,
	'linkedin-uid': text,
	'linkedin-url': text,
	merge: flag,
	phone: text,
	picture: text,
	pitch: z.string().max(140).optional(),
	'referring-url': text,
	resume: text,
	sourced: flag,
	'set-consent-expiration': flag,
	tags: z.array(z.string()).optional(),
	unsubscribed: flag,
};

interface Shapes {
	attributes: z.ZodType;
	relationships: z.ZodType;
}

/** `x-...` attributes stand for those of a customer's own set-up. */
const own = z.custom<`x-${string}`>((name) => typeof name === 'string' && name.startsWith('x-'));
const strict = (shape: z.ZodRawShape): z.ZodType => z.object(shape).catchall(z.unknown()).superRefine((value, context) => {
	for (const name of Object.keys(value)) if (!(name in shape) && !own.safeParse(name).success) context.addIssue({ code: 'custom', message: `"${name}" is no attribute that can be written here` });
});

const SHAPES: Record<string, (creating: boolean) => Shapes> = {
	candidates: (creating) => ({ attributes: strict({ ...candidate, ...(creating ? { 'send-welcome-message': flag } : {}) }), relationships: z.strictObject({}) }),
	companies: () => ({ attributes: z.strictObject({ name: text, website: text, locale: z.enum(LOCALES).optional() }), relationships: z.strictObject({ manager: toOne.optional() }) }),
	departments: () => ({ attributes: z.strictObject({ name: text }), relationships: z.strictObject({ roles: toMany.optional(), teams: toMany.optional() }) }),
	roles: () => ({ attributes: z.strictObject({ name: text }), relationships: z.strictObject({ department: toOne.optional(), teams: toMany.optional() }) }),
};

/** A JSON:API document; in an update it names what it updates. */
export function documentOf(type: string, id: string | null): z.ZodType {
	const shapes = SHAPES[type]?.(id === null) ?? { attributes: z.looseObject({}), relationships: z.looseObject({}) };
	return z.strictObject({
		data: z.strictObject({
			type: z.literal(type),
			...(id === null ? {} : { id: z.literal(id) }),
			attributes: shapes.attributes.optional(),
			relationships: shapes.relationships.optional(),
		}),
	});
}

/** No message schema is documented: this set-up takes these. */
export const messageBody = z.strictObject({ candidate_id: z.string().min(1).optional(), subject: z.string().nullable().optional(), body: z.string().optional() });
