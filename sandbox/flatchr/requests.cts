import { z } from 'zod/v4';

/** What the documentation says of requests (dossier section 4), as schemas: what a client sends beyond them is a violation. */

const text = z.string().min(1);
const day = z.string().regex(/^(0[1-9]|1[0-2])\/(0[1-9]|[12]\d|3[01])\/\d\d$/, 'not MM/DD/YY');
const isoTime = z.string().regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/, 'not ISO-8601 UTC');
const isoDay = z.string().regex(/^\d{4}-\d\d-\d\d$/, 'not YYYY-MM-DD');
const listOf = (...names: string[]) => z.string().refine((value) => value.split(',').every((name) => names.includes(name)), `only ${names.join(', ')}`);

export const none = z.strictObject({});
export const messagesQuery = z.strictObject({ fields: listOf('author', 'replied', 'mail', 'attachments', 'candidate').optional() });
export const commentsQuery = z.strictObject({ fields: listOf('author', 'attachments').optional() });
export const vacanciesQuery = z.strictObject({ fields: listOf('address', 'tags', 'items').optional(), status: z.string().regex(/^\d+$/).optional(), offer_id: z.string().regex(/^\d+$/).optional() });
export const vacancyQuery = z.strictObject({ fields: listOf('address', 'tags', 'questions', 'faqs', 'benefits').optional() });
export const feedQuery = z.strictObject(Object.fromEntries(['id', 'activity', 'metier', 'locality', 'administrative_area_level_1', 'filter', 'affiliated'].map((name) => [name, text.optional()])));
export const membersQuery = z.strictObject({ fields: z.literal('user').optional() });
export const referenceQuery = z.strictObject({ lang: z.literal('fr').optional() });
export const cvQuery = z.strictObject({ key: text, extension: text, token: text });

export const login = z.strictObject({ email: text, password: text });

export const search = z.strictObject({
	firstname: text.optional(),
	lastname: text.optional(),
	email: text.optional(),
	phone: text.optional(),
	hired: z.enum(['true', 'false']).optional(),
	column: text.optional(),
	start: day.optional(),
	end: day.optional(),
	start_update: day.optional(),
	end_update: day.optional(),
	vacancy: z.string().length(16).optional(),
	company: text.optional(),
});

export const meta = z.strictObject({ app_name: text.optional(), reference: text, type: text.optional(), value: z.record(z.string(), z.unknown()) });

/** `{}` is what others send only to read. */
export const moveBody = z.strictObject({ column_id: z.number().int().optional() });

export const newCandidate = z.strictObject({
	vacancy: text,
	firstname: z.string().regex(/\p{L}/u),
	lastname: z.string().regex(/\p{L}/u),
	type: z.enum(['link', 'document']),
	resume: z.union([z.url(), z.strictObject({ data: z.base64(), fileName: text, contentType: text })]),
	token: text.optional(),
	email: text.optional(),
	phone: text.optional(),
	comment: text.optional(),
	offerer_id: z.number().int().optional(),
	urls: z.strictObject({ facebook: text.optional(), linkedin: text.optional(), twitter: text.optional(), other: text.optional() }).optional(),
	legalNewsletterPartners: z.boolean().optional(),
	similarities: z.boolean().optional(),
	response_text: text.optional(),
	answers: z.array(z.strictObject({ question: text, value: z.string() })).optional(),
	user_id: text.optional(),
});
export type NewCandidate = z.infer<typeof newCandidate>;

const number = z.number().int();
export const newVacancy = z.object({
	title: text,
	reference: text.optional(),
	description: text,
	mission: text,
	profile: text,
	experience: z.literal([1, 2, 4, 6, 11]),
	salary: z.union([text, z.number()]).optional(),
	salary_max: z.union([text, z.number()]).optional(),
	contract_type_id: number,
	education_level_id: number,
	activity_id: number,
	channel_id: number,
	metier_id: number,
	currency: z.enum(['EUR', 'USD', 'GBP', 'CAD', 'CHF']).optional(),
	language: z.enum(['fr_FR', 'en_GB']),
	status: number,
	note: text.optional(),
	mensuality: z.enum(['y', 'm', 'd', 'h']).optional(),
	driver_license: z.boolean().optional(),
	partial: z.boolean().optional(),
	handicap: z.boolean().optional(),
	kanban: z.boolean().optional(),
	remote: z.enum(['notime', 'parttime', 'fulltime']).optional(),
	start_date: isoDay.optional(),
	end_date: isoDay.optional(),
	meta_title: text.optional(),
	meta_description: text.optional(),
	meta_tags: text.optional(),
	// The table goes on; these are seen when a vacancy is read.
	video_url: text.optional(),
	show_salary: z.boolean().optional(),
	skills: text.optional(),
}).strict();
export type NewVacancy = z.infer<typeof newVacancy>;

export const newTask = z.strictObject({ description: text, date: isoTime, email: z.boolean().optional(), value: z.array(z.string().regex(/^(applicant|member)=\w{16}$/)).min(1), users: z.array(z.string().length(16)).min(1), memberId: z.string().length(16) });
export type NewTask = z.infer<typeof newTask>;
export const closeTask = z.strictObject({ done: z.literal(true) });
export const setTrait = z.strictObject({ tag: z.string().length(16), value: text });
/** Fields of the multipart form; the file stands beside them. */
export const newComment = z.strictObject({ type: text, text: text.optional(), private: z.enum(['true', 'false']).optional(), reply_to: z.string().regex(/^\d+$/).optional() });
