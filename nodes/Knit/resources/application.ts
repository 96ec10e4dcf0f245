import { collection, jsonObject, text, toggle, type Json } from '../../../lib/action/field';
import { settledAll, type Item } from '../../../lib/action/item';
import type { OutputItem, Resource, Row } from '../../../lib/action/operation';
import { sameAddress } from '../../../lib/ats/kit';
import { NOT_SPECIFIED, toText } from '../../../lib/ats/model';
import { FieldError } from '../../../lib/errors';
import { folded } from '../../../lib/folded';
import { asRow, LISTS, type KnitApi } from '../api';
import { applicationFilters, applicationId, candidateId, unpublished } from '../fields';
import { createdApplicationModel, listed, part, pick, simpleApplication } from '../models';
import { operation } from '../operation';
import { newApplication, newApplicationBody } from './shared/newApplication';

const body = jsonObject('body', { displayName: 'Body (JSON)', required: true, default: '{}', rows: 6, description: 'Sent to Knit as it is', hint: unpublished });

const file = collection('file', {
	displayName: 'File',
	addLabel: 'Add Property',
	description: 'Puts a file of the input into the body, as base64 text',
	fields: [
		text('binaryField', { displayName: 'Input Binary Field', placeholder: 'data', description: 'The name of the input field that holds the file' }),
		text('contentPath', { displayName: 'Content Goes To', placeholder: 'attachment.attachmentContent.content', description: 'Place of the content in the body, keys joined by dots' }),
		text('namePath', { displayName: 'Name Goes To', placeholder: 'attachment.name', description: 'Place of the file name in the body, keys joined by dots' }),
	],
});

export const application: Resource<KnitApi> = {
	name: 'Application',
	value: 'application',
	description: "One person's submission for one job",
	operations: [
		operation({
			name: 'Add Attachment (Undocumented Body)',
			value: 'addAttachment',
			action: 'Add an attachment to an application',
			description: 'Upload a file to an application. Knit does not publish the fields of this call, so the body is yours to write.',
			access: 'write',
			fields: [body, file],
			// https://getknit.dev/solutions-use-cases/create-push-applications-for-a-job-posting
			run: async (knit, p, item) => ({ success: true, ...(await knit.post('/ats.application.attachment.add', await withFile(p.body, p.file, item))) }),
		}),
		operation({
			name: 'Create',
			value: 'create',
			action: 'Create an application',
			description: 'Submit a candidate, new or known, for a job. Job, Get Many gives the job ID.',
			access: 'write',
			fields: newApplication,
			output: createdApplicationModel,
			// https://getknit.dev/solutions-use-cases/create-push-applications-for-a-job-posting
			run: async (knit, p, item) => await knit.make('/ats.application.create', await newApplicationBody(p, item)),
		}),
		operation({
			name: 'Get',
			value: 'get',
			action: 'Get an application',
			description: 'Read one application with its stage, interviews, rejection, offers and attachments. Application, Get Many gives both IDs.',
			access: 'read',
			fields: [applicationId, candidateId],
			...simpleApplication,
			run: async (knit, p) => await applicationOf(knit, p.applicationId, p.candidateId),
		}),
		operation({
			name: 'Get Many',
			value: 'getAll',
			action: 'Get many applications',
			description: 'List applications of the connected ATS, live, filtered by job, stage, status or date',
			access: 'read',
			many: true,
			fields: [
				applicationFilters,
				toggle('details', {
					displayName: 'Fetch Details',
					description: 'Whether to get each application once more by its ID: for an ATS whose list gives outlines only (Workable does). One more call each.',
				}),
			],
			...simpleApplication,
			// https://developers.getknit.dev/docs/list-applications
			run: (knit, p, item) => {
				const { filters, details } = p;
				const found = knit.list(LISTS.applications, 'applications', filters);
				return details ? withDetails(knit, found, filters, item.limit) : fitting(found, filters);
			},
		}),
		operation({
			name: 'Update Stage (Undocumented Body)',
			value: 'updateStage',
			action: 'Update the stage of an application',
			description: 'Move an application to another stage. Knit does not publish the fields of this call, so the body is yours to write. Job, Get lists the stages.',
			access: 'write',
			fields: [body],
			// https://getknit.dev/solutions-use-cases/get-candidate-hiring-funnel-stage-progress
			run: async (knit, p) => ({ success: true, ...(await knit.post('/ats.application.stage.update', p.body)) }),
		}),
	],
};

/** One application in full. Knit wants the candidate's ID as well. */
export async function applicationOf(knit: KnitApi, id: string, candidate: string): Promise<Row> {
	const { application: found } = await knit.get('/ats.application.get', { applicationId: id, candidateId: candidate });
	if (pick(part(found, 'info'), 'id') === null) throw new FieldError(`Knit gave no application for the ID ${id}`, 'Check that both IDs are of the same application and of this integration.');
	return asRow(found);
}

type Filters = ReturnType<typeof applicationFilters.read>;

/** What a row tells must be what was asked for: a connected ATS may not know the filter, or take one value only. What it does not tell is no reason to leave it out. */
function fits(row: Row, { candidateEmail, candidateId: candidates, jobId: jobs, status: statuses, stage: stages }: Filters): boolean {
	const { info, currentStage } = row;
	const candidate = part(info, 'candidate');
	const emails = listed(part(candidate, 'emails')).map(({ email }) => toText(email));
	const among = (wanted: readonly string[] | undefined, ...known: Array<string | null>) => wanted === undefined || known.every((one) => one === null) || known.some((one) => one !== null && wanted.some((each) => folded(each) === folded(one)));
	const status = pick(info, 'status');
	return (
		among(candidates, pick(candidate, 'id')) &&
		among(jobs, pick(info, 'jobId')) &&
		among(statuses, status === NOT_SPECIFIED ? null : status) &&
		among(stages, pick(currentStage, 'id'), pick(currentStage, 'text')) &&
		(candidateEmail === undefined || emails.length === 0 || emails.some((email) => sameAddress(email, candidateEmail)))
	);
}

async function* fitting(pages: AsyncIterable<readonly Row[]>, filters: Filters): AsyncGenerator<Row[]> {
	for await (const rows of pages) yield rows.filter((row) => fits(row, filters));
}

/** Each in full, and no more of them than are put out. */
async function* withDetails(knit: KnitApi, pages: AsyncIterable<readonly Row[]>, filters: Filters, limit = Infinity): AsyncGenerator<OutputItem[]> {
	let left = limit;
	for await (let rest of fitting(pages, filters)) {
		while (rest.length > 0 && left > 0) {
			const chunk = rest.slice(0, left);
			rest = rest.slice(chunk.length);
			const full = await settledAll(chunk, async (row) => {
				const id = pick(row.info, 'id');
				const candidate = pick(part(row.info, 'candidate'), 'id');
				return id === null || candidate === null ? row : await applicationOf(knit, id, candidate);
			});
			const wanted = full.filter((one) => one instanceof Error || fits(one, filters));
			left -= wanted.length;
			yield wanted;
		}
		if (left <= 0) return;
	}
}

async function withFile(given: Record<string, Json>, { binaryField, contentPath, namePath }: ReturnType<typeof file.read>, item: Item): Promise<Record<string, Json>> {
	if (binaryField === undefined) return given;
	if (contentPath === undefined) throw new FieldError('"Content Goes To" is empty', 'Say where in the body the file belongs, for example attachment.attachmentContent.content.');
	const { data, name } = await item.readFile(binaryField);
	const filled = placed(given, contentPath, data.toString('base64'));
	return namePath === undefined ? filled : placed(filled, namePath, name);
}

/** A copy of `object` with a value at `a.b.c`; what is missing on the way is made. */
function placed(object: Record<string, Json>, path: string, value: string): Record<string, Json> {
	const [key = '', ...rest] = path.split('.');
	if (key === '' || key === '__proto__') throw new FieldError(`"${path}" is not a place in the body`, 'Join keys by dots, for example attachment.name.');
	const inner = object[key];
	const within = typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? inner : {};
	return { ...object, [key]: rest.length === 0 ? value : placed(within, rest.join('.'), value) };
}
